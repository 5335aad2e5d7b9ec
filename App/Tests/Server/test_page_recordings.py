"""Recordings go in, text comes out."""
import base64
import re
import subprocess

import pytest
from browsing import CONSULTATION, EXPECTED
from conftest import MEDIA, SAMPLES, SOTTO, expected
from playwright.sync_api import expect


@pytest.mark.parametrize("path", [
    "pcm-s16.wav", "aac.m4a", "cbr.mp3", "opus.webm", "flac.flac", "flac.ogg", "opus.ogg", "narrow.amr", "aac.mp4", "flac.mkv"])
def test_every_kind_of_file_becomes_text(sitting, path):
    sitting.add(MEDIA / path)
    assert re.fullmatch(r"00:10\.\d\d", sitting.page.inner_text("#duration"))
    sitting.transcribe()
    assert sitting.plain() == expected(MEDIA / path).strip() != ""


def test_the_sample_is_read_right(sitting):
    sitting.add(SAMPLES / "consultation.wav")
    assert sitting.page.inner_text("#duration") == "00:10.42"
    sitting.transcribe()
    assert " ".join(sitting.text()) == CONSULTATION
    expect(sitting.page.locator("#plain")).to_have_text(CONSULTATION)
    expect(sitting.page.locator("#demo-note")).to_be_hidden()


def test_a_file_that_is_no_recording_says_so_before_the_start(sitting, tmp_path):
    broken = tmp_path / "notes.mp3"
    broken.write_bytes(b"this is no sound" * 100)
    sitting.page.set_input_files("#files", str(broken))
    expect(sitting.page.locator("#problem-text")).to_have_text(
        "'notes.mp3' is of an unknown kind, and no recording can be read from it. Name an audio or video file.")
    expect(sitting.page.locator("#start")).to_be_hidden()
    sitting.shot("broken")


def test_a_dropped_file_goes_in(sitting):
    sitting.page.evaluate("""async data => {
        const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0)), transfer = new DataTransfer();
        transfer.items.add(new File([bytes], 'dropped.wav'));
        for (const name of ['dragenter', 'drop']) document.body.dispatchEvent(new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }""", base64.b64encode((SAMPLES / "travel.wav").read_bytes()).decode())
    expect(sitting.page.locator("#name")).to_have_text("dropped.wav")
    expect(sitting.page.locator("#start")).to_be_enabled()


@pytest.mark.parametrize("name", ["txt", "srt", "vtt", "tsv", "csv", "md"])
def test_an_export_is_what_the_command_writes(sitting, name):
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    assert sitting.export(name) == (f"consultation.{name}", expected("consultation.wav", name).encode())


def test_an_export_holds_the_edits(sitting):
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    sitting.page.click("#text")
    sitting.page.keyboard.press("Control+End")
    sitting.page.keyboard.type(" Thank you.")
    for name in ("srt", "json", "docx"):
        content = sitting.export(name)[1]
        assert b"Thank you." in content or name == "docx"
    assert sitting.export("txt")[1].decode().strip() == CONSULTATION + " Thank you."
    expect(sitting.page.locator("#export")).to_have_text("Export txt")


def test_paragraphs_that_the_reader_made_are_in_the_export(sitting):
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    sitting.page.click("#text")
    sitting.page.keyboard.press("Control+Home")
    sitting.page.keyboard.type("First")
    sitting.page.keyboard.press("Enter")
    assert sitting.export("txt")[1].decode() == "First\n\n" + CONSULTATION + "\n"


def test_a_part_alone_is_transcribed(sitting):
    sitting.add(SAMPLES / "consultation.wav")
    box = sitting.page.locator("#wave").bounding_box()
    middle = box["y"] + box["height"] / 2
    sitting.page.mouse.move(box["x"] + 1, middle)
    sitting.page.mouse.down()
    sitting.page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=5)
    sitting.page.mouse.up()
    expect(sitting.page.locator("#part")).to_have_text(re.compile(r"Only 00:00\.\d\d – 00:02\.\d\d"))
    sitting.transcribe()
    assert sitting.plain() == "How long have you had a headache."


def test_a_click_on_the_waveform_and_on_a_time_seeks(sitting):
    sitting.add(SAMPLES / "long-talk.mp3")
    box = sitting.page.locator("#wave").bounding_box()
    sitting.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(sitting.page.locator("#clock")).to_have_text(re.compile(r"00:41\.\d\d / 01:23\.37"))
    sitting.transcribe()
    sitting.page.locator(".stamp .time").first.click()
    expect(sitting.page.locator("#text p").first).to_have_class(re.compile("now"))
    sitting.page.evaluate("document.getElementById('audio').pause()")
    assert sitting.page.evaluate("document.getElementById('audio').currentTime") < 5


def test_five_wait_in_a_queue_and_one_is_cancelled(sitting):
    names = ["long-talk.mp3", "consultation.wav", "travel.wav", "numbers.wav", "introduction.wav"]
    sitting.add(*[SAMPLES / name for name in names])
    expect(sitting.page.locator("#start-all")).to_have_text("Start all 5")
    sitting.page.click("#start-all")
    sitting.page.locator(".item .open").first.click()
    for index in range(5):
        expect(sitting.page.locator(".item small").nth(index)).to_have_text(re.compile("done"), timeout=60_000)
    sitting.page.locator(".item .open").nth(2).click()
    assert " ".join(sitting.text()) == EXPECTED["travel.wav"]


def test_cancel_keeps_the_text_so_far(sitting, tmp_path):
    long = tmp_path / "long.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "60", "-i", SAMPLES / "consultation.wav", "-c", "copy", long], check=True)
    sitting.add(long)
    sitting.page.click("#start")
    expect(sitting.page.locator("#text p").first).to_contain_text("headache")
    sitting.shot("working")
    assert re.match(r"\d+ % · long\.wav", sitting.page.title())
    sitting.page.click("#cancel")
    expect(sitting.page.locator("#progress-text")).to_contain_text("cancelled")
    assert "headache" in " ".join(sitting.text())
    expect(sitting.page.locator("#start")).to_have_text("Start again")


def test_a_reload_finds_the_work_again(sitting, tmp_path):
    long = tmp_path / "long.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-stream_loop", "59", "-i", SAMPLES / "consultation.wav", "-c", "copy", long], check=True)
    sitting.add(long)
    sitting.page.click("#start")
    expect(sitting.page.locator("#text p").first).to_contain_text("headache")
    sitting.page.once("dialog", lambda dialog: dialog.accept())
    sitting.page.reload()
    expect(sitting.page.locator("#cancel")).to_be_visible()
    expect(sitting.page.locator("#progress-text")).to_contain_text("done", timeout=60_000)
    assert sitting.plain() == expected(long).strip()


def test_who_leaves_during_the_work_is_asked_first(sitting):
    asked = []
    sitting.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    sitting.add(SAMPLES / "long-talk.mp3")
    sitting.page.click("#start")
    expect(sitting.page.locator("#cancel")).to_be_visible()
    sitting.page.reload()
    assert asked == ["beforeunload"]
