#!/usr/bin/env python3
"""The one password of all stories, and the search for it in whatever they leave behind.

Every process of every story has it in its environment, and may write cores. Before a story's folder is removed, all that
its processes said and every file (logs, databases, write-ahead logs, traces, cores, mails) is searched.
`tests/e2e/secrecy.py FOLDER…` searches what a whole run of the tests has printed."""
import base64
import mmap
import pathlib
import resource
import sys
import urllib.parse

PASSWORD = "Kanarie/4c1f seven+doors%"
ENVIRONMENT = {"CANARY_PASSWORD": PASSWORD}
# The files it is read from, ours and Dovecot's; and where these tests say it, in a clone of the project.
KEEPERS = {"relay.password", "users", "secrecy.py", "test_secret.c"}


def disguises(password):
    """The ways in which it could have slipped out. As a part of something longer that became base64 (a user and it, as AUTH
    PLAIN and AUTH LOGIN have them) it begins at any of three places; the digits at both ends depend on its neighbours."""
    plain = password.encode()
    forms = {plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode(), password.encode("utf-16-le"),
             urllib.parse.quote(password, safe="").encode(), urllib.parse.quote(password).encode()}
    forms |= {base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)}
    return sorted(forms | {part for part in plain.split(b" ")})


FORMS = disguises(PASSWORD)


def is_in(content):
    """`content` is bytes, or text as a program printed it."""
    content = content.encode(errors="surrogateescape") if isinstance(content, str) else content
    return any(content.find(form) >= 0 for form in FORMS)


def is_in_file(path):
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return is_in(content)


def files_of(folder):
    """Those that should not hold it."""
    return [path for path in sorted(pathlib.Path(folder).rglob("*"))
            if path.is_file() and not path.is_symlink() and path.name not in KEEPERS]


def search(folder, spoken):
    """Where it was found; `spoken` are pairs of who and what."""
    found = [who for who, what in spoken if is_in(what)]
    return found + [str(path) for path in (files_of(folder) if folder else []) if is_in_file(path)]


def allow_cores():
    """What the program does not forbid itself is written, and found."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def main():
    failed = 0
    for folder in sys.argv[1:]:
        found, count = search(folder, []), len(files_of(folder))
        print(f"{'FAIL: the password is in ' + ', '.join(found) if found else 'ok'}: {count} files of {folder}")
        failed += bool(found) or count == 0
    print(f"{len(sys.argv) - 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
