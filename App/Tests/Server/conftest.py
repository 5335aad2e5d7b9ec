"""A server of its own for each test file, on loopback, and the samples whose text is known."""
import functools
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import pytest
from playwright.sync_api import sync_playwright

pytest.register_assert_rewrite("browsing")

from browsing import SAMPLE, Sitting, launch

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOTTO = pathlib.Path(os.environ.get("SOTTO", ROOT / "App/.build/release/sotto"))
SAMPLES = ROOT / "Models/demo/samples"


class Server:
    def __init__(self, *arguments, port=0, program=SOTTO):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, "serve", "--port", str(port), *arguments], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": self.folder.name})
        line = self.process.stderr.readline()
        found = re.search(r"(https?)://([^/]+):(\d+)/(\S*)", line)
        assert found, line
        self.url, self.host, self.port = found.group(0), found.group(2), int(found.group(3))
        self.base = f"{found.group(1)}://{self.host}:{self.port}"

    def descriptors(self):
        """Files that the process has open below the folder for temporary files."""
        folder = f"/proc/{self.process.pid}/fd"
        links = []
        for name in os.listdir(folder):
            try:
                links.append(os.readlink(f"{folder}/{name}"))
            except FileNotFoundError:
                pass
        return [link for link in links if link.startswith(self.folder.name)]

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * 4096

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()
        return self.process.returncode


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    assert server.process.poll() is None, "the server went down: " + server.process.stderr.read()
    server.end()


@pytest.fixture
def start():
    """Starts servers with arguments; they end with the test."""
    servers = []

    def begin(*arguments, **named):
        servers.append(Server(*arguments, **named))
        return servers[-1]

    yield begin
    for one in servers:
        one.end()


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server):
    """Opens pages, each a sitting of its own; they end with the test, and nothing may have been complained of."""
    sittings = []

    def begin(url=server.url, **options):
        sittings.append(Sitting(chromium, url, **options))
        return sittings[-1]

    yield begin
    for one in sittings:
        one.end()


@pytest.fixture
def sitting(open_page):
    return open_page()


@pytest.fixture(scope="session")
def long_recording(tmp_path_factory):
    """The sample again and again for 35 minutes: enough to see the work on it."""
    file = tmp_path_factory.mktemp("long") / "long.wav"
    subprocess.run(["sox", *[SAMPLE] * 200, file], check=True, timeout=60)
    return file


@pytest.fixture(scope="session")
def talk(tmp_path_factory):
    """A recording of several paragraphs: 83.37 s."""
    file = tmp_path_factory.mktemp("talk") / "talk.wav"
    command = ["ffmpeg", "-v", "error", "-i", SAMPLES / "long-talk.mp3", "-ac", "1", "-ar", "16000", file]
    subprocess.run(command, check=True, timeout=60)
    return file


@functools.cache
def expected(name, format="txt"):
    """What the command line makes of a sample."""
    done = subprocess.run(
        [SOTTO, "transcribe", "--quiet", "--format", format, SAMPLES / name],
        capture_output=True, check=True, timeout=120)
    return done.stdout.decode()


def eventually(condition, seconds=10):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
