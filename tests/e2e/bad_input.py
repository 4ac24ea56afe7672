"""Bad input: a clear error, a fitting exit status, no harm."""
import os
import pathlib
import sqlite3
import signal
import subprocess
import time

from secrecy import PASSWORD
from sending import nobody_got_two
from story import Skipped, free_port

LINKED, STEM = "expand-linked-learning", "leverage-lcff-for-stem"
CONFIG = "config/broadside.yaml"
CAMPAIGN = f"campaigns/{LINKED}.yaml"


def nothing_happened(it):
    """No message left and no edition was planned."""
    it.expect(it.run("status", "--json").out.strip() in ("", "[]"), "no edition was planned")


def no_configuration(it):
    it.workspace.mkdir()
    it.expect_error(it.run("check"), 78, "config/broadside.yaml", "broadside init")
    it.expect_error(it.run("send", LINKED, "--yes"), 78, "config/broadside.yaml")


def a_typo_in_a_key_is_named_with_its_place_and_what_was_meant(it):
    it.sample_workspace()
    path = it.workspace / CONFIG
    path.write_text(path.read_text().replace("\n  name:", "\n  nmae:", 1))
    result = it.run("check")
    it.expect_error(result, 78, "config/broadside.yaml:", "nmae", "did you mean", "name")


def all_mistakes_of_a_campaign_are_told_at_once(it):
    it.sample_workspace()
    it.write("campaigns/wrong.yaml", "id: Wrong Id\ntitle: T\nkind: newspaper\nsubjct: x\ntemplate: advocacy\nbody: hello\n")
    result = it.run("check", "wrong")
    it.expect_error(result, 65, "wrong.yaml:1:", "wrong.yaml:3:", "wrong.yaml:4:", "newsletter", "subject")


def duplicate_keys_are_refused(it):
    it.sample_workspace()
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    path.write_text(path.read_text() + "\ntitle: Again\n")
    it.expect_error(it.run("check", LINKED), 65, f"{LINKED}.yaml:", "title", "twice")


def a_yaml_file_of_a_megabyte_is_refused_quickly(it):
    it.sample_workspace()
    it.write("campaigns/huge.yaml", "id: huge\nbody: |\n" + "  line\n" * 150000)
    it.expect_error(it.run("check", "huge", timeout=5), 65, "huge.yaml", "256 KB")
    it.write("campaigns/deep.yaml", "x: " + "[" * 100000)
    it.expect_error(it.run("check", "deep", timeout=5), 65, "deep.yaml")


def a_template_that_includes_itself_is_named(it):
    it.sample_workspace()
    it.write("templates/loop.html", "a {{>loop}}")
    it.write("templates/loop.txt", "a {{>loop}}")
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    path.write_text(path.read_text().replace("template: advocacy", "template: loop"))
    it.expect_error(it.run("check", LINKED, timeout=20), 65, "loop", "itself")


def a_missing_merge_value_stops_before_anyone_gets_mail(it):
    it.sample_workspace()
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    text = path.read_text()
    line = text[:text.index("\nbody: |")].count("\n") + 3
    path.write_text(text.replace("\nbody: |\n", "\nbody: |\n  Dear {{nickname}},\n\n", 1))
    catcher = it.catcher()
    it.expect_error(it.run("check", LINKED), 65, f"{LINKED}.yaml:{line}:", "nickname")
    it.expect_error(it.run("plan", LINKED), 65, "nickname", "default")
    it.expect_error(it.send(LINKED, catcher), 65, "nickname")
    it.expect(catcher.envelopes() == [], "nobody got anything")
    nothing_happened(it)


