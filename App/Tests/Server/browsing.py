"""The page in Chromium: a sitting, and everything that it asked for or complained of.

CHROMIUM    the browser (/usr/bin/chromium)
SOTTO_PAGE  a folder whose files stand in for the page in the program, to try changes without building
"""
import json
import mimetypes
import os
import pathlib
import re

import axe_core_python
from playwright.sync_api import expect

ROOT = pathlib.Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "Models/demo/samples"
MEDIA = ROOT / ".build/media"
SHOTS = ROOT / "screenshots"
SAMPLE = SAMPLES / "consultation.wav"
AXE = next(pathlib.Path(axe_core_python.__file__).parent.rglob("axe.min.js")).read_text()
PAGE = os.environ.get("SOTTO_PAGE")
# What the demo model reads in each sample.
SAID = {one["file"]: one["text"] for one in json.loads((ROOT / "Models/demo/expected.json").read_text()).values()
        if isinstance(one, dict) and "file" in one}
TEXT = SAID[SAMPLE.name]
DONE = re.compile("done|Done|完成")

expect.set_options(timeout=20_000)


def launch(playwright):
    """A browser whose microphone hears the sample once."""
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM") or "/usr/bin/chromium",
        args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
              f"--use-file-for-fake-audio-capture={SAMPLE}%noloop"])


def paragraph(text, start, **named):
    """A paragraph of two seconds, as the server tells of it."""
    return {"start": start, "end": start + 2, "text": text, "speaker": None, "language": "English",
            "isDoubtful": False, "doubts": [], "marks": [], **named}


class Sitting:
    """A page of its own: cookies, words and recordings are its alone."""

    def __init__(self, browser, url, width=1440, height=900, language="en-GB", scheme="light", **options):
        self.url, self.width, self.scheme = url, width, scheme
        self.complaints, self.strangers, self.allowed = [], [], []
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, color_scheme=scheme, **options)
        self.context.grant_permissions(["clipboard-read", "clipboard-write", "microphone"], origin=url.rstrip("/"))
        self.context.on("request", self.request)
        self.context.on("response", lambda answer: answer.status >= 400 and self.complain(f"{answer.status} {answer.url}"))
        if PAGE:
            self.context.route("**/page/*", self.file)
            self.context.route(url, self.home)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complain(message.text))
        self.page.on("pageerror", lambda error: self.complain(str(error)))
        self.page.goto(url)
        self.ready()

    def ready(self):
        expect(self.page.locator("#status-state")).to_have_text(re.compile("Ready|Working|就绪|识别中"))

    def request(self, request):
        if not request.url.startswith((self.url, "blob:" + self.url, "data:")):
            self.strangers.append(request.url)

    def complain(self, text):
        self.complaints.append(text)

    def file(self, route):
        path = pathlib.Path(PAGE, route.request.url.split("?")[0].rsplit("/", 1)[1])
        route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(path)[0] or "text/plain")

    def home(self, route):
        answer = route.fetch()
        route.fulfill(response=answer, body=pathlib.Path(PAGE, "index.html").read_bytes())

    def add(self, *paths):
        self.page.set_input_files("#files", [str(path) for path in paths])
        expect(self.page.locator("#start")).to_be_enabled()

    def transcribe(self, path=None):
        if path:
            self.add(path)
        self.page.click("#start")
        self.done()

    def done(self):
        expect(self.page.locator("#progress-text")).to_contain_text(DONE, timeout=60_000)

    def text(self):
        return self.page.locator("#text p").all_text_contents()

    def shows(self, text):
        """Waits until the plain text is this one."""
        expect(self.page.locator("#plain")).to_have_text(text, use_inner_text=True)

    def clipboard(self):
        return self.page.evaluate("() => navigator.clipboard.readText()")

    def export(self, name):
        self.page.click("#export-more")
        with self.page.expect_download() as download:
            self.page.click(f"#export-menu [data-format={name}]")
        return download.value.suggested_filename, download.value.path().read_bytes().decode()

    def choose(self, start, end):
        """Drags over a part of the waveform, given as shares of its width."""
        box = self.page.locator("#wave").bounding_box()
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * start + 1, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * end, middle, steps=5)
        self.page.mouse.up()

    def tell(self, name, data):
        """Gives the page an event as if the server had sent it."""
        self.page.evaluate("async ([name, data]) => (await import('/page/state.js')).store.take(name, data)", [name, data])

    @property
    def present(self):
        return self.page.evaluate("async () => (await import('/page/state.js')).store.current")

    def hear(self, *paragraphs, **named):
        """Puts a text of `paragraph`s in the place of what was heard."""
        self.tell("transcript", {"id": self.present, "transcript": {
            "paragraphs": paragraphs, "partial": "", "coverage": [], "events": [], "language": "English", "edits": None, **named}})

    def answer_events(self, change):
        """Has the page told the server's state, changed, and nothing after it."""
        state = self.context.request.get(self.url + "api/state").json()
        state["transcripts"] = {}
        change(state)
        body = f"event: state\ndata: {json.dumps(state)}\n\n"
        self.context.route("**/api/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
        self.page.reload()

    def look(self, name):
        """A picture of a state, which must fit the width and be readable by everybody."""
        SHOTS.mkdir(exist_ok=True)
        tall = self.page.evaluate("() => Math.max(900, document.documentElement.scrollHeight)")
        self.page.set_viewport_size({"width": self.width, "height": tall})
        self.page.screenshot(path=SHOTS / f"{name}-{self.scheme}-{self.width}.png")
        self.page.set_viewport_size({"width": self.width, "height": 900})
        assert self.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        found = self.page.evaluate("() => axe.run({ resultTypes: ['violations'] })")["violations"]
        assert [(one["id"], [node["html"][:160] for node in one["nodes"]][:3]) for one in found
                if one["impact"] in ("serious", "critical")] == [], name

    def end(self):
        try:
            self.context.request.post(self.url + "api/forget", timeout=5000)
        except Exception:  # A server that was stopped has forgotten already.
            pass
        self.context.close()
        left = [text for text in self.complaints if not any(word in text for word in self.allowed)]
        assert left == []
        assert self.strangers == []
