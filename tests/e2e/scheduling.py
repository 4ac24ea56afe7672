"""From cron: due editions, each exactly once."""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import time

from story import Skipped, wait_for

LINKED = "expand-linked-learning"
DUE = "2026-12-01T17:00"  # Tuesday 09:00 in California
SLOT = "2026-12-01T09:00"

DAILY = '{cron: "0 9 * * *", timezone: UTC}'

HEADER = "key,email,first_name,kind,language,timezone,topics\n"


def run(it, catcher, now, *words, **how):
    return it.run("run", "-o", f"relay.url={catcher.url}", "--now", now, *words, **how)


def members(it, count, topic="t", zone="", first=0):
    rows = "".join(f"k{n},reader{n}@r{n % 7}.example,R,individual,en,{zone},{topic}\n" for n in range(first, first + count))
    it.ok("import", it.write(f"members-{topic}-{first}.csv", HEADER + rows))


def bare_workspace(it):
    """The sample's templates and configuration, without its campaigns and with our own members."""
    it.sample_workspace()
    for path in (it.workspace / "campaigns").glob("*.yaml"):
        path.unlink()


def campaign(it, schedule, name="c", topic="t", subject="Hello", body="Hello, reader.", audience="{}", more=""):
    it.write(f"campaigns/{name}.yaml", f"""id: {name}
topic: {topic}
subject: {subject}
template: plain
body: "{body} [Leave]({{{{unsubscribe_url}}}})"
audience: {audience}
schedule: {schedule}
{more}
""")
    it.write("templates/plain.html", '<html><body>{{$body}}{{/body}}</body></html>\n')
    it.write("templates/plain.txt", "{{$body}}{{/body}}\n")


def group(it, readers, schedule=DAILY, **what):
    """A group of so many readers and one campaign for them on that schedule; returns their catcher."""
    bare_workspace(it)
    members(it, readers)
    campaign(it, schedule, **what)
    return it.catcher()


def nobody_got_two(it, catcher, copies=1):
    got = catcher.recipients()
    it.expect(all(got.count(reader) <= copies for reader in set(got)) and got, "nobody got two", got)


def a_due_slot_is_sent_once_however_often_it_is_run(it):
    it.sample_workspace()
    catcher = it.catcher()
    early = run(it, catcher, "2026-12-01T16:59", "--quiet")
    it.expect(early.status == 0 and early.out == early.err == "", "before its time it says nothing", early)
    first = run(it, catcher, DUE)
    it.expect(first.status == 0, "it is sent", first)
    it.expect(re.match(rf"{LINKED} {SLOT}: done, (\d+) of \1 sent\n$", first.out), "and said in one line", first)
    sent = len(catcher.envelopes())
    for now in (DUE, "2026-12-01T17:01", "2026-12-01T22:59", "2026-12-08T16:59"):
        again = run(it, catcher, now, "--quiet")
        it.expect(again.status == 0 and again.out == again.err == "", f"nothing at {now}", again)
    it.expect(len(catcher.envelopes()) == sent > 0, "nobody got it again")
    it.expect(run(it, catcher, "2026-12-08T17:00").status == 0, "the next week it is due again")
    it.expect(len(catcher.envelopes()) == 2 * sent, "and everyone gets the next edition")


def nothing_due_names_what_is_next(it):
    it.sample_workspace()
    result = run(it, it.catcher(), "2026-11-30T12:00")
    it.expect(result.status == 0, "it succeeds", result)
    it.expect(f"next is {LINKED} at {SLOT} America/Los_Angeles" in result.out, "the next is named", result)


