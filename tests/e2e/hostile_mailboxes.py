"""A mail server that is hostile, broken or slow, and a worker that is killed: each good mail is taken, once, in time."""
import base64
import os
import pathlib
import signal
import sqlite3
import time

from bad_input import certificates, secret
from bounces import FULL, Sent, dsn, effects
from mail_server import DROP, PASSWORD, SILENCE, MailServer
from mailboxes import PROTOCOLS, options
from story import wait_for

FETCH = {"imaps": "UID FETCH", "pop3s": "TOP"}
LIST = {"imaps": "UID SEARCH", "pop3s": "LIST"}
GREETING = {"imaps": b"* OK ", "pop3s": b"+OK "}
SECONDS = 40  # more than any of these may take, with a sanitizer and neighbours


class Scene:
    """Three bounces of three readers, and servers that serve them."""

    def __init__(self, it):
        self.it = it
        it.sample_workspace()
        self.certs, self.password = certificates(it), secret(it)
        sent = Sent(it)
        self.mails = [dsn(sent.path(address), address, FULL) for address in sent.people[:3]]

    def server(self, protocol, **how):
        return MailServer(self.it, self.certs, protocol, self.mails, **how)

    def collect(self, server, *words):
        began = time.monotonic()
        result = self.it.run("collect", "--json", *options(server.url(), self.certs, self.password), "-o", "bounces.timeout=2s",
                             *words)
        self.it.expect(time.monotonic() - began < SECONDS, "it ends in time", result)
        self.no_secret(result)
        return result

    def no_secret(self, result):
        said = result.out + result.err
        log = self.it.workspace / "var/broadside.log"
        said += log.read_text() if log.exists() else ""
        for form in (PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), base64.b64encode(b"\0bounces\0" + PASSWORD.encode()).decode()):
            self.it.expect(form not in said, "the password is in no message and no log", said)

    def taken(self):
        database = sqlite3.connect(self.it.workspace / "var/broadside.db")
        count = database.execute("SELECT count(*), count(DISTINCT digest) FROM bounce").fetchone()
        database.close()
        self.it.expect(count[0] == count[1], "no mail is there twice", count)
        return count[0]


def a_certificate_that_is_not_theirs_gets_no_password(it):
    scene = Scene(it)
    for protocol in PROTOCOLS:
        for certificate in ("wrong", "expired", "stranger"):
            server = scene.server(protocol, certificate=certificate)
            it.expect_error(scene.collect(server), 78, "certificate that cannot be trusted", "bounces.ca_file")
            it.expect(server.commands == [], f"{certificate}: nothing was said", server.commands)
        for how in ({"plain": True}, {"before_tls": GREETING[protocol] + b"come in\r\n"}):
            server = scene.server(protocol, **how)
            it.expect_error(scene.collect(server), 78, "does not begin with TLS", "993")
            it.expect(server.commands == [], "in clear nothing was said", server.commands)
    server = scene.server("imaps")
    it.expect_error(scene.collect(server, "-o", "bounces.ca_file=/none.pem"), 78, "bounces.ca_file is unreadable")
    it.expect(scene.taken() == 0, "nothing was taken")


def what_is_wrong_is_said(it):
    scene = Scene(it)
    for protocol in PROTOCOLS:
        server = scene.server(protocol)
        scene.password = secret(it, content="wrong-password\n")
        it.expect_error(scene.collect(server), 78, "does not accept the user and password", "wrong user")
        scene.password = secret(it)
        server.stop()
        it.expect_error(scene.collect(server), 69, "cannot be reached")
        it.expect_error(scene.collect(server, "-o", f"bounces.mailbox={protocol}://u@none.invalid"), 69, "has no address")
    busy = {"imaps": {"LOGIN": [lambda tag: f"{tag} NO [UNAVAILABLE] later\r\n".encode()]},
            "pop3s": {"PASS": [b"-ERR [IN-USE] somebody is in it\r\n"]}}
    for protocol, answers in busy.items():
        it.expect_error(scene.collect(scene.server(protocol, answers=answers)), 69, "does not let us in now")
    it.expect_error(scene.collect(scene.server("imaps", answers={"": [b"* BYE no\r\n"]})), 69, "bounces")
    it.expect_error(scene.collect(scene.server("pop3s", answers={"": [b"-ERR no\r\n"]})), 69, "does not want to talk", "no")
    it.expect_error(scene.collect(scene.server("imaps", answers={"": [b"* PREAUTH somebody\r\n"]})), 69, "does not want")


