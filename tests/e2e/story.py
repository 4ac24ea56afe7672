"""Stories: the program as a person meets it, against real servers on loopback.

A story is a function whose name is the promise: `def the_same_edition_sent_twice_sends_nothing(it):`. It gets an
`It`: a workspace of its own, the program, a catcher. It fails by `it.expect(...)`, which says what was expected.
"""
import concurrent.futures
import email
import email.policy
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import secrecy

AT_ONCE = 4  # stories told at the same time: much of a story is waiting

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broken(Exception):
    pass


class Skipped(Exception):
    pass


class Catcher:
    """A running catcher, its port and what it caught."""

    def __init__(self, build, folder, *options):
        self.folder = pathlib.Path(folder)
        self.out = self.folder / "caught"
        self.out.mkdir(parents=True, exist_ok=True)
        self.ledger = self.folder / "catcher.ledger"
        port_file = self.folder / "catcher.port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [build / "tests/catcher/catcher", "--listen", "127.0.0.1:0", "--port-file", port_file, "--out", self.out,
             "--ledger", self.ledger, "--quiet", *map(str, options)], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Broken("the catcher did not start")
            time.sleep(0.01)
        self.port = int(port_file.read_text().split()[0].rsplit(":", 1)[-1])
        self.url = f"smtp://127.0.0.1:{self.port}"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def envelopes(self):
        return [json.loads(path.read_text()) for path in sorted(self.out.glob("[0-9]*.json"))]

    def messages(self):
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
                for path in sorted(self.out.glob("[0-9]*.eml"))]

    def raw(self):
        return [path.read_bytes() for path in sorted(self.out.glob("[0-9]*.eml"))]

    def recipients(self):
        return sorted(rcpt for envelope in self.envelopes() for rcpt in envelope["to"])


class Result:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


class Process(subprocess.Popen):
    """A running program; what it has said is searched however much of it the story reads."""

    def __init__(self, it, *how, **more):
        super().__init__(*how, **more)
        self.it = it
        it.stops.append(self.end)

    def communicate(self, *how, **more):
        out, err = super().communicate(*how, **more)
        self.it.hear(self.args, out, err)
        return out, err

    def end(self):
        if self.poll() is None:
            self.kill()
        if not self.stdout.closed:
            self.communicate(timeout=20)


