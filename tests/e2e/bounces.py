"""What comes home: a bounce suppresses whom it is about, and nobody else, once."""
import email
import email.policy
import fcntl
import json
import os
import pathlib
import signal
import sqlite3
import time

from bad_input import certificates
from postfix import Postfix
from story import wait_for

# Of this campaign an address gets one message, however many members share it.
STEM = "leverage-lcff-for-stem"
GONE = ("5.1.1", "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table")
FULL = ("5.2.2", "552 5.2.2 <{}> mailbox is full")
SPF = ("5.7.1", "550 5.7.1 SPF check failed for our domain: message rejected due to DMARC policy")

RETURN_PATH = "bounces@bounces.childrensmovement.example"


def dsn(to, about, reason, original=b"", action="failed", number=1):
    """A report as RFC 3464 has it, `to` the return path of a message to `about`."""
    status, words = reason[0], reason[1].format(about)
    return (f"From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\n"
            f"Message-ID: <{number}.{about}@mx.example>\nDate: Tue, 01 Dec 2026 17:00:00 +0000\n"
            "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            f"--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n\n<{about}>: {words}\n\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
            f"Final-Recipient: rfc822; {about}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n\n"
            "--b\nContent-Type: message/rfc822\n\n").encode() + original + b"\n--b--\n"


def complaint(to, original):
    return (f"From: fbl@mail.example\nTo: {to}\nSubject: abuse report\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n\n"
            "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Test/1\nVersion: 1\n\n"
            "--b\nContent-Type: message/rfc822\n\n").encode() + original + b"\n--b--\n"


class Sent:
    """The sample, sent to a catcher: who got what, with which return path."""

    def __init__(self, it, edition="first", catcher=None, *words):
        self.catcher = catcher or it.catcher()
        before = set(self.catcher.out.glob("*.json"))
        result = it.send(STEM, self.catcher, "--edition", edition, "-o", f"bounces.return_path={RETURN_PATH}", *words)
        it.expect(result.status == (75 if "--limit" in words else 0), "they are sent", result)
        self.by_address = {}
        for path in sorted(set(self.catcher.out.glob("*.json")) - before):
            envelope = json.loads(path.read_text())
            self.by_address[envelope["to"][0]] = (envelope["from"], path.with_suffix(".eml").read_bytes())
        self.people = sorted(self.by_address)

    def path(self, address):
        return self.by_address[address][0]

    def raw(self, address):
        return self.by_address[address][1]


class Home:
    """The Maildir that bounces come home to."""

    def __init__(self, it, name="home"):
        self.it, self.folder = it, it.folder / name
        for part in ("new", "cur", "tmp"):
            (self.folder / part).mkdir(parents=True)
        self.option = ["-o", f"bounces.mailbox=maildir:{self.folder}"]
        self.count = 0

    def put(self, mail):
        self.count += 1
        (self.folder / "new" / f"17000000{self.count:05}.M1.mx").write_bytes(mail)

    def collect(self, *words):
        return self.it.run("collect", "--json", *self.option, *words)

    def names(self, part):
        return sorted(path.name for path in (self.folder / part).iterdir())


def suppressed(it):
    return {row["address"]: row for row in it.ok("suppress", "list", "--json").lines()}


def effects(result):
    return [line["effect"] for line in result.lines()]


