"""Recordings go in, text comes out."""
import base64
import re
import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from browsing import MEDIA, SAID, SAMPLE, SAMPLES, TEXT
from conftest import expected

FORMATS = ["pcm-s16.wav", "cbr.mp3", "aac.m4a", "flac.flac", "vorbis.ogg", "opus.opus", "opus.webm", "aac.mp4", "flac.mkv", "narrow.amr"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_of_any_format_becomes_text(sitting, name, tmp_path):
    path = MEDIA / name
    if name == "opus.opus":
        path = shutil.copy(MEDIA / "opus.ogg", tmp_path / name)
    sitting.add(path)
    expect(sitting.page.locator("#duration")).to_have_text(re.compile(r"^00:10\.\d\d$"))
    sitting.transcribe()
    sitting.shows(expected(path).strip())


def test_the_sample_is_read_right(sitting):
    sitting.transcribe(SAMPLE)
    expect(sitting.page.locator("#duration")).to_have_text("00:10.42")
    sitting.shows(TEXT)
    assert sitting.text() == [TEXT]
    expect(sitting.page.locator("#demo-note")).to_be_hidden()


WRONG = {"notes.pdf": b"%PDF-1.4 no sound", "notes.mp3": b"this is no sound" * 100, "empty.wav": b""}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_says_so_before_anything_is_started(sitting, tmp_path, name):
    wrong = tmp_path / name
    wrong.write_bytes(WRONG[name])
    sitting.allowed = ["422"]
    sitting.page.set_input_files("#files", str(wrong))
    expect(sitting.page.locator("#problem-text")).to_contain_text(name)
    expect(sitting.page.locator(".item small")).to_have_text("failed")
    expect(sitting.page.locator("#start")).to_be_hidden()
    sitting.transcribe(SAMPLE)
    sitting.shows(TEXT)


def test_a_dropped_file_goes_in(sitting):
    sitting.page.evaluate("""data => {
        const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0)), transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'dropped.wav'));
        for (const name of ['dragenter', 'drop']) document.body.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }""", base64.b64encode((SAMPLES / "travel.wav").read_bytes()).decode())
    expect(sitting.page.locator("#name")).to_have_text("dropped.wav")
    expect(sitting.page.locator("#start")).to_be_enabled()


def test_a_dropped_folder_gives_the_recordings_in_it(sitting):
    sitting.page.evaluate("""async data => {
        const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0)), sound = name => new File([bytes], name);
        const file = name => ({ isFile: true, name, file: give => give(sound(name)) });
        const folder = (name, inside) => ({ isDirectory: true, name, createReader: () => { const parts = [inside, []]; return { readEntries: give => give(parts.shift()) }; } });
        const entry = folder('talks', [file('b.wav'), file('notes.txt'), folder('more', [file('c.wav')]), file('a.wav')]);
        DataTransferItem.prototype.webkitGetAsEntry = () => entry;
        const transfer = new DataTransfer();
        transfer.items.add(sound('talks'));
        for (const name of ['dragenter', 'drop']) document.body.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }""", base64.b64encode((SAMPLES / "travel.wav").read_bytes()).decode())
    expect(sitting.page.locator(".item .open > :first-child")).to_have_text(["a.wav", "b.wav", "c.wav"])
    expect(sitting.page.locator("#start-all")).to_have_text("Start all 3")


def test_a_click_in_the_waveform_and_on_a_time_seek(sitting, talk):
    page = sitting.page
    sitting.add(talk)
    box = page.locator("#wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^00:41\.\d\d / 01:23\.37$"))
    sitting.transcribe()
    assert abs(page.evaluate("() => document.getElementById('audio').currentTime") - 41.7) < 0.4
    page.locator(".stamp .time").first.click()
    expect(page.locator("#text p").first).to_have_class(re.compile("now"))
    expect(page.locator("#clock")).to_have_text(re.compile(r"^00:0[0-4]\.\d\d"))
    assert not page.evaluate("() => document.getElementById('audio').paused")
    page.locator("#play").click()
    assert page.evaluate("() => document.getElementById('audio').paused")


def test_a_part_is_heard_alone(sitting):
    sitting.add(SAMPLE)
    sitting.choose(0, 0.25)
    expect(sitting.page.locator("#part")).to_have_text(re.compile(r"^Only 00:00\.\d\d – 00:02\.\d\d"))
    sitting.transcribe()
    sitting.shows("How long have you had a headache.")
    sitting.page.click("#part")
    expect(sitting.page.locator("#part")).to_be_hidden()
    sitting.page.click("#start")
    sitting.shows(TEXT)


def test_cancel_keeps_the_text_so_far(sitting, long_recording):
    page = sitting.page
    sitting.add(long_recording)
    page.click("#start")
    expect(page.locator("#text p").first).to_contain_text("headache", timeout=30_000)
    expect(page.locator("#progress-text")).to_contain_text(re.compile(r"\d+ %"))
    assert re.match(r"\d+ % · long\.wav", page.title())
    page.click("#cancel")
    expect(page.locator("#progress-text")).to_contain_text("cancelled")
    expect(page.locator("#start")).to_have_text("Start again")
    assert 0 < " ".join(sitting.text()).count("headache") < 400


def test_a_second_run_that_is_cancelled_leaves_the_finished_text(sitting, long_recording):
    page = sitting.page
    sitting.transcribe(long_recording)
    text = sitting.page.locator("#plain").inner_text()
    page.click("#start")
    expect(page.locator("#progress-text")).to_contain_text(re.compile(r"[1-9]\d* %"))
    page.click("#cancel")
    expect(page.locator("#start")).to_have_text("Start again")
    sitting.shows(text)


