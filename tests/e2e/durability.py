"""Whatever happens to a sender: nobody is lost, and nobody gets a copy that could be avoided."""
import collections
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

from story import Skipped, wait_for

LINKED, STEM = "expand-linked-learning", "leverage-lcff-for-stem"

ALERT = """
id: vote
kind: alert
topic: linked-learning
subject: The vote is on Tuesday
template: advocacy
preheader: Call your board member today
body: |
  Call your board member **today**.
data: {action_url: "https://example.org/act", action_label: Call}
audience: {topics: [linked-learning]}
"""


class Taken:
    """What the catcher took responsibility for, in order."""

    def __init__(self, catcher):
        self.lines = [line.split("\t") for line in catcher.ledger.read_text().splitlines()] if catcher.ledger.exists() else []
        self.lines = [line for line in self.lines if line[6] in ("accepted", "swallowed")]
        self.messages = [line[2] for line in self.lines]
        self.recipients = [line[4] for line in self.lines]
        self.times = [int(line[0]) for line in self.lines]

    def __len__(self):
        return len(self.lines)

    def copies(self):
        return {message: count for message, count in collections.Counter(self.messages).items() if count > 1}


def fate(it, orders):
    """The environment in which tests/crash/interfere.c does what it is told."""
    shim = it.build / "tests/crash/interfere.so"
    if not shim.exists():
        raise Skipped("tests/crash/interfere.so is not built")
    linked = subprocess.run(["ldd", it.program], capture_output=True, text=True).stdout
    first = re.findall(r"=> (\S*lib[at]san\S*)", linked)  # a sanitizer insists on being the first
    return {"LD_PRELOAD": " ".join([*first, str(shim)]), "BROADSIDE_INTERFERE": orders,
            "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}


def counts(it, campaign=LINKED):
    return it.ok("status", campaign, "--json").json()


def trickle(it, catcher, limit, *words, campaign=LINKED):
    """A sender that takes its time; returns once it has begun."""
    process = it.start("send", campaign, "--yes", "--edition", "e", "-o", f"relay.url={catcher.url}",
                       "-o", f"relay.limits=[{limit}]", *words)
    it.expect(wait_for(lambda: len(Taken(catcher)) > 0), "it begins to send")
    return process


def end(it, process, seconds=20):
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        it.expect(False, f"it ends within {seconds} s")
    it.expect("Sanitizer" not in err and "runtime error" not in err and "a bug in Broadside" not in err, err)
    it.last_words = f"exit {process.returncode}\n{out[-900:]}\n{err[-900:]}"
    return process.returncode


def everybody_got_one(it, catcher, result=None):
    taken = Taken(catcher)
    it.expect(not taken.copies(), "nobody got two", taken.copies())
    it.expect(len(taken) == counts(it)["planned"] > 0, "everybody got one", (len(taken), result and result.err))
    it.ok("status", "--audit")


def sigterm_waits_for_the_replies_that_are_out(it):
    it.sample_workspace()
    catcher = it.catcher("--delay", "150")
    process = trickle(it, catcher, "1000/s", "-o", "relay.connections=2")
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    it.expect(end(it, process) == 75, "work remains")
    it.expect(time.monotonic() - began < 3, "it does not take long")
    now = counts(it)
    it.expect(now["unknown"] == now["intent"] == 0, "no reply was lost", now)
    it.expect(0 < now["sent"] == len(Taken(catcher)) < now["planned"], "what was taken is known as sent", now)
    everybody_got_one(it, catcher, it.send(LINKED, catcher, "--edition", "e"))


def pause_resume_and_cancel_act_on_a_running_dispatcher_within_a_second(it):
    it.sample_workspace()
    catcher = it.catcher()
    process = trickle(it, catcher, "4/s")
    it.ok("pause", LINKED, "--reason", "a typo")
    time.sleep(0.3)
    before = len(Taken(catcher))
    time.sleep(0.8)
    it.expect(len(Taken(catcher)) == before, "nothing more leaves while it is paused", before)
    it.ok("resume", LINKED)
    if process.poll() is not None:  # with nothing left to do it had ended
        process = trickle(it, catcher, "4/s")
    it.expect(wait_for(lambda: len(Taken(catcher)) > before, 2), "resumed, it goes on")
    it.ok("cancel", LINKED)
    time.sleep(0.1)
    after = len(Taken(catcher))
    it.expect(end(it, process, 3) in (0, 75), "cancelled, it comes to an end")
    now = counts(it)
    it.expect(len(Taken(catcher)) <= after + 1 and now["state"] == "cancelled", "nothing leaves after that", now)
    it.expect(now["sent"] == len(Taken(catcher)) and now["skipped"] == now["planned"] - now["sent"], "and all adds up", now)
    it.ok("status", "--audit")


def an_alert_overtakes_a_newsletter_that_trickles(it):
    it.sample_workspace()
    it.write("campaigns/vote.yaml", ALERT)
    catcher = it.catcher()
    process = trickle(it, catcher, "4/s", "-o", "relay.connections=2")
    handed = it.send("vote", catcher, "--edition", "e")
    it.expect(handed.status == 75 and "another dispatcher" in handed.err, "it is handed to the running one", handed)
    since = len(Taken(catcher))
    it.expect(wait_for(lambda: counts(it, "vote")["state"] == "done", 30), "the alert is sent", counts(it, "vote"))
    letters = counts(it)
    it.expect(letters["state"] == "running" and letters["sent"] < letters["planned"], "before the newsletter", letters)
    alert = {message["Message-ID"] for message in catcher.messages() if message["Subject"] == "The vote is on Tuesday"}
    order = Taken(catcher).messages
    last = max(at for at, message in enumerate(order) if message in alert)
    it.expect(last + 1 - since - len(alert) <= 4, "which rested meanwhile", (order, since, alert))
    process.send_signal(signal.SIGTERM)
    it.expect(end(it, process) == 75, "the newsletter goes on later")
    it.ok("status", "--audit")


def what_a_dead_sender_left_of_a_cancelled_edition_is_accounted_for(it):
    it.sample_workspace()
    catcher = it.catcher(script="end nth=3 delay 60000\n")
    process = trickle(it, catcher, "100/s", "-o", "relay.connections=1")
    it.expect(wait_for(lambda: len(Taken(catcher)) == 3 and counts(it)["sent"] == 2), "the third waits for its reply")
    process.kill()
    process.communicate()
    it.ok("cancel", LINKED)
    ended = it.send(LINKED, catcher, "--edition", "e")
    now = counts(it)
    it.expect(ended.status in (0, 75) and now["unknown"] == 1, "whose end nobody knows is told", (ended.status, ended.err, now))
    it.expect(len(Taken(catcher)) == 3, "and nothing is sent", Taken(catcher).recipients)
    it.expect_error(it.send(LINKED, catcher, "--edition", "e"), 77, "was cancelled", "--edition NAME")
    it.ok("status", "--audit")


def a_second_dispatcher_never_starts(it):
    it.sample_workspace()
    catcher = it.catcher("--delay", "20")
    process = trickle(it, catcher, "4/s", "-o", "relay.connections=1")
    seconds = [it.start("send", LINKED, "--yes", "--edition", "e", "-o", f"relay.url={catcher.url}") for _ in range(3)]
    for second in seconds:
        out, err = second.communicate(timeout=20)
        it.expect(f"process {process.pid} on" in err, "it names the one that runs", err)
    it.expect(end(it, process) in (0, 75), "the first goes on undisturbed")
    it.expect({line[1] for line in Taken(catcher).lines} == {"1"}, "by its one connection")
    it.send(LINKED, catcher, "--edition", "e")
    everybody_got_one(it, catcher)


def a_locked_database_is_waited_for(it):
    it.sample_workspace()
    catcher = it.catcher()
    process = trickle(it, catcher, "10/s")
    other = sqlite3.connect(it.workspace / "var/broadside.db", isolation_level=None, timeout=10)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute("BEGIN IMMEDIATE")
    held = len(Taken(catcher))
    time.sleep(2)
    it.expect(len(Taken(catcher)) <= held + 10, "without its ledger nothing leaves", held)
    other.execute("ROLLBACK")
    it.expect(end(it, process) in (0, 75), "then it goes on")
    it.send(LINKED, catcher, "--edition", "e")
    everybody_got_one(it, catcher)
    other.close()


def a_long_reader_hinders_nobody(it):
    it.sample_workspace()
    catcher = it.catcher()
    reader = sqlite3.connect(f"file:{it.workspace / 'var/broadside.db'}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM member").fetchone()
    it.expect(it.send(LINKED, catcher, "--edition", "e").status == 0, "it is sent all the same")
    everybody_got_one(it, catcher)
    log = (it.workspace / "var/broadside.db-wal").stat().st_size
    it.expect(log < 8 * 1024 * 1024, "and the log stays small", log)
    reader.close()


def stop_between_commits(it, process):
    """Stopped inside one it would hold the ledger, and everybody else would wait for it as long as they do."""
    ledger = sqlite3.connect(it.workspace / "var/broadside.db", isolation_level=None, timeout=0.05)
    ledger.execute("PRAGMA wal_autocheckpoint = 0")
    for _ in range(50):
        process.send_signal(signal.SIGSTOP)
        try:
            ledger.execute("BEGIN IMMEDIATE")
            ledger.execute("ROLLBACK")
            break
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
    ledger.close()


def a_sender_that_stood_still_goes_on(it):
    it.sample_workspace()
    catcher = it.catcher()
    process = trickle(it, catcher, "20/s")
    stop_between_commits(it, process)
    it.ok("status", "--audit")
    victim = it.ok("plan", STEM, "--json", "--list").lines()[0]["email"]
    it.ok("suppress", "add", victim, "--reason", "asked")
    had = Taken(catcher).recipients.count(victim)
    time.sleep(1)
    process.send_signal(signal.SIGCONT)
    it.expect(end(it, process) in (0, 75), "it goes on")
    it.send(LINKED, catcher, "--edition", "e")
    taken = Taken(catcher)
    it.expect(taken.recipients.count(victim) <= had + 1 and not taken.copies(), "nobody got two", taken.copies())
    it.ok("status", "--audit")


def an_acknowledged_suppression_is_final(it):
    it.sample_workspace()
    catcher = it.catcher()
    process = trickle(it, catcher, "3/s", "-o", "relay.connections=1")
    listed = [line["email"] for line in it.ok("plan", LINKED, "--json", "--list").lines()]
    victims = [to for to in listed if to not in Taken(catcher).recipients][-4:]
    for victim in victims:
        it.ok("suppress", "add", victim, "--reason", "asked by telephone")
    it.expect(end(it, process) in (0, 75), "the rest is sent")
    it.expect(not set(victims) & set(Taken(catcher).recipients), "and they get nothing", victims)
    skipped = counts(it)["skipped"]
    it.expect(len(set(victims)) <= skipped, "they are skipped", skipped)
    it.ok("status", "--audit")


def what_is_unknown_rests_ten_minutes_and_goes_again_as_the_same_message(it):
    it.sample_workspace()
    catcher = it.catcher(script="end nth=3 times=1 swallow\n")
    first = it.send(LINKED, catcher, "--edition", "e", "-o", "relay.connections=1")
    it.expect(first.status == 75 and counts(it)["unknown"] == 1, "one is unknown, so work remains", first)
    planned = counts(it)["planned"]
    it.send(LINKED, catcher, "--edition", "e", env=fate(it, "clock=500000"))
    it.expect(counts(it)["unknown"] == 1 and len(Taken(catcher)) == planned, "it rests")
    last = it.send(LINKED, catcher, "--edition", "e", env=fate(it, "clock=700000"))
    it.expect(last.status == 0 and counts(it)["unknown"] == 0 and counts(it)["state"] == "done", "then it is sent", last)
    twice = Taken(catcher).copies()
    it.expect(len(twice) == 1 and len(Taken(catcher)) == planned + 1, "one message went twice", twice)
    bodies = [raw for raw in catcher.raw() if next(iter(twice)).encode() in raw]
    it.expect(len(bodies) == 2 and bodies[0] == bodies[1], "byte for byte the same")


def what_is_unknown_is_held_when_told_to(it):
    it.sample_workspace()
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    path.write_text(path.read_text().replace("on_unknown: resend", "on_unknown: hold"))
    catcher = it.catcher(script="end nth=3 times=1 swallow\n")
    it.send(LINKED, catcher, "--edition", "e", "-o", "relay.connections=1")
    planned = counts(it)["planned"]
    it.send(LINKED, catcher, "--edition", "e", env=fate(it, "clock=99000000"))
    it.expect(len(Taken(catcher)) == planned and counts(it)["unknown"] == 1, "it never goes by itself", counts(it))
    it.expect(Taken(catcher).recipients[2] in it.ok("status", LINKED, "--unknown").out, "and is listed by name")
    it.ok("resend", LINKED, "--unknown", "--edition", "e")
    it.send(LINKED, catcher, "--edition", "e")
    it.expect(len(Taken(catcher)) == planned + 1 and counts(it)["unknown"] == 0, "an operator's word sends it", counts(it))


def a_clock_that_jumps_loses_nobody(it):
    it.sample_workspace()
    catcher = it.catcher()
    for hours in (0, 5, -7, 30):
        done = it.send(LINKED, catcher, "--edition", "e", "--limit", "5", env=fate(it, f"clock={hours * 3600000}"))
        it.expect(done.status in (0, 75), f"the clock is {hours} h ahead", done)
        it.ok("status", "--audit")
    it.send(LINKED, catcher, "--edition", "e")
    everybody_got_one(it, catcher)


def a_connection_is_not_closed_under_us_when_another_is_opened_two_minutes_later(it):
    """libcurl forgets what it holds to be idle for 118 s whenever it opens a connection."""
    it.sample_workspace()
    catcher = it.catcher("--delay", "150", script='conn 2: end nth=3 reply "250 2.0.0 taken" close\n')
    sent = it.send(LINKED, catcher, "--edition", "e", "-o", "relay.connections=3", env=fate(it, "speed=200"))
    now = counts(it)
    it.expect(now["unknown"] == 0 and "silent" not in sent.err, "no reply goes missing", (now, sent.err))
    it.expect(len({line[1] for line in Taken(catcher).lines}) == 4, "though a fourth connection was opened", sent)


def killed_at_every_turn_it_comes_to_the_same_end(it):
    it.sample_workspace()
    catcher = it.catcher()
    ahead, kills = 0, 0
    for n in range(60, 400, 20):
        result = it.send(LINKED, catcher, "--edition", "e", "-o", "relay.connections=2",
                         env=fate(it, f"kill=any,{n},after clock={ahead}"))
        kills += result.status == -signal.SIGKILL
        ahead += 11 * 60000
        it.ok("status", "--audit")
        if result.status == 0:
            break
    last = it.send(LINKED, catcher, "--edition", "e", env=fate(it, f"clock={ahead + 700000}"))
    now = counts(it)
    it.expect(last.status == 0 and now["sent"] == now["planned"], "everybody has it", (now, last.err))
    taken = Taken(catcher)
    it.expect(len(set(taken.messages)) == now["planned"] and len(taken) - now["planned"] <= 2 * kills,
              f"{kills} kills cost at most two copies each", taken.copies())


def small_disks_of_any_size_lose_nobody(it):
    mount = it.small_disk(16)
    catcher = it.catcher()
    filler = mount / "filler"
    for room_kb in (0, 40, 1100, 1160):
        fill(filler, mount, room_kb)
        result = it.send(LINKED, catcher, "--edition", "e")
        it.expect(result.status in (0, 73, 74, 75), f"with {room_kb} KB it ends cleanly", result)
        if result.status != 0:
            it.expect("disk" in result.err or "space" in result.err, "and says why", result)
    filler.unlink()
    it.ok("status", "--audit")
    again = it.send(LINKED, catcher, "--edition", "e", env=fate(it, "clock=700000"))
    it.expect(again.status == 0, "with room it goes on", again)
    it.ok("status", "--audit")
    taken = Taken(catcher)
    it.expect(len(set(taken.messages)) == counts(it)["planned"], "nobody is lost", counts(it))
    it.expect(not taken.copies(), "nobody got two: what was answered was written down on the ballast's room", taken.copies())


def fill(filler, mount, room_kb):
    """Leaves so much room on a small disk."""
    filler.unlink(missing_ok=True)
    disk = os.statvfs(mount)
    free = disk.f_bavail * disk.f_frsize - room_kb * 1024
    with open(filler, "wb", buffering=0) as file:
        try:
            for _ in range(max(0, free) // 4096):
                file.write(b"x" * 4096)
        except OSError:
            pass


def rate_of_others(catcher):
    """Messages a second on all connections but the first."""
    times = [int(line[0]) for line in Taken(catcher).lines if line[1] != "1"]
    return (len(times) - 1) * 1000 / (max(times) - min(times))


def rate_beside(it, edition, script):
    catcher = it.catcher("--delay", "20", script=script)
    process = it.start("send", LINKED, "--yes", "--edition", edition, "-o", f"relay.url={catcher.url}",
                       "-o", "relay.limits=[100000/s]")
    planned = wait_for(lambda: next((json.loads(line)["planned"] for line in it.run(
        "status", LINKED, "--json").out.splitlines() if json.loads(line)["edition"] == edition), 0))
    wanted = planned - (1 if script else 0)
    it.expect(wait_for(lambda: len(Taken(catcher)) >= wanted, 60), "all others are sent meanwhile",
              (len(Taken(catcher)), planned))
    process.kill()
    process.communicate()
    return rate_of_others(catcher)


def a_reply_that_takes_nine_minutes_costs_the_other_connections_nothing(it):
    it.sample_workspace()
    letter = it.workspace / f"campaigns/{LINKED}.yaml"
    it.write(letter, letter.read_text().replace("[300/min]", "[100000/s]"))
    rows = "".join(f"r{n}@many.example,linked-learning\n" for n in range(1500))
    it.ok("import", it.write("many.csv", "email,topics\n" + rows))
    for attempt in range(4):  # what it costs it costs every time, what else the machine does it does not
        calm = rate_beside(it, f"calm{attempt}", "")
        slow = rate_beside(it, f"slow{attempt}", "conn 1: end nth=1 delay 540000\n")
        print(f"  {calm:.0f} a second without it, {slow:.0f} with it, on the other nine connections")
        if slow > 0.95 * calm:
            return
    it.expect(False, "less than 5 % slower", (calm, slow))


def who_asks_twice_waits_for_nobody(it):
    it.sample_workspace()
    catcher = it.catcher(script="conn 1: end nth=1 delay 540000\n")
    process = it.start("send", LINKED, "--yes", "-o", f"relay.url={catcher.url}", "-o", "relay.connections=1")
    it.expect(wait_for(lambda: '"intent":1' in it.run("status", LINKED, "--json").out.replace(" ", "")), "one is on its way")
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    it.expect(process.poll() is None, "asked once it waits for the reply that is out")
    process.send_signal(signal.SIGINT)
    it.expect(end(it, process, 10) == 75, "asked twice it ends at once, and work remains")
    it.expect(counts(it)["unknown"] == 1, "what is without an answer is unknown", counts(it))
    it.ok("status", "--audit")


STORIES = [
    who_asks_twice_waits_for_nobody,
    a_reply_that_takes_nine_minutes_costs_the_other_connections_nothing,
    sigterm_waits_for_the_replies_that_are_out,
    pause_resume_and_cancel_act_on_a_running_dispatcher_within_a_second,
    an_alert_overtakes_a_newsletter_that_trickles,
    what_a_dead_sender_left_of_a_cancelled_edition_is_accounted_for,
    a_second_dispatcher_never_starts,
    a_locked_database_is_waited_for,
    a_long_reader_hinders_nobody,
    a_sender_that_stood_still_goes_on,
    an_acknowledged_suppression_is_final,
    what_is_unknown_rests_ten_minutes_and_goes_again_as_the_same_message,
    what_is_unknown_is_held_when_told_to,
    a_clock_that_jumps_loses_nobody,
    a_connection_is_not_closed_under_us_when_another_is_opened_two_minutes_later,
    killed_at_every_turn_it_comes_to_the_same_end,
    small_disks_of_any_size_lose_nobody,
]
