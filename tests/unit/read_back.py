#!/usr/bin/env python3
"""Reads every golden message back with Python's email package, field by field.

An independent parser: what it finds must be what was meant, not what we wrote.
"""
import email
import email.policy
import glob
import os
import re
import sys

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "compose")
SENDER = "The Children's Movement <updates@sender.example>"
ORDER = ["Date", "From", "To", "Reply-To", "Subject", "Message-ID", "List-ID", "List-Unsubscribe",
         "List-Unsubscribe-Post", "Precedence", "Auto-Submitted", "Feedback-ID",
         "X-Broadside", "MIME-Version", "Content-Language", "Content-Type"]
ORGANIZATION = '"Bright Pathways" & Sons = Friends, <Inc.>'

WANTED = {
    "person": {
        "to": ("Robin Example", "robin@example.org"), "from": ("The Children's Movement", "updates@sender.example"),
        "subject": "Robin, every student deserves a pathway", "language": "en",
        "list": "linked-learning.sender.example", "reply": "policy@sender.example",
        "text": ["Dear Robin,", "63 districts = 63 examples, one of them in Alameda.", "What you can do", "\n.\n"],
        "html": ['<html lang="en">', "Dear Robin,", "in Alameda", "https://sender.example/act?a=1&amp;b=2"],
    },
    "unnamed": {
        "to": ("", "unnamed@example.org"), "from": ("The Children's Movement", "updates@sender.example"),
        "subject": "Friend, every student deserves a pathway", "language": "en",
        "list": "linked-learning.sender.example", "reply": "policy@sender.example",
        "text": ["Dear friend,", "63 districts = 63 examples."], "html": ["Dear friend,"],
    },
    "spanish": {
        "to": ("José Núñez, hijo", "jose@xn--bcher-kva.example"),
        "from": ("The Children's Movement", "updates@sender.example"),
        "subject": "José: todo estudiante merece un camino, y mañana puede empezar en su comunidad",
        "language": "es", "list": "linked-learning.sender.example", "reply": "policy@sender.example",
        "text": ["Hola, José:", "¿Cuándo ofrecerá su preparatoria uno?"],
        "html": ['<html lang="es">', "Hola, José:", "¿Cuándo"],
    },
    "organization": {
        "to": (ORGANIZATION, "director@pathways.example"),
        "from": ("The Children's Movement", "updates@sender.example"),
        "subject": "Friend, every student deserves a pathway", "language": "en",
        "list": "linked-learning.sender.example", "reply": "policy@sender.example",
        "text": ["What " + ORGANIZATION + " can do", 'Lós "Angeles"'],
        "html": ["&quot;Bright Pathways&quot; &amp; Sons = Friends, &lt;Inc.&gt;"],
    },
    "attached": {
        "to": ("Robin Example", "robin@example.org"), "from": ("Niñez, S.A.", "stem@xn--niez-hqa.example"),
        "subject": "A toolkit", "language": "en", "list": "stem.xn--niez-hqa.example", "reply": None,
        "text": ["Hello Robin,\nFrom the beginning of a line to its end.   \n.\nStop: https://lists.sender.example/u/",
                 "\n-- \n1 Example Way"],
        "html": ["<p>Hello Robin,<br>", '<a href="https://lists.sender.example/u/'],
        "files": ["toolkit.csv", "guía de matemáticas para familias.csv"],
    },
}

passed = failed = 0


def check(promise, held, shown=""):
    global passed, failed
    passed += bool(held)
    failed += not held
    if not held:
        print(f"broken: {promise}: {shown!r}", file=sys.stderr)


def mailbox(message, field):
    address = message[field].addresses[0]
    return address.display_name, address.addr_spec


def check_bytes(name, raw):
    lines = raw.split(b"\r\n")
    check(f"{name}: no bare CR or LF", not any(b"\r" in line or b"\n" in line for line in lines))
    check(f"{name}: ends with CRLF", raw.endswith(b"\r\n"))
    check(f"{name}: 7 bit", all(byte < 128 for byte in raw))
    head, body = raw.split(b"\r\n\r\n", 1)
    check(f"{name}: header lines of at most 998", all(len(l) <= 998 for l in head.split(b"\r\n")))
    check(f"{name}: body lines of at most 76", all(len(l) <= 76 for l in body.split(b"\r\n")))
    check(f"{name}: no line begins with a dot", not any(l.startswith(b".") for l in lines))
    names = re.findall(rb"^([A-Za-z-]+):", head.replace(b"\r\n", b"\n"), re.M)
    wanted = [n for n in ORDER if n.encode() in names]
    check(f"{name}: fields once and in order", [n.decode() for n in names] == wanted, names)


