"""Rounds: an edition is sent by a sender that is killed over and over, until everybody has it."""
import random
import signal
import sqlite3
import time
import traceback

from judge import Score, Seal, judge
from world import DRAIN_MS, FAULTS, INTENT, STATUSES, World, Wrong, fresh_folder, now_ms

SIZES = (24, 24, 24, 60, 120, 300)
NAMED_STEPS = ("fdatasync", "pwrite", "write", "send", "recv", "connect", "ftruncate", "flock", "fsync")
MOMENTS = ("before", "after", "torn")
STEPS = (20, 60, 250)  # reading, planning, sending
SPANS_US = (10000, 25000, 60000)


class Round:
    def __init__(self, tools, number, seed):
        self.chance = random.Random(f"{seed}/{number}")
        self.number, self.score = number, Score()
        self.size = self.chance.choice(SIZES)
        self.campaign = self.chance.choices(("letter", "alert", "held"), (6, 2, 3))[0]
        options = []
        if self.chance.random() < 0.3:
            options += ["--no-chunking"]
        if self.chance.random() < 0.15:
            options += ["--no-pipelining"]
        if self.size < 100 and self.chance.random() < 0.2:
            options += ["--delay", str(self.chance.randint(1, 3))]
        folder = fresh_folder(tools.folder, f"round-{number}")
        if self.chance.random() < 0.2:
            options += ["--out", str(folder / "out")]
        self.world = World(tools, folder, self.size, FAULTS, self.chance.getrandbits(30), options,
                           connections=self.chance.randint(1, 6))
        self.world.depth = self.chance.choice((1, 1, 1, 2, 4))
        self.kills_ms, self.seals, self.cancelled = [], [], False

    # -- fate
    def fate(self):
        pick = self.chance.random()
        if pick < 0.45:
            return f"kill=any,{self.chance.randint(1, self.chance.choice(STEPS))},{self.chance.choice(MOMENTS)}"
        if pick < 0.65:
            return f"kill={self.chance.choice(NAMED_STEPS)},{self.chance.randint(1, 12)},{self.chance.choice(MOMENTS)}"
        return f"kill-in={self.chance.randint(500, self.chance.choice(SPANS_US))}"

    def ended(self, ran):
        self.score.sends += 1
        # Before it listens to signals, it just ends. What is cancelled is refused.
        ran.check(STATUSES | {-signal.SIGTERM} | ({77} if self.cancelled else set()))
        if ran.killed:
            self.kills_ms.append(ran.ended_ms)
            self.score.kills += 1

    def suppress(self):
        """By hand, while the sender runs."""
        everybody = self.everybody()
        try:
            leaving = [to for to, row in self.world.rows(self.campaign).items() if row[0] == INTENT]
        except sqlite3.OperationalError:  # a sender stands still in the middle of a recovery: nobody can read
            leaving = []
        to = self.chance.choice(leaving if leaving and self.chance.random() < 0.5 else everybody)
        ran = self.world.run("suppress", "add", to, "--reason", "asked")
        ran.check({0, 75})
        if ran.status == 0:
            self.seals.append(Seal(to, now_ms(), self.state_now(to)))
            self.seals[-1].since_ms = max(self.seals[-1].since_ms, now_ms() + 1)

    def state_now(self, to):
        return self.world.state_of(self.campaign, to)

    def everybody(self):
        return [f"{'gone' if i % 40 == 39 else 'reader'}{i}@d{i % 7}.example" for i in range(self.size)]

    def control(self):
        verb = self.chance.choices(("pause", "resume", "cancel"), (10, 10, 1))[0]
        if self.world.edition(self.campaign) is None:
            return
        ran = self.world.run(verb, self.campaign, "--edition", "e")
        ran.check({0, 64, 75})
        self.cancelled |= verb == "cancel" and ran.status == 0
        self.score.controls += 1

    def meanwhile(self, senders):
        chance = self.chance.random()
        if chance < 0.10:
            time.sleep(self.chance.random() * 0.03)
            self.suppress()
        elif chance < 0.14:
            self.control()
        elif chance < 0.17:
            time.sleep(self.chance.random() * 0.03)
            senders[0].send_signal(signal.SIGTERM)
            self.score.terms += 1
        elif chance < 0.19:
            time.sleep(self.chance.random() * 0.02)
            senders[0].send_signal(signal.SIGSTOP)
            self.score.stops += 1
            try:
                self.suppress()
            finally:
                senders[0].send_signal(signal.SIGCONT)
        elif chance < 0.21:
            self.lock()

    def lock(self):
        """Somebody else writes, and takes their time; somebody reads for just as long."""
        other = sqlite3.connect(self.world.database, isolation_level=None, timeout=10)
        other.execute("PRAGMA wal_autocheckpoint = 0")
        reader = sqlite3.connect(f"file:{self.world.database}?mode=ro", uri=True, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM member").fetchone()
        other.execute("BEGIN IMMEDIATE")
        time.sleep(self.chance.random() * 0.2)
        other.execute("ROLLBACK")
        reader.close()
        other.close()
        self.score.locks += 1

    def attempt(self):
        if self.world.edition(self.campaign) == "paused" and self.chance.random() < 0.7:
            self.world.run("resume", self.campaign).check({0})
        if self.chance.random() < 0.3:
            self.world.wait_until_due(self.campaign)
        if self.chance.random() < 0.05:  # a clock that jumps
            self.world.ahead_ms += self.chance.randint(-3600000, 3600000)
        senders = [self.world.begin_send(self.campaign, self.fate())]
        if self.chance.random() < 0.06:
            senders.append(self.world.begin_send(self.campaign, self.fate()))
            self.score.doubles += 1
        try:
            self.meanwhile(senders)
        finally:
            for sender in senders:
                ran = self.world.end(sender)
                self.ended(ran)
        self.world.audit()
        self.score.audits += 1

    def play(self, kills):
        """Kills until so many fell or nothing is left to send; then to the end, and judgement."""
        for _ in range(kills * 3):
            if self.score.kills >= kills or (self.kills_ms and not self.world.moving(self.campaign)):
                break
            self.attempt()
        self.world.finish(self.campaign)
        self.world.audit()
        time.sleep(DRAIN_MS / 1000)
        judge(self.world, self.campaign, self.kills_ms, self.seals, self.score, self.cancelled, self.size)


def play(tools, number, seed, kills, keep=False):
    """(score, what went wrong or None)"""
    game = None
    try:
        game = Round(tools, number, seed)
        game.play(kills)
        wrong = None
    except Wrong as broken:
        wrong = f"round {number}: {broken}"
    except Exception:
        wrong = f"round {number}: {traceback.format_exc()}"
    score = game.score if game else Score()
    score.rounds, score.failed = 1, int(wrong is not None)
    if game and wrong:
        wrong = (f"{wrong}\n    {game.size} members, {game.campaign}, {game.world.connections} connections"
                 f" of depth {game.world.depth},"
                 f" {len(game.kills_ms)} kills" + (f", kept in {game.world.folder}" if keep else ""))
    if game and not (wrong and keep):
        game.world.close()
    elif game:
        game.world.server.stop()
    return score, wrong
