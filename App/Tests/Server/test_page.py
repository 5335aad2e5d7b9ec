"""The page itself: languages, the engine, the network, and every state in light and dark, narrow and wide."""
import re

import pytest
from playwright.sync_api import expect

from browsing import SAMPLE, TEXT, paragraph
from test_page_recordings import record, refuse


def test_the_language_is_the_browsers_and_can_be_switched(open_page):
    page = open_page(language="zh-CN").page
    expect(page.locator("#drop-title")).to_have_text("把录音拖到这里")
    page.click("#language-switch")
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")
    page.reload()
    expect(page.locator("#drop-title")).to_have_text("Drop a recording here")
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_what_is_wrong_is_said_in_the_readers_language(open_page, tmp_path):
    sitting = open_page(language="zh-CN")
    broken = tmp_path / "notes.mp3"
    broken.write_bytes(b"this is no sound" * 100)
    sitting.page.set_input_files("#files", str(broken))
    expect(sitting.page.locator("#problem-text")).to_have_text("“notes.mp3”不是音频或视频文件，无法读取。请选择录音或视频。")


def test_no_text_is_missing_in_either_language(sitting):
    missing = sitting.page.evaluate("""async () => {
        const [{ english }, { chinese }] = [await import('/page/english.js'), await import('/page/chinese.js')];
        const lacks = (one, other) => Object.keys(one).filter(key => !(key in other));
        return [...lacks(english, chinese), ...lacks(chinese, english)];
    }""")
    assert missing == []


def test_memory_is_freed_and_the_start_loads_it_again(sitting):
    page = sitting.page
    page.click("#free")
    expect(page.locator("#status-state")).to_have_text("Memory freed")
    sitting.add(SAMPLE)
    expect(page.locator("#progress-text")).to_contain_text("Start loads it again")
    sitting.transcribe()
    sitting.shows(TEXT)
    page.click("#reload")
    expect(page.locator("#status-state")).to_have_text("Ready")


def test_the_kernel_is_the_witness(sitting):
    page = sitting.page
    expect(page.locator("#sealed-text")).to_have_text("Network blocked by the kernel")
    page.click("#sealed")
    for evidence in ("Seccomp", "2 (filter) on all", "EACCES: refused by the kernel"):
        expect(page.locator("#dialog")).to_contain_text(evidence)


def test_forgetting_leaves_nothing(sitting):
    page = sitting.page
    sitting.transcribe(SAMPLE)
    page.click("#forget")
    page.locator("#dialog-buttons button").last.click()
    expect(page.locator(".item")).to_have_count(0)
    expect(page.locator("#work")).to_be_hidden()
    page.reload()
    expect(page.locator("#list-empty")).to_be_visible()


def test_the_start_waits_for_the_model_and_says_so(sitting):
    page = sitting.page
    sitting.add(SAMPLE)
    sitting.answer_events(lambda state: state["engine"].update(state="loading", loadedBytes=31, totalBytes=100))
    expect(page.locator("#start")).to_be_disabled()
    expect(page.locator("#progress-text")).to_have_text("The model is loading: 31 %")
    expect(page.locator("#status-state")).to_have_text("Loading 31 %")
    sitting.context.unroute("**/api/events")
    expect(page.locator("#start")).to_be_enabled()


STYLES = [(1440, "en-GB", "light"), (1440, "zh-CN", "dark"), (360, "zh-CN", "light"), (360, "en-GB", "dark")]
styles = pytest.mark.parametrize("width,language,scheme", STYLES)


@pytest.fixture
def styled(start, open_page, width, language, scheme):
    # Still pictures: what moves is at its end at once.
    return lambda **options: open_page(width=width, language=language, scheme=scheme, reduced_motion="reduce", **options)