def a_password_that_comes_back_is_in_no_log(it):
    scene = Scene(it)
    forms = (PASSWORD, base64.b64encode(b"\0bounces\0" + PASSWORD.encode()).decode())
    for form in forms:
        answers = {"imaps": {"LOGIN": [lambda tag, form=form: f"{tag} NO you said {form} to me\r\n".encode()]},
                   "pop3s": {"PASS": [f"-ERR you said {form} to me\r\n".encode()]}}
        for protocol in PROTOCOLS:
            it.expect_error(scene.collect(scene.server(protocol, answers=answers[protocol])), 78, "words that hold the password")


def literal(size, and_then=b""):
    return [b"* 1 FETCH (UID 11 BODY[]<0> {%d}\r\n" % size, and_then]


def nested(depth):
    return [b"* 1 FETCH (UID 11 BODYSTRUCTURE " + b"(" * depth, b")" * depth + b")\r\n"]


ONCE = {
    "imaps": [
        ("a literal of 2 GB", literal(2**31, b"x" * 1000000)),
        ("a literal of 4 GB", literal(2**32 - 1, b"x" * 1000)),
        ("a literal that ends in the middle", literal(500, b"x" * 100) + [DROP]),
        ("an endless line", [b"* 1 FETCH " + b"x" * 1000000]),
        ("nested lists", nested(300000)),
        ("a structure nested a million times", [b"* 1 FETCH (UID 11 BODYSTRUCTURE ", b"(" * 1000000]),
        ("nonsense", [b"\0\xff{}()\r\n", DROP]),
        ("an end", [DROP]),
        ("silence", SILENCE),
    ],
    "pop3s": [
        ("an endless line", [b"+OK\r\n" + b"x" * 5000000]),
        ("endless lines", [b"+OK\r\n" + b"x\r\n" * 2000000]),
        ("a mail that ends in the middle", [b"+OK\r\nSubject: x\r\n\r\nhalf", DROP]),
        ("nonsense", [b"\0\xff{}()\r\n", DROP]),
        ("an end", [DROP]),
        ("silence", SILENCE),
    ],
}


def a_hostile_answer_costs_one_connection(it):
    for number, protocol in enumerate(PROTOCOLS):
        for what, answer in ONCE[protocol]:
            scene = Scene(it) if number == 0 and what == ONCE[protocol][0][0] else scene
            forget(it)
            server = scene.server(protocol, answers={FETCH[protocol]: [None, answer]})
            done = scene.collect(server)
            it.expect(done.status == 0 and scene.taken() == 3, f"{protocol}, {what}: all three are taken", done)
            it.expect(server.connections >= 2 and not server.mails, f"{protocol}, {what}: and deleted", server.commands)


def forget(it):
    database = sqlite3.connect(it.workspace / "var/broadside.db")
    database.executescript("DELETE FROM bounce_name; DELETE FROM bounce;")
    database.close()


def a_mail_that_breaks_every_connection_waits_and_the_others_go_on(it):
    scene = Scene(it)
    server = scene.server("imaps")
    server.answers["UID FETCH"] = lambda tag: [b"* 2 FETCH (UID 12 ", DROP] if " 12 " in server.commands[-1] else None
    done = scene.collect(server)
    it.expect(done.status == 75 and scene.taken() == 2, "the other two are taken", done)
    it.expect("1 mails could not be fetched" in done.err and list(server.mails) == [12], "it is told, and left there", done)
    server.answers.clear()
    done = scene.collect(server)
    it.expect(done.status == 0 and scene.taken() == 3 and not server.mails, "when it can be read it is taken", done)