def check_header(name, message, wanted):
    check(f"{name}: no defect", not message.defects and not any(p.defects for p in message.walk()))
    for field in message.keys():
        check(f"{name}: {field} has no defect", not message[field].defects, message[field].defects)
    check(f"{name}: To", mailbox(message, "To") == wanted["to"], mailbox(message, "To"))
    check(f"{name}: From", mailbox(message, "From") == wanted["from"], mailbox(message, "From"))
    check(f"{name}: Subject", message["Subject"] == wanted["subject"], message["Subject"])
    check(f"{name}: Date", message["Date"].datetime.isoformat() == "2026-12-01T17:00:00+00:00")
    reply = mailbox(message, "Reply-To")[1] if message["Reply-To"] else None
    check(f"{name}: Reply-To", reply == wanted["reply"], reply)
    check(f"{name}: Message-ID", re.fullmatch(r"<[a-z2-7]{26}@" + re.escape(wanted["from"][1].split("@")[1]) + ">",
                                              message["Message-ID"]), message["Message-ID"])
    check(f"{name}: List-ID", message["List-ID"].endswith(f"<{wanted['list']}>"), message["List-ID"])
    check(f"{name}: Content-Language", message["Content-Language"] == wanted["language"])
    check(f"{name}: bulk", message["Precedence"] == "bulk" and message["Auto-Submitted"] == "auto-generated")
    check(f"{name}: Feedback-ID", re.fullmatch(r"[a-z-]+:2026-12-01T09.00:[a-z-]+:children", message["Feedback-ID"]))


def check_unsubscribe(name, message):
    links = re.fullmatch(r"<https://lists.sender.example/u/([a-z2-7]+)>, "
                         r"<mailto:unsubscribe@mail.sender.example\?subject=unsubscribe-([a-z2-7]+)>",
                         message["List-Unsubscribe"])
    check(f"{name}: List-Unsubscribe", links and links[1] == links[2], message["List-Unsubscribe"])
    check(f"{name}: one click", message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click")
    check(f"{name}: our own header", re.fullmatch(r"[a-z2-7]{20,48}", message["X-Broadside"]))


def check_parts(name, message, wanted):
    files = list(message.iter_attachments()) if "files" in wanted else []
    check(f"{name}: outer type", message.get_content_type() ==
          ("multipart/mixed" if files else "multipart/alternative"), message.get_content_type())
    alternative = message.get_payload(0) if files else message
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    check(f"{name}: text first, HTML second", kinds == ["text/plain", "text/html"], kinds)
    for kind, part in zip(("text", "html"), alternative.iter_parts()):
        content = part.get_content().replace("\r\n", "\n")
        for piece in wanted[kind]:
            flowed = " ".join(content.split())  # where lines are wrapped is not promised here
            check(f"{name}: {kind} holds {piece!r}", piece in content or piece in flowed, content)
        check(f"{name}: {kind} holds no tag", "{{" not in content)
    check(f"{name}: files", [f.get_filename() for f in files] == wanted.get("files", []),
          [f.get_filename() for f in files])
    for part in files:
        check(f"{name}: a file's type", part.get_content_type() == "text/csv")
        check(f"{name}: a file's bytes",
              part.get_payload(decode=True) == b"district,year\r\nAlameda,2026\r\n")


def main():
    found = {os.path.basename(path)[:-4]: path for path in glob.glob(os.path.join(GOLDEN, "*.eml"))}
    check("every golden message is known", sorted(found) == sorted(WANTED), sorted(found))
    for name in sorted(set(found) & set(WANTED)):
        with open(found[name], "rb") as file:
            raw = file.read()
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        check_bytes(name, raw)
        check_header(name, message, WANTED[name])
        check_unsubscribe(name, message)
        check_parts(name, message, WANTED[name])
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 else 1


sys.exit(main())
