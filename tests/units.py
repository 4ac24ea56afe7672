#!/usr/bin/env python3
"""Runs the unit tests of a build tree, two at a time, and prints each one's closing line and what it said on stderr."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

CLOSING = re.compile(r"^(\d+) passed, (\d+) failed(, \d+ skipped)?$", re.M)
TIMEOUT_S = 240


def run(test):
    environment = {**os.environ, **test["env"]} if isinstance(test["env"], dict) else os.environ
    try:
        done = subprocess.run(test["cmd"], cwd=test["workdir"], env=environment, capture_output=True,
                              text=True, errors="replace", timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return test["name"], f"{test['name']}: FAIL: no end after {TIMEOUT_S} s\n0 passed, 1 failed\n"
    closing = CLOSING.search(done.stdout)
    text = f"{test['name']}:\n{done.stdout}{done.stderr}"
    if closing is None or (done.returncode != 0 and closing.group(2) == "0"):
        text += f"\n{test['name']}: FAIL: exit status {done.returncode} without a failure in its closing line\n0 passed, 1 failed\n"
    return test["name"], text


def main():
    build = sys.argv[1]
    found = subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, text=True, check=True)
    tests = [test for test in json.loads(found.stdout) if "unit" in " ".join(test["suite"])]
    failed = False
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for _, text in pool.map(run, tests):
            print(text)
            failed |= any(match.group(2) != "0" for match in CLOSING.finditer(text))
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
