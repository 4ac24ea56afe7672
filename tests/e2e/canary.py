"""Secrets: the password of all stories is looked for everywhere, and found nowhere."""
import base64
import pathlib
import signal
import sqlite3
import subprocess
import urllib.parse

import secrecy
from bad_input import certificates
from durability import fate
from secrecy import PASSWORD
from story import Skipped, wait_for

LINKED = "expand-linked-learning"


class Watch:
    """Looks for the password at once, so that the moment is known; when a story ends, all is searched again."""

    def __init__(self, it):
        self.it, self.seen = it, []

    def look(self, where, content):
        self.seen.append(where)
        self.it.expect(not secrecy.is_in(content), f"the password is not in {where}", content[:400])

    def run(self, *words, **how):
        result = self.it.run(*words, **how)
        self.look(f"stdout of {words[0]}", result.out)
        self.look(f"stderr of {words[0]}", result.err)
        return result

    def process(self, pid):
        """Command line and limits of a running process and of what it started."""
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                stat = (path / "stat").read_text().rsplit(")", 1)[1].split()
                if int(path.name) != pid and int(stat[1]) != pid:
                    continue
                self.look(f"{path}/cmdline", (path / "cmdline").read_bytes())
            except OSError:
                continue
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        self.it.expect(core.split()[4:6] == ["0", "0"], "no core is written", core)

    def files(self, folder):
        for path in secrecy.files_of(folder):
            self.look(str(path), path.read_bytes())


SOURCES = {
    "file": ["relay.password_file=relay.password"],
    "environment": ["relay.password_env=CANARY_PASSWORD"],
    "command": ["relay.password_command=cat relay.password"],
}


def secured(it, *options):
    """A relay that wants TLS and a password; how to reach it."""
    certs = it.folder / "certs" if (it.folder / "certs").exists() else certificates(it)
    catcher = it.catcher("--starttls", certs / "good.pem", certs / "good.key", "--trace", it.folder / "catcher.trace", *options)
    words = ["relay.url=smtp://localhost:%d" % catcher.port, "relay.tls=starttls", f"relay.ca_file={certs / 'ca.pem'}",
             "relay.user=updates", "log.level=debug"]
    return catcher, [part for word in words for part in ("-o", word)]


def workspace(it):
    it.sample_workspace()
    it.write("relay.password", PASSWORD + "\n").chmod(0o600)


def sources():
    for name, words in SOURCES.items():
        yield name, [part for word in words for part in ("-o", word)]


def it_is_found_nowhere_when_all_goes_well(it):
    workspace(it)
    watch = Watch(it)
    catcher, reach = secured(it, "--auth", f"updates:{PASSWORD}", "--require-auth")
    for name, source in sources():
        sent = watch.run("send", LINKED, "--yes", "--verbose", "--edition", name, *reach, *source)
        it.expect(sent.status == 0, f"the password from the {name} works", sent)
        watch.run("send", LINKED, "--test-to", "editor@example.org", "-v", *reach, *source)
    for words in (["check"], ["plan", LINKED, "--json", "--list"], ["preview", LINKED, "--out", it.folder / "preview", "--eml"],
                  ["status", "--json"], ["status", "--audit"], ["export"], ["members", "show", "m01"], ["manual"]):
        watch.run(*words, "-v", *reach, "-o", SOURCES["command"][0])
    watch.files(it.workspace)
    watch.files(catcher.folder)
    watch.files(it.folder / "preview")
    watch.look("the trace", (it.folder / "catcher.trace").read_bytes())
    it.expect(len(catcher.envelopes()) > 50 and len(watch.seen) > 100, "and much was looked at", len(watch.seen))


def it_is_found_nowhere_when_the_relay_refuses_it(it):
    workspace(it)
    watch = Watch(it)
    echoes = [base64.b64encode(b"x" * i + b"\0updates\0" + PASSWORD.encode()).decode() for i in range(3)]
    scripts = ["", f'auth reply "535 5.7.8 {PASSWORD} is wrong"\n',
               *(f'auth reply "535 5.7.8 what is {echo}"\n' for echo in echoes), 'auth reply "454 4.7.0 later"\n', "auth drop\n"]
    for number, script in enumerate(scripts):
        catcher, reach = secured(it, "--auth", "updates:another", "--require-auth", "--script",
                                 it.write(f"script-{number}", script))
        (it.workspace / f"script-{number}").unlink()
        for name, source in sources():
            refused = watch.run("send", LINKED, "--yes", "--verbose", "--edition", "e", *reach, *source, timeout=60)
            it.expect(refused.status in (69, 75, 78), f"script {number}: it is refused", refused)
            if number > 0:
                break
        it.expect(catcher.envelopes() == [], "nothing was sent")
        catcher.stop()
        (it.folder / "catcher.trace").unlink()  # it holds the server's words as well
        watch.files(it.workspace)