def a_bounce_suppresses_its_reader_once(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    gone, other = sent.people[0], sent.people[1]
    home.put(dsn(sent.path(gone), gone, GONE, sent.raw(gone)))
    first = home.collect()
    it.expect(first.status == 0 and effects(first) == ["suppressed"], "it is suppressed", first)
    it.expect(first.lines()[0]["proof"] == "return path", "proven by the return path", first)
    it.expect(list(suppressed(it)) == [gone], "just that one", suppressed(it))
    row = suppressed(it)[gone]
    it.expect(row["class"] == "bad-mailbox" and row["source"].startswith("bounce ") and row["until"] is None,
              "with class, source and no end", row)
    it.expect(home.names("new") == [] and home.names("cur")[0].endswith(":2,S"), "the mail is seen now", home.names("cur"))
    told = it.ok("status", STEM, "--json").json()
    it.expect(told["returned"] == 1 and told["complaints"] == 0 and told["sent"] == told["planned"], "status counts it", told)
    it.expect("of those sent, 1 came back" in it.ok("status").out, "and says so")
    again = home.collect()
    it.expect(again.status == 0 and again.out == "", "a second run finds nothing new", again)
    it.expect(list(suppressed(it)) == [gone], "and changes nothing")
    it.expect(other not in suppressed(it), "nobody else pays")


def the_same_mail_by_every_way_counts_once(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    full = sent.people[0]
    mail = dsn(sent.path(full), full, FULL, sent.raw(full))
    home.put(mail)
    home.put(mail)
    it.expect(effects(home.collect()) == ["counted"], "a copy is no second bounce")
    box = it.folder / "box"
    box.write_bytes(b"From MAILER-DAEMON Tue Dec  1 17:00:00 2026\n" + mail + b"\nFrom MAILER-DAEMON x\n" +
                    dsn(sent.path(sent.people[1]), sent.people[1], GONE) + b"\n")
    done = it.run("collect", "--json", "-o", f"bounces.mailbox=mbox:{box}")
    it.expect(done.status == 0 and effects(done) == ["suppressed"], "an mbox brings the other one", done)
    done = it.run("collect", "-", "--json", stdin=mail.decode())
    it.expect(done.status == 0 and done.out == "", "so does standard input", done)
    done = it.run("collect", "-", "--json", stdin=dsn(sent.path(sent.people[2]), sent.people[2], GONE).decode())
    it.expect(effects(done) == ["suppressed"], "and a new one counts", done)
    it.expect(sorted(suppressed(it)) == sent.people[1:3], "two are suppressed", suppressed(it))


def a_forged_bounce_changes_nothing(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    victim = sent.people[0]
    bent = sent.path(victim).replace("+", "+a", 1)
    home.put(dsn(RETURN_PATH, victim, GONE))
    home.put(dsn(bent, victim, GONE, number=2))
    home.put(dsn(sent.path(sent.people[1]), victim, SPF, number=3))
    home.put(b"From: x@y.example\nTo: bounces@mail.example\nSubject: unsubscribe\n\nplease\n")
    done = home.collect()
    it.expect(effects(done) == ["unproven", "unproven", "ours", "unproven"], "it is shown", done)
    it.expect(done.lines()[0]["proof"] == "address", "an address proves nothing", done)
    it.expect(done.lines()[2]["address"] == sent.people[1], "a signature speaks for its own reader alone", done)
    it.expect(suppressed(it) == {}, "nobody is suppressed")
    it.expect(len(home.names("new")) == 3, "what proves nothing stays where it was", home.names("new"))


def a_copy_stays_where_the_mail_it_repeats_stays(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    forged = dsn(RETURN_PATH, sent.people[0], GONE)
    home.put(forged)
    it.expect(effects(home.collect()) == ["unproven"], "it proves nothing")
    home.put(forged)
    done = home.collect()
    it.expect(done.status == 0 and done.out == "", "its copy is nothing new", done)
    it.expect(len(home.names("new")) == 2, "and is left to a person as well", home.names("cur"))


def our_header_and_our_message_id_prove_it_too(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    a, b, c = sent.people[:3]
    home.put(dsn("postmaster@relay.example", a, GONE, sent.raw(a)))
    ours = email.message_from_bytes(sent.raw(b), policy=email.policy.SMTP)["Message-ID"]
    home.put(dsn("postmaster@relay.example", b, GONE, f"Message-ID: {ours}\nSubject: x\n\n".encode()))
    home.put(dsn("postmaster@relay.example", c, GONE, f"Message-ID: {ours}\nSubject: x\n\n".encode(), number=3))
    done = home.collect()
    it.expect([line["proof"] for line in done.lines()] == ["header", "Message-ID", "address"], "each is known", done)
    it.expect(sorted(suppressed(it)) == [a, b], "a Message-ID proves only its own delivery", suppressed(it))


def our_own_fault_costs_no_reader(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    for number, address in enumerate(sent.people):
        home.put(dsn(sent.path(address), address, SPF, number=number))
    done = home.collect()
    it.expect(set(effects(done)) == {"ours"} and done.status == 0, "all are ours", done)
    it.expect("SPF, DKIM or DMARC" in done.err, "and what to mend is said", done)
    it.expect(suppressed(it) == {}, "nobody is suppressed")


def a_complaint_suppresses_for_ever_and_an_auto_reply_does_nothing(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    angry, away = sent.people[:2]
    home.put(complaint("fbl@childrensmovement.example", sent.raw(angry)))
    home.put((f"From: {away}\nTo: {sent.path(away)}\nSubject: Out of Office: back on Monday\n"
              "Auto-Submitted: auto-replied\n\nI am out of the office.\n").encode())
    home.put(dsn(sent.path(away), away, ("4.4.1", "connection timed out, still trying"), action="delayed"))
    done = home.collect()
    it.expect(effects(done) == ["suppressed", "nothing", "nothing"], "only the complaint has an effect", done)
    row = suppressed(it)[angry]
    it.expect(row["class"] == "complaint" and row["until"] is None and len(suppressed(it)) == 1, "for ever", row)


def an_unsubscribe_mail_unsubscribes_by_its_token(it):
    it.sample_workspace()
    catcher = it.catcher()
    mailto = ["-o", "unsubscribe.mailto=leave@mail.example"]
    result = it.send(STEM, catcher, *mailto)
    it.expect(result.status == 0, "all are sent", result)
    messages = {message["To"].addresses[0].addr_spec: message for message in catcher.messages()}
    leaver = sorted(messages)[0]
    subject = str(messages[leaver]["List-Unsubscribe"]).partition("subject=")[2].partition(">")[0]
    home = Home(it)
    home.put(f"From: somebody@else.example\nTo: leave@mail.example\nSubject: {subject.upper()}\n\n\n".encode())
    home.put(f"From: somebody@else.example\nTo: leave@mail.example\nSubject: {subject[:-1]}\n\n\n".encode())
    done = home.collect()
    it.expect(effects(done) == ["unsubscribed", "unproven"], "the token decides", done)
    listed = [member["email"] for member in it.ok("plan", STEM, "--edition", "next", "--json", "--list").lines()]
    it.expect(leaver not in listed and len(listed) == len(messages) - 1, "just one left", listed)
    it.expect(suppressed(it) == {}, "other topics still reach them")


def soft_bounces_count_until_one_arrives(it):
    it.sample_workspace()
    home, catcher = Home(it), it.catcher()
    for number in range(5):
        sent = Sent(it, f"edition-{number}", catcher)
        full = sent.people[0]
        home.put(dsn(sent.path(full), full, FULL, number=number))
        home.put(dsn(sent.path(full), full, FULL, number=100 + number))
        done = home.collect()
        it.expect(effects(done) == ["counted", "counted"], "each counts", done)
        it.expect((full in suppressed(it)) == (number == 4), f"suppressed with the fifth delivery, not before: {number}")
    row = suppressed(it)[full]
    it.expect(row["class"] == "mailbox-full" and row["until"] is not None, "and not for ever", row)


def one_that_arrived_takes_the_soft_ones_before_it_away(it):
    it.sample_workspace()
    home, catcher = Home(it), it.catcher()

    def sent_days_ago(edition, days, comes_home):
        sent = Sent(it, edition, catcher)
        full = sent.people[0]
        database = sqlite3.connect(it.workspace / "var/broadside.db")
        with database:
            database.execute("UPDATE delivery SET settled_ms = settled_ms - ? WHERE edition_id = (SELECT id FROM edition WHERE slot = ?)",
                             (days * 86_400_000, edition))
        database.close()
        if comes_home:
            home.put(dsn(sent.path(full), full, FULL, number=days))
            it.expect(effects(home.collect()) == ["counted"], f"{edition} counts")
        return full in suppressed(it)

    for number in range(4):
        it.expect(not sent_days_ago(f"before-{number}", 30 - number, True), "four are too few")
    sent_days_ago("between", 20, False)
    for number in range(4):
        it.expect(not sent_days_ago(f"behind-{number}", 10 - number, True), "and so are four behind one that nobody sent back")
    it.expect(sent_days_ago("last", 5, True), "the fifth of those suppresses")


def limits_a_lock_and_clear_words(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    for address in sent.people[:3]:
        home.put(dsn(sent.path(address), address, FULL))
    done = home.collect("--limit", "2")
    it.expect(done.status == 75 and len(done.lines()) == 2, "a limit leaves work", done)
    done = home.collect("--limit", "2")
    it.expect(done.status == 0 and len(done.lines()) == 1, "which the next run does", done)
    with open(it.workspace / "var/collect.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        it.expect_error(home.collect(), 75, "another `broadside collect`")
    it.expect_error(it.run("collect"), 78, "bounces.mailbox")
    it.expect_error(it.run("collect", "-o", f"bounces.mailbox=maildir:{it.folder}/none"), 69, "cannot be opened")
    it.expect_error(it.run("collect", "elsewhere"), 64, "only -")
    it.expect_error(it.run("collect", "-", stdin=""), 65, "no mail")
    done = it.run("collect", "--rejudge", "--json")
    it.expect(done.status == 0 and done.out == "", "judging again by the same tables changes nothing", done)


def better_tables_judge_again_what_was_kept(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    gone, full, other = sent.people[:3]
    home.put(dsn(sent.path(gone), gone, GONE))
    home.put(dsn(sent.path(full), full, FULL))
    home.collect()
    it.ok("suppress", "add", other)
    # As if worse tables had judged: the dead one for alive, the full one for dead.
    database = sqlite3.connect(it.workspace / "var/broadside.db")
    database.execute("UPDATE suppression SET (hash, address, source) = "
                     "(SELECT hash, address, 'bounce ' || id FROM bounce WHERE address = ?) WHERE address = ?", (full, gone))
    database.execute("UPDATE bounce SET class = 'content', action = 'alert', effect = 4 WHERE address = ?", (gone,))
    database.execute("UPDATE bounce SET class = 'bad-mailbox', action = 'suppress', effect = 1, counted = 0 WHERE address = ?",
                     (full,))
    database.commit()
    database.close()
    it.expect(sorted(suppressed(it)) == [full, other], "the wrong one pays", suppressed(it))
    done = it.run("collect", "--rejudge", "--json")
    it.expect(done.status == 0 and sorted(effects(done)) == ["counted", "suppressed"], "both come out otherwise", done)
    it.expect(sorted(suppressed(it)) == sorted([gone, other]), "the right one pays, the operator's word stays", suppressed(it))
    it.expect(it.run("collect", "--rejudge", "--json").out == "", "once is enough")


def a_postmasters_own_words_decide(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    left = sent.people[0]
    mail = dsn(sent.path(left), left, ("5.7.1", "550 5.7.1 {}: this person HAS LEFT the building (0815)"))
    home.put(mail)
    it.expect(effects(home.collect()) == ["ours"], "the tables go by the code")
    words = it.workspace / "config/verdicts.yaml"
    words.write_text("verdicts:\n  - {words: \"has left * building\", means: bad-mailbux}\n")
    it.expect_error(it.run("collect", *home.option), 78, "config/verdicts.yaml:2:43", "did you mean")
    words.write_text("verdicts:\n  - {words: \"has left * building\", means: bad-mailbox}\n")
    (it.folder / "mail.eml").write_bytes(mail)
    said = it.ok("explain", it.folder / "mail.eml").out
    it.expect("rule        has left * building" in said and "suppress" in said.splitlines()[-1], "explain names the row", said)
    done = it.run("collect", "--rejudge", "--json")
    it.expect(done.status == 0 and effects(done) == ["suppressed"], "and what came before is judged by it", done)
    it.expect(list(suppressed(it)) == [left], "the reader is suppressed", suppressed(it))


def killed_at_any_moment_it_takes_each_mail_once(it):
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    for number in range(4000):
        address = sent.people[number % len(sent.people)]
        home.put(dsn(sent.path(address), address, FULL, number=number))
    kills = 0
    for wait in (0.06, 0.1, 0.14, 0.18, 0.25, 0.35):
        process = it.start("collect", "--quiet", *home.option)
        time.sleep(wait)
        kills += process.poll() is None
        process.kill()
        process.wait()
    done = it.run("collect", "--quiet", *home.option)
    it.expect(kills >= 3 and done.status == 0, "the last run ends by itself", done)
    database = sqlite3.connect(it.workspace / "var/broadside.db")
    count = database.execute("SELECT count(*), count(DISTINCT digest), (SELECT count(*) FROM bounce_name) FROM bounce").fetchone()
    database.close()
    it.expect(count == (4000, 4000, 4000), "each mail once", count)
    it.expect(len(home.names("cur")) == 4000 and home.names("new") == [], "no mail is gone, and each is shown as seen",
              len(home.names("new")))


def stopped_in_the_middle_of_a_batch_it_ends_cleanly(it):
    """As systemd and a terminal stop it: whoever belongs to it gets the signal, too."""
    it.sample_workspace()
    sent, home = Sent(it), Home(it)
    for number in range(9000):
        address = sent.people[number % len(sent.people)]
        home.put(dsn(sent.path(address), address, FULL, number=number))
    database = sqlite3.connect(it.workspace / "var/broadside.db")

    def taken():
        return database.execute("SELECT count(*) FROM bounce").fetchone()[0]

    def children(process):
        return [int(child) for child in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]

    names = []
    for number, is_reading in ((signal.SIGTERM, True), (signal.SIGINT, False), (signal.SIGHUP, True), (signal.SIGTERM, False)):
        before = taken()
        process = it.start("collect", "--json", *home.option)
        wait_for(lambda: children(process), step=0.001)
        reader = children(process)[0]
        if is_reading:  # it stands in the middle of the first batch
            os.kill(reader, signal.SIGSTOP)
            time.sleep(0.3)
        else:  # the first batch is taken; nobody listens, so it stands in the middle of telling
            wait_for(lambda: taken() > before, step=0.001)
            time.sleep(0.1)
        os.kill(process.pid, number)
        os.kill(reader, number)
        os.kill(reader, signal.SIGCONT)
        out, err = process.communicate(timeout=60)
        it.expect(process.returncode == 75, "it says that a signal left work", (process.returncode, err))
        lines = [json.loads(line) for line in out.splitlines()]
        it.expect({line["effect"] for line in lines} == {"counted"}, "the signal costs no mail that was being read", err)
        names += [line["mail"] for line in lines]
        it.expect(before < len(names) == taken() < 9000, "what was taken is told", (len(names), taken()))
        it.expect(len(home.names("new")) == 9000 - taken(), "and shown as seen, the others not", (len(home.names("new")), taken()))
    done = home.collect()
    database.close()
    names += [line["mail"] for line in done.lines()]
    it.expect(done.status == 0 and len(names) == len(set(names)) == 9000, "the next run takes the others, and none twice", len(names))
    it.expect(home.names("new") == [], "then all are seen")


def postfix_bounces_later_and_exactly_the_unknown_are_suppressed(it):
    it.sample_workspace()
    people = [member["email"] for member in it.ok("plan", STEM, "--json", "--list").lines()]
    gone, mailbox = sorted(set(people))[:4], "bounces@bounces.childrensmovement.example"
    domains = {f"postmaster@{person.rpartition('@')[2]}" for person in people}
    known = sorted((set(people) | domains) - set(gone)) + [mailbox]
    postfix = Postfix(it, known, certificates(it), bounces_later=True)
    result = it.run("send", STEM, "--yes", "--json", "-o", f"relay.url={postfix.url}", "-o", f"bounces.return_path={mailbox}")
    it.expect(result.status == 0, "Postfix takes all of them", result)
    it.expect(wait_for(lambda: len(postfix.mailbox(mailbox)) == len(gone)), "and returns the unknown", postfix.log()[-2000:])
    home = f"bounces.mailbox=maildir:{postfix.folder / 'mail' / mailbox}"
    done = it.run("collect", "--json", "-o", home)
    it.expect(done.status == 0 and effects(done) == ["suppressed"] * len(gone), "each is suppressed", done)
    it.expect({line["proof"] for line in done.lines()} == {"return path"}, "proven by its return path", done)
    it.expect(sorted(suppressed(it)) == gone, "exactly those", suppressed(it))
    before = it.ok("suppress", "list", "--json").out
    again = it.run("collect", "--json", "-o", home)
    it.expect(again.status == 0 and again.out == "" and it.ok("suppress", "list", "--json").out == before,
              "a second run changes nothing", again)
    planned = {member["email"] for member in it.ok("plan", STEM, "--edition", "next", "--json", "--list").lines()}
    it.expect(planned == set(people) - set(gone), "the next edition goes to the others", planned)


STORIES = [a_bounce_suppresses_its_reader_once, the_same_mail_by_every_way_counts_once, a_forged_bounce_changes_nothing, a_copy_stays_where_the_mail_it_repeats_stays,
           our_header_and_our_message_id_prove_it_too, our_own_fault_costs_no_reader,
           a_complaint_suppresses_for_ever_and_an_auto_reply_does_nothing,
           an_unsubscribe_mail_unsubscribes_by_its_token, soft_bounces_count_until_one_arrives, one_that_arrived_takes_the_soft_ones_before_it_away,
           limits_a_lock_and_clear_words,
           better_tables_judge_again_what_was_kept, a_postmasters_own_words_decide, killed_at_any_moment_it_takes_each_mail_once,
           stopped_in_the_middle_of_a_batch_it_ends_cleanly,
           postfix_bounces_later_and_exactly_the_unknown_are_suppressed]
