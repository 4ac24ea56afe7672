"""A headless Chromium, driven by the WebDriver protocol over plain HTTP: enough to click, type, ask and look."""
import base64
import json
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-default-apps", "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--no-first-run",
         "--metrics-recording-only", "--hide-scrollbars", "--force-color-profile=srgb", "--font-render-hinting=none",
         "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]


def is_there():
    return shutil.which("chromedriver") is not None and shutil.which("chromium") is not None


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Browser:
    def __init__(self, folder, width=1440, height=900):
        self.port = free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}", "--log-level=OFF"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 15
        while True:
            try:
                self.call("GET", "/status")
                break
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        options = {"args": FLAGS + [f"--user-data-dir={pathlib.Path(folder) / 'chromium'}", f"--window-size={width},{height}"],
                   "binary": shutil.which("chromium")}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.loads(reply.read())["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.loads(error.read())["value"]["message"].splitlines()[0]) from None

    def act(self, path, **body):
        return self.call("POST", self.session + path, body)

    def open(self, address):
        self.act("/url", url=address)

    def run(self, script, *words):
        return self.act("/execute/sync", script=script, args=list(words))

    def find(self, css):
        return self.act("/element", using="css selector", value=css)[ELEMENT]

    def click(self, css):
        self.act(f"/element/{self.find(css)}/click")

    def of(self, css, what):
        """"text", "css/NAME", "property/NAME" of an element."""
        return self.call("GET", f"{self.session}/element/{self.find(css)}/{what}")

    def type(self, css, keys):
        self.act(f"/element/{self.find(css)}/value", text=keys)

    def press(self, *keys):
        """The last key, with those before it held down."""
        down = [{"type": "keyDown", "value": key} for key in keys]
        up = [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.act("/actions", actions=[{"type": "key", "id": "keys", "actions": down + up}])

    def devtools(self, command, **words):
        return self.act("/goog/cdp/execute", cmd=command, params=words)

    def prefer(self, scheme):
        """"light", "dark"; "" as the browser was started."""
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def shape(self, width, height):
        """The page's size where a window cannot be so narrow; 0 is the window's again."""
        if width:
            self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        else:
            self.devtools("Emulation.clearDeviceMetricsOverride")

    def tree(self):
        """What a screen reader is told: role, name, whether it can be reached."""
        told = []
        for node in self.devtools("Accessibility.getFullAXTree")["nodes"]:
            can = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
            if not node.get("ignored"):
                told.append({"role": node["role"]["value"], "name": node.get("name", {}).get("value", ""), "focusable": bool(can.get("focusable"))})
        return told

    def text(self, css):
        return self.run("return document.querySelector(arguments[0])?.textContent ?? null", css)

    def resize(self, width, height):
        self.act("/window/rect", width=width, height=height)

    def enter(self, css):
        self.act("/frame", id={ELEMENT: self.find(css)})

    def leave(self):
        self.act("/frame", id=None)

    def dialog(self):
        """The text of an open alert, or None."""
        try:
            return self.call("GET", self.session + "/alert/text")
        except RuntimeError:
            return None

    def console(self):
        return [row["message"] for row in self.act("/se/log", type="browser")]

    def picture(self, path, scale=1):
        width, height, y = self.run("return [innerWidth, innerHeight, scrollY]")
        taken = self.devtools("Page.captureScreenshot", format="png", clip={"x": 0, "y": y, "width": width, "height": height, "scale": scale})
        pathlib.Path(path).write_bytes(base64.b64decode(taken["data"]))

    def wait(self, script, *words, seconds=10):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            value = self.run(script, *words)
            if value:
                return value
            time.sleep(0.01)
        return None

    def stop(self):
        try:
            self.call("DELETE", self.session)
        except (OSError, RuntimeError, AttributeError):
            pass
        self.driver.terminate()
        self.driver.wait(10)