def it_is_not_repeated_where_it_does_not_belong(it):
    workspace(it)
    watch = Watch(it)
    path = it.workspace / "config/broadside.yaml"
    good = path.read_text()
    user = urllib.parse.quote(PASSWORD, safe="")
    for bad in (good.replace("\nrelay:\n", f'\nrelay:\n  password: "{PASSWORD}"\n', 1),
                good.replace("smtp://", f"smtp://updates:{user}@", 1),
                good.replace("\nrelay:\n", f'\nrelay:\n  passwort: "{PASSWORD}"\n', 1)):
        it.expect(bad != good, "the configuration was changed")
        path.write_text(bad)
        for words in (["check"], ["send", LINKED, "--yes"], ["status", "--json"]):
            watch.run(*words)
        it.expect(watch.run("check").status == 78, "it is refused")
    path.write_text(good)
    reach = ["-o", "relay.tls=starttls", "-o", "relay.user=updates"]
    for name, content, mode in (("open", PASSWORD, 0o644), ("long", PASSWORD * 2000, 0o600), ("lines", f"{PASSWORD}\n{PASSWORD}\n", 0o600),
                                ("nul", f"{PASSWORD}\0", 0o600)):
        it.write(f"{name}.password", content).chmod(mode)
        refused = watch.run("send", LINKED, "--yes", *reach, "-o", f"relay.password_file={name}.password")
        it.expect(refused.status == 78, f"a password file that is {name} is refused", refused)
        (it.workspace / f"{name}.password").unlink()
    for command in ("cat relay.password; exit 1", "cat relay.password relay.password"):
        watch.run("send", LINKED, "--yes", *reach, "-o", f"relay.password_command={command}")
    watch.files(it.workspace)


def it_is_found_nowhere_when_the_program_is_killed(it):
    workspace(it)
    watch = Watch(it)
    catcher, reach = secured(it, "--auth", f"updates:{PASSWORD}", "--require-auth", "--delay", "30")
    for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGTERM):
        for name, source in sources():
            process = it.start("send", LINKED, "--yes", "-v", "--edition", f"{name}-{int(number)}", *reach, "-o",
                               "relay.connections=1", *source, env={"ASAN_OPTIONS": "handle_abort=0:handle_segv=0"})
            before = len(catcher.envelopes())
            wait_for(lambda: len(catcher.envelopes()) > before, 10)
            watch.process(process.pid)
            process.send_signal(number)
            out, err = process.communicate(timeout=40)
            watch.look(f"stdout after {number}", out)
            watch.look(f"stderr after {number}", err)
    it.expect(not cores(it.folder), "no core was written", cores(it.folder))
    watch.files(it.workspace)


def cores(folder):
    return [path for path in folder.rglob("core*") if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]


def abort(process):
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=40)


def no_core_holds_it_though_no_limit_forbids_cores(it):
    """As where the kernel pipes them to a program: no limit holds them back then."""
    workspace(it)
    other = it.folder / "other"
    other.mkdir()
    abort(subprocess.Popen(["sleep", "60"], cwd=other))
    if not cores(other):
        raise Skipped("this machine writes no cores beside a process")
    it.expect(secrecy.search(other, []) == [str(path) for path in cores(other)], "another's core holds its environment")
    for path in cores(other):
        path.unlink()
    unlimited = fate(it, "cores=written")
    catcher, reach = secured(it, "--auth", f"updates:{PASSWORD}", "--require-auth", "--delay", "30")
    for name, source in sources():
        process = it.start("send", LINKED, "--yes", "--edition", name, *reach, *source, "-o", "relay.connections=1",
                           env={**unlimited, "ASAN_OPTIONS": unlimited["ASAN_OPTIONS"] + ":handle_abort=0:disable_coredump=0"})
        before = len(catcher.envelopes())
        it.expect(wait_for(lambda: len(catcher.envelopes()) > before), "it sends")
        abort(process)
        it.expect(process.returncode == -signal.SIGABRT, "it was ended", process.returncode)
        it.expect(not cores(it.folder), f"with a password from the {name} there is no core", cores(it.folder))


def the_search_finds_what_is_planted(it):
    """Or all the others mean nothing."""
    it.hear(["broadside", "send"], "", f"the relay: 535 {PASSWORD} is wrong")
    it.hear(["broadside", "send", PASSWORD], "", "")
    planted = it.folder / "planted"
    planted.mkdir()
    login = base64.b64encode(f"\0updates\0{PASSWORD}".encode())
    (planted / "broadside.log").write_text(f"2026-11-01 warning: the password {PASSWORD}\n" * 2)
    (planted / "plain.trace").write_bytes(b"C\tAUTH PLAIN " + login + b"\n")
    (planted / "login.trace").write_bytes(b"C\t" + base64.b64encode(PASSWORD.encode()) + b"\n")
    (planted / "page.html").write_text(f"<a href='smtp://updates:{urllib.parse.quote(PASSWORD)}@h'>")
    (planted / "half.txt").write_text(PASSWORD.split()[1])
    (planted / "clean.txt").write_text("nothing\n")
    (planted / "empty.txt").write_text("")
    database = sqlite3.connect(planted / "broadside.db")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE t (x)")
    database.execute("INSERT INTO t VALUES (?)", (PASSWORD,))
    database.commit()
    it.look(planted)
    database.close()
    for path in planted.iterdir():
        path.unlink()
    found = [pathlib.Path(leak).name if leak.startswith("/") else leak for leak in it.leaks]
    it.leaks.clear()
    it.expect(found == ["stderr of `send`", "the words of `send`", "broadside.db-wal", "broadside.log", "half.txt", "login.trace",
                        "page.html", "plain.trace"], "each, and no other", found)


STORIES = [
    it_is_found_nowhere_when_all_goes_well,
    it_is_found_nowhere_when_the_relay_refuses_it,
    it_is_not_repeated_where_it_does_not_belong,
    it_is_found_nowhere_when_the_program_is_killed,
    no_core_holds_it_though_no_limit_forbids_cores,
    the_search_finds_what_is_planted,
]
