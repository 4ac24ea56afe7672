"""Sweeps: the same short story, once for every step it takes, with fate striking at that very step."""
import os
import re
import shutil
import signal
import time
import traceback

from judge import Score, Seal, judge
from world import READY, SPEED, World, Wrong, fresh_folder, now_ms

SMALL = 6  # members: short enough to strike everywhere, long enough for several turns
CONNECTIONS = 2


class Sweep:
    """One story. `words` is the command struck; `prepare` what comes before it."""

    def __init__(self, name, step, fates, campaign="letter", command="send", script="", allowed=()):
        self.name, self.step, self.fates, self.campaign = name, step, fates, campaign
        self.command, self.script, self.allowed = command, script, set(allowed)


# What an operator may be told when the disk or the memory fails; never our own bug (70), never a signal.
DISK = {0, 69, 73, 74, 75, 80}
MEMORY = {0, 65, 69, 75, 78, 80}

KILLS = ["kill={step},{n},before", "kill={step},{n},after", "kill={step},{n},torn"]
FAULTY = 'end nth=2 times=1 swallow\nrcpt nth=4 times=1 reply "450 4.2.1 later"\n'

SWEEPS = [
    Sweep("kill", "any", KILLS),
    Sweep("kill-faulty", "any", KILLS[:2], script=FAULTY),
    Sweep("kill-held", "any", KILLS[:2], campaign="held", script=FAULTY),
    Sweep("kill-first", "any", KILLS, command="first"),
    Sweep("kill-import", "any", KILLS[:2], command="import"),
    Sweep("kill-control", "any", KILLS[:2], command="controls"),
    Sweep("stop", "any", ["stop={step},{n}"]),
    Sweep("fsync-eio", "fsync", ["fail={step},{n},EIO", "fail={step},{n},EIO,on"], allowed=DISK),
    Sweep("fdatasync-eio", "fdatasync", ["fail={step},{n},EIO", "fail={step},{n},EIO,on"], allowed=DISK),
    Sweep("pwrite-full", "pwrite", ["fail={step},{n},ENOSPC", "fail={step},{n},ENOSPC,on"], allowed=DISK),
    Sweep("pwrite-eio", "pwrite", ["fail={step},{n},EIO"], allowed=DISK),
    Sweep("write-full", "write", ["fail={step},{n},ENOSPC", "fail={step},{n},ENOSPC,on"], allowed=DISK),
    Sweep("ftruncate-full", "ftruncate", ["fail={step},{n},ENOSPC"], allowed=DISK),
    Sweep("first-pwrite-full", "pwrite", ["fail={step},{n},ENOSPC"], command="first", allowed=DISK),
    Sweep("first-write-full", "write", ["fail={step},{n},ENOSPC"], command="first", allowed=DISK),
    Sweep("first-fsync-eio", "fsync", ["fail={step},{n},EIO"], command="first", allowed=DISK),
    Sweep("first-fdatasync-eio", "fdatasync", ["fail={step},{n},EIO"], command="first", allowed=DISK),
    Sweep("import-full", "pwrite", ["fail={step},{n},ENOSPC"], command="import", allowed=DISK),
    Sweep("import-sync", "fdatasync", ["fail={step},{n},EIO"], command="import", allowed=DISK),
    Sweep("malloc", "malloc", ["fail={step},{n},ENOMEM"], allowed=MEMORY),
    Sweep("malloc-on", "malloc", ["fail={step},{n},ENOMEM,on"], allowed=MEMORY),
    Sweep("malloc-import", "malloc", ["fail={step},{n},ENOMEM"], command="import", allowed=MEMORY),
    Sweep("malloc-controls", "malloc", ["fail={step},{n},ENOMEM"], command="controls", allowed=MEMORY),
]