def a_slot_in_the_gap_runs_once_at_its_end_and_one_in_the_overlap_once(it):
    bare_workspace(it)
    members(it, 3)
    campaign(it, '{cron: "30 2 * * SUN", timezone: America/Los_Angeles}', name="gap")
    campaign(it, '{cron: "30 1 * * SUN", timezone: America/Los_Angeles}', name="overlap")
    catcher = it.catcher()
    def editions(result):
        return [line["edition"] for line in result.lines() if line["state"] == "done"]
    run(it, catcher, "2027-03-14T09:45")  # 01:45, the slot of 01:30
    before = len(catcher.envelopes())
    it.expect(before == 3, "one hour before the gap only the other is due", before)
    at_the_end = run(it, catcher, "2027-03-14T10:00", "--json")
    it.expect(editions(at_the_end) == ["2027-03-14T03:00"], "the gap's slot is due at its end", at_the_end)
    run(it, catcher, "2027-03-14T10:30")
    it.expect(len(catcher.envelopes()) == 6, "once", len(catcher.envelopes()))
    first = run(it, catcher, "2027-11-07T08:30", "--json")
    it.expect(editions(first) == ["2027-11-07T01:30"], "the overlap's slot is due the first time", first)
    second = run(it, catcher, "2027-11-07T09:30", "--quiet")
    it.expect(second.out == "" and second.status == 0, "and not the second time", second)


def a_missed_slot_is_sent_if_not_too_late_and_else_kept_as_skipped_with_the_reason(it):
    catcher = group(it, 2, '{cron: "0 9 * * *", timezone: UTC, max_late: 6h}')
    it.expect(run(it, catcher, "2026-12-01T15:00").status == 0, "six hours late is not too late")
    it.expect(len(catcher.envelopes()) == 2, "it is sent")
    late = run(it, catcher, "2026-12-02T15:01")
    it.expect(late.status == 0 and len(catcher.envelopes()) == 2, "a minute more and it is not", late)
    it.expect("c 2026-12-02T09:00: skipped: missed by 6 h 1 min" in late.err, "and that is said", late)
    status = [line for line in it.ok("status", "--json").lines() if line["state"] == "skipped"]
    it.expect([line["edition"] for line in status] == ["2026-12-02T09:00"], "and kept", status)
    it.expect("max_late" in status[0]["reason"], "with the reason", status)
    again = run(it, catcher, "2026-12-02T16:00", "--quiet")
    it.expect(again.out + again.err == "", "and said once", again)


def of_several_missed_slots_only_the_newest_is_sent(it):
    catcher = group(it, 2, '{cron: "0 * * * *", timezone: UTC, max_late: 6h}')
    run(it, catcher, "2026-12-01T09:00")
    result = run(it, catcher, "2026-12-01T13:30", "--json")
    lines = {line["edition"]: line for line in result.lines()}
    it.expect(lines["2026-12-01T13:00"]["sent"] == 2, "the newest is sent", result)
    it.expect(sorted(lines) == [f"2026-12-01T{hour}:00" for hour in (10, 11, 12, 13)], "no other is lost", result)
    it.expect(all("overtaken" in lines[f"2026-12-01T{hour}:00"]["reason"] for hour in (10, 11, 12)), "and why", result)
    it.expect(len(catcher.envelopes()) == 4, "everyone got two editions", len(catcher.envelopes()))


def from_until_and_status_bound_a_schedule(it):
    catcher = group(it, 1, '{cron: "0 9 * * *", from: 2026-12-03, until: 2026-12-04}')
    for day in range(1, 7):
        run(it, catcher, f"2026-12-{day:02}T09:00")
    editions = sorted(line["edition"] for line in it.ok("status", "--json").lines())
    it.expect(editions == ["2026-12-03T09:00", "2026-12-04T09:00"], "two days are within", editions)
    for status in ("draft", "retired"):
        campaign(it, '{cron: "0 9 * * *"}', name=status, more=f"status: {status}")
    run(it, catcher, "2026-12-08T09:00")
    it.expect(len(catcher.envelopes()) == 2, "a draft and a retired campaign are never sent")


def a_clock_set_back_sends_nothing_again(it):
    catcher = group(it, 2, '{cron: "0 * * * *", timezone: UTC}')
    run(it, catcher, "2026-12-01T10:00")
    for now in ("2026-12-01T09:30", "2026-12-01T09:59", "2026-12-01T10:00", "2026-12-01T10:30"):
        result = run(it, catcher, now, "--quiet")
        it.expect(result.status == 0 and result.out == "", f"nothing at {now}", result)
    it.expect(len(catcher.envelopes()) == 2, "one edition", len(catcher.envelopes()))
    dead = run(it, catcher, "1970-01-01T09:00", "--quiet")
    it.expect_error(dead, 77, "set the clock right", "--trust-clock")
    it.expect(len(catcher.envelopes()) == 2, "a clock without a battery sends nothing")


