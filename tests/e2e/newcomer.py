"""What somebody new to it does and types, and what they are told."""

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


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__]
