"""The commands around a sending: what they print, and that they change only what they say."""
import csv
import io
import json

LINKED = "expand-linked-learning"


def every_command_explains_itself(it):
    overview = it.run("--help", workspace=False)
    it.expect(overview.status == 0 and "Exit status" in overview.out, "the overview", overview)
    names = [line.split()[0] for line in overview.out.split("Commands:\n")[1].split("\n\n")[0].splitlines()]
    it.expect({"init", "check", "import", "export", "members", "render", "preview", "plan", "send", "status", "pause",
               "resume", "cancel", "resend", "suppress"} <= set(names), "all are there", names)
    rows = overview.out.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    column = rows[-1].index("every key")
    it.expect(all(row[column - 1] == " " and row[column] != " " for row in rows), "what they do stands in one column", rows)
    for name in names:
        shown = it.run(name, "--help", workspace=False)
        it.expect(shown.status == 0 and f"broadside {name}" in shown.out, f"{name} --help", shown)
        it.expect(not any(line.endswith(" ") for line in shown.out.splitlines()), "no line ends in blanks", shown)


def help_is_a_word_as_well(it):
    it.expect(it.run("help", workspace=False).out == it.run("--help", workspace=False).out, "help is --help")
    it.expect(it.run("help", "send", workspace=False).out == it.run("send", "--help", workspace=False).out, "help COMMAND, too")
    it.expect_error(it.run("help", "sned", workspace=False), 64, 'did you mean "send"')


def render_prints_exact_bytes(it):
    it.workspace.mkdir()
    it.write("t.html", "{{#list}}<b>{{.}}</b>{{/list}}|{{missing}}|{{name | upper}}\n{{>part}}")
    it.write("part.html", "p{{{raw}}}")
    it.write("d.json", '{"list": ["a&b", 2], "name": "ñu", "raw": "<i>"}')
    result = it.ok("render", it.workspace / "t.html", "--data", it.workspace / "d.json")
    it.expect(result.out == "<b>a&amp;b</b><b>2</b>||ÑU\np<i>", "to the byte", result)
    strict = it.run("render", it.workspace / "t.html", "--data", it.workspace / "d.json", "--strict")
    it.expect_error(strict, 65, "t.html:1:", "missing")


def import_twice_changes_nothing_and_export_comes_back(it):
    it.sample_workspace()
    again = it.ok("import", it.workspace / "config/members.csv", "--json").json()
    it.expect(again["unchanged"] == 24 and again["added"] == again["changed"] == 0, "nothing changes", again)
    exported = it.ok("export").out
    rows = list(csv.DictReader(io.StringIO(exported)))
    it.expect(len(rows) == 24 and all("@" in row["email"] for row in rows), "24 rows come out", len(rows))
    back = it.ok("import", it.write("back.csv", exported), "--json").json()
    it.expect(back["unchanged"] == 24, "and go in again unchanged", back)


def a_dry_run_of_an_import_changes_nothing(it):
    it.sample_workspace()
    new = it.write("new.csv", "email,first_name\nnew@example.org,New\n")
    counts = it.ok("import", new, "--dry-run", "--json").json()
    it.expect(counts["added"] == 1, "it counts", counts)
    it.expect("new@example.org" not in it.ok("export").out, "and changes nothing")


