"""What a writer sees before anyone gets it: the page in a real browser, the files, the findings."""
import atexit
import email
import functools
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import tempfile
import threading
import time

import browser as browsers
import pictures
from story import Skipped, wait_for

CAMPAIGN = "expand-linked-learning"
PATH = f"campaigns/{CAMPAIGN}.yaml"
ACCESSIBLE = pathlib.Path(__file__).with_name("accessible.js")
DRAWING = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
TAB, ENTER, SHIFT, DOWN, RIGHT = "\ue004", "\ue007", "\ue008", "\ue015", "\ue014"
shared = {}
one_at_a_time = threading.Lock()


def in_browser(story):
    """There is one browser for all stories, and stories are told some at a time."""
    @functools.wraps(story)
    def told(it):
        with one_at_a_time:
            story(it)
    return told


def browser(width=1440, height=900):
    """One for all stories: starting it takes the most time."""
    if not browsers.is_there():
        raise Skipped("chromium and chromedriver are not installed")
    if "it" not in shared:
        folder = tempfile.mkdtemp(prefix="broadside-browser-")
        shared["it"] = browsers.Browser(folder)
        atexit.register(shutil.rmtree, folder, True)
        atexit.register(shared["it"].stop)
    shared["it"].resize(width, height)
    return shared["it"]


def served(it, campaign=CAMPAIGN, *words):
    """The running preview; `page.address`, `page.get(path)`."""
    process = it.start("preview", campaign, "--no-browser", *words)
    address = process.stdout.readline().strip()
    it.expect(address.startswith("http://127.0.0.1:"), "the address is printed", address or process.stderr.read())
    return Page(address, process)


