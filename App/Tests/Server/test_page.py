"""The page itself: languages, widths, the engine, recording, access."""
import pathlib
import re
import shutil
import subprocess

import pytest
import axe_core_python
from browsing import CONSULTATION, Sitting, launch
from conftest import SAMPLES, SOTTO, Server
from playwright.sync_api import expect

AXE = next(pathlib.Path(axe_core_python.__file__).parent.rglob("axe.min.js")).read_text()


def test_the_language_is_the_browsers_and_can_be_switched(server, chromium):
    sitting = Sitting(chromium, server.url, language="zh-CN")
    page = sitting.page
    expect(page.locator("#drop-title")).to_have_text("把录音拖到这里")
    page.click("#language-switch")
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")
    page.reload()
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")
    assert page.evaluate("document.documentElement.lang") == "en"
    sitting.end()


def test_what_is_wrong_is_said_in_the_readers_language(server, chromium, tmp_path):
    sitting = Sitting(chromium, server.url, language="zh-CN")
    broken = tmp_path / "notes.mp3"
    broken.write_bytes(b"this is no sound" * 100)
    sitting.page.set_input_files("#files", str(broken))
    expect(sitting.page.locator("#problem-text")).to_have_text("“notes.mp3”不是音频或视频文件，无法读取。请选择录音或视频。")
    sitting.end()


def test_no_text_is_missing_in_either_language(sitting):
    missing = sitting.page.evaluate("""async () => {
        const [{ english }, { chinese }] = [await import('/page/english.js'), await import('/page/chinese.js')];
        return Object.keys(english).filter(key => !(key in chinese) && key !== 'eventNames');
    }""")
    assert missing == []


def test_memory_is_freed_and_the_start_loads_it_again(sitting):
    page = sitting.page
    page.click("#free")
    expect(page.locator("#status-state")).to_have_text("Memory freed")
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    assert " ".join(sitting.text()) == CONSULTATION
    page.click("#reload")
    expect(page.locator("#status-state")).to_have_text("Ready")


def test_the_kernel_is_the_witness(sitting):
    page = sitting.page
    expect(page.locator("#sealed-text")).to_have_text("Network blocked by the kernel")
    page.click("#sealed")
    expect(page.locator("#dialog")).to_contain_text("Seccomp")


def test_forget_leaves_nothing(sitting):
    page = sitting.page
    sitting.add(SAMPLES / "consultation.wav")
    page.click("#forget")
    page.locator("#dialog-buttons button").last.click()
    expect(page.locator(".item")).to_have_count(0)
    page.reload()
    expect(page.locator("#list-empty")).to_be_visible()


def test_a_recording_from_the_microphone_is_read(server, playwright):
    browser = launch(playwright, SAMPLES / "consultation.wav")
    sitting = Sitting(browser, server.url)
    page = sitting.page
    page.click("#record")
    expect(page.locator("#recorder b")).to_have_text(re.compile(r"00:1[12]\."), timeout=20_000)
    page.click("#record-stop")
    expect(page.locator("#start")).to_be_enabled()
    sitting.transcribe()
    assert "headache" in " ".join(sitting.text())
    sitting.end()
    browser.close()


def test_a_reload_while_recording_loses_at_most_a_piece(server, playwright):
    browser = launch(playwright, SAMPLES / "consultation.wav")
    sitting = Sitting(browser, server.url)
    page = sitting.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#record")
    expect(page.locator("#recorder b")).to_have_text(re.compile(r"00:05\."))
    page.reload()
    expect(page.locator("#recorder")).to_contain_text("interrupted")
    page.click("#record-on")
    expect(page.locator("#recorder b")).to_have_text(re.compile(r"00:0[78]\."))
    page.click("#record-stop")
    expect(page.locator("#start")).to_be_enabled()
    assert 6 <= float(page.inner_text("#duration").split(":")[1]) <= 10
    sitting.end()
    browser.close()


def test_a_refused_microphone_is_explained(server, chromium):
    sitting = Sitting(chromium, server.url)
    page = sitting.page
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }")
    page.click("#record")
    expect(page.locator("#recorder")).to_contain_text("The browser refused the microphone")
    sitting.end()


def test_a_server_that_comes_back_empty_gets_the_recording_again(chromium):
    first = Server()
    sitting = Sitting(chromium, first.url)
    page = sitting.page
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    first.process.kill()
    expect(page.locator("#connection")).to_be_visible()
    second = Server("--port", str(first.port))
    expect(page.locator("#problem-action")).to_have_text("Send again")
    page.click("#problem-action")
    expect(page.locator("#start")).to_be_enabled()
    sitting.transcribe()
    assert " ".join(sitting.text()) == CONSULTATION
    sitting.complaints = [text for text in sitting.complaints if "ERR_" not in text]
    sitting.end()
    first.end()
    second.end()


SCREENS = pytest.mark.parametrize("width,language,scheme", [
    (1440, "en-GB", "light"), (1440, "zh-CN", "dark"), (360, "zh-CN", "light"), (360, "en-GB", "dark")])


def look(sitting, name):
    """Takes a picture, and finds what is too wide or out of somebody's reach."""
    page, width = sitting.page, sitting.page.viewport_size["width"]
    page.mouse.move(0, 0)
    page.evaluate("() => Promise.allSettled(document.getAnimations().filter(one => one.effect.getComputedTiming().endTime < 5000).map(one => one.finished))")
    scheme = "dark" if page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    sitting.shot(f"{name}-{width}-{scheme}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run({ resultTypes: ['violations'] })")["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found
            if one["impact"] in ("serious", "critical")] == [], name


