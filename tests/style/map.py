#!/usr/bin/env python3
"""src/README.md: the map for builders. Each room, what it may know, and each module with the sentence its header opens with.

usage: tests/style/map.py --write | --check
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

HEAD = """# The map

Rooms, from the top down. An include names its room; a room includes only rooms below it, and siblings on one line do not know
each other. `tests/style/run` holds this, and writes this page from the sentence each header opens with (`tests/style/map.py --write`).

```
cli                                  talks to the person: one file a subcommand
proof                                a campaign looked at before it goes out: what is wrong with it, how it will look
desk                                 what all commands share: options, the open workspace, results told
web · flow                           preview pages · plan, send, run, collect: introduces those below to each other
pacing                               how fast it may go, and when it must stop
send                                 the event loop: connections, turns, results
lint                                 what will cost a campaign readers though it is allowed
compose                              a campaign becomes messages
campaign · store · wire · mailbox    what a group writes · what we remember · where mail leaves · where it comes home
content · calendar · verdict         Markdown to mail · which minute is meant · what an answer means, and who pays
template · settings · mail           Mustache, escaping, filters · YAML with places · the grammar of mail
base                                 knows nothing of mail
```

Where a message comes from and goes to:

```
out:   campaign.yaml ─document─► nodes ─schema─► struct campaign ─┐
       templates/*   ─template─► program ──────────────────────────┤ compose, once per language ► compiled message
       members (store) ─selection─► plan ─► edition + one delivery row each (READY)
       loop: ledger takes due rows ► merge ► INTENT committed ► completing bytes
             ► reply ► verdict ► RESULT committed together with the next INTENTs ► status, log line
```
"""

ROOMS = ["cli", "proof", "desk", "web", "flow", "pacing", "send", "lint", "compose", "campaign", "store", "wire", "mailbox", "verdict", "content", "calendar", "template", "settings", "mail", "base"]


def sentence(path):
    """The first sentence of the opening comment, without its decoration."""
    text = path.read_text()
    found = re.match(r"\s*/\*(.*?)\*/", text, re.S)
    paragraph = "\n".join(line.strip().lstrip("*").strip() for line in found.group(1).splitlines()).strip().split("\n\n")[0]
    first = re.split(r"(?<=[.])\s+(?=[A-Z`])", paragraph.replace("\n", " "))[0]
    said = first.split(": ", 1)[1] if ": " in first.split(".")[0] else first
    return said.replace("|", "\\|")


def page():
    lines = [HEAD]
    for room in ROOMS:
        headers = sorted((SRC / room).glob("*.h"))
        if not headers:
            continue
        lines += [f"## {room}", "", "| module | what it is |", "|---|---|"]
        lines += [f"| `{room}/{path.stem}` | {sentence(path)} |" for path in headers]
        lines.append("")
    return "\n".join(lines)


def main():
    if "--write" in sys.argv:
        (SRC / "README.md").write_text(page())
        return 0
    return 0 if (SRC / "README.md").read_text() == page() else 1


if __name__ == "__main__":
    sys.exit(main())
