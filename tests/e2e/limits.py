"""Limits: exact, in real time, judged by what the server took and when."""
import datetime
import time

from story import wait_for


def people(it, domains, each):
    """Members spread over domains, all subscribed to the sample topic."""
    lines = ["key,email,first_name"]
    for number in range(each):
        for domain in domains:
            lines.append(f"{domain}-{number},m{number}@{domain},Reader")
    it.write("many.csv", "\n".join(lines) + "\n")
    it.ok("import", it.workspace / "many.csv", "--topic", "limited")


def campaign(it, name="limited", more="", kind="newsletter"):
    it.write(f"campaigns/{name}.yaml", f"""id: {name}
kind: {kind}
topic: limited
subject: About {name}
template: advocacy
{more}body: |
  Hello {{{{first_name}}}}.
data: {{action_url: "https://example.org/act", action_label: Act}}
""")


def accepted(catcher):
    """(time in ms, recipient) of each message the server took."""
    rows = []
    for line in catcher.ledger.read_text().splitlines():
        fields = line.split("\t")
        if len(fields) >= 7 and fields[6] in ("accepted", "swallowed"):
            rows.append((int(fields[0]), fields[4]))
    return sorted(rows)


def most_in(rows, window_ms):
    """The most messages that any sliding window of that length holds."""
    most = first = 0
    times = [at for at, _ in rows]
    for last, at in enumerate(times):
        while times[first] <= at - window_ms:
            first += 1
        most = max(most, last - first + 1)
    return most


def fourteen_a_second_are_never_fifteen_and_not_thirteen(it):
    it.sample_workspace()
    people(it, ["a.example", "b.example"], 147)
    campaign(it)
    catcher = it.catcher()
    result = it.send("limited", catcher, "-o", "relay.limits=[14/s]")
    it.expect(result.status == 0, "all are sent", result)
    rows = accepted(catcher)
    it.expect(len(rows) == 294 and most_in(rows, 1000) <= 14, "no second has more than 14", most_in(rows, 1000))
    # Whole windows, all that was granted in ten of them: what costs a bit of each shows in every such stretch, what the
    # machine did meanwhile in some.
    rate = 140 / min((last[0] - first[0]) / 1000 for first, last in zip(rows, rows[140:]))
    print(f"        fourteen a second: {rate:.2f}", flush=True)
    it.expect(rate >= 13.8, "at least 13.8 a second", rate)


def killed_and_begun_again_keeps_the_limit(it):
    it.sample_workspace()
    people(it, ["a.example"], 60)
    campaign(it)
    catcher = it.catcher()
    for _ in range(3):
        process = it.start("send", "limited", "--yes", "-o", f"relay.url={catcher.url}", "-o", "relay.limits=[10/s]")
        time.sleep(0.7)
        process.kill()
        process.communicate()
        time.sleep(0.3)  # the server reads what it was sent: nobody can know when a busy one does
    result = it.send("limited", catcher, "-o", "relay.limits=[10/s]")
    rows = accepted(catcher)
    it.expect(most_in(rows, 1000) <= 10, "no second has more than 10, whoever sent them", most_in(rows, 1000))
    sure = len({rcpt for _, rcpt in rows}) + it.ok("status", "limited", "--json").json()["unknown"]
    it.expect(sure >= 60, "whoever was not on his way is sent", (sure, result.out))


def a_limited_domain_holds_nobody_back(it):
    it.sample_workspace()
    people(it, ["slow.example"] + [f"d{n}.example" for n in range(9)], 20)
    campaign(it)
    catcher = it.catcher()
    started = time.monotonic()
    result = it.send("limited", catcher, "-o", "relay.limits=[1000/s]", "-o",
                     "domains={slow: {match: [slow.example], limits: [2/s]}}")
    it.expect(result.status == 0 and time.monotonic() - started > 8.5, "the slow domain takes its time", result)
    rows = accepted(catcher)
    slow = [row for row in rows if row[1].endswith("@slow.example")]
    others = [row for row in rows if not row[1].endswith("@slow.example")]
    it.expect(len(slow) == 20 and most_in(slow, 1000) <= 2, "no second has more than 2 of it")
    it.expect(len(others) == 180 and others[-1][0] - others[0][0] < 3000, "the others do not wait",
              others[-1][0] - others[0][0])