@SCREENS
def test_every_state_fits_and_is_accessible(server, chromium, tmp_path, width, language, scheme):
    sitting = Sitting(chromium, server.url, width=width, language=language, scheme=scheme, bypass_csp=True)
    page = sitting.page
    look(sitting, "empty")
    engine = page.evaluate("() => import('/page/state.js').then(({ store }) => store.engine)")
    sitting.hear("engine", {**engine, "state": "loading", "loadedBytes": 1 << 30, "totalBytes": 3 << 30, "loadingSeconds": 2})
    look(sitting, "loading")
    sitting.hear("engine", {**engine, "state": "failed", "error": {"code": "model_damaged", "message": "The model is damaged. Install it again."}})
    look(sitting, "engine-failed")
    sitting.hear("engine", engine)
    sitting.add(SAMPLES / "long-talk.mp3", SAMPLES / "consultation.wav")
    look(sitting, "ready")
    job = page.evaluate("() => import('/page/state.js').then(({ store }) => store.job)")
    sitting.hear("job", {**job, "state": "receiving", "bytesReceived": 400_000, "bytesTotal": 1_000_000, "durationSeconds": None})
    look(sitting, "uploading")
    sitting.hear("job", {**job, "state": "decoding", "decodedSeconds": 40, "durationSeconds": None})
    look(sitting, "decoding")
    sitting.hear("job", {**job, "state": "queued", "queuePosition": 2})
    look(sitting, "queued")
    sitting.hear("job", job)
    for button in page.locator(".tab").all():
        button.click()
    look(sitting, "options")
    for button in page.locator(".tab").all():
        button.click()
    sitting.transcribe()
    look(sitting, "done")
    page.locator(".stamp .time").nth(1).click()
    expect(page.locator("#text p.now")).to_have_count(1)
    page.evaluate("() => document.getElementById('audio').pause()")
    look(sitting, "played")
    page.click("#export-more")
    look(sitting, "export")
    page.keyboard.press("Escape")
    page.click("#help")
    look(sitting, "keys")
    page.keyboard.press("Escape")
    page.locator("#sealed").click()
    expect(page.locator("#dialog")).to_contain_text("Seccomp")
    look(sitting, "privacy")
    page.keyboard.press("Escape")
    if width == 360:
        page.click("#drawer")
        look(sitting, "drawer")
        page.keyboard.press("Escape")
    broken = tmp_path / "notes.mp3"
    broken.write_bytes(b"this is no sound" * 100)
    page.set_input_files("#files", str(broken))
    expect(page.locator("#problem-text")).to_contain_text("notes.mp3")
    look(sitting, "failed")
    sitting.end()


@SCREENS
def test_the_states_of_long_work_fit_too(server, chromium, tmp_path, width, language, scheme):
    long = tmp_path / "long.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "90", "-i", SAMPLES / "consultation.wav", "-c", "copy", long], check=True)
    sitting = Sitting(chromium, server.url, width=width, language=language, scheme=scheme, bypass_csp=True)
    page = sitting.page
    sitting.add(long)
    page.click("#start")
    expect(page.locator("#text p").first).to_contain_text("headache")
    look(sitting, "working")
    page.click("#cancel")
    expect(page.locator("#start")).to_be_visible()
    look(sitting, "cancelled")
    page.evaluate("() => document.getElementById('free').click()")
    expect(page.locator("#status-state")).to_have_text(re.compile("Memory freed|释放"))
    look(sitting, "freed")
    page.evaluate("() => document.getElementById('reload').click()")
    expect(page.locator("#status-state")).to_have_text(re.compile("Ready|就绪"))
    sitting.end()


@SCREENS
def test_the_states_of_a_recording_fit_too(server, playwright, width, language, scheme):
    browser = launch(playwright, SAMPLES / "consultation.wav")
    sitting = Sitting(browser, server.url, width=width, language=language, scheme=scheme, bypass_csp=True)
    page = sitting.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("#record")
    expect(page.locator("#recorder b")).to_have_text(re.compile(r"00:02\."))
    look(sitting, "recording")
    page.reload()
    expect(page.locator("#record-on")).to_be_visible()
    look(sitting, "interrupted")
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }")
    page.click("#record-on")
    expect(page.locator("#recorder [role=alert]")).to_be_visible()
    look(sitting, "refused")
    sitting.end()
    browser.close()


@SCREENS
def test_without_a_server_or_a_model_the_page_says_so(chromium, tmp_path, width, language, scheme):
    for name in ("sotto", "sotto-decode"):
        shutil.copy(SOTTO.parent / name, tmp_path / name)
    server = Server(program=tmp_path / "sotto", XDG_DATA_HOME=str(tmp_path))
    sitting = Sitting(chromium, server.url, width=width, language=language, scheme=scheme, bypass_csp=True)
    expect(sitting.page.locator("#problem-text")).to_be_visible()
    look(sitting, "no-model")
    server.process.kill()
    expect(sitting.page.locator("#connection")).to_be_visible()
    look(sitting, "gone")
    sitting.complaints = [text for text in sitting.complaints if "ERR_" not in text]
    sitting.end()
    server.end()
