"""Several relays in order of preference: when one fails the next carries the mail, and nobody notices."""
import datetime
import signal

from bad_input import certificates, secret
from durability import LINKED, Taken, counts, end
from limits import campaign, people
from story import free_port, wait_for


def listed(*relays):
    """The option that configures these relays: (url or catcher, more keys)."""
    entries = []
    for relay in relays:
        where, more = relay if isinstance(relay, tuple) else (relay, "")
        entries.append(f'{{url: "{getattr(where, "url", where)}"{", tls: none" if "tls:" not in more else ""}'
                       f'{", " + more if more else ""}}}')
    return "-o", f"relay=[{', '.join(entries)}]"


def nowhere():
    return f"smtp://127.0.0.1:{free_port()}"


def send(it, *relays, **how):
    return it.run("send", LINKED, "--yes", "--edition", "e", *listed(*relays), **how)


def start(it, *relays):
    return it.start("send", LINKED, "--yes", "--edition", "e", *listed(*relays))


def everybody_got_one(it, *catchers):
    messages = [message for catcher in catchers for message in Taken(catcher).messages]
    it.expect(len(messages) == len(set(messages)), "nobody got two", sorted(messages))
    planned = counts(it)["planned"]
    it.expect(len(messages) == planned > 0, "everybody got one", (len(messages), planned))
    it.ok("status", "--audit")


def status(it, *relays):
    return it.ok("status", *listed(*relays)).out


def the_second_relay_carries_all_when_the_first_is_down_at_the_start(it):
    it.sample_workspace()
    first, second = nowhere(), it.catcher()
    result = send(it, first, second)
    it.expect(result.status == 0, "all is sent", result)
    everybody_got_one(it, second)
    it.expect(f"the relay {first} is left for {second.url}" in result.err, "and it says through which, and why", result)
    told = status(it, first, second)
    it.expect(f"the relay {first} fails since" in told and f"mail goes through the relay {second.url}" in told,
              "status says so too", told)


def a_relay_that_dies_midway_loses_nobody_and_costs_no_copy(it):
    it.sample_workspace()
    first, second = it.catcher(script="conn 1: mail nth=4 reset\nconn 2+: greeting reset\n"), it.catcher()
    process = start(it, (first, "connections: 1"), second)
    it.expect(wait_for(lambda: len(Taken(first)) == 3), "it begins with the first")
    first.stop()
    it.expect(end(it, process, 60) == 0, "it goes on with the second, to the end", it.last_words)
    it.expect(len(Taken(first)) == 3 and len(Taken(second)) > 0, "both took some", (len(Taken(first)), len(Taken(second))))
    everybody_got_one(it, first, second)


def the_preferred_relay_gets_the_mail_back_when_it_answers_again(it):
    it.sample_workspace()
    port, second = free_port(), it.catcher()
    first = f"smtp://127.0.0.1:{port}"
    process = start(it, first, (second, "limits: [1/s], connections: 2"))
    it.expect(wait_for(lambda: len(Taken(second)) >= 1), "it begins with the second")
    returned = it.catcher("--listen", f"127.0.0.1:{port}")
    it.expect(end(it, process, 90) == 0, "all is sent")
    it.expect(len(Taken(returned)) > 0, "the first took over", (len(Taken(returned)), len(Taken(second))))
    last = max(Taken(second).times)
    it.expect(last <= min(Taken(returned).times), "and the second got nothing after that")
    everybody_got_one(it, second, returned)
    told = status(it, first, second)
    it.expect(f"mail goes through the relay {first}" in told and "fails" not in told, "status has the first again", told)


def with_every_relay_down_it_says_why_of_each_and_ends_with_69(it):
    it.sample_workspace()
    first, second = nowhere(), it.catcher(script='greeting reply "421 4.3.2 too busy" close\n')
    result = send(it, first, second)
    it.expect_error(result, 69, "none of 2 relays can be used", first, "cannot be reached", second.url, "too busy")
    it.expect(len(Taken(second)) == 0, "nothing was sent", len(Taken(second)))
    third = it.catcher()
    it.expect(send(it, third).status == 0, "the same command goes on")
    everybody_got_one(it, third)


def a_relay_that_greets_and_takes_nothing_is_left_as_well(it):
    it.sample_workspace()
    first, second = it.catcher(script="conn *: mail drop\n"), it.catcher()
    result = send(it, first, second)
    it.expect(result.status == 0 and f"the relay {first.url} is left for {second.url}: after 5 tries" in result.err,
              "it is tried five times, then left", result)
    everybody_got_one(it, second)