def a_broken_csv_row_is_rejected_alone(it):
    it.sample_workspace()
    csv = it.write("m.csv", 'email,first_name,topics\ngood@example.org,Good,stem\nbad address@example.org,Bad,stem\n'
                            'two@example.org,"Un"quoted,stem\nlast@example.org,Last,stem\n')
    result = it.run("import", csv, "--json")
    it.expect(result.status in (0, 80), "the good rows are in", result)
    counts = result.json()
    it.expect(counts["added"] == 2 and counts["rejected"] == 2, "two in, two out", counts)
    rejects = pathlib.Path(counts["rejects"]).read_text() if counts.get("rejects") else ""
    it.expect("3" in rejects and "bad address@example.org" in rejects, "the rejects file says line and row", rejects)
    strict = it.run("import", it.write("n.csv", "email\nnew@example.org\nnot an address\n"), "--strict")
    it.expect_error(strict, 65, "3")
    it.expect("new@example.org" not in it.ok("export").out, "--strict changes nothing")


def control_characters_formulas_and_encodings_in_a_csv(it):
    it.sample_workspace()
    csv = it.write("m.csv", 'email,first_name\ncr@example.org,"A\r\nBcc: x@example.org"\ncalc@example.org,=cmd()\n')
    counts = it.run("import", csv, "--json").json()
    it.expect(counts["rejected"] == 1 and counts["added"] == 1, "a line break in a name is rejected", counts)
    exported = it.ok("export").out
    it.expect("'=cmd()" in exported and "\n=cmd()" not in exported and ",=cmd()" not in exported, "export is formula-safe")
    latin = it.write("latin.csv", "email,first_name\njose@example.org,Jos\xe9\n".encode("latin-1"))
    result = it.run("import", latin)
    it.expect("UTF-8" in result.err + result.out, "another encoding is named", result)
    utf16 = it.write("utf16.csv", "email\na@example.org\n".encode("utf-16"))
    it.expect_error(it.run("import", utf16), 65, "UTF-8")


def a_line_break_in_a_header_never_passes(it):
    it.sample_workspace()
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    text = path.read_text()
    start = text.index("subject:")
    path.write_text(text[:start] + 'subject: "Hello\\r\\nBcc: evil@example.org"\n' + text[text.index("\n", start) + 1:])
    it.expect_error(it.run("check", LINKED), 65, f"{LINKED}.yaml:")
    catcher = it.catcher()
    it.expect(it.send(LINKED, catcher).status == 65, "it is not sent")
    it.expect(catcher.envelopes() == [], "nobody got anything")


def attachments_stay_inside_the_workspace(it):
    it.sample_workspace()
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    text = path.read_text()
    (it.workspace / "link.txt").symlink_to("/etc/passwd")
    for name in ("missing.pdf", "../outside.txt", "/etc/passwd", "link.txt", "campaigns"):
        path.write_text(text + f"\nattachments: [{{file: {name}}}]\n")
        result = it.run("check", LINKED)
        it.expect(result.status == 65 and f"{LINKED}.yaml:" in result.out, f"{name} is refused", result)
    it.write("notes.txt", "hello\n")
    path.write_text(text + "\nattachments: [{file: notes.txt}]\n")
    catcher = it.catcher()
    it.expect(it.send(LINKED, catcher).status == 0, "a plain file is attached")
    names = [part.get_filename() for part in catcher.messages()[0].iter_attachments()]
    it.expect(names == ["notes.txt"], "and arrives", names)


def two_campaigns_of_one_id_are_refused(it):
    it.sample_workspace()
    it.write("campaigns/copy.yaml", (it.workspace / f"campaigns/{LINKED}.yaml").read_text())
    it.expect_error(it.run("check"), 65, "copy.yaml", "its own")
    catcher = it.catcher()
    it.expect_error(it.send("copy", catcher), 65, LINKED)
    it.expect(catcher.envelopes() == [], "nothing is sent")


def a_relay_that_is_down(it):
    it.sample_workspace()
    result = it.run("send", LINKED, "--yes", "-o", f"relay.url=smtp://127.0.0.1:{free_port()}", timeout=60)
    it.expect_error(result, 69, "127.0.0.1")
    catcher = it.catcher()
    again = it.send(LINKED, catcher, "--json")
    it.expect(again.status == 0 and again.json()["sent"] == again.json()["planned"], "and later it works", again)


