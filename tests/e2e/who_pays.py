"""Who pays: faults of ours pause what is being sent, complaints end it for good, and what is soft is forgotten."""
import sqlite3

from bounces import FULL, STEM, Home, RETURN_PATH, Sent, complaint, dsn, effects, suppressed

DAY_MS = 24 * 60 * 60 * 1000

# What a server says about us, and the words a person needs to mend it.
OURS = {
    "auth-failure": (("5.7.26", "550 5.7.26 unauthenticated: SPF and DKIM of our domain did not pass"), "SPF, DKIM or DMARC"),
    "policy-block": (("5.7.1", "554 5.7.1 client host blocked using zen.spamhaus.org"), "blocklist"),
    "content": (("5.7.1", "554 5.7.1 message rejected as spam"), "links, attachments and wording"),
    "message-too-big": (("5.3.4", "552 5.3.4 message too big"), "too large"),
}


def begun(it, catcher, edition):
    """An edition that is still being sent: who got it, and by which return path."""
    return Sent(it, edition, catcher, "--limit", "8")


def back_in_time(it, days):
    """As if all that was sent, came home or was suppressed had been so many days earlier."""
    database = sqlite3.connect(it.workspace / "var/broadside.db")
    for table, column in (("bounce", "taken_ms"), ("delivery", "settled_ms"), ("suppression", "since_ms"),
                          ("suppression", "until_ms")):
        database.execute(f"UPDATE {table} SET {column} = {column} - ? WHERE {column} > 0", (days * DAY_MS,))
    database.commit()
    database.close()


def a_fault_of_ours_pauses_what_is_being_sent_and_says_what_to_mend(it):
    it.sample_workspace()
    catcher = it.catcher()
    for name, (words, advice) in OURS.items():
        home, sent = Home(it, f"home-{name}"), begun(it, catcher, name)
        for number, address in enumerate(sent.people[:5]):
            home.put(dsn(sent.path(address), address, words, number=number))
        done = home.collect()
        it.expect(effects(done) == ["ours"] * 5, f"{name}: all are ours", done)
        it.expect(advice in done.err and "no reader was suppressed" in done.err, f"{name}: what to mend is said", done)
        edition = it.run("status", STEM, "--json").lines()[0]
        it.expect(edition["state"] == "paused", f"{name}: it is paused", edition)
        how = ("--edition", name, "-o", f"bounces.return_path={RETURN_PATH}")
        again = it.send(STEM, catcher, *how)
        it.expect(again.status == 81 and "our own fault" in again.out + again.err, f"{name}: nothing more leaves", again)
        it.ok("resume", STEM, "--edition", name)
        last = it.send(STEM, catcher, *how)
        it.expect(last.status == 0, f"{name}: mended and resumed it goes on", last)
    it.expect(suppressed(it) == {}, "and nobody is suppressed by any of them", suppressed(it))


def three_complaints_pause_what_is_being_sent(it):
    it.sample_workspace()
    catcher, home = it.catcher(), Home(it)
    sent = begun(it, catcher, "first")
    angry = sent.people[:3]
    for address in angry[:2]:
        home.put(complaint("fbl@childrensmovement.example", sent.raw(address)))
    home.collect()
    it.expect(it.run("status", STEM, "--json").lines()[0]["state"] == "running", "two are two readers")
    home.put(complaint("fbl@childrensmovement.example", sent.raw(angry[2])))
    done = home.collect()
    it.expect(effects(done) == ["suppressed"], "the third is suppressed", done)
    it.expect(it.run("status", STEM, "--json").lines()[0]["state"] == "paused", "and the edition paused", done)
    it.expect("spam" in it.run("status", STEM).out, "with its reason", it.run("status", STEM))
    back_in_time(it, 4000)
    it.ok("import", it.workspace / "config/members.csv")
    rows = suppressed(it)
    it.expect(sorted(rows) == angry and {row["until"] for row in rows.values()} == {None}, "for ever, whatever is imported", rows)