def a_run_in_the_future_can_be_forgotten(it):
    catcher = group(it, 2)
    run(it, catcher, "2030-01-01T09:00")
    it.expect(run(it, catcher, "2026-12-01T09:00").status == 77, "the clock is in doubt")
    it.expect(run(it, catcher, "2026-12-01T09:00", "--trust-clock").status == 0, "until somebody trusts it")
    it.expect(len(catcher.envelopes()) == 4, "then it is sent", len(catcher.envelopes()))
    it.expect(run(it, catcher, "2026-12-02T09:00").status == 0, "and from then on")


def many_at_once(it, count, rounds, readers):
    """`count` processes started together, `rounds` times: one edition a round, one copy a reader."""
    catcher = group(it, readers, '{cron: "* * * * *", timezone: UTC, max_late: 1m}')
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        for turn in range(rounds):
            now = f"2026-12-01T{9 + turn // 60:02}:{turn % 60:02}"
            results = list(pool.map(lambda _: run(it, catcher, now, "--quiet"), range(count)))
            bad = [result for result in results if result.status not in (0, 75)]
            it.expect(not bad, "no process fails", bad and bad[0])
    wait_for(lambda: len(catcher.envelopes()) >= rounds * readers, 5)
    paths = [envelope["from"] for envelope in catcher.envelopes()]
    it.expect(len(paths) == len(set(paths)) == rounds * readers, "no copy beyond one, and none missing",
              (len(paths), len(set(paths)), rounds * readers))
    it.ok("status", "--audit")


def ten_crons_in_the_same_second_send_one_copy(it):
    many_at_once(it, 10, int(os.environ.get("CRON_ROUNDS", "4")), 5)


def a_crash_between_planning_and_sending_is_caught_up(it):
    it.sample_workspace()
    catcher = it.catcher()
    nowhere = it.run("run", "--now", DUE, "-o", "relay.url=smtp://127.0.0.1:1")
    it.expect(nowhere.status in (69, 75), "without a relay the edition is planned, not sent", nowhere)
    planned = it.ok("status", "--json").json()
    it.expect(planned["edition"] == SLOT and planned["ready"] == planned["planned"] > 0, "all wait", planned)
    later = run(it, catcher, "2026-12-01T17:30")
    it.expect(later.status == 0 and len(catcher.envelopes()) == planned["planned"], "the next run sends it", later)
    nobody_got_two(it, catcher, 2)


def a_run_that_is_killed_is_gone_on_with(it):
    catcher = group(it, 200)
    for _ in range(6):
        process = it.start("run", "--now", "2026-12-01T09:00", "-o", f"relay.url={catcher.url}", "-o",
                           "relay.limits=[150/s]")
        time.sleep(0.35)
        process.kill()
        process.wait()
    # What was on its way when the last one was killed rests for ten minutes before it is sent again.
    for now in ("2026-12-01T09:20", "2026-12-01T09:40"):
        last = run(it, catcher, now, "-o", "relay.limits=[500/s]")
    it.expect(last.status == 0, "a last run ends it", last)
    line = it.ok("status", "--json").json()
    it.expect(line["planned"] == line["sent"] == 200 and line["state"] == "done", "everyone is accounted for", line)
    doubles = len(catcher.recipients()) - len(set(catcher.recipients()))
    it.expect(doubles <= 6 * 10, "only what was on its way when it was killed may come twice", doubles)


def what_is_edited_while_it_runs_waits_for_the_next_slot(it):
    catcher = group(it, 60, subject="before")
    process = it.start("run", "--now", "2026-12-01T09:00", "-o", f"relay.url={catcher.url}", "-o", "relay.limits=[30/s]")
    wait_for(lambda: len(catcher.envelopes()) > 3)
    campaign(it, DAILY, subject="after", body="Changed.")
    process.wait(30)
    it.expect({message["Subject"] for message in catcher.messages()} == {"before"}, "one version only")
    run(it, catcher, "2026-12-02T09:00")
    subjects = [message["Subject"] for message in catcher.messages()]
    it.expect(subjects.count("before") == subjects.count("after") == 60, "the next slot takes the new one", len(subjects))


