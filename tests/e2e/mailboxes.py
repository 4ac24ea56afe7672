"""Bounces are fetched from a mail server, IMAPS or POP3S: each once, and nothing is lost there."""
from bad_input import certificates, secret
from bounces import FULL, GONE, RETURN_PATH, STEM, Home, Sent, dsn, effects, suppressed
from dovecot import Dovecot
from postfix import Postfix
from story import wait_for

PROTOCOLS = ("imaps", "pop3s")


class Server(Home):
    """A Dovecot before a Maildir; `put` delivers into it."""

    def __init__(self, it, **how):
        super().__init__(it)
        self.certs = certificates(it)
        self.dovecot = Dovecot(it, self.certs, self.folder, **how)
        self.password = secret(it)

    def put(self, mail):
        super().put(mail)
        for path in (self.folder / "new").iterdir():
            path.chmod(0o666)

    def options(self, protocol, folder=""):
        return options(self.dovecot.url(protocol, folder), self.certs, self.password)

    def collect_by(self, protocol, *words):
        return self.it.run("collect", "--json", *self.options(protocol), *words)


def options(url, certs, password):
    return ["-o", f"bounces.mailbox={url}", "-o", f"bounces.password_file={password}", "-o", f"bounces.ca_file={certs / 'ca.pem'}"]


def a_bounce_on_a_server_suppresses_once(it):
    it.sample_workspace()
    sent, server = Sent(it), Server(it)
    for number, protocol in enumerate(PROTOCOLS):
        gone = sent.people[number]
        server.put(dsn(sent.path(gone), gone, GONE, sent.raw(gone)))
        first = server.collect_by(protocol)
        it.expect(first.status == 0 and effects(first) == ["suppressed"], f"by {protocol} it is suppressed", first)
        it.expect(gone in suppressed(it) and len(suppressed(it)) == number + 1, "just that one", suppressed(it))
        again = server.collect_by(protocol)
        it.expect(again.status == 0 and again.out == "" and again.err == "", "a second run finds nothing", again)
        it.expect(server.dovecot.mails() == [], "the mail was deleted, its effect being stored", server.dovecot.mails())


def what_a_person_should_read_is_left_there_as_new(it):
    it.sample_workspace()
    sent, server = Sent(it), Server(it)
    letters = [dsn(RETURN_PATH, sent.people[0], GONE), b"From: x@y.example\nSubject: a question\n\nwhat is this?\n"]
    for protocol, letter in zip(PROTOCOLS, letters):
        server.put(letter)
        done = server.collect_by(protocol)
        it.expect(effects(done) in (["unproven"], ["for-people"]), "it is shown", done)
    it.expect(server.dovecot.mails() == ["", ""], "both are unread still", server.dovecot.mails())
    for protocol in PROTOCOLS:
        again = server.collect_by(protocol)
        it.expect(again.status == 0 and again.out == "", "and shown once, by whatever way they are met", again)
    home = it.run("collect", "--json", *server.option)
    it.expect(home.status == 0 and home.out == "", "from the Maildir behind the server, too", home)


def keep_leaves_all_mails_there(it):
    it.sample_workspace()
    sent, server = Sent(it), Server(it)
    address = sent.people[0]
    server.put(dsn(sent.path(address), address, FULL))
    done = server.collect_by("pop3s", "-o", "bounces.keep=true")
    it.expect(effects(done) == ["counted"] and server.dovecot.mails() == [""], "by POP3 as it was", server.dovecot.mails())
    done = server.collect_by("imaps", "-o", "bounces.keep=true")
    it.expect(done.status == 0 and done.out == "", "by another way it is no new one", done)
    it.expect(server.dovecot.mails() == ["S"], "IMAP shows it as read", server.dovecot.mails())
    done = server.collect_by("pop3s")
    it.expect(done.status == 0 and done.out == "", "without keep nothing is taken", done)
    it.expect(server.dovecot.mails() == [], "but what was taken before is deleted", server.dovecot.mails())


def another_folder_and_a_limit(it):
    it.sample_workspace()
    sent, server = Sent(it), Server(it)
    folder = server.folder / ".Dead letters"
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, address in enumerate(sent.people[:3]):
        (folder / "new" / f"17000000{number}.M1.mx").write_bytes(dsn(sent.path(address), address, FULL))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    option = server.options("imaps", "/Dead%20letters")
    done = it.run("collect", "--json", *option, "--limit", "2")
    it.expect(done.status == 75 and len(done.lines()) == 2, "a limit leaves work", done)
    it.expect(len(list(folder.glob("*/17*"))) == 1, "and its mail", list(folder.glob("*/*")))
    done = it.run("collect", "--json", *option)
    it.expect(done.status == 0 and len(done.lines()) == 1, "which the next run does", done)
    it.expect_error(it.run("collect", *server.options("imaps", "/Elsewhere")), 78, "does not open this folder", "bounces.mailbox")


def postfix_bounces_and_dovecot_serves_exactly_the_unknown(it):
    it.sample_workspace()
    people = [member["email"] for member in it.ok("plan", STEM, "--json", "--list").lines()]
    gone, mailbox = sorted(set(people))[:5], "bounces@bounces.childrensmovement.example"
    domains = {f"postmaster@{person.rpartition('@')[2]}" for person in people}
    known = sorted((set(people) | domains) - set(gone)) + [mailbox]
    certs = certificates(it)
    postfix = Postfix(it, known, certs, bounces_later=True)
    result = it.run("send", STEM, "--yes", "--json", "-o", f"relay.url={postfix.url}", "-o", f"bounces.return_path={mailbox}")
    it.expect(result.status == 0, "Postfix takes all of them", result)
    it.expect(wait_for(lambda: len(postfix.mailbox(mailbox)) == len(gone)), "and returns the unknown", postfix.log()[-2000:])
    dovecot = Dovecot(it, certs, postfix.folder / "mail" / mailbox)
    taken, password = [], secret(it)
    for protocol, limit in (("imaps", ["--limit", "2"]), ("pop3s", [])):
        done = it.run("collect", "--json", *options(dovecot.url(protocol), certs, password), *limit)
        it.expect(done.status == (75 if limit else 0), f"by {protocol} all or two are taken", done)
        it.expect({line["proof"] for line in done.lines()} == {"return path"}, "proven by the return path", done)
        taken += effects(done)
    it.expect(taken == ["suppressed"] * len(gone), "each once", taken)
    it.expect(sorted(suppressed(it)) == gone, "exactly the unknown", suppressed(it))
    before = it.ok("suppress", "list", "--json").out
    for protocol in PROTOCOLS:
        again = it.run("collect", "--json", *options(dovecot.url(protocol), certs, password))
        it.expect(again.status == 0 and again.out == "" and it.ok("suppress", "list", "--json").out == before,
                  "a second run changes nothing", again)
    planned = {member["email"] for member in it.ok("plan", STEM, "--edition", "next", "--json", "--list").lines()}
    it.expect(planned == set(people) - set(gone), "the next edition goes to the others", planned)


STORIES = [a_bounce_on_a_server_suppresses_once, what_a_person_should_read_is_left_there_as_new, keep_leaves_all_mails_there,
           another_folder_and_a_limit, postfix_bounces_and_dovecot_serves_exactly_the_unknown]