def test_a_part_that_is_heard_again_leaves_the_rest(sitting, talk):
    page = sitting.page
    sitting.transcribe(talk)
    text = sitting.page.locator("#plain").inner_text()
    box = page.locator("#wave").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20, steps=5)
    page.mouse.up()
    expect(page.locator("#part")).to_be_visible()
    page.click("#start")
    sitting.done()
    assert len(page.locator("#plain").inner_text()) > 0.9 * len(text)
    assert page.locator("#plain").inner_text()[:300] == text[:300]


def test_five_wait_in_order_and_the_order_can_be_changed(sitting, long_recording):
    page, files = sitting.page, [long_recording, SAMPLE, *[SAMPLES / f"{name}.wav" for name in ("numbers", "travel", "introduction")]]
    state = lambda name: page.locator(".item", has_text=name).locator("small")
    sitting.add(*files)
    expect(page.locator("#start-all")).to_have_text("Start all 5")
    page.click("#start-all")
    expect(state("long")).to_have_text(re.compile("%"))
    expect(state("introduction")).to_have_text("waiting, number 4")
    row = page.locator(".item", has_text="introduction")
    row.hover()
    row.get_by_role("button", name="Earlier").click()
    expect(state("introduction")).to_have_text("waiting, number 3")
    expect(state("travel")).to_have_text("waiting, number 4")
    assert [text.split(".")[0] for text in page.locator(".item .open > :first-child").all_text_contents()][-2:] == ["introduction", "travel"]
    row = page.locator(".item", has_text="numbers")
    row.hover()
    row.get_by_role("button", name="Remove").click()
    expect(page.locator(".item")).to_have_count(4)
    page.locator(".item .open", has_text="long").click()
    page.click("#cancel")
    for name in ("consultation", "travel", "introduction"):
        expect(state(name)).to_have_text("done", timeout=60_000)
    page.locator(".item .open", has_text="travel").click()
    sitting.shows(SAID["travel.wav"])


def test_a_reload_while_it_works_goes_on(sitting, talk, tmp_path):
    # Long enough to be at work still, short enough to be awaited.
    recording = tmp_path / "talks.wav"
    subprocess.run(["sox", *[talk] * 8, recording], check=True, timeout=60)
    page = sitting.page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    sitting.add(recording)
    page.click("#start")
    expect(page.locator("#text p").first).to_be_visible(timeout=30_000)
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.locator("#text p").first).to_contain_text("Good morning")
    expect(page.locator("#cancel")).to_be_visible()
    sitting.done()
    sitting.shows(expected(recording).strip())


def record(sitting, until):
    sitting.page.click("#record")
    expect(sitting.page.locator("#recorder b")).to_have_text(re.compile(until), timeout=30_000)


def test_a_recording_by_microphone_is_whole(sitting):
    record(sitting, r"^00:1[1-3]\.")
    sitting.page.click("#record-stop")
    expect(sitting.page.locator("#start")).to_be_enabled()
    sitting.transcribe()
    said = sitting.page.locator("#plain").inner_text()
    assert said.startswith("How long") and "three days" in said and said.endswith("water."), said


def test_a_reload_while_recording_asks_first_and_loses_at_most_a_piece(sitting):
    page, asked = sitting.page, []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    record(sitting, r"^00:0[56]\.")
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.locator("#recorder")).to_contain_text("interrupted")
    page.click("#record-on")
    expect(page.locator("#recorder b")).to_have_text(re.compile(r"00:0[78]\."))
    page.click("#record-stop")
    expect(page.locator("#start")).to_be_enabled()
    assert 6 <= float(page.inner_text("#duration").split(":")[1]) <= 10
    sitting.transcribe()
    assert page.locator("#plain").inner_text().startswith("How long have you had a")


def test_a_recording_that_was_interrupted_can_be_finished(sitting):
    page = sitting.page
    page.on("dialog", lambda dialog: dialog.accept())
    record(sitting, r"^00:0[34]\.")
    page.reload()
    page.click("#record-finish")
    expect(page.locator("#start")).to_be_enabled()
    assert float(page.inner_text("#duration").split(":")[1]) >= 2


def test_a_refused_microphone_is_explained(sitting):
    page = sitting.page
    refuse(sitting)
    page.click("#record")
    expect(page.locator("#recorder")).to_contain_text("The browser refused the microphone")
    expect(page.locator(".item")).to_have_count(0)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#recorder")).to_be_hidden()


def refuse(sitting):
    sitting.page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }")


def test_a_server_that_comes_back_empty_gets_the_recording_again(start, open_page):
    first = start()
    sitting = open_page(first.url)
    page = sitting.page
    sitting.transcribe(SAMPLE)
    sitting.allowed = ["ERR_", "/api/"]
    first.process.kill()
    first.process.wait()
    expect(page.locator("#connection")).to_be_visible()
    expect(page.locator("#start")).to_be_disabled()
    sitting.shows(TEXT)
    start(port=first.port)
    expect(page.locator("#problem-action")).to_have_text("Send again")
    page.click("#problem-action")
    expect(page.locator("#problem")).to_be_hidden()
    expect(page.locator("#start")).to_be_enabled()
    sitting.transcribe()
    sitting.shows(TEXT)