def an_audience_outside_expect_is_refused_and_tried_again(it):
    catcher = group(it, 4, audience="{expect: {min: 5}}")
    refused = run(it, catcher, "2026-12-01T09:00")
    it.expect_error(refused, 77, "expect")
    it.expect(catcher.envelopes() == [], "nothing is sent")
    again = run(it, catcher, "2026-12-01T09:05", "--quiet")
    it.expect(again.status == 77 and again.out + again.err == "", "cron's mail says it once", again)
    it.expect_error(run(it, catcher, "2026-12-01T09:05"), 77, "expect")
    members(it, 2, first=4)
    it.expect(run(it, catcher, "2026-12-01T10:00").status == 0, "once it fits")
    it.expect(len(catcher.envelopes()) == 6, "it is sent")


def ten_times_the_audience_stops_and_asks(it):
    catcher = group(it, 3)
    run(it, catcher, "2026-12-01T09:00")
    members(it, 27, first=3)
    held = run(it, catcher, "2026-12-02T09:00")
    it.expect_error(held, 77, "held", "10 times the 3 members", "approve")
    it.expect(len(catcher.envelopes()) == 3, "nothing more is sent")
    again = run(it, catcher, "2026-12-02T10:00", "--quiet")
    it.expect(again.status == 0 and again.out + again.err == "", "it asks once", again)
    it.expect_error(it.run("resume", "c"), 77, "approve")
    content = it.ok("plan", "c", "--json").json()["content"]
    approved = it.ok("approve", "c", content[:12], "--json").json()
    it.expect(approved["released"] and approved["edition"] == "2026-12-02T09:00", "it is let go", approved)
    it.expect(run(it, catcher, "2026-12-02T11:00").status == 0, "approved, it goes")
    it.expect(len(catcher.envelopes()) == 33, "to all of them", len(catcher.envelopes()))
    it.expect(run(it, catcher, "2026-12-03T09:00").status == 0, "as many again is no surprise")


def approval_is_for_just_this_content(it):
    more = "approval: {over: 5}"
    catcher = group(it, 6, more=more)
    held = run(it, catcher, "2026-12-01T09:00")
    it.expect_error(held, 77, "waits for approval", "more than 5 members")
    it.expect(it.send("c", catcher, "--edition", "by-hand").status == 77, "send is held, too")
    it.ok("cancel", "c", "--edition", "by-hand")
    old = it.ok("plan", "c", "--json").json()["content"]
    campaign(it, DAILY, more=more, subject="Changed")
    new = it.ok("plan", "c", "--json").json()["content"]
    it.expect(old != new, "a change is another content")
    it.expect_error(it.run("approve", "c", old[:12]), 77, "look at it again")
    it.expect(run(it, catcher, "2026-12-01T09:05").status == 0 and catcher.envelopes() == [], "still nothing is sent")
    it.ok("approve", "c", new[:12])
    it.expect(run(it, catcher, "2026-12-01T09:10").status == 0, "approved, it goes")
    it.expect({message["Subject"] for message in catcher.messages()} == {"Changed"}, "as it was approved")
    it.expect(run(it, catcher, "2026-12-02T09:00").status == 0, "the same content needs no second word")
    campaign(it, DAILY, more=more, subject="Changed again")
    it.expect(run(it, catcher, "2026-12-03T09:00").status == 77, "a change asks again")


def few_enough_need_no_approval(it):
    catcher = group(it, 5, more="approval: {over: 5}")
    it.expect(run(it, catcher, "2026-12-01T09:00").status == 0, "it goes")
    it.expect(len(catcher.envelopes()) == 5, "to all")


