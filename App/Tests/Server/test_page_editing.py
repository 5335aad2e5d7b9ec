"""What the reader edits stays, and goes out with the exports."""
import re

import pytest
from playwright.sync_api import expect

from browsing import SAMPLE, SAMPLES, TEXT
from conftest import expected


@pytest.fixture
def page(sitting):
    sitting.transcribe(SAMPLE)
    return sitting.page


def write(page, key, text):
    page.locator("#text").click()
    page.keyboard.press(key)
    page.keyboard.type(text)


def test_both_columns_are_copied(sitting, page):
    page.click("#text")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    assert sitting.clipboard() == TEXT
    for button, wanted in (("#copy-left", TEXT), ("#copy-times", "[00:00:00] " + TEXT), ("#copy", TEXT)):
        page.evaluate("() => navigator.clipboard.writeText('')")
        page.click(button)
        expect(page.locator("#toast")).to_have_text("Copied")

        assert sitting.clipboard() == wanted


def test_the_plain_text_follows_edits_and_undo_takes_them_back(sitting, page):
    write(page, "Control+Home", "Doctor! ")
    page.keyboard.press("Enter")
    expect(page.locator("#text p")).to_have_count(2)
    sitting.shows("Doctor! \n\n" + TEXT)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    sitting.shows(TEXT)
    expect(page.locator("#text p")).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    sitting.shows("Doctor! " + TEXT)


def test_everything_can_be_selected_and_replaced(sitting, page):
    write(page, "Control+a", "All new")
    assert sitting.text() == ["All new"]
    page.evaluate("() => navigator.clipboard.writeText('One\\n\\nTwo')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    expect(page.locator("#text p")).to_have_count(2)
    assert sitting.text() == ["One", "Two"]


def test_edits_are_never_overwritten(sitting, page):
    written = TEXT + " Mine."
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        write(page, "Control+End", " Mine.")
    sent.value.response()
    page.reload()
    sitting.shows(written)
    with page.expect_response(lambda answer: answer.url.endswith("/start")):
        page.click("#start")
    sitting.done()
    expect(page.locator("#cancel")).to_be_hidden()
    sitting.shows(written)
    page.click("text=Advanced")
    with page.expect_response(lambda answer: answer.url.endswith("/polish")):
        page.click("#polish-again")
    sitting.shows(written)
    for name in ("txt", "srt", "json"):
        assert "Mine." in sitting.export(name)[1]
    page.click("#revert")
    page.locator("#dialog-buttons button").last.click()
    sitting.shows(TEXT)


def test_an_export_holds_what_was_written_a_moment_ago(sitting, page):
    write(page, "Control+End", " Thank you.")
    assert sitting.export("txt")[1].strip() == TEXT + " Thank you."
    expect(page.locator("#export")).to_have_text("Export txt")


@pytest.mark.parametrize("name", ["txt", "md", "srt", "vtt", "tsv", "csv"])
def test_an_export_is_what_the_command_line_writes(sitting, page, name):
    assert sitting.export(name) == (f"consultation.{name}", expected(SAMPLE, name))


def test_who_speaks_is_named_and_exported(sitting, page):
    page.locator(".stamp").first.hover()
    page.locator(".stamp .who").first.click()
    page.fill("#speaker-name", "Dr. Huber")
    page.keyboard.press("Enter")
    sitting.shows("Dr. Huber: " + TEXT)
    assert sitting.export("txt")[1].startswith("Dr. Huber: ")
    assert "**Dr. Huber" in sitting.export("md")[1]
    page.locator("#stage").focus()
    page.keyboard.press("s")
    sitting.shows("Speaker 1: " + TEXT)


def test_words_are_found(page):
    page.keyboard.press("Control+f")
    page.keyboard.type("headache")
    expect(page.locator("#found")).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("2 of 2")


def test_replacements_are_checked_applied_and_marked(sitting):
    page = sitting.page
    sitting.add(SAMPLE)
    page.click("text=Advanced")
    page.fill("#list-replacements", "headache\tmigraine")
    expect(page.locator("#panel-advanced [role=status]")).to_have_text("1 replacements")
    sitting.transcribe()
    sitting.shows(TEXT.replace("headache", "migraine"))
    expect(page.locator("#text .changed").first).to_have_attribute("title", "Heard: headache")


def test_keys_alone_are_enough(sitting):
    page = sitting.page
    sitting.add(SAMPLE)
    page.keyboard.press("Control+Enter")
    sitting.done()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#clock")).to_have_text(re.compile(r"^00:05\.00"))
    page.keyboard.press("?")
    expect(page.locator("#dialog")).to_contain_text("play or pause")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.focus("#text")
    page.keyboard.press("Control+End")
    page.keyboard.type(" jkl?")
    sitting.shows(TEXT + " jkl?")
    with page.expect_download():
        page.keyboard.press("Control+s")
    page.keyboard.press("Tab")
    for _ in range(80):
        if page.evaluate("() => document.activeElement.id") == "export":
            return
        page.keyboard.press("Tab")
    pytest.fail("the export is not reached by the tabulator key")