def an_edition_that_never_began_does_not_go_out_with_another(it):
    it.sample_workspace()
    it.run("send", STEM, "--yes", "-o", f"relay.url=smtp://127.0.0.1:{free_port()}", timeout=60)
    catcher = it.catcher()
    sent = it.send(LINKED, catcher, "--json").json()
    it.expect(len(catcher.envelopes()) == sent["planned"], "only what was asked for is sent", len(catcher.envelopes()))


def what_was_edited_since_planning_is_not_sent_by_surprise(it):
    it.sample_workspace()
    catcher = it.catcher()
    it.send(LINKED, catcher, "--edition", "e", "--limit", "2")
    path = it.workspace / f"campaigns/{LINKED}.yaml"
    path.write_text(path.read_text().replace("Every student", "Each student"))
    it.expect_error(it.send(LINKED, catcher, "--edition", "e"), 77, "other content", "cancel")
    it.expect(len(catcher.envelopes()) == 2, "nothing more goes out")


def wrong_relay_settings_plan_nothing(it):
    it.sample_workspace()
    result = it.run("send", LINKED, "--yes", "-o", "relay.tls=starttls", "-o", "relay.user=u", "-o",
                    "relay.password_env=NO_SUCH_NAME")
    it.expect_error(result, 78, "NO_SUCH_NAME")
    nothing_happened(it)


def certificates(it):
    folder = it.folder / "certs"
    script = pathlib.Path(__file__).resolve().parents[1] / "catcher/certs.sh"
    subprocess.run([script, folder], check=True, capture_output=True)
    return folder


def secret(it, mode=0o600, content=PASSWORD + "\n"):
    path = it.write("relay.password", content)
    path.chmod(mode)
    return path


def a_relay_that_refuses_the_password(it):
    it.sample_workspace()
    certs = certificates(it)
    catcher = it.catcher("--starttls", certs / "good.pem", certs / "good.key", "--auth", f"updates:{PASSWORD}",
                         "--require-auth")
    tls = ["-o", "relay.tls=starttls", "-o", f"relay.ca_file={certs / 'ca.pem'}", "-o", "relay.user=updates"]
    url = f"relay.url=smtp://localhost:{catcher.port}"
    wrong = secret(it, content="wrong-password\n")
    result = it.run("send", LINKED, "--yes", "-o", url, *tls, "-o", f"relay.password_file={wrong}")
    it.expect_error(result, 78, "password")
    it.expect("wrong-password" not in result.out + result.err, "no password is shown", result)
    right = secret(it)
    result = it.run("send", LINKED, "--yes", "-o", url, *tls, "-o", f"relay.password_file={right}")
    it.expect(result.status == 0, "the right one works", result)
    it.expect(all(e["tls"] and e["auth"] == "updates" for e in catcher.envelopes()), "over TLS", catcher.envelopes()[0])


def a_relay_without_tls_gets_nothing_and_no_password(it):
    it.sample_workspace()
    catcher = it.catcher("--auth", f"updates:{PASSWORD}")
    result = it.run("send", LINKED, "--yes", "-o", f"relay.url={catcher.url}", "-o", "relay.tls=starttls",
                    "-o", "relay.user=updates", "-o", f"relay.password_file={secret(it)}")
    it.expect_error(result, 78, "TLS")
    it.expect(catcher.envelopes() == [], "nothing was sent")
    clear = it.run("send", LINKED, "--yes", "-o", f"relay.url={catcher.url}", "-o", "relay.tls=none",
                   "-o", "relay.user=updates", "-o", f"relay.password_file={secret(it)}")
    it.expect_error(clear, 78, "tls")