def a_budget_hands_over_to_the_next_run(it):
    catcher = group(it, 40)
    began = time.monotonic()
    first = run(it, catcher, "2026-12-01T09:00", "--for", "1s", "-o", "relay.limits=[15/s]")
    it.expect(first.status == 75, "work remains", first)
    it.expect(time.monotonic() - began < 6, "it ends in time")
    it.expect("--for" in first.err and 0 < len(catcher.envelopes()) < 40, "and says why", first)
    second = run(it, catcher, "2026-12-01T10:00")
    it.expect(second.status == 0 and len(catcher.envelopes()) == 40, "the next run sends the rest", second)
    nobody_got_two(it, catcher)
    it.expect_error(run(it, catcher, "2026-12-01T10:00", "--for", "soon"), 64, "--for")


def a_broken_campaign_costs_only_itself(it):
    catcher = group(it, 2)
    campaign(it, DAILY, name="merge", body="{{unheard_of}}")
    it.write("campaigns/broken.yaml", "id: broken\ntopik: t\n")
    result = run(it, catcher, "2026-12-01T09:00")
    it.expect_error(result, 65, "campaigns/broken.yaml:2:1", "topic", "unheard_of")
    it.expect(len(catcher.envelopes()) == 2, "the sound one is sent", result)
    campaign(it, DAILY, name="merge")
    (it.workspace / "campaigns/broken.yaml").unlink()
    it.expect(run(it, catcher, "2026-12-01T10:00").status == 0, "once it is mended")
    it.expect(len(catcher.envelopes()) == 4, "the other goes out, too")


def readers_are_written_to_in_their_own_hours(it):
    bare_workspace(it)
    members(it, 3, zone="Europe/Vienna")
    members(it, 2, zone="America/Los_Angeles", first=3)
    members(it, 1, zone="Mars/Olympus", first=5)
    campaign(it, '{cron: "0 9 * * *", timezone: Europe/Vienna, hours: "08:00-20:00"}')
    catcher = it.catcher()
    morning = run(it, catcher, "2026-12-01T08:00")  # 09:00 in Vienna, midnight in California
    it.expect(morning.status == 75, "work remains", morning)
    it.expect(len(catcher.envelopes()) == 4, "Vienna is awake, and who names no zone", catcher.recipients())
    waiting = it.ok("status", "--json").lines()[0]
    it.expect(waiting["ready"] == 2, "California sleeps", waiting)
    it.expect(run(it, catcher, "2026-12-01T15:59").status == 75, "until eight")
    it.expect(len(catcher.envelopes()) == 4, "nobody is woken")
    it.expect(run(it, catcher, "2026-12-01T16:00").status == 0, "then it goes on")
    it.expect(len(catcher.envelopes()) == 6, "to everyone")
    nobody_got_two(it, catcher)


def the_owner_hears_by_mail_what_needs_a_person(it):
    bare_workspace(it)
    members(it, 6)
    config = (it.workspace / "config/broadside.yaml").read_text()
    it.write("config/broadside.yaml", config + "\nnotify: {to: [owner@office.example], on: [held, finish, breaker]}\n")
    campaign(it, DAILY, more="approval: {over: 5}")
    catcher = it.catcher()

    def notices():
        return [message for message in catcher.messages() if message["To"] == "owner@office.example"]
    run(it, catcher, "2026-12-01T09:00")
    it.expect(len(notices()) == 1, "one notice", catcher.recipients())
    it.expect(notices()[0]["Subject"] == "c 2026-12-01T09:00: waits for you", "it says what", notices()[0].items())
    it.expect(notices()[0]["Auto-Submitted"] == "auto-generated", "and that no person wrote it")
    it.ok("approve", "c", it.ok("plan", "c", "--json").json()["content"])
    run(it, catcher, "2026-12-01T10:00")
    it.expect([message["Subject"] for message in notices()][1:] == ["c 2026-12-01T09:00: done"], "and when it is done")
    it.expect("6 planned, 6 sent" in notices()[1].get_content(), "with the numbers", notices()[1].get_content())
    run(it, catcher, "2026-12-01T11:00")
    it.expect(len(notices()) == 2, "nothing is no news")