class Page:
    def __init__(self, address, process):
        self.address, self.process = address, process
        self.port = int(address.split(":")[2].split("/")[0])
        self.root = "/" + address.split("/", 3)[3]

    def ask(self, path, method="GET", host=None, root=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, (self.root if root is None else root) + path,
                           headers={"Host": host or f"127.0.0.1:{self.port}"})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def json(self, path):
        return json.loads(self.ask(path)[2])

    def wait_change(self, since, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            now = self.json(f"changes?since={since}")
            if now["version"] != since:
                return now["version"]
        return since


def opened(it, page, *size):
    driver = browser(*size)
    driver.leave()
    driver.open("about:blank")
    driver.open(page.address)
    it.expect(driver.wait("return document.documentElement.dataset.shown && document.documentElement.dataset.drawn"),
              "the mail is shown", driver.console())
    return driver


def set_to(driver, name, value):
    driver.run("const [name, value] = arguments; const input = document.querySelector(`[name=${name}]` + "
               "(typeof value === 'boolean' ? '' : `[value=${value}]`));"
               "if (input.checked !== value) input.click();", name, value)


def inside(driver, look, seconds=15):
    """What `look` gives within the framed mail; a frame that is just being replaced is tried again."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            driver.enter("iframe:not(.coming)")
            value = look()
            if value or time.monotonic() > deadline:
                return value
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
        finally:
            driver.leave()
        time.sleep(0.03)


def frame_has(driver, words):
    """Whether the framed mail says so, by what is there to read."""
    return inside(driver, lambda: words in driver.of("body", "text"))


# ---- the server

def a_preview_answers_only_its_own_address(it):
    it.sample_workspace()
    page = served(it)
    it.expect(page.ask("")[0] == 200, "the page is there")
    it.expect(page.ask("state", root="/")[0] == 403, "without the token nothing is")
    it.expect(page.ask("state", root="/" + "a" * 26 + "/")[0] == 403, "with another token neither")
    it.expect(page.ask("", host=f"rebound.example:{page.port}")[0] == 403, "nor for another host's name")
    it.expect(page.ask("state", method="POST")[0] == 405, "and only GET is answered")
    it.expect(page.ask("nothing")[0] == 404, "what is not there is not there")
    headers = page.ask("")[1]
    it.expect("default-src 'none'" in headers["Content-Security-Policy"], "the page has a strict policy", dict(headers))
    mail = page.ask("mail?reader=p:no%20name&images=on")[1]["Content-Security-Policy"]
    for part in ("default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "sandbox"):
        it.expect(part in mail, f"the mail's policy says {part}", mail)
    it.expect("unsafe-inline" not in headers["Content-Security-Policy"], "the page needs no inline script or style")
    page.process.terminate()
    it.expect(page.process.wait(10) == 0, "SIGTERM ends it quietly")


def a_saved_file_is_shown_at_once(it):
    it.sample_workspace()
    page = served(it)
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    version, times = page.json("version")["version"], []
    for turn in range(5):
        text = good.replace("title: Expand Linked Learning", f"title: Turn {turn}", 1)
        started = time.monotonic()
        path.write_text(text)
        version = page.wait_change(version)
        times.append(time.monotonic() - started)
        it.expect(page.json("state")["campaign"]["title"].startswith(f"Turn {turn}"), "the new title is there")
    print(f"        save to news: {min(times) * 1000:.0f} to {max(times) * 1000:.0f} ms")
    it.expect(sorted(times)[2] < 1, "within a second even under a sanitizer", times)
    before = version
    layout = it.workspace / "templates/advocacy.html"
    layout.write_text(layout.read_text().replace("</body>", "<p>new in the layout</p></body>"))
    version = page.wait_change(before)
    it.expect(b"new in the layout" in page.ask("mail?reader=p:no%20name")[2], "a layout as well")
    it.ok("import", it.write("more.csv", "email,first_name,language,topics\nnew@readers.example,Nueva,es,linked-learning\n"))
    it.expect(page.wait_change(version) != version, "a member as well")
    it.expect(wait_for(lambda: page.json("people?q=Nueva")), "and they can be found")


def a_mistake_is_shown_with_its_line_and_the_last_good_version(it):
    it.sample_workspace()
    page = served(it)
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    version = page.json("version")["version"]
    path.write_text(good.replace("{{districts | number}} districts show", "{{districts | numbr}} districts show", 1))
    version = page.wait_change(version)
    state = page.json("state")
    it.expect(state["broken"] and state["composed"], "the mistake is told, the last good version stays", state)
    worst = state["findings"][0]
    it.expect(worst["severity"] == "error" and worst["line"] > 0 and "numbr" in worst["source"], "with its line", worst)
    it.expect(page.ask("mail?reader=p:no%20name")[2].find(b"districts show") > 0, "the last good mail is shown")
    path.write_text("id: [")
    version = page.wait_change(version)
    it.expect(page.json("state")["broken"], "broken YAML as well")
    config = it.workspace / "config/broadside.yaml"
    sound = config.read_text()
    config.write_text("sender: nobody\n")
    version = page.wait_change(version)
    it.expect(page.json("state")["broken"], "a broken configuration as well")
    config.write_text(sound)
    path.write_text(good)
    it.expect(wait_for(lambda: not page.json("state")["broken"]), "and all is well again")


def the_raw_message_is_what_would_be_sent(it):
    it.sample_workspace()
    page = served(it)
    person = page.json("people?q=")[0]
    raw = page.ask("raw?reader=" + person["id"].replace(":", "%3A"))[2]
    printed = it.ok("preview", CAMPAIGN, "--eml", "--as", person["id"][2:]).out.encode()

    def undated(message):
        return [line for line in message.replace(b"\r\n", b"\n").split(b"\n") if not line.startswith(b"Date:")]
    it.expect(undated(raw) == undated(printed), "the page and the command line agree byte for byte")
    message = email.message_from_bytes(raw)
    it.expect([part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"], "in two parts")
    it.expect(b"\r\n" in raw and b"\n" not in raw.replace(b"\r\n", b""), "with CRLF throughout")
    told = page.json("message?reader=" + person["id"])
    it.expect(told["message_bytes"] == len(raw), "and it is as long as the page says", told["message_bytes"])


def a_preview_prints_and_writes_files_without_a_browser(it):
    it.sample_workspace()
    it.expect("unsubscribe" in it.ok("preview", CAMPAIGN, "--text").out.lower(), "the text part")
    it.expect("<html" in it.ok("preview", CAMPAIGN, "--html").out, "the HTML part")
    boxed = it.ok("preview", CAMPAIGN, "--mbox").out
    it.expect(boxed.count("\nFrom MAILER-DAEMON ") + 1 >= 2, "a mailbox of several readers", boxed[:200])
    done = it.ok("preview", "--out", it.folder / "site")
    files = {path.name for path in (it.folder / "site").iterdir()}
    it.expect({"index.html", f"{CAMPAIGN}-no-name.html", f"{CAMPAIGN}-no-name-es.mail.html",
               "leverage-lcff-for-stem-long-name.eml"} <= files, "a site of every campaign, reader and language", sorted(files))
    it.expect(len(done.out.split()) == len(files), "and every file is told")
    whole = "".join(path.read_text() for path in (it.folder / "site").glob("*.html"))
    it.expect("<script" not in whole, "without any script")
    it.expect_error(it.run("preview"), 64, "name a campaign")


def styles_are_inlined_and_media_queries_stay(it):
    it.sample_workspace()
    html = it.ok("preview", CAMPAIGN, "--html").out
    it.expect('<p style="margin: 0 0 16px 0;">' in html, "a paragraph carries its style", html[:1500])
    it.expect("@media" in html and "prefers-color-scheme: dark" in html, "media queries stay in the head")
    it.expect(".letter p {" not in html.split("@media")[0], "what moved has left the head")


# ---- the browser

@in_browser
def a_writer_clicks_through_parts_widths_and_readers(it):
    it.sample_workspace()
    page = served(it)
    driver = opened(it, page)
    it.expect(frame_has(driver, "Hola, María"), "the first reader's mail is framed", driver.text("#stage"))
    it.expect(driver.text("#gmail-subject").startswith("María, todo"), "the inbox shows the subject")
    set_to(driver, "part", "text")
    it.expect(driver.wait("return document.querySelector('.sheet pre')?.textContent.includes('Todo estudiante')"), "the text part")
    set_to(driver, "part", "headers")
    it.expect(driver.wait("return document.querySelector('.sheet .scroll')?.textContent.includes('List-Unsubscribe')"), "the header")
    told = driver.text(".sheet .scroll")
    it.expect("MAIL FROMbounces+" in told and "=?UTF-8?" in told and "María, todo estudiante" in told, "with the envelope, and decoded words", told[:300])
    set_to(driver, "part", "raw")
    it.expect(driver.wait("return document.querySelector('.sheet pre.raw')?.textContent.includes('Content-Transfer-Encoding')"), "the bytes")
    set_to(driver, "part", "html")
    set_to(driver, "width", "phone")
    it.expect(driver.wait("return document.querySelector('.sheet iframe')?.getBoundingClientRect().width < 420"), "a phone is narrow")
    driver.type("#search", "Sol")
    it.expect(driver.wait("return document.querySelector('#list button')?.textContent.includes('Sol Prueba')"), "a member is found")
    driver.click("#list button")
    it.expect(frame_has(driver, "Hola, Sol"), "and looked at")
    set_to(driver, "compare", True)
    it.expect(driver.wait("return document.querySelectorAll('.pane').length === 2"), "two stand side by side")
    it.expect(driver.wait("return Number(document.querySelector('#meter-track').getAttribute('aria-valuenow')) > 5"), "the size is measured")
    driver.click("#tab-fields")
    it.expect(driver.wait("return document.querySelector('#fields').textContent.includes('from the member')"), "values say where they come from")
    errors = [row for row in driver.console() if "sandbox" not in row]
    it.expect(errors == [], "the browser has nothing to complain of", errors)


@in_browser
def dark_light_and_images_are_decided_by_the_page(it):
    it.sample_workspace()
    layout = it.workspace / "templates/advocacy.html"
    layout.write_text(layout.read_text().replace("{{>footer}}", f'<img alt="a drawing" width="40" height="40" src="{DRAWING}">{{{{>footer}}}}'))
    driver = opened(it, served(it))

    def shows(color):
        return inside(driver, lambda: color in driver.of(".card", "css/background-color"))

    def width(pixels):
        return inside(driver, lambda: driver.of("img", "property/naturalWidth") == pixels)
    it.expect(shows("255, 255, 255"), "light first")
    it.expect(width(1), "an image in the mail itself is shown")
    set_to(driver, "scheme", "dark")
    it.expect(shows("28, 37, 41"), "then dark, by the mail's own rules")
    set_to(driver, "images", False)
    it.expect(width(0), "then without images")
    it.expect(inside(driver, lambda: driver.of("img", "css/outline-style") == "dashed"), "but for their places")


@in_browser
def what_a_member_or_a_template_smuggles_in_does_not_run(it):
    it.sample_workspace()
    hits = []

    class Beacon(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass
    beacon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Beacon)
    threading.Thread(target=beacon.serve_forever, daemon=True).start()
    it.stops.append(beacon.shutdown)
    at = f"http://127.0.0.1:{beacon.server_port}"
    name = f"<script>fetch('{at}/name')</script><img src=x onerror=fetch('{at}/handler')>"
    it.ok("import", it.write("bad.csv", f'email,first_name,topics\nbad@readers.example,"{name}",linked-learning\n'))
    layout = it.workspace / "templates/advocacy.html"
    layout.write_text(layout.read_text().replace("{{>footer}}", f"""
        <script>fetch('{at}/script'); alert('script')</script><img src="x" onerror="fetch('{at}/onerror'); alert('onerror')">
        <img src="{at}/picture.png" alt=""><link rel="stylesheet" href="{at}/style.css"><iframe src="{at}/frame"></iframe>
        <a id="out" href="{at}/followed">out</a><form action="{at}/form"><button id="send">go</button></form>
        <svg onload="fetch('{at}/svg')"></svg><meta http-equiv="refresh" content="0; url={at}/refresh">{{{{>footer}}}}"""))
    driver = opened(it, served(it))
    it.expect(frame_has(driver, "Hola"), "the mail is shown all the same")
    driver.type("#search", "bad@readers")
    it.expect(driver.wait("return document.querySelectorAll('#list button').length === 1"), "the member is found")
    it.expect(driver.run("return document.querySelector('#list script, #list img') === null"), "the list shows text only")
    driver.click("#list button")
    it.expect(frame_has(driver, "onerror=fetch"), "the name is read, not run")
    set_to(driver, "marks", True)
    for part in ("text", "headers", "raw", "html"):
        set_to(driver, "part", part)
        time.sleep(0.2)
    for link in ("#out", "#send"):
        try:
            driver.enter("iframe:not(.coming)")
            driver.click(link)
        except RuntimeError:
            pass
        finally:
            driver.leave()
    time.sleep(0.4)
    it.expect(driver.dialog() is None, "no dialog opens")
    it.expect(hits == [], "nothing is fetched, by no way", hits)


@in_browser
def the_page_follows_the_file_and_shows_a_mistake(it):
    it.sample_workspace()
    driver = opened(it, served(it))
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    started = time.monotonic()
    path.write_text(good.replace("Hola, {{first_name}}:", "Buenos días, {{first_name}}:", 1))
    it.expect(frame_has(driver, "Buenos días, María"), "the frame shows the new text")
    print(f"        save to shown: {(time.monotonic() - started) * 1000:.0f} ms")
    path.write_text(good.replace("preheader:", "preheadr:", 1))
    it.expect(driver.wait("return !document.querySelector('#banner').hidden"), "a banner tells of the mistake")
    it.expect("preheadr" in driver.text("#banner-source"), "with the line", driver.text("#banner"))
    it.expect(frame_has(driver, "Buenos días, María"), "below it the last version stays")
    path.write_text(good)
    it.expect(driver.wait("return document.querySelector('#banner').hidden"), "and then it is gone")
    it.expect(frame_has(driver, "Hola, María"), "the page is up to date")


def faults(driver):
    return driver.run(ACCESSIBLE.read_text())


@in_browser
def everybody_can_read_the_page(it):
    it.sample_workspace()
    page = served(it)
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    driver = opened(it, page)
    try:
        for scheme in ("light", "dark"):
            driver.prefer(scheme)
            for width in (1440, 1000, 420, 320):
                driver.shape(width, 900)
                found = []
                for part in ("text", "headers", "raw", "html"):
                    set_to(driver, "part", part)
                    it.expect(driver.wait("return document.querySelector('.sheet > *')"), "something is shown")
                    found += faults(driver)
                set_to(driver, "compare", True)
                driver.click("#tab-fields")
                found += faults(driver)
                set_to(driver, "compare", False)
                driver.click("#tab-findings")
                it.expect(found == [], f"nothing is unkind, {scheme}, {width} pixels wide", sorted(set(found)))
            path.write_text(good.replace("preheader:", "preheadr:", 1))
            it.expect(driver.wait("return !document.querySelector('#banner').hidden"), "a mistake")
            it.expect(faults(driver) == [], f"nor over a mistake, {scheme}", faults(driver))
            path.write_text(good.replace("off: [link-example]", "off: [link-text]", 1))
            it.expect(driver.wait("return document.querySelector('[data-severity=warning]')"), "a warning")
            it.expect(faults(driver) == [], f"nor in a warning, {scheme}", faults(driver))
            path.write_text(good)
            driver.type("#search", "nobody at all")
            it.expect(driver.wait("return document.querySelector('#list .none')"), "nobody is found")
            it.expect(faults(driver) == [], f"nor when nobody is found, {scheme}", faults(driver))
            driver.run("document.querySelector('#search').value = ''; document.querySelector('#search').dispatchEvent(new Event('input'))")
        unnamed = [node for node in driver.tree() if node["focusable"] and not node["name"] and node["role"] not in ("RootWebArea", "generic")]
        it.expect(unnamed == [], "the browser, too, knows a name for all that can be reached", unnamed)
    finally:
        driver.prefer("")
        driver.shape(0, 0)


FOCUS = """const node = document.activeElement, near = node.matches('.segments input') ? node.nextElementSibling : node;
    return node === document.body ? null : [node.id || node.name + '=' + node.value, getComputedStyle(near).outlineStyle, node.tagName];"""


def focus(driver):
    """Where it is; on its way into or out of the frame it is nowhere for a moment."""
    return wait_for(lambda: driver.run(FOCUS), 1, 0.05) or None


def tab_round(driver, key):
    """What the Tab key stops at, until it comes round to where it began."""
    stops = []
    while len(stops) < 80:
        driver.press(*key)
        at = focus(driver)
        if at is None or (stops and at == stops[0]):
            return stops
        if not stops or at != stops[-1]:
            stops.append(at)
    return stops


@in_browser
def the_page_is_usable_by_keyboard(it):
    it.sample_workspace()
    driver = opened(it, served(it))
    it.expect(driver.wait("return !document.querySelector('iframe.coming')"), "the mail has come")
    driver.run("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    stops = tab_round(driver, [TAB])
    tags = [tag for _, _, tag in stops]
    names = [name for name, _, _ in stops]
    it.expect(len(stops) < 40, "the Tab key comes out of the mail, and round", names)
    it.expect(names.count("search") == 1 and tags.count("IFRAME") == 1 and "tab-findings" in names and "compare=on" in names and
              "part=html" in names, "and stops at search, settings, mail and findings", names)
    it.expect(tags.count("BUTTON") <= 3, "but once for the list of readers", names)
    it.expect([name for name, outline, tag in stops if outline == "none" and tag != "IFRAME"] == [], "one sees where one is", stops)
    it.expect("IFRAME" in [tag for _, _, tag in tab_round(driver, [SHIFT, TAB])], "and backwards through it")
    driver.run("document.querySelector('.skip').focus()")
    driver.press(ENTER)
    it.expect(driver.run("return document.activeElement.id") == "stage", "the first stop skips to the mail")
    driver.press("/")
    it.expect(driver.run("return document.activeElement.id") == "search", "/ goes to the search")
    driver.type("#search", "Sol" + ENTER)
    it.expect(frame_has(driver, "Hola, Sol"), "Enter takes the first")
    driver.run("document.querySelector('#search').value = ''; document.querySelector('#search').dispatchEvent(new Event('input'))")
    it.expect(driver.wait("return document.querySelectorAll('#list button').length > 9"), "all are listed again")
    driver.run("document.querySelector('#list button').focus()")
    driver.press(DOWN)
    driver.press(ENTER)
    it.expect(driver.wait("return document.querySelectorAll('#list button')[1].getAttribute('aria-current') === 'true'"), "arrows go through the readers")
    driver.press("j")
    it.expect(driver.wait("return document.querySelectorAll('#list button')[2].getAttribute('aria-current') === 'true'"), "j takes the next")
    driver.run("document.querySelector('#tab-findings').focus()")
    driver.press(RIGHT)
    it.expect(driver.run("return !document.querySelector('#fields').hidden && document.activeElement.id") == "tab-fields", "arrows change the tab")


DIFFERS = 5  # percent: two runs differ by none, another layout by 8 and more
USUAL = {"part": "html", "width": "desktop", "scheme": "light", "images": True, "marks": False, "compare": False}
VIEWS = {
    "desktop": {}, "phone": {"width": "phone"}, "dark": {"scheme": "dark"}, "bare": {"images": False}, "text": {"part": "text"},
    "compare": {"compare": True, "marks": True, "width": "phone"}, "headers": {"part": "headers"}, "raw": {"part": "raw"},
}


def pictured(it, driver, name):
    """What differs from the accepted picture, as a list of at most one line: too much, or another view. PICTURES=FOLDER keeps them in full size, to be looked at."""
    driver.wait("return !document.querySelector('iframe.coming')")
    time.sleep(0.25)
    driver.picture(it.folder / f"{name}.png", 0.2)
    if os.environ.get("PICTURES"):
        driver.picture(os.path.join(os.environ["PICTURES"], f"{name}.png"))
    picture = it.folder / f"{name}.png"
    percent, like = pictures.difference(name, picture), pictures.likest(name, picture)
    if percent > DIFFERS:
        return [f"{name}: {percent:.0f} % differ"]
    return [f"{name}: it is {like} that is shown"] if like != name else []


@in_browser
def every_view_looks_as_it_was_accepted(it):
    it.sample_workspace()
    layout = it.workspace / "templates/advocacy.html"
    layout.write_text(re.sub("(<body.*?>)", rf'\1<img alt="a drawing" width="600" height="90" style="display: block; margin: 0 auto" src="{DRAWING}">',
                             layout.read_text(), count=1))
    page, wrong = served(it), []
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    for size, width in (("wide", 1440), ("narrow", 420)):
        driver = opened(it, page)
        try:
            driver.shape(width, 1000)
            for name, settings in VIEWS.items():
                for setting, value in {**USUAL, **settings}.items():
                    set_to(driver, setting, value)
                wrong += pictured(it, driver, f"{size}-{name}")
            for setting, value in USUAL.items():
                set_to(driver, setting, value)
            driver.prefer("dark")
            opened(it, page)
            wrong += pictured(it, driver, f"{size}-night")
            driver.prefer("light")
            driver.click("#tab-fields")
            driver.run("document.querySelector('#fields').scrollIntoView()")
            wrong += pictured(it, driver, f"{size}-values")
            driver.run("scrollTo(0, 0)")
            path.write_text(good.replace("preheader:", "preheadr:", 1))
            it.expect(driver.wait("return !document.querySelector('#banner').hidden"), "a mistake is told")
            wrong += pictured(it, driver, f"{size}-mistake")
            path.write_text(good)
            it.expect(driver.wait("return document.querySelector('#banner').hidden"), "and mended")
        finally:
            driver.prefer("")
            driver.shape(0, 0)
        driver.run("history.replaceState(null, '', location.pathname)")
    it.expect(wrong == [], "each view looks like the last accepted one (UPDATE_GOLDEN=1 accepts)", wrong)


@in_browser
def the_written_site_opens_from_a_folder(it):
    it.sample_workspace()
    it.ok("preview", CAMPAIGN, "--out", it.folder / "site")
    driver = browser()
    driver.open((it.folder / "site/index.html").as_uri())
    driver.click("table a")
    it.expect(driver.wait("return document.querySelectorAll('iframe').length === 2"), "a page has both widths")
    it.expect(frame_has(driver, "Hola, María"), "and the mail is in them")


# ---- check

def check_lints_and_runs_the_campaigns_tests(it):
    it.sample_workspace()
    it.expect("2 tests" in it.ok("check").err, "the tests of the example hold")
    path, good = it.workspace / PATH, (it.workspace / PATH).read_text()
    path.write_text(good.replace('contains: ["Hola, María"', 'contains: ["Buenas, María"', 1))
    it.expect_error(it.run("check", CAMPAIGN), 65, "Buenas, María", "[test]", PATH)
    path.write_text(good.replace("off: [link-example]", "off: [subject-length]", 1))
    result = it.ok("check", CAMPAIGN)
    it.expect("[link-example]" in result.out, "a rule that is on again speaks", result)
    it.expect_error(it.run("check", CAMPAIGN, "--strict"), 65, "placeholder")
    found = [row for row in it.run("check", CAMPAIGN, "--json").lines() if row["rule"] == "link-example"]
    it.expect(found and found[0]["severity"] == "warning" and found[0]["line"] > 0, "as JSON, with its line", found)
    path.write_text(good.replace("off: [link-example]", "off: [link-exampel]", 1))
    it.expect_error(it.run("check", CAMPAIGN), 65, "did you mean", "link-example")
    path.write_text(good[:good.index("  reason:")] + "\n")
    it.expect_error(it.run("check", CAMPAIGN), 65, "say why")
    it.expect("`link-example`" in it.ok("manual").out, "the manual has the rules")


STORIES = [
    a_preview_answers_only_its_own_address,
    a_saved_file_is_shown_at_once,
    a_mistake_is_shown_with_its_line_and_the_last_good_version,
    the_raw_message_is_what_would_be_sent,
    a_preview_prints_and_writes_files_without_a_browser,
    styles_are_inlined_and_media_queries_stay,
    check_lints_and_runs_the_campaigns_tests,
    a_writer_clicks_through_parts_widths_and_readers,
    dark_light_and_images_are_decided_by_the_page,
    what_a_member_or_a_template_smuggles_in_does_not_run,
    the_page_follows_the_file_and_shows_a_mistake,
    everybody_can_read_the_page,
    the_page_is_usable_by_keyboard,
    the_written_site_opens_from_a_folder,
    every_view_looks_as_it_was_accepted,
]
