"""The main job: a campaign, merged and sent, every recipient accounted for."""
import email.utils
import json
import re

from story import free_port

LINKED, STEM = "expand-linked-learning", "leverage-lcff-for-stem"


def nobody_got_two(it, catcher):
    """By return path: it names the delivery. Two members may share an address, and each gets hers."""
    paths = [envelope["from"] for envelope in catcher.envelopes()]
    it.expect(len(paths) == len(set(paths)) > 0, "nobody got two", paths)


def every_planned_member_gets_exactly_one_message(it):
    it.sample_workspace()
    catcher = it.catcher()
    plan = it.ok("plan", LINKED, "--json").json()
    result = it.send(LINKED, catcher, "--json")
    it.expect(result.status == 0, "send succeeds", result)
    sent = result.json()
    it.expect(sent["planned"] == plan["planned"] > 0, "send plans what plan said", (sent, plan))
    it.expect(sent["sent"] == sent["planned"] == len(catcher.envelopes()), "everyone planned was sent", sent)
    nobody_got_two(it, catcher)
    audit = it.run("status", "--audit")
    it.expect(audit.status == 0, "the sum is proved", audit)


def the_same_edition_sent_twice_sends_nothing_the_second_time(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.expect(it.send(LINKED, catcher, "--edition", "november").status == 0, "the first time succeeds")
    first = len(catcher.envelopes())
    again = it.send(LINKED, catcher, "--edition", "november", "--json")
    it.expect(again.status == 0, "the second time succeeds too", again)
    it.expect(len(catcher.envelopes()) == first > 0, "and sends nothing", len(catcher.envelopes()))


def a_new_edition_reaches_everyone_again(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "one")
    first = len(catcher.envelopes())
    it.expect(it.send(LINKED, catcher, "--edition", "two").status == 0, "the second edition is sent")
    it.expect(len(catcher.envelopes()) == 2 * first, "to everyone again")


def a_reader_gets_her_language_and_kind(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher)
    messages = catcher.messages()
    languages = {message["Content-Language"] for message in messages}
    it.expect(languages == {"en", "es"}, "both languages were sent", languages)
    for message in messages:
        html = message.get_body(("html",)).get_content()
        text = message.get_body(("plain",)).get_content()
        it.expect("{{" not in html + text, "no tag is left", text[:500])
        it.expect(f'lang="{message["Content-Language"]}"' in html, "the page says its language")


def every_message_carries_what_bulk_senders_must(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.expect(it.send(LINKED, catcher).status == 0, "it is sent")
    ids = set()
    for message, envelope in zip(catcher.messages(), catcher.envelopes()):
        for name in ("From", "To", "Subject", "Date", "Message-ID", "List-ID", "List-Unsubscribe", "Feedback-ID",
                     "Precedence", "Auto-Submitted", "MIME-Version"):
            it.expect(len(message.get_all(name, [])) == 1, f"{name} stands there once", message.items())
        it.expect(message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", "one click unsubscribes")
        it.expect("mailto:" in message["List-Unsubscribe"] and "https://" in message["List-Unsubscribe"], "both ways")
        it.expect(re.match(r"bounces\+[a-z0-9]+@", envelope["from"]), "the return path is signed", envelope)
        it.expect(email.utils.parseaddr(message["To"])[1] == envelope["to"][0], "To is the recipient", message["To"])
        ids.add(message["Message-ID"])
    it.expect(len(ids) == len(catcher.envelopes()), "each has its own Message-ID")
    froms = {envelope["from"] for envelope in catcher.envelopes()}
    it.expect(len(froms) == len(ids), "and its own return path")


def no_line_is_too_long_and_no_newline_is_bare(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.expect(it.send(STEM, catcher).status == 0, "it is sent")
    for raw in catcher.raw():
        it.expect(b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""), "only CRLF")
        body = raw.split(b"\r\n\r\n", 1)[1]
        it.expect(max(map(len, body.split(b"\r\n"))) <= 76, "body lines are at most 76 long")
        it.expect(max(map(len, raw.split(b"\r\n"))) <= 998, "no line is over 998")


def a_dry_run_sends_nothing_and_plans_nothing(it):
    it.sample_workspace()
    catcher = it.catcher()
    result = it.send(LINKED, catcher, "--dry-run")
    it.expect(result.status == 0, "it succeeds", result)
    it.expect(catcher.envelopes() == [], "nothing is sent")
    it.expect(it.ok("status", "--json").out.strip() in ("", "[]"), "nothing is planned")


def a_test_goes_to_the_test_address_only(it):
    it.sample_workspace()
    catcher = it.catcher()
    result = it.send(LINKED, catcher, "--test-to", "editor@example.org")
    it.expect(result.status == 0, "it succeeds", result)
    it.expect(set(catcher.recipients()) == {"editor@example.org"}, "only the editor gets it", catcher.recipients())
    it.expect(it.ok("status", "--json").out.strip() in ("", "[]"), "the ledger knows no edition of it")
    told = it.send(LINKED, catcher, "--test-to", "editor@example.org", "--json").json()
    it.expect(told == {"campaign": LINKED, "test_to": "editor@example.org", "messages": len(catcher.recipients()) // 2,
                       "sent": len(catcher.recipients()) // 2, "failure": None}, "a program is told in JSON", told)


def a_limit_sends_that_many_and_leaves_the_rest_for_the_next_time(it):
    it.sample_workspace()
    catcher = it.catcher()
    result = it.send(LINKED, catcher, "--edition", "e", "--limit", "3")
    it.expect(result.status == 75, "work remains", result)
    it.expect(len(catcher.envelopes()) == 3, "three were sent", len(catcher.envelopes()))
    it.expect(it.send(LINKED, catcher, "--edition", "e").status == 0, "the rest goes out")
    it.expect(len(catcher.envelopes()) > 3, "and that is more")
    nobody_got_two(it, catcher)


def without_yes_and_without_a_terminal_nothing_is_sent(it):
    it.sample_workspace()
    catcher = it.catcher()
    result = it.run("send", LINKED, "-o", f"relay.url={catcher.url}")
    it.expect_error(result, 77, "--yes")
    it.expect(catcher.envelopes() == [], "nothing was sent")


def a_suppressed_address_is_never_sent_to(it):
    it.sample_workspace()
    catcher = it.catcher()
    victim = it.ok("plan", LINKED, "--json", "--list").lines()[0]
    it.ok("suppress", "add", victim["email"], "--reason", "asked by telephone")
    it.expect(it.send(LINKED, catcher).status == 0, "the rest goes out")
    it.expect(victim["email"] not in catcher.recipients(), "the suppressed one gets nothing")
    listed = it.ok("suppress", "list")
    it.expect("asked by telephone" in listed.out, "the list says why", listed)


def an_unknown_user_is_suppressed_and_a_full_mailbox_waits(it):
    it.sample_workspace()
    catcher = it.catcher(script='conn *: rcpt nth=1 reply "550 5.1.1 no such user"\n'
                                'conn *: rcpt nth=2 reply "451 4.3.0 later, please"\n')
    result = it.send(LINKED, catcher, "-o", "relay.connections=1", "--json")
    counts = result.json()
    it.expect(result.status == 75, "work remains", result)
    it.expect(counts["failed"] == 1 and counts["deferred"] == 1, "one failed, one waits", counts)
    it.expect(counts["sent"] == counts["planned"] - 2, "all others were sent", counts)
    failed = it.ok("status", LINKED, "--failed")
    it.expect("no such user" in failed.out and "5.1.1" in failed.out, "status tells why", failed)
    it.expect("bad-mailbox" in it.ok("suppress", "list").out, "the unknown user is suppressed")


def our_own_fault_pauses_the_edition_at_once(it):
    it.sample_workspace()
    catcher = it.catcher(script='conn *: data-end reply "552 5.3.4 message too big"\n'
                                'conn *: bdat-end reply "552 5.3.4 message too big"\n')
    result = it.send(LINKED, catcher, "-o", "relay.connections=1")
    it.expect(result.status == 81, "the edition pauses", result)
    status = it.ok("status", LINKED, "--json").json()
    it.expect(status["state"] == "paused", "status says so", status)
    it.expect(it.ok("suppress", "list").out.count("@") == 0, "no reader pays for it")


def a_lost_reply_is_called_unknown(it):
    it.sample_workspace()
    catcher = it.catcher(script="conn 1: data-end nth=2 swallow\nconn 1: bdat-end nth=2 swallow\n")
    result = it.send(LINKED, catcher, "-o", "relay.connections=1", "--json")
    counts = result.json()
    it.expect(counts["unknown"] == 1, "one is unknown", counts)
    it.expect(counts["sent"] == counts["planned"] - 1, "the others were sent", counts)


def a_message_was_looked_at_and_log_and_status_agree(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher)
    status = it.ok("status", "--json").json()
    it.expect(status["state"] == "done" and status["sent"] == len(catcher.envelopes()), "status agrees", status)
    log = "".join(path.read_text() for path in (it.workspace / "var").glob("*.log"))
    for address in catcher.recipients():
        it.expect(address in log, f"the log has a line for {address}")


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
           and value is not nobody_got_two]