def a_relay_with_a_wrong_certificate(it):
    it.sample_workspace()
    certs = certificates(it)
    for name in ("wrong", "expired"):
        catcher = it.catcher("--starttls", certs / f"{name}.pem", certs / f"{name}.key")
        result = it.run("send", LINKED, "--yes", "-o", f"relay.url=smtp://localhost:{catcher.port}",
                        "-o", "relay.tls=starttls", "-o", f"relay.ca_file={certs / 'ca.pem'}")
        it.expect_error(result, 78, "certificate")
        it.expect(catcher.envelopes() == [], "nothing was sent")


def tls_that_is_stripped_or_injected_into_betrays_nothing(it):
    it.sample_workspace()
    certs = certificates(it)
    for fault, statuses in (("strip-starttls", {78}), ("inject", {69, 78})):
        trace = it.folder / f"{fault}.trace"
        catcher = it.catcher("--starttls", certs / "good.pem", certs / "good.key", "--tls-fault", fault, "--auth",
                             f"updates:{PASSWORD}", "--trace", trace)
        result = it.run("send", LINKED, "--yes", "--edition", fault, "-o", f"relay.url=smtp://localhost:{catcher.port}",
                        "-o", "relay.tls=starttls", "-o", f"relay.ca_file={certs / 'ca.pem'}", "-o", "relay.user=updates",
                        "-o", f"relay.password_file={secret(it)}")
        it.expect(result.status in statuses, f"{fault}: exit status one of {statuses}", result)
        it.expect(catcher.envelopes() == [], "no message leaves", catcher.envelopes())
        it.expect("C\tAUTH" not in trace.read_text(), "no password leaves", trace.read_text())
    it.ok("status", "--audit")


def tls_that_is_cut_inside_a_reply_makes_nothing_sent(it):
    """RFC 8446 6.1: an end without close_notify may be somebody else's. Half a 250 is no 250."""
    it.sample_workspace()
    certs = certificates(it)
    catcher = it.catcher("--starttls", certs / "good.pem", certs / "good.key", "--tls-fault", "truncate")
    process = it.start("send", LINKED, "--yes", "-o", f"relay.url=smtp://localhost:{catcher.port}", "-o", "relay.tls=starttls",
                       "-o", f"relay.ca_file={certs / 'ca.pem'}", "-o", "relay.connections=1")
    unknown = lambda: it.ok("status", LINKED, "--json").json()["unknown"]
    deadline = time.monotonic() + 20
    while not catcher.envelopes() or unknown() < 2:
        it.expect(time.monotonic() < deadline, "what was cut off is unknown")
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    counts = it.ok("status", LINKED, "--json").json()
    it.expect(counts["sent"] == counts["failed"] == 0, "half a reply is no reply", counts)
    it.expect(counts["unknown"] == len(catcher.envelopes()), "who may have got it is unknown", (counts, err))
    it.ok("status", "--audit")


def a_password_file_that_others_can_read_is_refused(it):
    it.sample_workspace()
    result = it.run("send", LINKED, "--yes", "-o", "relay.tls=starttls", "-o", "relay.user=updates",
                    "-o", f"relay.password_file={secret(it, 0o644)}")
    it.expect_error(result, 78, "relay.password", "chmod 600")


def a_password_in_the_configuration_is_refused(it):
    it.sample_workspace()
    path = it.workspace / CONFIG
    path.write_text(path.read_text().replace("\nrelay:\n", "\nrelay:\n  password: hunter2\n", 1))
    result = it.run("check")
    it.expect_error(result, 78, "password_file")
    it.expect("hunter2" not in result.out + result.err, "it is not repeated", result)