def an_unreachable_relay_is_said_once_and_how_often_it_was_tried(it):
    it.sample_workspace()
    where = nowhere()
    result = it.run("send", LINKED, "--yes", "-o", f"relay.url={where}")
    lines = [line for line in result.err.splitlines() if "cannot be reached" in line]
    it.expect(result.status == 69 and len(lines) == 2, "once when it begins, once when it is given up", result)
    it.expect("warning" in lines[0] and "(try 1 of 5)" in lines[0], "that it is tried again", lines)
    it.expect(lines[1].startswith("broadside: after 5 tries in ") and where in lines[1], "and how often it was", lines)
    log = (it.workspace / "var/broadside.log").read_text()
    it.expect(log.count("info the relay") == 4 and "(try 5 of 5)" in log, "the log has each of them", log)
    it.expect(log.count("error after 5 tries") == 1, "and the end", log)


def a_password_that_is_wrong_is_said_once(it):
    it.sample_workspace()
    _, where, tls = behind_tls(it, "good", "--auth", "updates:another", "--require-auth")
    mine = where, f"{tls}, user: updates, password_file: {secret(it)}"
    alone = send(it, mine)
    it.expect(alone.status == 78 and alone.err.count("does not accept the user and password") == 1, "as the end of it", alone)
    log = (it.workspace / "var/broadside.log").read_text()
    it.expect(log.count("error the relay") == 1, "and as an error in the log", log)
    helped = send(it, mine, it.catcher())
    it.expect(helped.status == 0 and helped.err.count("does not accept the user and password") == 1, "or with who helps out", helped)


def a_mistake_at_one_relay_is_said_loudly_while_the_other_delivers(it):
    it.sample_workspace()
    refusing, second = it.catcher(script='greeting reply "554 5.7.1 you are not welcome" close\n'), it.catcher()
    result = send(it, refusing, second)
    it.expect(result.status == 0 and "not welcome" in result.err, "what only a person can mend is on stderr", result)
    everybody_got_one(it, second)
    log = (it.workspace / "var/broadside.log").read_text()
    it.expect(any("not welcome" in line and "error" in line for line in log.splitlines()), "and an error in the log", log)
    it.expect("not welcome" in status(it, refusing, second), "and in status")


def behind_tls(it, name="good", *options):
    """A relay that wants TLS; itself, and what to write of it in the list."""
    certs = it.folder / "certs" if (it.folder / "certs").exists() else certificates(it)
    catcher = it.catcher("--starttls", certs / f"{name}.pem", certs / f"{name}.key", *options)
    return catcher, f"smtp://localhost:{catcher.port}", f"tls: starttls, ca_file: {certs / 'ca.pem'}"


def a_relay_that_refuses_the_password_is_left_and_named(it):
    it.sample_workspace()
    refusing, where, tls = behind_tls(it, "good", "--auth", "updates:another", "--require-auth")
    second, password = it.catcher(), secret(it)
    result = send(it, (where, f"{tls}, user: updates, password_file: {password}"), second)
    it.expect(result.status == 0 and f"the relay {where} is left for {second.url}" in result.err, "the second carries all", result)
    it.expect("does not accept the user and password" in result.err and "535" in result.err, "it is said why", result)
    everybody_got_one(it, second)
    it.expect(len(Taken(refusing)) == 0, "the first got nothing")
    told = it.ok("status", *listed((where, f"{tls}, user: updates, password_file: {password}"), second)).out
    it.expect(f"the relay {where} fails since" in told and "535" in told, "status says so too", told)


def relays_with_a_certificate_of_another_or_of_yesterday_are_left_and_named(it):
    it.sample_workspace()
    others, expired, third = behind_tls(it, "wrong"), behind_tls(it, "expired"), it.catcher()
    result = send(it, others[1:], expired[1:], third)
    it.expect(result.status == 0 and result.err.count("certificate that cannot be trusted") >= 2, "it is said why of both", result)
    it.expect(f"the relay {others[1]} is left for {expired[1]}" in result.err
              and f"the relay {expired[1]} is left for {third.url}" in result.err, "one after the other", result)
    it.expect(len(Taken(others[0])) + len(Taken(expired[0])) == 0, "neither got anything")
    everybody_got_one(it, third)


def a_relay_without_its_password_is_left_out_and_named(it):
    it.sample_workspace()
    second = it.catcher()
    result = send(it, (nowhere(), "tls: starttls, user: updates, password_file: config/absent.password"), second)
    it.expect(result.status == 0 and "absent.password" in result.err, "the missing file is named", result)
    everybody_got_one(it, second)