def a_campaign_at_rest_is_read_again_when_it_changes(it):
    catcher = group(it, 2)
    time.sleep(2.2)  # a file that was just written does not rest
    run(it, catcher, "2026-12-01T10:00", "--quiet")
    run(it, catcher, "2026-12-01T10:01", "--quiet")
    it.expect("campaigns/c.yaml" in (it.workspace / "var/almanac").read_text(), "it rests until its next slot")
    sent = len(catcher.envelopes())
    campaign(it, '{cron: "5 10 * * *", timezone: UTC}', subject="Sooner")
    it.expect(run(it, catcher, "2026-12-01T10:05", "--quiet").status == 0, "the edited one is due now")
    it.expect(len(catcher.envelopes()) == sent + 2, "and goes out", len(catcher.envelopes()))
    run(it, catcher, "2026-12-02T10:04", "--quiet")
    it.expect(run(it, catcher, "2026-12-02T10:05", "--quiet").status == 0 and len(catcher.envelopes()) == sent + 4,
              "nothing rests beyond its slot", len(catcher.envelopes()))
    shutil.copy(it.workspace / "campaigns/c.yaml", it.workspace / "campaigns/copy.yaml")
    it.expect_error(run(it, catcher, "2026-12-02T10:06", "--quiet"), 65, "is the id of campaigns/c.yaml, too")


def an_edition_knows_its_commit(it):
    if not shutil.which("git"):
        raise Skipped("git is not installed")
    it.sample_workspace()
    git = ["git", "-C", it.workspace, "-c", "user.name=editor", "-c", "user.email=editor@office.example"]
    catcher = it.catcher()
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    run(it, catcher, DUE)
    line = it.ok("status", "--json").json()
    it.expect(line["commit"] == commit and line["dirty"] is False, "the commit is kept", line)
    it.expect(len(line["content"]) == 64, "and the hash of the content", line)
    (it.workspace / "campaigns/new.txt").write_text("not committed")
    run(it, catcher, "2026-12-08T17:00")
    line = it.ok("status", "--json").lines()[0]
    it.expect(line["commit"] == commit and line["dirty"] is True, "so is that the tree was dirty", line)
    it.expect(commit[:12] in it.ok("status").out, "status shows it")


def without_git_an_edition_has_no_commit(it):
    it.sample_workspace()
    empty = it.folder / "empty"
    empty.mkdir()
    result = run(it, it.catcher(), DUE, env={"PATH": str(empty)})
    it.expect(result.status == 0, "it is sent all the same", result)
    it.expect(it.ok("status", "--json").json()["commit"] == "", "without a commit")


def a_network_file_system_is_refused_with_the_reason(it):
    it.sample_workspace()
    source = it.folder / "nfs.c"
    source.write_text("#define _GNU_SOURCE\n#include <sys/vfs.h>\n#include <string.h>\n"
                      "int statfs64(const char *p, struct statfs64 *s);\n"
                      "static int say(void *s, unsigned long n) { memset(s, 0, n); ((struct statfs *)s)->f_type = 0x6969; return 0; }\n"
                      "int statfs(const char *p, struct statfs *s) { (void)p; return say(s, sizeof(*s)); }\n"
                      "int statfs64(const char *p, struct statfs64 *s) { (void)p; return say(s, sizeof(*s)); }\n")
    library = it.folder / "nfs.so"
    built = subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], capture_output=True, check=False)
    if built.returncode != 0:
        raise Skipped("no compiler at hand")
    options = os.environ.get("ASAN_OPTIONS", "")
    result = run(it, it.catcher(), DUE, env={"LD_PRELOAD": str(library),
                                             "ASAN_OPTIONS": options + ":verify_asan_link_order=0"})
    it.expect_error(result, 78, "network file system (NFS)", "local disk")