class It:
    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.program = self.build / "src/cli/broadside"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="broadside-story-"))
        self.workspace = self.folder / "workspace"
        self.stops = []
        self.leaks = []  # where the password was found

    # -- the program
    def run(self, *words, cwd=None, env=None, stdin=None, timeout=120, workspace=True):
        command = [self.program] + (["-C", self.workspace] if workspace else []) + list(map(str, words))
        done = subprocess.run(command, cwd=cwd or self.folder, capture_output=True, text=True, errors="replace",
                              input=stdin if stdin is not None else "", timeout=timeout,
                              env={**os.environ, **(env or {})})
        self.hear(command, done.stdout, done.stderr)
        if "AddressSanitizer" in done.stderr or "runtime error:" in done.stderr or "LeakSanitizer" in done.stderr:
            raise Broken(f"a sanitizer speaks: {done.stderr[-3000:]}")
        return Result(done)

    def start(self, *words, env=None):
        return Process(self, [self.program, "-C", self.workspace, *map(str, words)], cwd=self.folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                       env={**os.environ, **(env or {})})

    def ok(self, *words, **how):
        result = self.run(*words, **how)
        self.expect(result.status == 0, f"`{' '.join(map(str, words))}` succeeds", result)
        return result

    def sample_workspace(self):
        """A fresh workspace with the sample campaigns and its 24 members."""
        result = self.run("init", self.workspace, workspace=False)
        self.expect(result.status == 0, "init makes a workspace", result)
        self.ok("import", self.workspace / "config/members.csv")
        return self.workspace

    def catcher(self, *options, script=None):
        """An SMTP server for this story; `script` says how it misbehaves, see tests/catcher/README.md."""
        folder = self.folder / f"catcher-{len(self.stops)}"
        folder.mkdir()
        if script is not None:
            (folder / "script").write_text(script)
            options += ("--script", folder / "script")
        catcher = Catcher(self.build, folder, *options)
        self.stops.append(catcher.stop)
        return catcher

    def small_disk(self, megabytes):
        """Makes the workspace one on a disk of that size, and returns where the disk is."""
        mount = self.folder / "small"
        mount.mkdir()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", mount], capture_output=True)
        if made.returncode != 0:
            raise Skipped("this machine allows no small file system")
        self.stops.append(lambda: (self.look(mount), subprocess.run(["umount", "-l", mount], check=False)))
        self.workspace = mount / "workspace"
        self.sample_workspace()
        return mount

    def send(self, campaign, catcher, *words, **how):
        return self.run("send", campaign, "--yes", "-o", f"relay.url={catcher.url}", *words, **how)

    def write(self, path, content):
        path = self.workspace / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    # -- the password
    def hear(self, command, out, err):
        name = next((word for word in map(str, command[1:]) if word.isalpha()), "the program")
        self.leaks += secrecy.search(None, [(f"the words of `{name}`", " ".join(map(str, command))),
                                            (f"stdout of `{name}`", out), (f"stderr of `{name}`", err)])

    def look(self, folder):
        """To be called of what is gone before the story's end."""
        self.leaks += secrecy.search(folder, [])

    # -- judging
    def expect(self, holds, promise, result=None):
        if holds:
            return
        detail = ""
        if isinstance(result, Result):
            detail = f"\n    exit {result.status}\n    stdout: {result.out[-1500:]}\n    stderr: {result.err[-1500:]}"
        elif result is not None:
            detail = f"\n    {result!r}"
        raise Broken(promise + detail)

    def expect_error(self, result, status, *words):
        self.expect(result.status == status, f"exit status {status}", result)
        for word in words:
            self.expect(word in result.err or word in result.out, f"the message says {word!r}", result)

    def close(self):
        for stop in reversed(self.stops):
            stop()
        self.look(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for(condition, seconds=20, step=0.02):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(step)
    return condition()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def tell_one(story, build):
    """The story's outcome ("ok", "FAIL", "skipped") and what to print."""
    it = It(build)
    try:
        outcome, text = hear_out(story, it)
    finally:
        it.close()
    if secrecy.is_in(text):
        it.leaks.append("what is printed about it")
    if it.leaks:
        why = f"\n    broken: the password is in {'; '.join(it.leaks)}"
        return "FAIL", (text if outcome == "FAIL" else f"FAIL    {story.__name__.replace('_', ' ')}") + why
    return outcome, text


def hear_out(story, it):
    name = story.__name__.replace("_", " ")
    started = time.monotonic()
    try:
        story(it)
        return "ok", f"ok      {name} ({time.monotonic() - started:.1f} s)"
    except Skipped as reason:
        return "skipped", f"skipped {name}: {reason}"
    except Broken as broken:
        return "FAIL", f"FAIL    {name}\n    broken: {broken}"
    except Exception:  # a story that crashes is a story that fails
        return "FAIL", f"FAIL    {name}\n{traceback.format_exc()}"


def tell(chapters, build, only=None):
    """Tells the stories of all chapters (title, stories), some at a time; returns [passed, failed, skipped]. Each has a
    workspace, ports and servers of its own, and most of its time is waiting. What is printed stays in order."""
    secrecy.allow_cores()
    os.environ.update(secrecy.ENVIRONMENT)
    counts = {"ok": 0, "FAIL": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        told = [(title, [pool.submit(tell_one, story, build) for story in stories if not only or only in story.__name__])
                for title, stories in chapters]
        for title, outcomes in told:
            if outcomes:
                print(f"-- {title}")
            for waiting in outcomes:
                outcome, text = waiting.result()
                counts[outcome] += 1
                print(text, flush=True)
    return list(counts.values())