def what_one_relay_refuses_for_good_is_not_tried_at_the_other(it):
    it.sample_workspace()
    first = it.catcher(script='conn *: rcpt nth=1 times=1 reply "550 5.1.1 nobody here"\n'
                              'conn *: mail nth=6 reply "421 4.3.2 closing" close\n'
                              'conn 2+: greeting reply "421 4.3.2 closed" close\n')
    second = it.catcher()
    result = send(it, (first, "connections: 1"), second)
    now = counts(it)
    it.expect(now["failed"] == 1 and result.status == 80, "one has failed", (now, result.err))
    refused = [line for line in it.ok("status", LINKED, "--failed").out.splitlines() if "@" in line]
    it.expect(refused and not any(address in refused[0] for address in Taken(second).recipients),
              "the second relay never hears of it", (refused, Taken(second).recipients))
    it.expect(len(Taken(first)) > 0 and len(Taken(first)) + len(Taken(second)) == now["planned"] - 1, "all others got one",
              (len(Taken(first)), len(Taken(second)), now))
    it.ok("status", "--audit")


def most_in_a_second(times):
    return max((sum(1 for other in times if at <= other < at + 1000) for at in times), default=0)


def the_limits_of_each_relay_hold_by_its_own_log(it):
    it.sample_workspace()
    first, second = it.catcher(), it.catcher()
    relays = (first, "limits: [4/s]"), (second, "limits: [2/s]")
    process = start(it, *relays)
    it.expect(wait_for(lambda: len(Taken(first)) >= 6), "it begins with the first")
    first.stop()
    it.expect(wait_for(lambda: len(Taken(second)) >= 3), "it goes on with the second")
    process.send_signal(signal.SIGKILL)
    process.wait()
    result = send(it, *relays, timeout=120)
    it.expect(result.status in (0, 75), "and after a kill", result)
    one, two = most_in_a_second(Taken(first).times), most_in_a_second(Taken(second).times)
    print(f"  at most {one} of 4 and {two} of 2 a second")
    it.expect(0 < one <= 4 and 0 < two <= 2, "no second holds more than its relay allows", (one, two))
    planned, known = counts(it)["planned"], len(set(Taken(first).messages) | set(Taken(second).messages))
    it.expect(known >= planned - 2, "and all but the killed ones are there", (known, planned))
    it.ok("status", "--audit")


def takes_three_and_dies(it, *options):
    return it.catcher("--script", it.write("dying", "conn 1: mail nth=4 reset\nconn 2+: greeting reset\n"), *options)


def the_warm_up_of_a_relay_goes_on_where_it_was_when_the_mail_comes_back(it):
    it.sample_workspace()
    port, second = free_port(), it.catcher()
    first = takes_three_and_dies(it, "--listen", f"127.0.0.1:{port}")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    warm = f"connections: 1, warmup: {{start: {today}, first_day: 5, factor: 2}}"
    process = start(it, (first, warm), (second, "limits: [2/s]"))
    it.expect(wait_for(lambda: len(Taken(first)) == 3 and len(Taken(second)) >= 1), "the mail moves after three")
    first.stop()
    returned = it.catcher("--listen", f"127.0.0.1:{port}")
    it.expect(end(it, process, 60) in (0, 75), "it comes to an end", it.last_words)
    it.expect(len(Taken(returned)) == 2, "of its five a day two are left, whoever carried mail meanwhile",
              (len(Taken(returned)), len(Taken(second)), it.last_words))


def what_a_domain_asked_of_one_relay_is_remembered_for_that_relay_alone(it):
    it.sample_workspace()
    people(it, ["gentle.example"], 12)
    campaign(it)
    first = it.catcher("--script", it.write("gentle", 'conn 1: rcpt nth=3 times=1 reply "450 4.7.28 unusual rate of mail"\n'
                                                      "conn 1: mail nth=4 reset\nconn 2+: greeting reset\n"))
    second = it.catcher()
    relays = (first, "connections: 1"), second
    result = it.run("send", "limited", "--yes", *listed(*relays))
    it.expect(result.status == 75 and len(Taken(second)) > 0, "all but one go through the second", result)
    it.expect(len(Taken(first)) + len(Taken(second)) == 11, "all but the one that was put off", (len(Taken(first)), len(Taken(second))))
    span = max(Taken(second).times) - min(Taken(second).times)
    it.expect(span < 3000, "which nobody asked to be slow", span)
    paces = [line for line in it.ok("status", "--json", *listed(*relays)).lines() if line.get("domain") == "gentle.example"]
    it.expect(len(paces) == 1 and paces[0]["relay"].endswith(f":{first.port}"), "the first one's wish is kept", paces)
    told = status(it, *relays)
    it.expect(f"gentle.example is written to through 127.0.0.1:{first.port} at" in told, "and told as its own", told)