def a_read_only_workspace(it):
    if os.geteuid() == 0:
        mount = it.folder / "ro"
        it.sample_workspace()
        mount.mkdir()
        made = subprocess.run(["mount", "--bind", it.workspace, mount], capture_output=True)
        if made.returncode != 0:
            raise Skipped("this machine allows no bind mount")
        it.stops.append(lambda: (it.look(mount), subprocess.run(["umount", mount], check=False)))
        if subprocess.run(["mount", "-o", "remount,ro,bind", mount], capture_output=True).returncode != 0:
            raise Skipped("this machine allows no read-only mount")
        it.workspace = mount
    else:
        it.sample_workspace()
        (it.workspace / "var").chmod(0o500)
    catcher = it.catcher()
    result = it.send(LINKED, catcher)
    it.expect(result.status in (73, 74), "exit 73 or 74", result)
    it.expect("read-only" in result.err.lower() or "permission" in result.err.lower(), "it says why", result)
    it.expect(catcher.envelopes() == [], "nothing was sent")


def a_full_disk_loses_nobody(it):
    mount = it.small_disk(12)
    filler = mount / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass
    catcher = it.catcher()
    result = it.send(LINKED, catcher, "--edition", "e")
    it.expect(result.status in (0, 73, 74, 75), "it ends cleanly", result)
    filler.unlink()
    again = it.send(LINKED, catcher, "--edition", "e")
    it.expect(again.status == 0, "with room it goes on", again)
    nobody_got_two(it, catcher)


def a_newer_database_is_refused(it):
    it.sample_workspace()
    path = it.workspace / "var/broadside.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9999")
    it.expect_error(it.run("status"), 65, "newer")
    with sqlite3.connect(path) as database:
        it.expect(database.execute("SELECT count(*) FROM member").fetchone()[0] == 24, "and left alone")


def a_damaged_database_is_refused_and_never_recreated(it):
    it.sample_workspace()
    path = it.workspace / "var/broadside.db"
    for stale in it.workspace.glob("var/broadside.db-*"):
        stale.unlink()
    path.write_bytes(b"this is not a database at all, but it is long enough to be one" * 100)
    before = path.read_bytes()
    result = it.run("status")
    it.expect_error(result, 65, "damaged")
    it.expect(path.read_bytes() == before, "not a byte was changed")


def unknown_commands_and_options_are_guessed(it):
    it.workspace.mkdir()
    it.expect_error(it.run("sned", "x"), 64, "send")
    it.expect_error(it.run("send", "x", "--dryrun"), 64, "--dry-run")
    it.expect_error(it.run("plan"), 64, "CAMPAIGN")


def a_column_that_was_mistyped_is_guessed(it):
    it.sample_workspace()
    result = it.ok("import", it.write("more.csv", "email,Frist Name,topics\nnew@readers.example,Ana,linked-learning\n"))
    it.expect('"Frist Name"' in result.err and '"first_name"' in result.err, "the column that was meant", result)
    it.expect_error(it.run("import", it.write("mail.csv", "E-Mail Address,first_name\nnew@readers.example,Ana\n")), 65, 'rename "E-Mail Address"')


def what_spreadsheets_write_is_told_apart(it):
    it.sample_workspace()
    rows = "email{0}first_name{0}topics\nnew@readers.example{0}Ana{0}stem\n"
    for name, content, words in (("semicolons.csv", rows.format(";").encode(), "semicolons"), ("tabs.csv", rows.format("\t").encode(), "tabs"),
                                 ("wide.csv", rows.format(",").encode("utf-16"), "UTF-16")):
        result = it.run("import", it.write(name, content))
        it.expect_error(result, 65, f"{name}:1: ", words, "save")
    result = it.run("import", it.write("list.csv", 'email,topics\nnew@readers.example,"stem,linked-learning"\n'))
    it.expect_error(result, 80, "topics are parted by semicolons")