def a_spent_day_ends_the_send_and_the_next_run_too(it):
    it.sample_workspace()
    people(it, ["a.example"], 30)
    campaign(it)
    catcher = it.catcher()
    how = ("-o", "relay.limits=[20/day]")
    result = it.send("limited", catcher, *how)
    it.expect(result.status == 75 and len(accepted(catcher)) == 20, "20, and work remains", result)
    result = it.send("limited", catcher, *how)
    it.expect(result.status == 75 and len(accepted(catcher)) == 20, "not one more", result)


def another_limit_begins_where_the_last_one_was(it):
    it.sample_workspace()
    people(it, ["a.example", "b.example"], 30)
    campaign(it)
    campaign(it, "second")
    catcher = it.catcher()
    it.send("limited", catcher, "-o", "relay.limits=[20/day]")
    result = it.send("limited", catcher, "-o", "relay.limits=[25/day]")
    it.expect(result.status == 75 and len(accepted(catcher)) == 25, "five more, not twenty-five", result)
    result = it.send("second", catcher, "-o", "relay.limits=[30/day, 100/s]")
    it.expect(result.status == 75 and len(accepted(catcher)) == 30, "another edition counts as well", result)
    result = it.send("limited", catcher, "-o", "relay.limits=[]", "-o",
                     "domains={both: {match: [a.example, b.example], limits: [40/day]}}")
    it.expect(result.status == 75 and len(accepted(catcher)) == 40, "a group made today knows of the day", result)


def a_warm_up_grows_from_day_to_day(it):
    it.sample_workspace()
    people(it, ["a.example"], 20)
    campaign(it)
    catcher = it.catcher()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for days, total in ((0, 5), (0, 5), (1, 10), (2, 20)):
        start = today - datetime.timedelta(days=days)
        result = it.send("limited", catcher, "-o", f"relay.warmup={{start: {start}, first_day: 5, factor: 2}}")
        took = len(accepted(catcher))
        it.expect(took == total and result.status == (0 if total == 20 else 75), f"{total} on day {days + 1}", (took, result))


def greylisting_is_seen_in_status_alone(it):
    it.sample_workspace()
    people(it, ["grey.example", "other.example"], 3)
    campaign(it)
    catcher = it.catcher(script='conn *: rcpt to=*@grey.example times=3 reply "451 4.7.1 greylisted, come back later"\n')
    result = it.send("limited", catcher, "--quiet")
    it.expect(result.status == 75 and len(accepted(catcher)) == 3, "the others have it, and work remains", result)
    it.expect("grey" not in result.err, "nobody is warned", result)
    status = it.run("status", "limited")
    it.expect("3 sent, 3 deferred" in status.out, "status counts them", status)
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=70)
    it.run("run", "--now", soon.strftime("%Y-%m-%dT%H:%M:%S"), "-o", f"relay.url={catcher.url}")
    it.expect(len(accepted(catcher)) == 6, "a minute later they are taken", accepted(catcher))


def an_alert_overtakes_a_newsletter_that_waits_for_a_limit(it):
    it.sample_workspace()
    people(it, ["a.example"], 12)
    campaign(it)
    campaign(it, "urgent", kind="alert")
    catcher = it.catcher()
    how = ("-o", f"relay.url={catcher.url}", "-o", "relay.limits=[2/s]")
    process = it.start("send", "limited", "--yes", *how)
    wait_for(lambda: catcher.ledger.exists() and len(accepted(catcher)) >= 4)
    it.run("send", "urgent", "--yes", *how)
    process.communicate()
    rows = accepted(catcher)
    it.expect(len(rows) == 24 and most_in(rows, 1000) <= 2, "both, within the limit", (len(rows), most_in(rows, 1000)))
    subjects = [message["Subject"] for message in catcher.messages()]
    last = max(place for place, subject in enumerate(subjects) if subject == "About urgent")
    it.expect(last < 20, "the alert's twelve went before the newsletter's last", subjects)


