"""What somebody new to it does and types, and what they are told."""
import csv
import io

LINKED = "expand-linked-learning"


def a_dry_run_of_a_test_sends_no_test(it):
    it.sample_workspace()
    catcher = it.catcher()
    words = ("--test-to", "me@example.org", "--dry-run")
    said = it.send(LINKED, catcher, *words)
    it.expect(said.status == 0 and "would be sent to me@example.org" in said.out, "it says what would be sent", said)
    told = it.send(LINKED, catcher, *words, "--json").json()
    it.expect(told["dry_run"] is True and told["messages"] > 0 and told["sent"] == 0, "also to a program", told)
    it.expect(catcher.envelopes() == [], "nothing leaves", catcher.recipients())


def who_sends_a_cancelled_edition_is_told_why_nothing_leaves(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    it.ok("cancel", LINKED)
    for words in ((), ("--edition", "e")):
        said = it.send(LINKED, catcher, *words)
        it.expect_error(said, 77, "e was cancelled", "--edition NAME")
    it.expect(len(catcher.envelopes()) == 2, "nothing leaves")
    it.expect_error(it.run("resend", LINKED, "--failed"), 64, "was cancelled", "--edition NAME")


def status_of_an_edition_that_nobody_sends_says_how_it_goes_on(it):
    it.sample_workspace()
    catcher = it.catcher()
    said = it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    for told in (said, it.ok("status")):
        it.expect("nobody sends it at this moment" in told.out and f"broadside send {LINKED}" in told.out, "how to go on", told)
    it.send(LINKED, catcher)
    it.expect("nobody sends" not in it.ok("status").out, "and no word of it when it is done")


def status_leads_to_the_replies_of_those_who_were_put_off(it):
    it.sample_workspace()
    catcher = it.catcher(script='conn *: rcpt to=robin@* reply "451 4.7.1 greylisted, come back later"\n')
    said = it.send(LINKED, catcher)
    it.expect(said.status == 75 and f"broadside status {LINKED} --deferred" in said.out, "the way to them", said)
    listed = it.ok("status", LINKED, "--deferred").out
    it.expect("robin@example.org" in listed and "451" in listed and "come back later" in listed, "why", listed)
    it.expect("next 20" in listed, "and until when", listed)


def every_delivery_comes_as_csv_unless_some_are_asked_for(it):
    it.sample_workspace()
    it.expect(it.ok("status", "--csv").out.count("\n") == 1, "before anything was sent, the header alone")
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    planned = it.ok("status", LINKED, "--json").json()["planned"]
    rows = list(csv.DictReader(io.StringIO(it.ok("status", "--csv").out)))
    states = [row["state"] for row in rows]
    it.expect(len(rows) == planned and states.count("sent") == 2 and states.count("ready") == planned - 2, "all", states)
    none = it.ok("status", "--csv", "--failed")
    it.expect(none.out.count("\n") == 1, "or just those that failed", none)


def status_answers_also_when_there_is_nothing(it):
    it.sample_workspace()
    it.expect("nothing was ever planned" in it.ok("status").out, "nothing was planned")
    it.expect_error(it.run("status", "--edition", "e"), 64, "there is no edition e")
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    it.expect_error(it.run("status", LINKED, "--edition", "f"), 64, f"{LINKED} has no edition f", "lists them")
    none = it.ok("status", "--failed")
    it.expect(none.out == "" and "there is no such delivery" in none.err, "none failed", none)
    it.expect(it.ok("status", "--failed", "--quiet").err == "", "--quiet says nothing")
    it.ok("pause", LINKED)
    it.expect_error(it.run("resend", LINKED, "--failed"), 64, f"first `broadside resume {LINKED} --edition e`")
    it.expect("already" in it.ok("pause", LINKED).out, "paused is paused")


def a_spreadsheet_s_export_is_told_what_to_mend(it):
    it.sample_workspace()
    said = it.run("import", it.write("twice.csv", "email,first_name\nann@example.org,Ann\nANN@example.org,Anna\n,\n"))
    it.expect_error(said, 80, "its address is that of line 2", "a column \"key\"", "1 rejected", "import the file again")
    it.expect("they subscribe to no topic" in said.out and "--topic" in said.out, "nobody would reach her", said)
    for topics in (("--topic", "stem"), ()):  # the second time she is known, with her topic
        said = it.ok("import", it.write("once.csv", "email,first_name\nbea@example.org,Bea\n"), *topics)
        it.expect("no topic" not in said.out, "with a topic there is nothing to say", said)
    for content, words in ((b"PK\x03\x04\x14\0\0\0", ("is a spreadsheet", "CSV UTF-8")), ("email;key\na@example.org;b\n", ("semicolons", "LibreOffice")),
                           ("email,,x\n", ("column 2 has no name",))):
        it.expect_error(it.run("import", it.write("export.csv", content)), 65, "export.csv:1", *words)


def a_condition_that_no_member_can_meet_is_doubted(it):
    it.sample_workspace()
    text = (it.workspace / "campaigns" / f"{LINKED}.yaml").read_text()
    audience = text[text.index("audience:"):text.index("schedule:")]

    def check(words):
        it.write(f"campaigns/{LINKED}.yaml", text.replace(audience, f"audience: {words}\n"))
        return it.ok("check", LINKED).out
    said = check("{exclude: {rol: staff}}")
    it.expect('no member has a field "rol"; did you mean "role"?' in said and "[audience-unknown]" in said, "a column", said)
    said = check("{where: {conty: Fresno}}")
    it.expect('"conty"; did you mean "county"?' in said and "[audience-empty]" in said, "an attribute", said)
    said = check("{topics: [linked-learning, linked-lerning]}")
    it.expect('nobody was ever subscribed to "linked-lerning"; did you mean "linked-learning"?' in said, "a topic", said)
    said = check("{topics: [linked-learning, stem], where: {kind: individual, county: [Fresno]}, exclude: {tags: board, role: staff}}")
    it.expect("audience-unknown" not in said, "what is there is not doubted", said)


def an_option_that_would_be_passed_over_is_refused(it):
    it.sample_workspace()
    for words, says in ((("send", LINKED, "--yes", "--as", "m01"), "--test-to"), (("run", "--days", "3"), "--calendar"),
                        (("status", "--audit", "--failed"), "not for both")):
        it.expect_error(it.run(*words), 64, says)


def a_preview_that_cannot_be_made_says_so_once(it):
    it.sample_workspace()
    path = f"campaigns/{LINKED}.yaml"
    it.write(path, (it.workspace / path).read_text().replace("Dear {{first_name", "Dear {{frist_name | upper}}{{first_name", 1))
    for words in (("--text",), ("--out", it.folder / "out")):
        said = it.run("preview", LINKED, *words)
        told = [line for line in (said.out + said.err).splitlines() if "frist_name" in line]
        it.expect(said.status == (65 if "--text" in words else 0) and len(told) == 1 and 'did you mean "first_name"' in told[0], "once", said)
    it.expect_error(it.run("preview", LINKED, "--text", "--as", "nobody"), 64, "nobody has the key", "members find")


def a_bare_workspace_writes_to_nobody_but_its_own_members(it):
    told = it.run("init", it.workspace, "--bare", workspace=False)
    it.expect(told.status == 0 and "broadside import" in told.out, "it says what comes next", told)
    it.expect(list((it.workspace / "campaigns").iterdir()) == [] and not (it.workspace / "config/members.csv").exists(), "nothing of the example's")
    it.expect("there are no members yet" in it.ok("members").out, "nobody is there")
    it.ok("import", it.write("ours.csv", "email,topics\nann@example.org,spring\n"))
    it.write("campaigns/spring.yaml", "id: spring\ntopic: spring\nsubject: Hello\ntemplate: advocacy\nbody: Hello, friend.\naudience: {}\n")
    it.ok("check")
    catcher = it.catcher()
    it.expect(it.send("spring", catcher).status == 0 and catcher.recipients() == ["ann@example.org"], "just her", catcher.recipients())
    it.expect_error(it.run("init", it.workspace, "--bare", workspace=False), 64, "is there already")


def what_the_configuration_lacks_is_asked_for_there(it):
    it.sample_workspace()
    path = it.workspace / "config/broadside.yaml"
    whole = path.read_text()
    path.write_text(whole[:whole.index("unsubscribe:")])
    said = it.run("check", LINKED)
    it.expect_error(said, 65, '"unsubscribe_url" is missing; set unsubscribe.url, or unsubscribe.mailto, in config/broadside.yaml')
    it.expect("give a default" not in said.out, "no default can stand for it", said)
    path.write_text("\n".join(line for line in whole.splitlines() if "postal_address" not in line) + "\n")
    said = it.ok("check", LINKED)
    it.expect("config/broadside.yaml" in said.out and "[postal-address-unset]" in said.out, "nor may the postal address be forgotten", said)
    path.write_text(whole)
    it.expect("postal-address" not in it.ok("check", LINKED).out, "with it there is nothing to say")


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__]
