"""The page itself: languages, widths, the engine, recording, access."""
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import EXPECTED, SAMPLES, Server, Sitting, launch
from playwright.sync_api import expect


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
    sitting.shot("freed")
    sitting.transcribe()
    assert " ".join(sitting.text()) == EXPECTED["consultation.wav"]
    page.click("#reload")
    expect(page.locator("#status-state")).to_have_text("Ready")


def test_the_kernel_is_the_witness(sitting):
    page = sitting.page
    expect(page.locator("#sealed-text")).to_have_text("Network blocked by the kernel")
    page.click("#sealed")
    expect(page.locator("#dialog")).to_contain_text("Seccomp")
    sitting.shot("privacy")


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
    sitting.shot("recording")
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
    sitting.shot("interrupted")
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
    sitting.shot("refused")
    sitting.end()


def test_a_server_that_comes_back_empty_gets_the_recording_again(chromium):
    first = Server()
    port = first.url.rstrip("/").rsplit(":", 1)[1]
    sitting = Sitting(chromium, first.url)
    page = sitting.page
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    first.stop()
    expect(page.locator("#connection")).to_be_visible()
    sitting.shot("gone")
    second = Server(port)
    expect(page.locator("#problem-action")).to_have_text("Send again")
    page.click("#problem-action")
    expect(page.locator("#start")).to_be_enabled()
    sitting.transcribe()
    assert " ".join(sitting.text()) == EXPECTED["consultation.wav"]
    sitting.complaints = [text for text in sitting.complaints if "ERR_" not in text]
    sitting.end()
    second.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width,language", [(1440, "en-GB"), (360, "zh-CN")])
def test_every_state_fits_and_is_accessible(server, chromium, width, language, scheme):
    sitting = Sitting(chromium, server.url, width=width, language=language, scheme=scheme, bypass_csp=True)
    page = sitting.page

    def check(name):
        sitting.shot(f"{name}-{width}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        page.wait_for_timeout(400)
        found = [violation for violation in Axe().run(page).response["violations"] if violation["impact"] in ("serious", "critical")]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == [], name

    check("empty")
    sitting.add(SAMPLES / "long-talk.mp3", SAMPLES / "consultation.wav")
    check("ready")
    for button in page.locator(".tab").all():
        button.click()
    check("options")
    for button in page.locator(".tab").all():
        button.click()
    sitting.transcribe()
    check("done")
    page.locator(".stamp .time").nth(1).click()
    page.wait_for_timeout(700)
    sitting.page.evaluate("document.getElementById('audio').pause()")
    check("played")
    page.click("#export-more")
    check("export")
    page.keyboard.press("Escape")
    page.click("#help")
    check("keys")
    page.keyboard.press("Escape")
    if width == 360:
        page.click("#drawer")
        page.wait_for_timeout(300)
        check("drawer")
    sitting.end()
