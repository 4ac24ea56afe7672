"""World: a small workspace, a server that misbehaves, and the program with fate at its side."""
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time

STATES = ("ready", "intent", "sent", "failed", "unknown", "skipped")
READY, INTENT, SENT, FAILED, UNKNOWN, SKIPPED = range(6)
SPEED = 50  # clocks in the program run so much faster: a cool-down of 5 s takes 100 ms
RESTS_MS = 60_000
STATUSES = {0, 69, 75, 80, 81}  # how a sender may end that nobody killed
DRAIN_MS = 40  # what a killed sender left in a socket is read by the server within so long

# Two in a hundred messages meet one of these; an address that begins with "gone" is never there.
FAULTS = """
rcpt to=gone* reply "550 5.1.1 no such user"
end p=0.004 swallow
end p=0.002 half-reply
end p=0.002 swallow reset
end p=0.002 drop
end p=0.002 reset
end p=0.002 reply "451 4.3.0 later"
end p=0.001 reply "421 4.3.2 closing" close
rcpt p=0.002 reply "450 4.2.1 later"
rcpt p=0.001 drop
mail p=0.001 reply "421 4.3.2 closing" close
bdat p=0.001 reset
greeting p=0.01 reply "421 4.3.2 busy" close
"""

CONFIG = """
sender: {name: Crash, address: news@crash.example, postal_address: "1 Example Way, Oakland, CA 94607"}
relay: {url: "smtp://127.0.0.1:1", tls: none, connections: 4}
bounces: {return_path: bounces@crash.example}
unsubscribe: {url: "https://lists.example/u", mailto: unsubscribe@crash.example}
"""

CAMPAIGN = """
id: %(id)s
kind: %(kind)s
topic: news
subject: "{{first_name | default: 'Friend'}}, a word about %(id)s"
template: plain
body: |
  Dear {{first_name | default: 'Friend'}}, this is **for you**.
audience: {topics: [news]}
send: {retry_for: 30d, on_unknown: %(on_unknown)s}
"""

CAMPAIGNS = {
    "letter": {"id": "letter", "kind": "newsletter", "on_unknown": "resend"},
    "held": {"id": "held", "kind": "newsletter", "on_unknown": "hold"},
    "alert": {"id": "alert", "kind": "alert", "on_unknown": "resend"},
}


class Wrong(Exception):
    """A promise was broken."""


def now_ms():
    return int(time.time() * 1000)


def members(count, gone=40):
    """Of many domains; one in `gone` has no mailbox."""
    rows = ["key,email,first_name,topics"]
    for i in range(count):
        name = "gone" if gone and i % gone == gone - 1 else "reader"
        rows.append(f"k{i},{name}{i}@d{i % 7}.example,Reader {i},news")
    return "\n".join(rows) + "\n"


class Tools:
    """Where the build put things, and workspaces of each size to copy."""

    def __init__(self, build, folder):
        build = pathlib.Path(build).resolve()
        self.program = str(build / "src/cli/broadside")
        self.catcher = str(build / "tests/catcher/catcher")
        self.interfere = str(build / "tests/crash/interfere.so")
        for needed in (self.program, self.catcher, self.interfere):
            if not os.path.exists(needed):
                raise SystemExit(f"{needed} is missing: build it first")
        self.folder = pathlib.Path(folder)
        linked = subprocess.run(["ldd", self.program], capture_output=True, text=True).stdout
        sanitizer = re.findall(r"=> (\S*lib[at]san\S*)", linked)  # it insists on being the first
        self.sanitized = bool(sanitizer)
        self.preload = " ".join([*sanitizer, self.interfere])
        self.models = {}

    def model(self, count, gone=40):
        """An imported workspace with so many members."""
        if (count, gone) not in self.models:
            folder = self.folder / f"model-{count}-{gone}"
            for name, text in [("config/broadside.yaml", CONFIG), ("members.csv", members(count, gone)),
                               ("templates/plain.html", "<p>{{$body}}{{/body}}</p><p>{{unsubscribe_url}}</p>\n"),
                               ("templates/plain.txt", "{{$body}}{{/body}}\n{{unsubscribe_url}}\n"),
                               *((f"campaigns/{key}.yaml", CAMPAIGN % how) for key, how in CAMPAIGNS.items())]:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([self.program, "-C", folder, "import", folder / "members.csv"], capture_output=True)
            if done.returncode != 0:
                raise SystemExit(f"the model workspace cannot be made: {done.stderr.decode()}")
            self.models[count, gone] = folder
        return self.models[count, gone]


