"""The page in Chromium, against a real server.

CHROMIUM    the browser (/usr/bin/chromium)
SOTTO_PAGE  a folder whose files stand in for the program's page, to try changes without building
"""
import json
import mimetypes
import os
import pathlib
import re

from playwright.sync_api import expect

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHOTS = ROOT / "screenshots"
EXPECTED = {entry["file"]: entry["text"] for entry in json.loads((ROOT / "Models/demo/expected.json").read_text()).values()
            if isinstance(entry, dict) and "file" in entry}
CONSULTATION = EXPECTED["consultation.wav"]

expect.set_options(timeout=15_000)


def launch(playwright, sound=None):
    """A browser; `sound` is what its microphone hears."""
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if sound:
        arguments.append(f"--use-file-for-fake-audio-capture={sound}%noloop")
    return playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=arguments)


class Sitting:
    """A page, with everything that it asked for or complained of."""

    def __init__(self, browser, url, width=1440, height=900, language="en-GB", scheme="light", **options):
        self.context = browser.new_context(viewport={"width": width, "height": height}, locale=language, color_scheme=scheme,
                                           accept_downloads=True, **options)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url.rstrip("/"))
        self.url, self.complaints, self.strangers = url, [], []
        self.replace_page()
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.context.on("response", lambda answer: answer.status >= 400 and self.complaints.append(f"{answer.status} {answer.url}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", lambda request: self.strangers.append(request.url)
                        if not request.url.startswith((url, "blob:", "data:")) else None)
        self.page.goto(url)
        expect(self.page.locator("#status-state")).to_have_text(re.compile("Ready|Working|No model|就绪|识别中|没有"))

    def replace_page(self):
        folder = os.environ.get("SOTTO_PAGE")
        if not folder:
            return

        def file(route):
            path = pathlib.Path(folder, route.request.url.split("?")[0].rsplit("/", 1)[1])
            route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(path)[0] or "text/plain")

        def home(route):
            answer = route.fetch()
            route.fulfill(response=answer, body=pathlib.Path(folder, "index.html").read_bytes())

        self.context.route("**/page/*", file)
        self.context.route(self.url, home)

    def add(self, *paths):
        self.page.set_input_files("#files", [str(path) for path in paths])
        expect(self.page.locator("#start")).to_be_enabled()

    def transcribe(self):
        self.page.click("#start")
        expect(self.page.locator("#progress-text")).to_contain_text(re.compile("done|完成"), timeout=60_000)

    def text(self):
        return self.page.locator("#text p").all_text_contents()

    def plain(self):
        return self.page.locator("#plain").inner_text()

    def export(self, name):
        """A file as the export menu gives it: its name and its bytes."""
        self.page.click("#export-more")
        with self.page.expect_download() as download:
            self.page.click(f"#export-menu [data-format={name}]")
        return download.value.suggested_filename, pathlib.Path(download.value.path()).read_bytes()

    def hear(self, name, data):
        """An event of the server's stream, to see states that pass too quickly."""
        self.page.evaluate("([name, data]) => import('/page/state.js').then(({ store }) => store.take(name, data))", [name, data])

    def shot(self, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def end(self):
        self.context.close()
        assert self.complaints == []
        assert self.strangers == []