class Strike:
    """The story told once, struck at one step."""

    def __init__(self, tools, sweep, fate, name):
        self.sweep, self.fate, self.score = sweep, fate, Score()
        self.world = World(tools, fresh_folder(tools.folder, f"sweep-{name}"), SMALL, sweep.script, gone=0,
                           connections=CONNECTIONS)
        self.kills_ms, self.seals, self.cancelled = [], [], False

    def ended(self, ran):
        # Out of memory is an end like a kill; on a disk that stays full results cannot be written either.
        if ran.killed or "out of memory" in ran.err or self.fate.endswith(",on"):
            self.kills_ms.append(ran.ended_ms)
        ran.check(self.sweep.allowed | {0, 75})
        if ran.status not in (0, 75, 80) and not ran.killed and not ran.err.strip():
            raise Wrong(f"exit status {ran.status} and not a word why")
        if self.sweep.command != "first":
            self.world.audit()
        return ran

    def strike(self, *words):
        """Runs a command under the ordered fate."""
        if self.fate.startswith("stop"):
            return self.ended(run_stopped(self.world, words, self.fate))
        return self.ended(self.world.run(*words, fate=self.fate, speed=SPEED))

    def tell(self):
        getattr(self, "tell_" + self.sweep.command)()
        self.world.finish(self.sweep.campaign)
        self.world.audit()
        judge(self.world, self.sweep.campaign, self.kills_ms, self.seals, self.score, self.cancelled)
        rows = self.world.rows(self.sweep.campaign)
        if not self.cancelled and len(rows) != SMALL:
            raise Wrong(f"{len(rows)} of {SMALL} were planned")

    def tell_send(self):
        self.strike(*self.world.send_words(self.sweep.campaign))

    def tell_first(self):
        """The very first command makes key and database; struck or not, the second one finds or makes them."""
        shutil.rmtree(self.world.root / "var")
        self.strike("import", str(self.world.root / "members.csv"))
        again = self.world.run("import", str(self.world.root / "members.csv"))
        again.check({0})
        if self.world.query("SELECT count(*) FROM member")[0][0] != SMALL:
            raise Wrong(f"not everybody was imported: {again.out}")

    def tell_import(self):
        """Everybody moves to another address; struck or not, the second import ends it."""
        path = self.world.root / "moved.csv"
        path.write_text((self.world.root / "members.csv").read_text().replace("reader", "moved"))
        self.strike("import", str(path))
        moved = self.world.query("SELECT count(*) FROM member WHERE email LIKE 'moved%'")[0][0]
        if moved not in (0, SMALL):
            raise Wrong(f"half an import: {moved} of {SMALL}")
        self.world.run("import", str(path)).check({0})
        moved = self.world.query("SELECT count(*) FROM member WHERE email LIKE 'moved%'")[0][0]
        if moved != SMALL:
            raise Wrong(f"{moved} of {SMALL} were imported by the second try")

    def tell_controls(self):
        """Half is sent; then suppress, pause, resume, resend, each struck; each is done whole or not at all."""
        self.world.send(self.sweep.campaign, "", "--limit", "2").check({75})
        victim = sorted(to for to, row in self.world.rows(self.sweep.campaign).items() if row[0] == READY)[0]
        ran = self.strike("suppress", "add", victim, "--reason", "asked")
        if ran.status == 0 and victim not in self.world.run("suppress", "list").out:
            raise Wrong("a suppression that was acknowledged is not there")
        if self.world.run("suppress", "add", victim, "--reason", "asked").status != 0:
            raise Wrong("it cannot be suppressed again")
        self.seals.append(Seal(victim, now_ms(), READY))
        for verb, state in (("pause", "paused"), ("resume", "running")):
            ran = self.strike(verb, self.sweep.campaign)
            if ran.status == 0 and self.world.edition(self.sweep.campaign) != state:
                raise Wrong(f"{verb} was acknowledged, but the edition is {self.world.edition(self.sweep.campaign)}")
            self.world.run(verb, self.sweep.campaign)


def run_stopped(world, words, fate):
    """Lets it go on once it was seen to stand still and others could read meanwhile."""
    process = world.begin(*words, fate=fate, speed=SPEED)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if found is None:
            time.sleep(0.0005)
            continue
        if found.si_code == os.CLD_STOPPED:
            world.run("status").check({0, 75})
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)
            process.send_signal(signal.SIGCONT)
            continue
        break
    return world.end(process)


def steps_of(tools, sweep):
    """How many steps the unstruck story takes; None when it cannot be told at all."""
    file = tools.folder / "count"
    strike = Strike(tools, sweep, f"count={file}", "count")
    most = 0

    def counted(ran):
        nonlocal most
        found = re.search(rf"^{sweep.step} (\d+)$", file.read_text(), re.M)
        most = max(most, int(found.group(1)))
        ran.check(sweep.allowed | {0, 75})
        return ran

    try:
        strike.ended = counted
        strike.tell()
    finally:
        strike.world.close()
    return most


def strike_at(tools, sweep, fate, number):
    """(score, what went wrong or None)"""
    strike = Strike(tools, sweep, fate, f"{sweep.name}-{number}")
    try:
        strike.tell()
        wrong = None
    except Wrong as broken:
        wrong = f"{sweep.name}, {fate}: {broken}"
    except Exception:
        wrong = f"{sweep.name}, {fate}: {traceback.format_exc()}"
    finally:
        strike.world.close()
    strike.score.kills, strike.score.failed = len(strike.kills_ms), int(wrong is not None)
    return strike.score, wrong


def strikes_of(tools, sweep, most):
    """The fates of a sweep, one a strike: all of them, or about `most`, evenly spread."""
    steps = steps_of(tools, sweep)
    stride = max(1, steps * len(sweep.fates) // most) if most else 1
    return [fate.format(step=sweep.step, n=n) for n in range(1, steps + 1, stride) for fate in sweep.fates]