def test_messages_go_through_the_next_relay_too(it):
    it.sample_workspace()
    first, second = it.catcher("--script", it.write("deaf", "conn *: mail drop\n")), it.catcher()
    result = it.run("send", LINKED, "--test-to", "editor@example.org", "--json", *listed(first, second))
    said = result.json()
    it.expect(result.status == 0 and said["sent"] == said["messages"] == len(Taken(second)) > 1, "all of them", result)
    it.expect(first.url in result.err and second.url in result.err, "and it is said through which", result)
    nobody = it.run("send", LINKED, "--test-to", "editor@example.org", *listed(nowhere(), first))
    it.expect_error(nobody, 69, "none of 2 relays can be used", "0 of")


def a_relay_that_takes_one_message_a_connection_gets_all_test_messages(it):
    it.sample_workspace()
    relay = it.catcher("--script", it.write("one", 'conn *: mail nth=2 reply "421 4.3.2 one and no more" close\n'))
    result = it.run("send", LINKED, "--test-to", "editor@example.org", "-o", f"relay.url={relay.url}")
    it.expect(result.status == 0 and len(Taken(relay)) > 1, "over as many connections", result)


def notices_of(catcher):
    return [message for message in catcher.messages() if "owner@office.example" in str(message["To"])]


def the_owner_hears_by_mail_which_relay_failed(it):
    it.sample_workspace()
    refusing, where, tls = behind_tls(it, "good", "--auth", "updates:another", "--require-auth")
    second = it.catcher()
    how = [*listed((where, f"{tls}, user: updates, password_file: {secret(it)}"), second), "-o",
           "notify={to: [owner@office.example], on: [failure]}"]
    people(it, ["a.example"], 3)
    for minute, name in ((0, "first"), (5, "later")):
        campaign(it, name, f"schedule: {{at: 2026-12-01T09:{minute:02}}}\nstatus: active\n")
    it.expect(it.run("run", "--now", "2026-12-01T09:00", *how).status == 0, "the campaign goes out")
    it.expect(len(notices_of(second)) == 1, "with one notice", len(notices_of(second)))
    text = notices_of(second)[0].get_content()
    it.expect(f"The relay {where} failed" in text and "535" in text, "that names the relay, and why", text)
    it.expect(f"Mail goes through {second.url}" in text, "and who carried the mail", text)
    it.expect(it.run("run", "--now", "2026-12-01T09:05", *how).status == 0 and len(Taken(second)) == 7, "five minutes later again")
    it.expect(len(notices_of(second)) == 1, "and the same is not said twice", len(notices_of(second)))
    third = it.catcher()
    campaign(it, "last", "schedule: {at: 2026-12-01T09:10}\nstatus: active\n")
    gone = it.run("run", "--now", "2026-12-01T09:10", *listed(nowhere(), nowhere()), "-o", how[-1])
    it.expect(gone.status == 69, "without any relay there is no notice", gone)
    it.expect("the notice to the owner was not sent" in gone.err, "which is said", gone)


STORIES = [
    the_second_relay_carries_all_when_the_first_is_down_at_the_start,
    a_relay_that_dies_midway_loses_nobody_and_costs_no_copy,
    the_preferred_relay_gets_the_mail_back_when_it_answers_again,
    with_every_relay_down_it_says_why_of_each_and_ends_with_69,
    a_relay_that_greets_and_takes_nothing_is_left_as_well,
    an_unreachable_relay_is_said_once_and_how_often_it_was_tried,
    a_password_that_is_wrong_is_said_once,
    a_mistake_at_one_relay_is_said_loudly_while_the_other_delivers,
    a_relay_that_refuses_the_password_is_left_and_named,
    relays_with_a_certificate_of_another_or_of_yesterday_are_left_and_named,
    a_relay_without_its_password_is_left_out_and_named,
    what_one_relay_refuses_for_good_is_not_tried_at_the_other,
    the_limits_of_each_relay_hold_by_its_own_log,
    the_warm_up_of_a_relay_goes_on_where_it_was_when_the_mail_comes_back,
    what_a_domain_asked_of_one_relay_is_remembered_for_that_relay_alone,
    test_messages_go_through_the_next_relay_too,
    a_relay_that_takes_one_message_a_connection_gets_all_test_messages,
    the_owner_hears_by_mail_which_relay_failed,
]