def a_member_is_found_and_shown_with_what_she_was_sent(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.expect(it.send(LINKED, catcher).status == 0, "something was sent")
    someone = catcher.recipients()[0]
    it.expect(someone in it.ok("members", "find", someone.split("@")[0]).out, "found")
    shown = it.ok("members", "show", someone).out
    it.expect("subscribed" in shown and LINKED in shown and "sent" in shown, "with her history", shown)
    it.expect("county" in shown and "{" not in shown, "and what the group's own columns say", shown)
    it.expect(it.run("members", "show", "nobody@example.org").status == 64, "nobody is nobody")
    none = it.ok("members", "find", "nobody@")
    it.expect(none.out == "" and "nobody has" in none.err, "who is not found is not there", none)


def who_is_erased_is_gone_and_not_written_to_again(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e")
    it.expect_error(it.run("members", "erase", "m01"), 77, "not confirmed", "--yes")
    it.expect("robin@example.org" in it.ok("members").out, "nobody is erased by a slip")
    it.expect("m01 is erased" in it.ok("members", "erase", "m01", "--yes").out, "told to, it is done")
    it.expect_error(it.run("members", "show", "m01"), 64, "nobody has the key")
    everything = it.ok("export").out + it.ok("status", "--csv").out + it.ok("suppress", "list").out
    it.expect("robin" not in everything.lower() and "(an erased member)" in everything, "no list names them", everything)
    it.ok("status", "--audit")
    it.ok("import", it.workspace / "config/members.csv")
    it.expect(it.ok("plan", LINKED, "--json").json()["left_out"]["suppressed"] == 1, "imported again, nothing goes there")


def suppressing_is_undone_only_by_hand(it):
    it.sample_workspace()
    it.ok("suppress", "add", "Robin@Example.org", "--reason", "asked")
    it.ok("import", it.workspace / "config/members.csv")
    it.expect("robin@example.org" in it.ok("suppress", "list").out.lower(), "import lifts nothing")
    one = it.ok("suppress", "list", "ROBIN@example.org").out
    it.expect("asked" in one and one.count("\n") == 1, "one address can be asked for", one)
    it.expect("is not suppressed" in it.ok("suppress", "list", "alma@example.com").out, "also one that is not there")
    plan = it.ok("plan", LINKED, "--json").json()
    it.expect(plan["left_out"]["suppressed"] == 1, "plan says so", plan)
    it.ok("suppress", "remove", "robin@example.org")
    it.expect(it.ok("plan", LINKED, "--json").json()["left_out"]["suppressed"] == 0, "by hand it is undone")


def pause_and_cancel_hold_an_edition(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    it.expect("paused" in it.ok("pause", LINKED, "--reason", "a typo").out, "paused")
    held = it.send(LINKED, catcher, "--edition", "e")
    it.expect(len(catcher.envelopes()) == 2 and held.status in (75, 81), "nothing more goes out", held)
    it.expect("a typo" in it.ok("status").out, "status says why")
    it.ok("resume", LINKED)
    it.ok("cancel", LINKED)
    done = it.send(LINKED, catcher, "--edition", "e", "--json")
    it.expect(len(catcher.envelopes()) == 2, "cancelled is over", done)
    counts = it.ok("status", LINKED, "--json").json()
    it.expect(counts["state"] == "cancelled" and counts["skipped"] == counts["planned"] - 2, "and counted", counts)
    it.ok("status", "--audit")


def of_several_editions_the_names_are_told(it):
    it.sample_workspace()
    catcher = it.catcher()
    for edition in ("one", "two"):
        it.send(LINKED, catcher, "--edition", edition, "--limit", "1")
    it.expect_error(it.run("pause", LINKED), 64, "several unfinished editions", "two, one")
    it.ok("pause", LINKED, "--edition", "two")
    it.expect(len(it.ok("status", LINKED, "--edition", "two").out.split("paused")) == 2, "the named one is")
    it.expect_error(it.run("cancel", LINKED, "--edition", "three"), 64, "has no edition three")


def failed_ones_are_sent_again_when_told_to(it):
    it.sample_workspace()
    catcher = it.catcher(script='conn 1: rcpt nth=1 reply "550 5.7.1 blocked by policy"\n')
    first = it.send(LINKED, catcher, "--edition", "e", "-o", "relay.connections=1", "--json")
    it.expect(first.status == 80 and first.json()["failed"] == 1, "one fails", first)
    it.expect("suppressed" not in it.ok("suppress", "list").out and it.ok("suppress", "list").out == "", "nobody pays")
    it.ok("resend", LINKED, "--failed")
    second = it.send(LINKED, catcher, "--edition", "e", "--json")
    it.expect(second.status == 0 and second.json()["failed"] == 0, "then it is sent", second)


def an_address_beyond_ascii_needs_a_relay_that_takes_it(it):
    it.sample_workspace()
    it.ok("import", it.write("m.csv", "email,first_name,topics\njosé@example.org,José,linked-learning\n"))
    plain = it.catcher()
    result = it.send(LINKED, plain, "--edition", "plain", "--json")
    it.expect(result.json()["failed"] == 1, "without SMTPUTF8 it cannot be sent", result)
    it.expect("SMTPUTF8" in it.ok("status", LINKED, "--failed").out, "and status says why")
    able = it.catcher("--smtputf8")
    result = it.send(LINKED, able, "--edition", "able", "--json")
    it.expect(result.json()["failed"] == 0 and "josé@example.org" in able.recipients(), "with it, it is", result)


def status_speaks_csv_and_json(it):
    it.sample_workspace()
    catcher = it.catcher(script='conn *: rcpt nth=1 reply "550 5.1.1 =cmd() no such user"\n')
    it.send(LINKED, catcher, "-o", "relay.connections=1")
    rows = list(csv.DictReader(io.StringIO(it.ok("status", "--failed", "--csv").out)))
    it.expect(len(rows) == 1 and rows[0]["reply_code"] == "550" and rows[0]["enhanced"] == "5.1.1", "CSV", rows)
    line = json.loads(it.ok("status", "--failed", "--json").out)
    it.expect(line["reason"] == "bad-mailbox" and line["email"], "JSON", line)


def the_manual_is_the_file_in_config(it):
    from story import ROOT
    it.expect(it.run("manual", workspace=False).out == (ROOT / "config/reference.md").read_text(), "reference.md")
    it.expect(it.run("manual", "--example", workspace=False).out ==
              (ROOT / "config/broadside.example.yaml").read_text(), "broadside.example.yaml")


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__]
