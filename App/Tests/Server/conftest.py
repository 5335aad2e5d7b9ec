"""A server of its own for each test file, on loopback, and the samples whose text is known."""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import pytest
from browsing import Sitting, launch
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[3]
SOTTO = pathlib.Path(os.environ.get("SOTTO", ROOT / "App/.build/release/sotto"))
SAMPLES = ROOT / "Models/demo/samples"
MEDIA = ROOT / ".build/media"


class Server:
    def __init__(self, *arguments, program=SOTTO, **environment):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, "serve", "--port", "0", *arguments], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": self.folder.name, **environment})
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

    def begin(*arguments, **options):
        servers.append(Server(*arguments, **options))
        return servers[-1]

    yield begin
    for one in servers:
        one.end()


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright):
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def sitting(server, chromium):
    sitting = Sitting(chromium, server.url)
    yield sitting
    sitting.end()


def expected(name, format="txt"):
    """What the command line makes of a sample, or of a file."""
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
