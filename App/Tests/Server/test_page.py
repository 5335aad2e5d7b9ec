"""The page in chromium, against a real server with the demo model."""
import json
import pathlib
import re
import subprocess

import axe_core_python
import pytest
from playwright.sync_api import expect, sync_playwright

from conftest import ROOT, SAMPLES, SOTTO, Server, expected

SHOTS = ROOT / "screenshots"
SAMPLE = SAMPLES / "consultation.wav"
AXE = next(pathlib.Path(axe_core_python.__file__).parent.rglob("axe.min.js"))


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                  f"--use-file-for-fake-audio-capture={SAMPLE}%noloop"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, server, request):
    """Opens pages that must neither complain nor ask another origin for anything."""
    contexts, complaints = [], []

    def begin(width=1440, height=900, permissions=("clipboard-read", "clipboard-write", "microphone"), **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, permissions=list(permissions),
            **{"locale": "en-US", **options})
        page = context.new_page()
        page.on("console", lambda message: complaints.append((message.type, message.text)))
        page.on("pageerror", lambda error: complaints.append(("error", str(error))))
        page.on("request", lambda asked: asked.url.startswith((server.base, "blob:")) or complaints.append(("origin", asked.url)))
        page.goto(server.url)
        expect(page.locator("#status-state")).to_have_text("Ready" if options.get("locale", "en")[:2] == "en" else "就绪", timeout=20000)
        contexts.append(context)
        return page

    yield begin
    for context in contexts:
        context.close()
    allowed = getattr(request, "param", [])
    assert [one for one in complaints if not any(word in one[1] for word in allowed)] == []


def add(page, *files):
    page.set_input_files("#files", [str(file) for file in files])
    expect(page.locator("#start")).to_be_enabled(timeout=20000)


def transcribe(page, file=SAMPLE):
    add(page, file)
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)


def plain(page):
    return page.locator("#plain").inner_text()


def choose_format(page, name):
    page.click("#export-more")
    with page.expect_download() as download:
        page.locator("#export-menu [role=menuitem]", has_text=re.compile(f"^{name}")).first.click()
    return download.value


FORMATS = ["wav_pcm16", "mp3", "m4a", "flac", "ogg", "opus", "webm", "mp4", "mkv"]


def media(word):
    folder = ROOT / ".build/media"
    found = sorted(file for file in folder.rglob("*") if file.suffix == "." + word.split("_")[0] and "bad" not in str(file))
    return found[0] if found else None


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "flac", "ogg", "opus", "webm", "mp4", "mkv"])
def test_a_recording_of_any_format_becomes_text(open_page, suffix):
    file = media(suffix)
    if file is None:
        pytest.fail(f"there is no {suffix} in .build/media: run scripts/make-media.sh")
    page = open_page()
    transcribe(page, file)
    wanted = subprocess.run([SOTTO, "transcribe", "--quiet", file], capture_output=True, check=True).stdout.decode()
    assert plain(page) == wanted.strip()


def test_duration_text_and_both_copies(open_page):
    page = open_page()
    transcribe(page)
    text = expected("consultation.wav").strip()
    expect(page.locator("#duration")).to_have_text("00:10.42")
    assert page.locator("#text").inner_text().strip() == text
    for button, wanted in (("#copy-left", text), ("#copy", text), ("#copy-times", f"[00:00:00] {text}")):
        page.click(button)
        assert page.evaluate("() => navigator.clipboard.readText()") == wanted
    page.locator("#text").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+C")
    assert page.evaluate("() => navigator.clipboard.readText()").strip() == text


def test_what_a_person_wrote_is_shown_exported_and_never_overwritten(open_page):
    page = open_page()
    transcribe(page)
    page.locator("#text p").first.click()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Doctor: ")
    assert plain(page).startswith("Doctor: How long")
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    assert plain(page).startswith("Doctor: How long") and plain(page).count("How long") == 1
    page.reload()
    expect(page.locator("#plain")).to_contain_text("Doctor: How long")
    for format in ("txt", "srt", "json"):
        path = choose_format(page, format).path()
        assert "Doctor: How long" in pathlib.Path(path).read_text()
    page.click("#revert")
    assert plain(page) == expected("consultation.wav").strip()