def one_mistake_of_both_parts_is_told_once(it):
    it.sample_workspace()
    it.write(CAMPAIGN, (it.workspace / CAMPAIGN).read_text().replace("Dear {{first_name | default:", "Dear {{first_name | defualt:", 1))
    result = it.run("check", LINKED)
    it.expect(result.status == 65 and result.out.count("defualt") == 1 and ": 1 error," in result.err, "once", result)
    it.write(CAMPAIGN, (it.workspace / CAMPAIGN).read_text().replace("template: advocacy", "template: advocasy", 1))
    line = (it.workspace / CAMPAIGN).read_text().split("template:")[0].count("\n") + 1
    result = it.run("check", LINKED)
    it.expect_error(result, 65, f"{CAMPAIGN}:{line}:11: ", "templates/", 'did you mean "advocacy"?', "defualt", ": 2 errors,")
    it.expect(result.out.count("advocasy") == 1, "a wrong layout, too, and beside the other mistake", result)


def mistakes_are_told_in_the_order_of_the_file(it):
    it.sample_workspace()
    it.write(CAMPAIGN, (it.workspace / CAMPAIGN).read_text().replace("kind: newsletter", "kind: newslettr").replace("preheader:", "preheadr:", 1)
             .replace("topics: [linked-learning]", "topcs: [linked-learning]"))
    result = it.run("check", LINKED)
    lines = [int(line.split(":")[1]) for line in result.out.splitlines() if line.startswith(CAMPAIGN)]
    it.expect(len(lines) >= 3 and lines == sorted(lines), "by line", result)


def a_value_that_many_lack_is_said_once(it):
    it.sample_workspace()
    it.write(CAMPAIGN, (it.workspace / CAMPAIGN).read_text().replace("  Dear {{first_name | default: 'friend'}},", "  Dear {{nickname}},", 1))
    result = it.run("check", LINKED)
    told = [line for line in result.out.splitlines() if "nickname" in line and "[test]" not in line]
    it.expect(result.status == 65 and len(told) == 1, "one line", result)
    it.expect("members (" in told[0] and ", …)" in told[0] and f"{CAMPAIGN}:" in told[0], "with how many, some of them, and the place", told)
    rows = [row for row in it.run("check", LINKED, "--json").lines() if "nickname" in row["message"] and not row["rule"]]
    it.expect(len(rows) == 1 and rows[0]["line"] > 0, "as JSON, too", rows)


def an_audience_of_nobody_is_doubted(it):
    it.sample_workspace()
    it.write(CAMPAIGN, (it.workspace / CAMPAIGN).read_text().replace("topics: [linked-learning]", "topics: [linked-lerning]"))
    result = it.ok("check", LINKED)
    it.expect("[audience-empty]" in result.out and "24 not subscribed" in result.out, "with why", result)


def an_unknown_campaign_is_guessed(it):
    it.sample_workspace()
    for command in ("check", "plan", "status", "pause", "resume", "cancel", "preview"):
        it.expect_error(it.run(command, "expand-linked-lerning"), 65, "did you mean", LINKED)
        it.expect_error(it.run(command, "linked"), 65, "did you mean", LINKED)
    for command in (["send", "--yes"], ["resend", "--failed"]):
        it.expect_error(it.run(*command, "expand-linked-lerning"), 65, "did you mean", LINKED)
    it.expect_error(it.run("approve", "expand-linked-lerning", "0" * 12), 65, "did you mean", LINKED)
    it.expect_error(it.run("plan", "something"), 65, f"there are {LINKED}, {STEM}")
    it.ok("plan", CAMPAIGN)
    it.expect("nothing was ever planned" in it.ok("status", LINKED).out, "a campaign that was never sent is none unknown")


def a_campaign_is_called_by_its_file_as_well(it):
    it.sample_workspace()
    (it.workspace / CAMPAIGN).rename(it.workspace / "campaigns/november.yaml")
    catcher = it.catcher()
    it.expect(it.send("november", catcher).status == 0, "sent")
    it.expect(LINKED in it.ok("status", "november").out, "its status is the id's")
    (it.workspace / "campaigns/november.yaml").unlink()
    it.expect("sent" in it.ok("status", LINKED).out, "which outlives the file")


STORIES = [value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
           and value not in (nothing_happened, certificates, secret)]