def what_is_soft_is_forgotten_after_a_while_and_so_is_its_suppression(it):
    it.sample_workspace()
    catcher, home = it.catcher(), Home(it)
    for number in range(4):
        sent = Sent(it, f"old-{number}", catcher)
        full = sent.people[0]
        home.put(dsn(sent.path(full), full, FULL))
    home.collect()
    back_in_time(it, 91)
    for number in range(5):
        it.expect(suppressed(it) == {}, f"four of a season ago count no more: {number}", suppressed(it))
        sent = Sent(it, f"new-{number}", catcher)
        home.put(dsn(sent.path(full), full, FULL))
        home.collect()
    row = suppressed(it)[full]
    it.expect(row["class"] == "mailbox-full" and "5 mails in a row" in row["reason"] and row["source"].startswith("bounce "),
              "five within one are too many; the row says class, reason and source", row)
    it.expect(row["since"] < row["until"], "and when it ends", row)
    back_in_time(it, 91)
    it.expect(suppressed(it) == {}, "then it is over", suppressed(it))
    listed = {member["email"] for member in it.ok("plan", STEM, "--edition", "next", "--json", "--list").lines()}
    it.expect(full in listed, "and the reader is written to again", listed)


def a_suppression_is_an_object_for_programs(it):
    it.sample_workspace()
    added = it.ok("suppress", "add", "robin@example.org", "--reason", "asked by telephone", "--json").json()
    it.expect(added["added"] and added["class"] == added["source"] == "operator" and added["until"] is None
              and added["reason"] == "asked by telephone", "what was added is said", added)
    again = it.ok("suppress", "add", "ROBIN@example.org", "--reason", "again", "--json").json()
    it.expect(not again["added"] and again["reason"] == "asked by telephone", "what was there stays as it was", again)
    one = it.ok("suppress", "list", "robin@example.org", "--json").json()
    it.expect(dict(one, added=False) == again, "the list says the same", (one, again))
    it.expect(it.ok("suppress", "list", "nobody@example.org", "--json").out == "", "of others nothing")
    gone = it.ok("suppress", "remove", "robin@example.org", "--json").json()
    it.expect(gone == {"address": "robin@example.org", "removed": True}, "what was taken off is said", gone)
    gone = it.ok("suppress", "remove", "robin@example.org", "--json").json()
    it.expect(not gone["removed"], "once", gone)


def a_mailbox_that_is_full_while_we_write_counts_like_one_that_says_so_by_mail(it):
    it.sample_workspace()
    people = sorted({member["email"] for member in it.ok("plan", STEM, "--json", "--list").lines()})
    full, off = people[:2]
    catcher = it.catcher(script=f'conn *: rcpt to={full} reply "552 5.2.2 mailbox is full"\n'
                                f'conn *: rcpt to={off} reply "550 5.2.1 mailbox is disabled"\n')
    sample = it.catcher()
    for number in range(5):
        it.expect((off in suppressed(it)) == (number >= 4), f"what is disabled is tried three times: {number}", suppressed(it))
        it.expect(full not in suppressed(it), f"what is full more often: {number}", suppressed(it))
        if number == 2:  # one of them takes it and sends it back
            sent = Sent(it, "by-mail", sample)
            home = Home(it)
            home.put(dsn(sent.path(full), full, FULL))
            it.expect(effects(home.collect()) == ["counted"], "by mail it counts as well")
            continue
        result = it.send(STEM, catcher, "--edition", f"edition-{number}", "--json")
        it.expect(result.status == 80, "some failed for good", result)
    rows = suppressed(it)
    it.expect(sorted(rows) == [full, off], "both are left alone", rows)
    it.expect(rows[full]["class"] == "mailbox-full" and rows[full]["source"] == "smtp" and "mailbox is full" in rows[full]["reason"]
              and rows[full]["until"] is not None, "for a while, with the server's words", rows[full])


STORIES = [
    a_fault_of_ours_pauses_what_is_being_sent_and_says_what_to_mend,
    three_complaints_pause_what_is_being_sent,
    what_is_soft_is_forgotten_after_a_while_and_so_is_its_suppression,
    a_mailbox_that_is_full_while_we_write_counts_like_one_that_says_so_by_mail,
    a_suppression_is_an_object_for_programs,
]