def hostile_beginnings_and_lists_end_the_run(it):
    scene = Scene(it)
    deep = [b"* LIST " + b"(" * 1000000]
    cases = [
        ("imaps", "", [b"* OK " + b"x" * 1000000]), ("pop3s", "", [b"+OK " + b"x" * 1000000]),
        ("imaps", "", SILENCE), ("imaps", "CAPABILITY", [b"* CAPABILITY" + b" A" * 100000]),
        ("imaps", "SELECT", deep), ("imaps", "SELECT", [b"* 4294967295 EXISTS\r\n", DROP]),
        ("pop3s", "LIST", [b"+OK\r\n0 100\r\n.\r\n"]), ("pop3s", "LIST", [b"+OK\r\n4000000000 1\r\n.\r\n"]),
        ("pop3s", "UIDL", [b"+OK\r\n" + b"1 " + b"x" * 40000000]),
        ("imaps", "UID SEARCH", [b"* SEARCH" + b" 7" * 200000]), ("imaps", "UID SEARCH", SILENCE),
    ]
    for protocol, word, answer in cases:
        server = scene.server(protocol, answers={word: (lambda tag, answer=answer: answer)})
        done = scene.collect(server, "-o", "bounces.timeout=1s")
        it.expect(done.status == 69 and "mailbox" in done.err, f"{protocol} {word or 'greeting'}: {str(answer)[:60]}", done)
        it.expect(len(server.mails) == 3, "no mail is deleted", server.commands)
    it.expect(scene.taken() == 0, "nothing was taken")


def a_server_that_trickles_is_too_slow(it):
    scene = Scene(it)

    def drip(_):
        while True:
            yield b"x"
            time.sleep(0.1)

    server = scene.server("imaps", answers={"LOGIN": drip})
    it.expect_error(scene.collect(server), 69, "did not answer within bounces.timeout")


WORKER = b"broadside\0mailbox-worker\0"


def workers_of(process):
    """Those that speak with the server; another reads the mails."""
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(pid) for pid in children if pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() == WORKER]


def a_worker_that_is_killed_or_hangs_costs_one_connection(it):
    scene = Scene(it)
    for protocol in PROTOCOLS:
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP):
            forget(it)
            server = scene.server(protocol, answers={FETCH[protocol]: [None, SILENCE]})
            process = it.start("collect", "--json", *options(server.url(), scene.certs, scene.password), "-o",
                               "bounces.timeout=1s" if number == signal.SIGSTOP else "bounces.timeout=20s")
            it.expect(server.silent.wait(SECONDS), "it waits for a mail")
            workers = workers_of(process)
            it.expect(len(workers) == 1, "by one worker", workers)
            os.kill(workers[0], number)
            out, err = process.communicate(timeout=SECONDS)
            it.expect(process.returncode == 0 and len(out.splitlines()) == 3 and scene.taken() == 3,
                      f"{protocol}, signal {number}: all three are taken", out + err)
            it.expect(not server.mails and server.connections == 2, "over another connection", server.commands)


def stopped_while_it_fetches_it_tells_the_server_what_it_took(it):
    """As systemd stops a service: the worker gets the signal, too."""
    scene = Scene(it)
    for protocol in PROTOCOLS:
        forget(it)
        started = []

        def stop_all(_):
            process = wait_for(lambda: started)[0]
            for pid in workers_of(process) + [process.pid]:
                os.kill(pid, signal.SIGTERM)

        server = scene.server(protocol, answers={FETCH[protocol]: [None, stop_all]})
        started.append(it.start("collect", "--json", *options(server.url(), scene.certs, scene.password)))
        out, err = started[0].communicate(timeout=SECONDS)
        it.expect(started[0].returncode == 75 and len(out.splitlines()) == 2, f"{protocol}: the mail that was on its way is taken", out + err)
        it.expect(server.connections == 1 and len(server.mails) == 1, "and over the same connection both are deleted", server.commands)
        done = scene.collect(server)
        it.expect(done.status == 0 and len(done.lines()) == 1 and scene.taken() == 3, "the next run takes the other one", done)


