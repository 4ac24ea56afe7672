"""Judge: (what the server took) × (our ledger) × (suppressions). The only place that says what is right."""
import collections

from world import CAMPAIGNS, DRAIN_MS, FAILED, INTENT, READY, SENT, SKIPPED, UNKNOWN, Wrong


class Seal:
    """A suppression that was acknowledged: from `since_ms` on the server may take `more` messages for it."""

    def __init__(self, address, since_ms, state):
        self.address, self.since_ms = address, since_ms
        # Its INTENT was durable before the acknowledgement: that one is on its way.
        self.more = 1 if state == INTENT else 0
        # What is unknown is so because a sender died: its last bytes may still be read by the server.
        self.since_ms += DRAIN_MS if state == UNKNOWN else 1


class Score:
    """What was counted; adds up over rounds."""
    FIELDS = ("kills", "rounds", "failed", "taken", "copies", "copies_by_kill", "copies_by_server", "withheld", "lost",
              "to_suppressed", "suppressed", "in_flight_when_suppressed", "unknown_listed", "audits", "sends", "doubles",
              "controls", "terms", "stops", "locks")

    def __init__(self):
        for name in self.FIELDS:
            setattr(self, name, 0)

    def add(self, other):
        for name in self.FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def assign(candidates, room):
    """Gives each second copy one of the kills that may have caused it, none more than `room` (Kuhn's matching)."""
    given = collections.defaultdict(list)

    def place(copy, tried):
        for kill in candidates[copy]:
            if kill in tried:
                continue
            tried.add(kill)
            if len(given[kill]) < room or any(place(other, tried) and not given[kill].remove(other)
                                              for other in list(given[kill])):
                given[kill].append(copy)
                return True
        return False

    return all(place(copy, set()) for copy in range(len(candidates)))


def judge_copies(taken, kills_ms, most, held, score):
    """Each copy beyond the first has a reason: a withheld 250, or a kill between the two."""
    by_message, candidates = collections.defaultdict(list), []
    for entry in taken:
        by_message[entry[2]].append(entry)
    for message, copies in by_message.items():
        if len({size for _, _, _, _, size, _ in copies}) > 1:
            raise Wrong(f"attempts of {message} differ in their bytes: {copies}")
        for earlier, later in zip(copies, copies[1:]):
            score.copies += 1
            if held:
                raise Wrong(f"a second copy although unknown ones are held: {earlier} {later}")
            if earlier[5]:
                score.copies_by_server += 1
                continue
            score.copies_by_kill += 1
            candidates.append([i for i, at in enumerate(kills_ms) if earlier[0] - DRAIN_MS <= at <= later[0] + 1])
            if not candidates[-1]:
                raise Wrong(f"a second copy without a reason: {earlier} {later}, kills {kills_ms}")
    if not assign(candidates, most):
        raise Wrong(f"more than {most} second copies by one kill: {kills_ms}, {candidates}")


def judge_row(to, row, copies, suppressed, cancelled, held):
    """None, or what is wrong with one recipient."""
    state, reason = row[0], row[1]
    if state == SENT:
        return None if copies else "is called sent, but the server never took it"
    if state == FAILED:
        return None if to.startswith("gone") else f"is called failed ({reason})"
    if state == SKIPPED:
        fair = to in suppressed or cancelled or to.startswith("gone")
        return None if fair else f"was skipped ({reason}) for no reason"
    if state == UNKNOWN:
        return None if held or cancelled else "is left unknown"
    return "is left behind" if not (cancelled and state != READY) else None


def judge(world, campaign, kills_ms, seals, score, cancelled=False, planned=None):
    """At the end of a round, when nothing moves any more."""
    held = CAMPAIGNS[campaign]["on_unknown"] == "hold"
    rows = world.rows(campaign)
    taken = [entry for entry in world.server.taken()]
    mine = [entry for entry in taken if entry[3] in rows]
    score.taken += len(taken)
    score.withheld += sum(entry[5] for entry in taken)
    # Whoever was suppressed before the edition was planned has no row.
    missing = (planned or len(rows)) - len(rows)
    if rows and not 0 <= missing <= len({seal.address for seal in seals}):
        raise Wrong(f"{len(rows)} rows for {planned} members")
    if len(mine) != len(taken):
        raise Wrong("somebody got mail who was not planned")
    judge_copies(taken, kills_ms, world.connections * world.depth, held, score)
    for message, bodies in world.server.bodies().items():
        if len(bodies) > 1:
            raise Wrong(f"attempts of {message} differ in their bytes")
    judge_seals(taken, seals, score)
    suppressed = {seal.address for seal in seals}
    copies = collections.Counter(entry[3] for entry in taken)
    for to, row in rows.items():
        wrong = judge_row(to, row, copies[to], suppressed, cancelled, held)
        if wrong:
            score.lost += 1
            raise Wrong(f"{to} {wrong}: {row}")
    judge_unknown(world, campaign, rows, copies, held, score)


def judge_seals(taken, seals, score):
    for seal in seals:
        score.suppressed += 1
        after = [entry for entry in taken if entry[3] == seal.address and entry[0] > seal.since_ms]
        score.in_flight_when_suppressed += min(len(after), seal.more)
        if len(after) > seal.more:
            score.to_suppressed += 1
            raise Wrong(f"{seal.address} got mail after its suppression was acknowledged at {seal.since_ms}: {after}")


def judge_unknown(world, campaign, rows, copies, held, score):
    """Held: whoever may or may not have it is listed by name."""
    unknown = {to for to, row in rows.items() if row[0] == UNKNOWN}
    if not held:
        return
    listed = world.run("status", campaign, "--unknown", "--csv")
    listed.check({0})
    for to in unknown:
        if f'"{to}"' not in listed.out:
            raise Wrong(f"{to} is unknown, but `status --unknown` does not list it: {listed.out[-500:]}")
    score.unknown_listed += len(unknown)
