"""Against a real Postfix on loopback: accepted, refused, and over STARTTLS with a password through Dovecot."""
from bad_input import certificates, secret
from postfix import Postfix
from secrecy import PASSWORD
from story import wait_for

# Of this campaign an address gets one message, however many members share it.
STEM = "leverage-lcff-for-stem"


def planned(it):
    return [member["email"] for member in it.ok("plan", STEM, "--json", "--list").lines()]


def postfix_delivers_to_every_member_once(it):
    it.sample_workspace()
    people = planned(it)
    postfix = Postfix(it, people, certificates(it))
    result = it.run("send", STEM, "--yes", "--json", "-o", f"relay.url={postfix.url}")
    it.expect(result.status == 0, "everyone is sent", result)
    it.expect(wait_for(lambda: sum(postfix.delivered().values()) == len(set(people))), "and delivered", postfix.delivered())
    it.expect(set(postfix.delivered().values()) == {1}, "one each", postfix.delivered())


def postfix_refuses_an_unknown_user_who_is_suppressed(it):
    it.sample_workspace()
    people = planned(it)
    gone = people.pop()
    domains = people + [f"postmaster@{gone.rpartition('@')[2]}"]
    postfix = Postfix(it, domains, certificates(it))
    result = it.run("send", STEM, "--yes", "--json", "-o", f"relay.url={postfix.url}")
    counts = result.json()
    it.expect(result.status == 80, "some failed for good", result)
    it.expect(counts["failed"] == 1 and counts["sent"] == len(people), "just that one", counts)
    listed = it.ok("suppress", "list").out
    it.expect("bad-mailbox" in listed, "it is suppressed", listed)
    it.expect(gone not in planned(it), "and is planned no more")


def starttls_and_a_password_through_dovecot(it):
    it.sample_workspace()
    people = planned(it)
    certs = certificates(it)
    postfix = Postfix(it, people, certs, user="updates", password=PASSWORD)
    tls = ["-o", "relay.tls=starttls", "-o", f"relay.ca_file={certs / 'ca.pem'}", "-o", "relay.user=updates"]
    url = ["-o", f"relay.url={postfix.url}"]
    wrong = it.run("send", STEM, "--yes", *url, *tls, "-o", f"relay.password_file={secret(it, content='no')}")
    it.expect_error(wrong, 78, "password")
    it.expect(sum(postfix.delivered().values()) == 0, "nothing was sent")
    result = it.run("send", STEM, "--yes", *url, *tls, "-o", f"relay.password_file={secret(it)}")
    it.expect(result.status == 0, "the right password works", result)
    it.expect(wait_for(lambda: sum(postfix.delivered().values()) == len(people)), "all delivered", postfix.log()[-2000:])
    it.expect("TLS connection established" in postfix.log() or "sasl_username=updates" in postfix.log(), "by AUTH")


STORIES = [postfix_delivers_to_every_member_once, postfix_refuses_an_unknown_user_who_is_suppressed,
           starttls_and_a_password_through_dovecot]
