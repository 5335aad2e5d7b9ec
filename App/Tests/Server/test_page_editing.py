"""What the reader edits stays."""
import re

from browsing import CONSULTATION, Sitting
from conftest import SAMPLES
from playwright.sync_api import expect


def prepared(sitting):
    sitting.add(SAMPLES / "consultation.wav")
    sitting.transcribe()
    return sitting.page


def clipboard(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_both_columns_are_copied(sitting):
    page = prepared(sitting)
    page.click("#text")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    assert clipboard(page) == CONSULTATION
    page.evaluate("navigator.clipboard.writeText('')")
    page.click("#copy")
    expect(page.locator("#toast")).to_have_text("Copied")
    assert clipboard(page) == CONSULTATION
    page.click("#copy-times")
    page.wait_for_timeout(100)
    assert clipboard(page) == "[00:00:00] " + CONSULTATION


def test_the_plain_text_follows_edits_and_undo_takes_them_back(sitting):
    page = prepared(sitting)
    page.click("#text")
    page.keyboard.press("Control+Home")
    page.keyboard.type("Doctor! ")
    page.keyboard.press("Enter")
    expect(page.locator("#text p")).to_have_count(2)
    expect(page.locator("#plain")).to_have_text("Doctor! \n\n" + CONSULTATION, use_inner_text=True)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.locator("#plain")).to_have_text(CONSULTATION)
    expect(page.locator("#text p")).to_have_count(1)


def test_everything_can_be_selected_and_replaced(sitting):
    page = prepared(sitting)
    page.click("#text")
    page.keyboard.press("Control+a")
    page.keyboard.type("All new")
    assert sitting.text() == ["All new"]
    page.evaluate("navigator.clipboard.writeText('One\\n\\nTwo')")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    expect(page.locator("#text p")).to_have_count(2)
    assert sitting.text() == ["One", "Two"]


def test_edits_outlive_a_reload_and_another_run(sitting):
    page = prepared(sitting)
    page.click("#text")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Mine.")
    page.wait_for_timeout(1200)
    page.reload()
    expect(page.locator("#text p").first).to_have_text(CONSULTATION + " Mine.")
    page.click("#start")
    page.wait_for_timeout(300)
    expect(page.locator("#progress-text")).to_contain_text("done")
    assert sitting.text() == [CONSULTATION + " Mine."]
    page.click("#revert")
    page.locator("#dialog-buttons button").last.click()
    expect(page.locator("#text p").first).to_have_text(CONSULTATION)


def test_a_speaker_is_named_and_exported(sitting):
    page = prepared(sitting)
    page.locator(".stamp").first.hover()
    page.locator(".stamp .who").first.click()
    page.fill("#speaker-name", "Dr. Huber")
    page.keyboard.press("Enter")
    expect(page.locator("#plain")).to_have_text("Dr. Huber: " + CONSULTATION)
    with page.expect_download() as download:
        page.click("#export")
    assert download.value.path().read_text().startswith("Dr. Huber: ")


def test_words_are_found(sitting):
    page = prepared(sitting)
    page.keyboard.press("Control+f")
    page.keyboard.type("headache")
    expect(page.locator("#found")).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("2 of 2")


def test_replacements_and_names_are_checked_and_applied(sitting):
    page = sitting.page
    sitting.add(SAMPLES / "consultation.wav")
    page.click("text=Advanced")
    page.fill("#list-replacements", "headache\tmigraine")
    expect(page.locator("#panel-advanced [role=status]")).to_have_text("1 replacements")
    sitting.transcribe()
    assert "migraine" in " ".join(sitting.text())
    expect(page.locator("#text .changed").first).to_have_text("migraine")


def test_the_keyboard_alone_is_enough(server, chromium):
    sitting = Sitting(chromium, server.url)
    page = sitting.page
    sitting.add(SAMPLES / "consultation.wav")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress-text")).to_contain_text("done")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#clock")).to_have_text(re.compile(r"^00:05\.00"))
    page.keyboard.press("?")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.focus("#text")
    page.keyboard.type("n")
    assert "n" in sitting.text()[0][:1]
    with page.expect_download():
        page.keyboard.press("Control+s")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "export":
            break
    assert page.evaluate("document.activeElement.id") == "export"
    sitting.end()