@styles
def test_a_recording_fits_and_can_be_read_in_every_state(styled, long_recording, talk, tmp_path, width):
    sitting = styled()
    page = sitting.page
    sitting.look("empty")
    network = sitting.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": 200_000})
    page.set_input_files("#files", str(long_recording))
    expect(page.locator("#progress-bar")).to_have_attribute("aria-valuenow", re.compile("^[1-9]"))
    sitting.look("uploading")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.locator(".item .tools button").last.dispatch_event("click")
    with page.expect_response(re.compile("/peaks")):
        sitting.add(talk, SAMPLE, long_recording)
    sitting.look("ready")
    for button in page.locator(".tab").all():
        button.click()
    sitting.look("options")
    for button in page.locator(".tab").all():
        button.click()
    sitting.transcribe()
    sitting.look("done")
    page.locator(".stamp .time").nth(1).click()
    expect(page.locator("#text p").nth(1)).to_have_class(re.compile("now"))
    page.locator("#play").click()
    sitting.look("played")
    page.click("#export-more")
    sitting.look("export")
    page.keyboard.press("Escape")
    page.click("#help")
    sitting.look("keys")
    page.keyboard.press("Escape")
    if width == 360:
        page.click("#drawer")
        expect(page.locator("#sidebar")).to_be_visible()
        sitting.look("drawer")
    page.locator(".item .open", has_text="long.wav").click()
    page.click("#start")
    expect(page.locator("#text p").first).to_be_visible(timeout=30_000)
    expect(page.locator("#progress-text")).to_contain_text("%")
    sitting.look("working")
    page.click("#cancel")
    expect(page.locator("#cancel")).to_be_hidden()
    sitting.look("cancelled")
    speech = [paragraph("Good morning.", 0, speaker="Dr. Huber"), paragraph("We heard a migraine of applause.", 12, marks=[
        {"from": 11, "to": 19, "original": "headache", "rules": ["replacements"]}]), paragraph("And then?", 30, isDoubtful=True, speaker="Speaker 2")]
    sitting.hear(*speech, events=[{"start": 13, "end": 14, "kind": "applause"}], coverage=[
        {"start": 2, "end": 12, "kind": "missing"}, {"start": 40, "end": 60, "kind": "incomplete"}])
    expect(page.locator(".gap")).to_have_count(2)
    sitting.look("gaps")
    wrong = tmp_path / "notes.mp3"
    wrong.write_bytes(b"this is no sound" * 100)
    sitting.allowed = ["422"]
    page.set_input_files("#files", str(wrong))
    expect(page.locator("#problem")).to_be_visible()
    sitting.look("failed")


@styles
def test_the_microphone_fits_and_can_be_read_in_every_state(styled):
    sitting = styled()
    page = sitting.page
    page.on("dialog", lambda dialog: dialog.accept())
    record(sitting, r"^00:0[3-5]\.")
    expect(page.locator(".level i")).not_to_have_css("transform", "matrix(0, 0, 0, 1, 0, 0)")
    sitting.look("recording")
    page.reload()
    expect(page.locator("#record-on")).to_be_visible()
    sitting.look("interrupted")
    page.locator(".item .tools button").last.dispatch_event("click")
    page.locator("#dialog-buttons button").last.click()
    refuse(sitting)
    page.click("#record")
    expect(page.locator("#recorder [role=alert]")).to_be_visible()
    sitting.look("refused")


@styles
def test_the_engine_fits_and_can_be_read_in_every_state(styled, start):
    server = start()
    sitting = styled(url=server.url)
    page = sitting.page
    page.click("#sealed")
    expect(page.locator("#dialog")).to_be_visible()
    sitting.look("privacy")
    page.keyboard.press("Escape")
    sitting.add(SAMPLE)
    for name, change in (
        ("loading", {"state": "loading", "loadedBytes": 31, "totalBytes": 100}), ("nomodel", {"state": "none", "model": None, "memoryBytes": None, "isDemo": False}),
        ("broken", {"state": "failed", "error": {"code": "model", "message": "The model could not be loaded: its weights end early. Copy the folder again."}}),
    ):
        sitting.answer_events(lambda state: state["engine"].update(change))
        expect(page.locator("#start")).to_be_disabled()
        sitting.look(name)
        sitting.context.unroute("**/api/events")
    page.reload()
    expect(page.locator("#start")).to_be_enabled()
    if page.locator("#drawer").is_visible():
        page.click("#drawer")
    page.click("#free")
    expect(page.locator("#status-state")).to_have_text(re.compile("Memory freed|内存已释放"))
    page.keyboard.press("Escape")
    sitting.look("freed")
    sitting.allowed = ["ERR_", "/api/"]
    server.process.kill()
    server.process.wait()
    expect(page.locator("#connection")).to_be_visible()
    sitting.look("gone")
