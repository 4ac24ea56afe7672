#!/usr/bin/env python3
"""Merging 20 KB personalised multipart messages: ours beside Mustache.js, same templates, one after the other.

    tests/bench/merge/run.py BUILD-FOLDER [SECONDS]

Ours makes the whole message: header, tokens, quoted-printable. Mustache.js renders both parts to
strings and stops there. Mustache.js is fetched by npm into a temporary folder; without it the
bench says so and shows ours alone.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PARAGRAPH = ("Linked Learning has been growing across California since 2012, and today a pathway in {{districts}} "
             "districts joins rigorous academics with real work experience and support for each student. ")
CAMPAIGN = """id: bench
topic: bench
subject: "{{first_name | default: 'Friend'}}, every student deserves a pathway"
data: {districts: 63, pathways: 850, action_url: "https://sender.example/act"}
html_file: bench.html
text_file: bench.txt
"""
CLOSING = ("{{#is.organization}}What {{#has.organization}}{{organization}}{{/has.organization}} can do"
           "{{/is.organization}}{{^is.organization}}What you can do{{/is.organization}}")


def names():
    return "{{#has.first_name}}Dear {{first_name}},{{/has.first_name}}{{^has.first_name}}Dear friend,{{/has.first_name}}"


def html():
    style = 'style="margin: 0 0 16px 0; font-family: Georgia, serif; font-size: 16px; line-height: 26px; color: #26323a;"'
    plain = PARAGRAPH.replace("{{districts}}", "many")
    rows = "".join(f"<p {style}>{PARAGRAPH if i % 8 == 0 else plain}</p>\n" for i in range(46))
    return (f"<!DOCTYPE html>\n<html><body>\n<p>{names()}</p>\n{rows}<h2>{CLOSING}"
            "{{#has.county}} in {{county}} County{{/has.county}}</h2>\n<p><a href=\"{{action_url}}\">Act</a></p>\n"
            "<p>{{sender.name}}<br>{{sender.postal_address}}<br>We wrote to {{email}}. "
            "<a href=\"{{unsubscribe_url}}\">Unsubscribe</a></p>\n</body></html>\n")


def text():
    plain = PARAGRAPH.replace("{{districts}}", "many")
    rows = "".join((PARAGRAPH if i % 8 == 0 else plain) + "\n\n" for i in range(22))
    return (f"{names()}\n\n{rows}{CLOSING}\n\nAct: {{{{&action_url}}}}\n\n{{{{sender.name}}}}\n"
            "{{sender.postal_address}}\nUnsubscribe: {{&unsubscribe_url}}\n")


def say(name, output):
    row = json.loads(output)
    print(f"{name:<34}{row['bytes_each']:>8} bytes {row['messages_a_second']:>10,} messages/s "
          f"{row['gb_a_second']:>8.3f} GB/s", flush=True)


def main():
    build, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "3"
    binary = os.path.join(build, "tests", "bench", "merge", "merge")
    root = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("bench.yaml", CAMPAIGN), ("bench.html", html()), ("bench.txt", text())):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        run = lambda *a: subprocess.run(a, check=True, capture_output=True, text=True).stdout
        say("broadside, whole messages", run(binary, folder, "bench.yaml", seconds))
        say("broadside, the sample campaign", run(binary, root, "campaigns/expand-linked-learning.yaml", seconds))
        got = subprocess.run(["npm", "install", "--silent", "--prefix", folder, "mustache"], capture_output=True)
        if got.returncode != 0:
            print("Mustache.js could not be fetched: nothing to compare with")
            return
        say("Mustache.js, both parts", run("node", os.path.join(HERE, "merge.js"), folder,
                                           os.path.join(folder, "bench.html"), os.path.join(folder, "bench.txt"),
                                           seconds))


main()
