#!/usr/bin/env python3
"""A connection to the mail server that ends at any byte: nothing counts twice, nothing is lost.

The stories cut at a share of the bytes. `tests/e2e/cut_connections.py BUILD [--step N]` cuts at every one (or every Nth)."""
import argparse
import concurrent.futures
import pathlib
import shutil
import sqlite3
import sys

from bad_input import certificates, secret
from bounces import GONE, RETURN_PATH, Sent, dsn
from mail_server import MailServer
from mailboxes import PROTOCOLS, options
from story import It

SHARE = 23  # cuts of a story
RUNS = 3    # that may be needed until all is done


class Cutting:
    """A workspace to be copied, and what its mailbox holds: two bounces, and between them a letter for a person."""

    def __init__(self, it, protocol):
        self.it, self.protocol = it, protocol
        it.sample_workspace()
        self.certs, self.password = certificates(it), secret(it)
        sent = Sent(it)
        self.gone = sent.people[:2]
        bounces = [dsn(sent.path(address), address, GONE) for address in self.gone]
        self.mails = [bounces[0], dsn(RETURN_PATH, sent.people[2], GONE), bounces[1]]

    def length(self):
        """Bytes of a whole dialogue, both ways."""
        server, problems = self.at(None, "whole")
        self.it.expect(not problems, "uncut, all is well", problems)
        return server.moved

    def at(self, cut, name):
        """The server, after the program was run until it had nothing left to do, and what went wrong."""
        workspace = self.it.folder / f"cut-{name}"
        shutil.copytree(self.it.workspace, workspace)
        problems = []
        server = MailServer(None, self.certs, self.protocol, self.mails, cut=cut,
                            deleting=lambda uid: self.is_stored(workspace, uid) or problems.append(f"{uid} was deleted too early"))
        try:
            self.run_to_the_end(workspace, server, problems)
            self.judge(workspace, server, problems)
        finally:
            server.stop()
            self.it.look(workspace)
            shutil.rmtree(workspace)
        return server, [f"{self.protocol}, cut at byte {cut}: {problem}" for problem in problems]

    def run_to_the_end(self, workspace, server, problems):
        shown, said = [], ""
        for number in range(RUNS):
            done = self.it.run("-C", workspace, "collect", "--json", *options(server.url(), self.certs, self.password),
                               workspace=False)
            shown += done.lines()
            said += done.err
            if done.status not in (0, 69):
                problems.append(f"exit {done.status}: {done.err}")
            # What a run learned as its connection ended (deletions that may have happened) the next one tidies up.
            if done.status == 0 and (number > 0 or len(server.mails) == 1):
                break
        else:
            problems.append(f"not done after {RUNS} runs: {said}")
        if sorted(line["effect"] for line in shown) != ["suppressed", "suppressed", "unproven"]:
            problems.append(f"told {[line['effect'] for line in shown]}")

    def open(self, workspace):
        return sqlite3.connect(f"file:{workspace}/var/broadside.db?mode=ro", uri=True)

    def is_stored(self, workspace, uid):
        database = self.open(workspace)
        found = database.execute("SELECT count(*) FROM bounce_name WHERE uid = CAST(? AS BLOB)", (uid,)).fetchone()[0]
        database.close()
        return found == 1

    def judge(self, workspace, server, problems):
        database = self.open(workspace)
        counts = database.execute("SELECT count(*), count(DISTINCT digest), (SELECT count(*) FROM bounce_name) FROM bounce").fetchone()
        suppressed = sorted(row[0] for row in database.execute("SELECT address FROM suppression"))
        database.close()
        if counts != (3, 3, 3):
            problems.append(f"mails, their bytes, their names: {counts}")
        if suppressed != self.gone:
            problems.append(f"suppressed: {suppressed}")
        if [mail for mail, _ in server.mails.values()] != [self.mails[1]]:
            problems.append(f"left on the server: {sorted(server.mails)}")


def cut_at(cutting, places, at_once=2):
    problems = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=at_once) as pool:
        for _, found in pool.map(lambda place: cutting.at(place, place), places):
            problems += found
    return problems


def share(it, protocol):
    cutting = Cutting(it, protocol)
    length = cutting.length()
    step = length // SHARE
    problems = cut_at(cutting, range(step // 2, length, step))
    it.expect(not problems, f"of {length} bytes, cut at every {step}th", problems)


def imap_cut_at_a_share_of_its_bytes(it):
    share(it, "imaps")


def pop3_cut_at_a_share_of_its_bytes(it):
    share(it, "pop3s")


STORIES = [imap_cut_at_a_share_of_its_bytes, pop3_cut_at_a_share_of_its_bytes]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=6, help="most of a run is waiting")
    chosen = parser.parse_args()
    passed = failed = 0
    for protocol in PROTOCOLS:
        it = It(chosen.build)
        try:
            cutting = Cutting(it, protocol)
            places = range(0, cutting.length() + 1, chosen.step)
            problems = cut_at(cutting, places, chosen.at_once)
        finally:
            it.close()
        problems += [f"{protocol}: the password is in {leak}" for leak in it.leaks]
        for problem in problems[:20]:
            print("broken:", problem)
        bad = len({problem.split(":")[0] for problem in problems})
        print(f"{protocol}: cut at {len(places)} places")
        passed, failed = passed + len(places) - bad, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