def a_domain_that_throttles_is_slowed_and_status_says_why(it):
    it.sample_workspace()
    people(it, ["gentle.example", "other.example"], 10)
    campaign(it)
    catcher = it.catcher(script='conn *: rcpt to=*@gentle.example reply "450 4.7.28 unusual rate of mail"\n')
    result = it.send("limited", catcher)
    it.expect(result.status == 75, "work remains", result)
    rows = accepted(catcher)
    it.expect(len(rows) == 10 and all(rcpt.endswith("@other.example") for _, rcpt in rows), "the others got it", rows)
    status = it.run("status")
    it.expect("gentle.example" in status.out and "4.7.28" in status.out, "status says which domain and why", status)


def too_many_dead_addresses_trip_the_breaker(it):
    it.sample_workspace()
    people(it, ["dead.example"], 300)
    campaign(it)
    catcher = it.catcher(script='conn *: rcpt to=*@dead.example reply "550 5.1.1 user unknown"\n')
    result = it.send("limited", catcher, "-o", "relay.connections=2")
    it.expect(result.status == 81, "exit status 81", result)
    it.expect("bounced hard" in result.out + result.err and "resume" in result.out + result.err, "it says why", result)
    edition = it.run("status", "limited", "--json").lines()[0]
    it.expect(edition["failed"] < 150 and edition["state"] == "paused", "most were never tried", edition)
    again = it.send("limited", catcher)
    it.expect(again.status == 81 and it.run("status", "limited", "--json").lines()[0]["failed"] == edition["failed"],
              "it stays paused until `resume`", again)
    it.ok("resume", "limited")
    it.expect(it.send("limited", catcher).status == 81, "and trips again for the same reason")


def refusals_of_policy_trip_it_too(it):
    it.sample_workspace()
    people(it, ["strict.example"], 40)
    campaign(it)
    catcher = it.catcher(script='conn *: end reply "550 5.7.1 blocked by policy: poor reputation"\n')
    result = it.send("limited", catcher, "-o", "relay.connections=1")
    it.expect(result.status == 81 and "policy refusals in a row" in result.out + result.err, "exit status 81", result)
    listed = it.run("suppress", "list", "--json")
    it.expect("strict.example" not in listed.out, "no reader pays for it", listed)


def no_member_gets_more_than_the_frequency_allows(it):
    it.sample_workspace()
    people(it, ["a.example"], 5)
    for name in ("one", "two", "three"):
        campaign(it, name)
    campaign(it, "urgent", kind="alert")
    catcher = it.catcher()
    how = ("-o", "frequency=2/week")
    sent = [it.send(name, catcher, *how) for name in ("one", "two", "three", "urgent")]
    counts = {}
    for _, rcpt in accepted(catcher):
        counts[rcpt] = counts.get(rcpt, 0) + 1
    it.expect(set(counts.values()) == {3}, "two newsletters and the alert", (counts, sent[2].out, sent[2].err))


STORIES = [
    fourteen_a_second_are_never_fifteen_and_not_thirteen,
    killed_and_begun_again_keeps_the_limit,
    a_limited_domain_holds_nobody_back,
    a_spent_day_ends_the_send_and_the_next_run_too,
    another_limit_begins_where_the_last_one_was,
    a_warm_up_grows_from_day_to_day,
    greylisting_is_seen_in_status_alone,
    an_alert_overtakes_a_newsletter_that_waits_for_a_limit,
    a_domain_that_throttles_is_slowed_and_status_says_why,
    too_many_dead_addresses_trip_the_breaker,
    refusals_of_policy_trip_it_too,
    no_member_gets_more_than_the_frequency_allows,
]