@pytest.mark.parametrize("format", ["txt", "md", "srt", "vtt", "tsv", "csv"])
def test_exports_are_what_the_command_line_writes(open_page, format):
    page = open_page()
    transcribe(page)
    download = choose_format(page, format)
    assert download.suggested_filename == f"consultation.{format}"
    assert pathlib.Path(download.path()).read_text() == expected("consultation.wav", format)


def test_a_click_in_the_waveform_and_on_a_time_seek(open_page):
    page = open_page()
    transcribe(page)
    box = page.locator("#wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    time = page.evaluate("() => document.querySelector('#audio').currentTime")
    assert abs(time - 5.2) < 0.2
    expect(page.locator("#clock")).to_contain_text("00:05.")
    page.locator("#gutter .stamp button").first.click()
    page.wait_for_timeout(600)
    assert not page.evaluate("() => document.querySelector('#audio').paused")
    expect(page.locator("#text p.now")).to_have_count(1)


def test_a_part_is_heard_alone(open_page):
    page = open_page()
    add(page, SAMPLE)
    box = page.locator("#wave").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 20, steps=5)
    page.mouse.up()
    expect(page.locator("#part")).to_be_visible()
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    assert plain(page) == "How long have you had a headache."


def test_a_wrong_file_says_so_before_anything_is_started(open_page, tmp_path):
    wrong = tmp_path / "notes.pdf"
    wrong.write_bytes(b"%PDF-1.4 not a recording")
    page = open_page()
    page.set_input_files("#files", str(wrong))
    expect(page.locator("#problem-text")).to_contain_text("notes.pdf")
    expect(page.locator("#start")).to_be_disabled()


@pytest.fixture(scope="module")
def long_recording(tmp_path_factory):
    """Some minutes of the sample, one after the other."""
    file = tmp_path_factory.mktemp("long") / "long.wav"
    subprocess.run(["sox", *[SAMPLE] * 60, file], check=True)
    return file


def test_cancel_keeps_the_text_so_far(open_page, long_recording):
    page = open_page()
    add(page, long_recording)
    page.click("#start")
    expect(page.locator("#text p").first).to_be_visible(timeout=30000)
    page.click("#cancel")
    expect(page.locator("#progress-text")).to_contain_text("stopped")
    assert 0 < plain(page).count("headache") < 120
    expect(page.locator("#warnings")).to_contain_text("stopped")


def test_five_wait_and_are_done_one_after_the_other(open_page, long_recording):
    page = open_page()
    add(page, long_recording)
    page.click("#start")
    names = ["standup.wav", "consultation.wav", "interview.wav", "lecture.wav"]
    files = [file for file in sorted(SAMPLES.glob("*.wav"))][:4]
    page.set_input_files("#files", [str(file) for file in files])
    expect(page.locator("#list li")).to_have_count(1 + len(files), timeout=20000)
    expect(page.locator("#start-all")).to_be_visible(timeout=20000)
    page.click("#start-all")
    expect(page.locator("#list small", has_text="done")).to_have_count(1 + len(files), timeout=120000)


def test_a_reload_finds_everything_again(open_page, long_recording):
    page = open_page()
    page.once("dialog", lambda dialog: dialog.accept())
    add(page, long_recording)
    page.click("#start")
    expect(page.locator("#text p").first).to_be_visible(timeout=30000)
    page.reload()
    expect(page.locator("#text p").first).to_be_visible()
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=60000)
    assert plain(page).count("sore throat") == 60


def test_memory_is_freed_and_loaded_again_by_a_start(open_page):
    page = open_page()
    page.click("#free")
    expect(page.locator("#status-state")).to_have_text("Memory freed")
    add(page, SAMPLE)
    expect(page.locator("#start")).to_contain_text("loads the model")
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    expect(page.locator("#status-state")).to_have_text("Ready")
    page.click("#reload")
    expect(page.locator("#status-state")).to_have_text("Ready", timeout=20000)


def test_the_microphone_is_recorded_and_a_reload_loses_little(open_page):
    page = open_page()
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#record")
    expect(page.locator("#recorder")).to_contain_text("Recording")
    page.wait_for_timeout(3200)
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / "recording.png")
    page.reload()
    expect(page.locator("#recorder")).to_contain_text("interrupted")
    page.locator("#recorder button", has_text="Stop and keep").click()
    expect(page.locator("#start")).to_be_enabled(timeout=20000)
    seconds = float(page.locator("#duration").inner_text().split(":")[1])
    assert seconds >= 2
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    assert plain(page).startswith("How long have you had a")


