#!/usr/bin/env python3
"""Holds what the tree promises of itself: one-way arrows, library headers in their places, format, sizes, top level."""
import pathlib
import re
import shutil
import subprocess
import sys

import map

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# The rooms below each room: an include may only name the room itself or one of these.
BELOW = {
    "base": [],
    "settings": ["base"],
    "mail": ["base"],
    "template": ["base"],
    "content": ["base", "template"],
    "calendar": ["base", "settings"],
    "verdict": ["base", "mail"],
    "campaign": ["base", "settings", "mail", "calendar", "verdict"],
    "compose": ["base", "settings", "mail", "template", "content", "campaign"],
    "lint": ["base", "settings", "mail", "template", "campaign", "compose"],
    "store": ["base", "settings", "mail"],
    "wire": ["base", "settings", "mail", "verdict"],
    "mailbox": ["base", "settings", "mail"],
    "send": ["base", "settings", "mail", "verdict", "wire"],
    "pacing": ["base", "settings", "mail", "verdict", "campaign", "store", "wire", "send"],
    "flow": ["base", "settings", "mail", "template", "calendar", "verdict", "campaign", "compose", "store", "wire", "mailbox", "send", "pacing"],
    "web": ["base", "settings", "mail", "template", "campaign", "compose", "lint", "store"],
    "desk": ["base", "settings", "mail", "template", "verdict", "campaign", "compose", "lint", "store", "mailbox", "send", "pacing", "flow"],
    "proof": ["base", "settings", "mail", "template", "verdict", "campaign", "compose", "lint", "store", "mailbox", "send", "pacing", "flow", "web", "desk"],
    "cli": ["base", "settings", "mail", "template", "verdict", "campaign", "compose", "lint", "store", "mailbox", "send", "pacing", "flow", "web", "desk", "proof"],
}

# Which files may know which library.
LIBRARY = {
    "jansson.h": ["base/json.c"],
    "yaml.h": ["settings/document*.c"],
    "gnutls/*": ["mail/token.c", "mail/digest.c"],
    "idn2.h": ["mail/address*.c"],
    "md4c*.h": ["content/content*.c"],
    "gumbo.h": ["template/page.c"],
    "unicase.h": ["content/*.c", "template/*.c"],
    "unilbrk.h": ["content/*.c", "template/*.c"],
    "unictype.h": ["content/*.c", "template/*.c"],
    "unistr.h": ["content/*.c", "template/*.c"],
    "uniwidth.h": ["content/*.c", "template/*.c"],
    "sqlite3.h": ["store/*.c", "store/sqlite.h"],
    "csv.h": ["store/*.c"],
    # libetpan accepts any certificate, so libcurl connects for it.
    "curl/*": ["wire/relay*.c", "mailbox/mailbox_stream.c"],
    "libetpan/*": ["mailbox/mailbox_etpan.c", "mailbox/mailbox_imap.c", "mailbox/mailbox_pop3.c"],
    "microhttpd.h": ["web/http.c"],
    "iconv.h": ["verdict/*.c"],
}

LONGEST_FILE = 600
LONGEST_FUNCTION = 60
TOP_LEVEL = {"README.md", "meson.build", "src", "campaigns", "templates", "tests", "config", "quickstart", "LICENSE"}

passed = failed = 0


def check(promise, problems):
    global passed, failed
    if problems:
        failed += 1
        print(f"broken: {promise}")
        for problem in problems[:20]:
            print(f"    {problem}")
    else:
        passed += 1


def sources():
    return sorted(path for path in SRC.rglob("*") if path.suffix in (".c", ".h"))


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if found:
            yield number, found.group(1) == '"', found.group(2)


def arrows():
    problems = []
    for path in sources():
        room = path.relative_to(SRC).parts[0]
        for number, ours, name in includes(path):
            if not ours:
                continue
            target = name.split("/")[0]
            if "/" not in name or target not in BELOW:
                problems.append(f"{path.relative_to(ROOT)}:{number}: \"{name}\" does not name a room")
            elif target != room and target not in BELOW[room]:
                problems.append(f"{path.relative_to(ROOT)}:{number}: {room} must not know {target}")
    return problems


def libraries():
    problems = []
    for path in sources():
        relative = path.relative_to(SRC)
        for number, ours, name in includes(path):
            for library, places in LIBRARY.items():
                if pathlib.PurePath(name).match(library) and not any(relative.match(place) for place in places):
                    problems.append(f"src/{relative}:{number}: <{name}> belongs in {', '.join(places)}")
    return problems


def sizes():
    return [f"{path.relative_to(ROOT)}: {count} lines" for path in sources()
            if (count := len(path.read_text().splitlines())) > LONGEST_FILE]


def long_functions():
    problems = []
    for path in sources():
        start = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line == "{":
                start = number
            elif line == "}" and start is not None:
                if number - start > LONGEST_FUNCTION:
                    problems.append(f"{path.relative_to(ROOT)}:{start}: a function of {number - start} lines")
                start = None
    return problems


def openings():
    return [str(path.relative_to(ROOT)) for path in sources()
            if path.suffix in (".c", ".h") and not path.read_text().lstrip().startswith("/*")]


def formatted():
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    if tool is None:
        return ["clang-format 14 is not installed"]
    files = [str(path) for folder in ("src", "tests") for path in sorted((ROOT / folder).rglob("*.[ch]"))]
    done = subprocess.run([tool, "--dry-run", "--Werror", *files], capture_output=True, text=True, cwd=ROOT)
    return [line for line in done.stderr.splitlines() if "error:" in line] if done.returncode else []


def tracked():
    done = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT)
    return done.stdout.splitlines()


def top_level():
    names = {name.split("/")[0] for name in tracked()}
    return [f"{name} stands at the top" for name in sorted(names) if name not in TOP_LEVEL and not name.startswith(".")]


def leftovers():
    return [f"{path.relative_to(ROOT)}:{number}" for path in sources()
            for number, line in enumerate(path.read_text().splitlines(), 1) if re.search(r"\b(TODO|FIXME|XXX)\b", line)]


def banned_everywhere():
    """Every source file that has code includes base/banned.h, directly; headers need not."""
    return [str(path.relative_to(ROOT)) for path in sources()
            if path.suffix == ".c" and '"base/banned.h"' not in path.read_text() and path.name != "memory.c"]


def mapped():
    """The map for builders is written from the headers; it must be the one they would write now."""
    map_file = SRC / "README.md"
    if not map_file.exists() or map_file.read_text() != map.page():
        return ["src/README.md is not what tests/style/map.py --write makes of the headers"]
    return []


def main():
    check("an include names a room, and arrows go down only", arrows())
    check("a library is known only where the architecture says", libraries())
    check(f"no file is longer than {LONGEST_FILE} lines", sizes())
    check(f"no function is longer than {LONGEST_FUNCTION} lines", long_functions())
    check("a file opens by saying what it is", openings())
    check("clang-format 14 has nothing to change", formatted())
    check("nothing new stands at the top level", top_level())
    check("nothing is left to be done in src", leftovers())
    check("the banned functions are banned everywhere", banned_everywhere())
    check("src/README.md is a true map", mapped())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