def a_worker_holds_nothing_but_its_password(it):
    scene = Scene(it)
    server = scene.server("imaps", answers={"UID FETCH": [SILENCE]})
    process = it.start("collect", *options(server.url(), scene.certs, scene.password), env={"SOME_SECRET": "of the parent"})
    it.expect(server.silent.wait(SECONDS), "it waits for a mail")
    worker = pathlib.Path(f"/proc/{workers_of(process)[0]}")
    it.expect((worker / "environ").read_bytes() == b"", "its environment", (worker / "environ").read_bytes())
    files = {number.name: os.readlink(number) for number in (worker / "fd").iterdir()}
    it.expect([files[str(number)] for number in range(3)] == ["/dev/null"] * 3, "its streams", files)
    it.expect(all(link.startswith(("/dev/null", "socket:", "anon_inode:", "pipe:")) for link in files.values()), "no file", files)
    limits = (worker / "limits").read_text()
    it.expect("Max core file size        0 " in limits and "Max file size             0 " in limits, "no core, no file", limits)
    process.kill()
    process.wait()
    it.expect(wait_for(lambda: not worker.exists()), "it ends with its parent")


def deleting_some_hides_none_of_the_others(it):
    scene = Scene(it)
    scene.mails = [b"From: x@y.example\nAuto-Submitted: auto-replied\nSubject: away\n\n%d\n" % number for number in range(2100)]
    server = scene.server("imaps")
    done = it.run("collect", "--quiet", *options(server.url(), scene.certs, scene.password))
    it.expect(done.status == 0 and scene.taken() == 2100 and not server.mails, "one run takes and deletes all",
              (done.status, done.err, scene.taken(), len(server.mails)))


def without_names_the_bytes_tell_mails_apart(it):
    scene = Scene(it)
    for protocol, how in (("pop3s", {"uidl": False}), ("imaps", {})):
        server = scene.server(protocol, **how)
        server.validity = 0
        for fresh in ((3, 0) if protocol == "pop3s" else (0, 0)):
            done = scene.collect(server, "-o", "bounces.keep=true")
            it.expect(done.status == 0 and len(done.lines()) == fresh and scene.taken() == 3, f"{protocol}: each once", done)
    server = scene.server("imaps")
    scene.collect(server, "-o", "bounces.keep=true")
    server.validity = 78
    done = scene.collect(server, "-o", "bounces.keep=true")
    it.expect(done.status == 0 and done.out == "" and scene.taken() == 3, "new numbers make no new mails", done)


def without_uidplus_nobody_elses_mail_is_expunged(it):
    scene = Scene(it)
    server = scene.server("imaps", capabilities="IMAP4rev1")
    done = scene.collect(server)
    it.expect(done.status == 0 and len(done.lines()) == 3, "all are taken", done)
    it.expect([flags for _, flags in server.mails.values()] == [{"\\Deleted"}] * 3, "and flagged", server.mails)
    it.expect(not any("EXPUNGE" in command or "CLOSE" in command for command in server.commands), "but no more", server.commands)


STORIES = [a_certificate_that_is_not_theirs_gets_no_password, what_is_wrong_is_said, a_password_that_comes_back_is_in_no_log,
           a_hostile_answer_costs_one_connection, a_mail_that_breaks_every_connection_waits_and_the_others_go_on,
           hostile_beginnings_and_lists_end_the_run, a_server_that_trickles_is_too_slow,
           a_worker_that_is_killed_or_hangs_costs_one_connection, stopped_while_it_fetches_it_tells_the_server_what_it_took,
           a_worker_holds_nothing_but_its_password,
           deleting_some_hides_none_of_the_others, without_names_the_bytes_tell_mails_apart, without_uidplus_nobody_elses_mail_is_expunged]