def a_calendar_says_what_goes_out_when_and_to_how_many(it):
    it.sample_workspace()
    catcher = it.catcher()
    lines = run(it, catcher, "2026-11-23T12:00", "--calendar", "--days", "14", "--json").lines()
    it.expect([line["edition"] for line in lines] == ["2026-11-24T09:00", SLOT], "two Tuesdays", lines)
    it.expect(lines[1]["due"] == "2026-12-01T17:00:00Z", "in UTC, too", lines)
    it.expect(lines[0]["members"] == it.ok("plan", LINKED, "--json").json()["planned"], "and to how many", lines)
    it.expect(run(it, catcher, DUE, "--next", "--json").json()["edition"] == "2026-12-08T09:00", "the next one")
    it.expect(len(run(it, catcher, "2026-11-23T12:00", "--calendar").out.splitlines()) == 4 + 1, "thirty days by default")
    it.expect(catcher.envelopes() == [] and it.ok("status", "--json").out == "", "nothing is planned or sent")
    for wrong in ("tomorrow", "2026-12-01", "2026-13-01T09:00", "2026-12-01T09:00+99:99"):
        result = run(it, catcher, wrong, "--calendar")
        it.expect(wrong == "2026-12-01" or result.status == 64, f"{wrong} is no moment", result)
    offset = run(it, catcher, "2026-12-01T08:59-08:00", "--next", "--json").json()
    it.expect(offset["edition"] == SLOT, "a moment may have an offset", offset)


def one_moment_is_a_schedule_too(it):
    catcher = group(it, 2, "{at: 2026-12-01T09:00, timezone: America/Los_Angeles}")
    it.expect(run(it, catcher, "2026-12-01T16:59", "--quiet").out == "", "not before")
    it.expect(run(it, catcher, DUE).status == 0 and len(catcher.envelopes()) == 2, "then")
    it.expect(run(it, catcher, "2026-12-01T18:00", "--quiet").out == "", "and never again")


def init_brings_cron_and_systemd(it):
    it.sample_workspace()
    for name in ("crontab", "broadside.service", "broadside.timer"):
        it.expect((it.workspace / "config" / name).exists(), f"config/{name} is there")
    service = (it.workspace / "config/broadside.service").read_text()
    for word in ("NoNewPrivileges=yes", "ProtectSystem=strict", "LoadCredential", "run --quiet"):
        it.expect(word in service, f"the service says {word}")
    program = pathlib.PurePath(re.search("^ExecStart=(\\S+)", service, re.M)[1])
    folders = re.search("^PATH=(.*)$", (it.workspace / "config/crontab").read_text(), re.M)[1].split(":")
    it.expect(str(program.parent) in folders, "cron looks where systemd does", folders)
    if shutil.which("systemd-analyze"):
        verify = subprocess.run(["systemd-analyze", "verify", it.workspace / "config/broadside.service"],
                                capture_output=True, text=True, check=False)
        it.expect("broadside.service" not in verify.stderr or "not executable" in verify.stderr, "systemd reads it", verify.stderr)


STORIES = [
    a_due_slot_is_sent_once_however_often_it_is_run,
    nothing_due_names_what_is_next,
    a_slot_in_the_gap_runs_once_at_its_end_and_one_in_the_overlap_once,
    a_missed_slot_is_sent_if_not_too_late_and_else_kept_as_skipped_with_the_reason,
    of_several_missed_slots_only_the_newest_is_sent,
    from_until_and_status_bound_a_schedule,
    a_clock_set_back_sends_nothing_again,
    a_run_in_the_future_can_be_forgotten,
    ten_crons_in_the_same_second_send_one_copy,
    a_crash_between_planning_and_sending_is_caught_up,
    a_run_that_is_killed_is_gone_on_with,
    what_is_edited_while_it_runs_waits_for_the_next_slot,
    an_audience_outside_expect_is_refused_and_tried_again,
    ten_times_the_audience_stops_and_asks,
    approval_is_for_just_this_content,
    few_enough_need_no_approval,
    a_budget_hands_over_to_the_next_run,
    a_broken_campaign_costs_only_itself,
    readers_are_written_to_in_their_own_hours,
    the_owner_hears_by_mail_what_needs_a_person,
    a_campaign_at_rest_is_read_again_when_it_changes,
    an_edition_knows_its_commit,
    without_git_an_edition_has_no_commit,
    a_network_file_system_is_refused_with_the_reason,
    a_calendar_says_what_goes_out_when_and_to_how_many,
    one_moment_is_a_schedule_too,
    init_brings_cron_and_systemd,
]