class Server:
    """The catcher with a script, and what it took responsibility for."""

    def __init__(self, tools, folder, script="", seed=1, options=()):
        self.ledger, self.out = folder / "taken", folder / "out"
        (folder / "script").write_text(script)
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [tools.catcher, "--listen", "127.0.0.1:0", "--port-file", port_file, "--ledger", self.ledger, "--quiet",
             "--script", folder / "script", "--seed", str(seed), "--max-seconds", "600", *options],
            stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the catcher did not start")
            time.sleep(0.001)
        self.url = "smtp://127.0.0.1:" + re.findall(r"\d+", port_file.read_text())[-1]

    def taken(self):
        """(time_ms, connection, message id, recipient, bytes, withheld) of each accepted message, in order."""
        found = []
        for line in self.ledger.read_text().splitlines() if self.ledger.exists() else []:
            time_ms, connection, message, _, to, size, outcome = line.split("\t")
            if outcome in ("accepted", "swallowed"):
                found.append((int(time_ms), int(connection), message, to, int(size), outcome == "swallowed"))
        return found

    def bodies(self):
        """Message id → the different bytes it was sent with; empty unless the server was told to keep them."""
        found = {}
        for path in self.out.glob("*.eml") if self.out.exists() else []:
            raw = path.read_bytes()
            message = re.search(rb"^Message-ID:\s*(\S+)", raw, re.M | re.I).group(1).decode()
            found.setdefault(message, set()).add(raw)
        return found

    def stop(self):
        self.process.kill()
        self.process.wait()


class Ran:
    """How one run of the program ended."""

    def __init__(self, status, out, err, began_ms):
        self.status, self.out, self.err = status, out, err
        self.began_ms, self.ended_ms = began_ms, now_ms()
        self.killed = status == -signal.SIGKILL

    def check(self, allowed):
        for bad in ("this is a bug", "AddressSanitizer", "runtime error:", "LeakSanitizer", "unexpected answer"):
            if bad in self.err:
                raise Wrong(f"it says: {self.err[-1500:]}")
        if self.status not in allowed and not self.killed:
            raise Wrong(f"exit status {self.status}, expected one of {sorted(allowed)}: {self.err[-800:]}{self.out[-300:]}")