def test_a_whole_recording_by_microphone_becomes_text(open_page):
    page = open_page()
    page.click("#record")
    page.wait_for_timeout(11500)
    page.locator("#recorder button", has_text="Stop and keep").click()
    expect(page.locator("#start")).to_be_enabled(timeout=20000)
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    assert "three days. Please take the tablets" in plain(page)


@pytest.mark.parametrize("open_page", [["NotAllowed"]], indirect=True)
def test_a_refused_microphone_is_explained(open_page):
    page = open_page(permissions=())
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')); }")
    page.click("#record")
    expect(page.locator("#problem-text")).to_contain_text("Allow it in the address bar")
    page.screenshot(path=SHOTS / "refused.png")


def test_keys_alone_are_enough(open_page):
    page = open_page()
    add(page, SAMPLE)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    page.locator("body").press("?")
    expect(page.locator("#dialog")).to_contain_text("play or pause")
    page.keyboard.press("Escape")
    page.locator("#stage").focus()
    page.keyboard.press("n")
    expect(page.locator("mark.current")).to_have_count(1)
    page.locator("#stage").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.querySelector('#audio').currentTime") > 4
    page.keyboard.press("Control+f")
    page.keyboard.type("throat")
    expect(page.locator("#found")).to_have_text("1 of 1")
    page.locator("#text").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" jkl?")
    assert plain(page).endswith("water. jkl?")
    with page.expect_download():
        page.keyboard.press("Control+s")


def test_who_speaks_is_named_and_exported(open_page):
    page = open_page()
    transcribe(page)
    page.locator("#stage").focus()
    page.keyboard.press("s")
    page.locator("#dialog input").fill("Dr Lee")
    page.keyboard.press("Enter")
    assert plain(page).startswith("Dr Lee: How long")
    assert "**Dr Lee" in pathlib.Path(choose_format(page, "md").path()).read_text()


def test_the_network_is_shown_to_be_blocked(open_page):
    page = open_page()
    page.click("#sealed")
    expect(page.locator("#dialog")).to_contain_text("2 (filter) on all")
    expect(page.locator("#dialog")).to_contain_text("EACCES: refused by the kernel")


def test_chinese_and_back(open_page):
    page = open_page(locale="zh-CN")
    expect(page.locator("#drop-title")).to_have_text("把录音拖到这里")
    page.click("#language-switch")
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")
    page.reload()
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")


def test_forgetting_leaves_nothing(open_page, server):
    page = open_page()
    transcribe(page)
    page.click("#forget")
    page.locator("#dialog-buttons button").last.click()
    expect(page.locator("#list li")).to_have_count(0)
    expect(page.locator("#work")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_state_is_accessible_and_fits(browser, server, long_recording, theme, width):
    SHOTS.mkdir(exist_ok=True)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, locale="en-US", bypass_csp=True)
    page = context.new_page()
    page.goto(server.url)

    def look(state):
        page.wait_for_timeout(300)
        page.screenshot(path=SHOTS / f"{state}-{theme}-{width}.png")
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), state
        page.evaluate(AXE.read_text())
        found = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")["violations"]
        serious = [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found if one["impact"] in ("serious", "critical")]
        assert serious == [], state

    expect(page.locator("#status-state")).to_have_text("Ready", timeout=20000)
    look("empty")
    page.set_input_files("#files", str(long_recording))
    expect(page.locator("#start")).to_be_enabled(timeout=20000)
    look("ready")
    page.locator("#options .tab").first.click()
    look("terms")
    page.locator("#options .tab").last.click()
    look("more")
    page.locator("#options .tab").last.click()
    page.click("#start")
    expect(page.locator("#text p").first).to_be_visible(timeout=30000)
    look("working")
    page.click("#cancel")
    expect(page.locator("#progress-text")).to_contain_text("stopped")
    look("stopped")
    page.set_input_files("#files", str(SAMPLE))
    expect(page.locator("#name")).to_have_text("consultation.wav")
    expect(page.locator("#start")).to_be_enabled(timeout=20000)
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text("done", timeout=30000)
    look("done")
    context.close()