class World:
    """One workspace, its server, and a wall clock of its own."""

    def __init__(self, tools, folder, count, script="", seed=1, options=(), gone=40, connections=4):
        self.tools, self.folder, self.connections = tools, folder, connections
        self.root = folder / "workspace"
        model = tools.model(count, gone)
        shutil.copytree(model, self.root)
        self.database = self.root / "var/broadside.db"
        self.server = Server(tools, folder, script, seed, options)
        self.ahead_ms, self.depth = 0, 1

    def close(self):
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- the program
    def begin(self, *words, fate="", speed=SPEED, env=None):
        """Starts the program; `fate` as in interfere.c."""
        orders = f"{fate} clock={self.ahead_ms} speed={speed}"
        process = subprocess.Popen(
            [self.tools.program, "-C", str(self.root), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, close_fds=False,
            env={"PATH": os.environ["PATH"], "LD_PRELOAD": self.tools.preload, "BROADSIDE_INTERFERE": orders,
                 "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0", **(env or {})})
        process.began_ms = now_ms()
        process.speed = speed
        return process

    def end(self, process, seconds=60):
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Wrong(f"it hangs: {process.args[3:]} {err.decode(errors='replace')[-800:]}")
        ran = Ran(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), process.began_ms)
        # The program's clock ran ahead of ours; it shall not run backwards by itself.
        self.ahead_ms += (ran.ended_ms - ran.began_ms + 1) * (process.speed - 1)
        return ran

    def run(self, *words, fate="", speed=1, env=None, seconds=60):
        return self.end(self.begin(*words, fate=fate, speed=speed, env=env), seconds)

    def send_words(self, campaign, *more):
        return ("send", campaign, "--yes", "--edition", "e", "--quiet", "-o", f"relay.url={self.server.url}", "-o",
                f"relay.connections={self.connections}", "-o", f"relay.depth={self.depth}", *more)

    def begin_send(self, campaign, fate="", *more, speed=SPEED):
        return self.begin(*self.send_words(campaign, *more), fate=fate, speed=speed)

    def send(self, campaign, fate="", *more, speed=SPEED, seconds=60):
        return self.end(self.begin_send(campaign, fate, *more, speed=speed), seconds)

    # -- our ledger
    def query(self, sql, *values):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def rows(self, campaign):
        """Recipient → (state, reason, attempts, next_ms, reply code)."""
        return {row[0]: row[1:] for row in self.query(
            "SELECT m.email, d.state, r.name, d.attempts, d.next_ms, d.reply_code FROM delivery d"
            " JOIN member m ON m.id = d.member_id JOIN reason r ON r.id = d.reason"
            " JOIN edition e ON e.id = d.edition_id WHERE e.campaign = ?", campaign)}

    def state_of(self, campaign, address):
        row = self.rows(campaign).get(address)
        return row[0] if row else None

    def edition(self, campaign):
        """running, paused, done, cancelled, or None when it was never planned."""
        found = self.query("SELECT state FROM edition WHERE campaign = ?", campaign)
        return ("running", "paused", "done", "cancelled")[found[0][0]] if found else None

    def audit(self):
        ran = self.run("status", "--audit")
        ran.check({0})
        if "NOT HOLD" in ran.out:
            raise Wrong(f"the sum does not hold: {ran.out}")

    def wait_until_due(self, campaign):
        """Moves the clock to where the next waiting row is due."""
        held = CAMPAIGNS[campaign]["on_unknown"] == "hold"
        due = self.query("SELECT min(next_ms) FROM delivery d JOIN edition e ON e.id = d.edition_id"
                         " WHERE e.campaign = ? AND d.state IN (?, ?)", campaign, READY,
                         READY if held else UNKNOWN)[0][0]
        if due is not None and due > now_ms() + self.ahead_ms:
            self.ahead_ms = due - now_ms() + 100

    def moving(self, campaign):
        """Rows that may still move by themselves."""
        held = CAMPAIGNS[campaign]["on_unknown"] == "hold" or self.edition(campaign) == "cancelled"
        return [to for to, row in self.rows(campaign).items()
                if row[0] in (READY, INTENT) or (row[0] == UNKNOWN and not held)]

    def finish(self, campaign, passes=80):
        """Runs without kills until nothing moves any more. What rests for longer than a sender waits gets its time: with a
        clock that was set back, a domain that asked for less rests as long as it ever may."""
        moving = None
        for _ in range(passes):
            if moving == (moving := self.moving(campaign)):
                self.ahead_ms += RESTS_MS
            if self.edition(campaign) == "paused":
                self.run("resume", campaign).check({0})
            if self.edition(campaign) in ("done", "cancelled") and not moving:
                return
            self.wait_until_due(campaign)
            self.send(campaign).check(STATUSES)
        raise Wrong(f"{campaign} does not come to an end: {self.edition(campaign)}, {self.moving(campaign)[:5]}")


def fresh_folder(under, name):
    folder = pathlib.Path(under) / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
