"""What the reader edits stays, and goes out with the exports."""
import re

import pytest
from playwright.sync_api import expect

from browsing import SAMPLE, TEXT, paragraph
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
    sitting.shows("Doctor!\n\n" + TEXT)
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


def test_exports_are_what_the_command_line_writes(sitting, page):
    for name in ("txt", "md", "srt", "vtt", "tsv", "csv"):
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


def test_a_mark_covers_the_whole_word(sitting):
    page = sitting.page
    sitting.add(SAMPLE)
    page.click("text=Advanced")
    page.fill("#list-replacements", "headache\tmigraine")
    sitting.transcribe()
    assert page.locator("#text .changed").all_text_contents() == ["migraine", "migraine"]


def test_each_part_of_a_split_paragraph_is_kept_with_its_times(page):
    middle = TEXT.index("I have")
    page.locator("#text").click()
    page.keyboard.press("Control+Home")
    for _ in range(middle):
        page.keyboard.press("ArrowRight")
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        page.keyboard.press("Enter")
    first, second = sent.value.post_data_json["paragraphs"]
    assert (first["text"].strip(), second["text"]) == (TEXT[:middle].strip(), TEXT[middle:])
    assert first["edited"] and second["edited"]
    assert 0 <= first["start"] < first["end"] == second["start"] < second["end"] <= 10.5


def stamps(text):
    """The words of subtitles, each with the second at which its cue begins."""
    found = []
    for block in text.strip().split("\n\n"):
        _, times, *lines = block.split("\n")
        hours, minutes, seconds = times.split(" ")[0].replace(",", ".").split(":")
        found += [(word, int(hours) * 3600 + int(minutes) * 60 + float(seconds)) for word in " ".join(lines).split()]
    return found


def test_subtitles_keep_their_times_when_a_paragraph_is_split(sitting, talk):
    page = sitting.page
    sitting.transcribe(talk)
    before, doubts = stamps(sitting.export("srt")[1]), page.locator("#text mark").count()
    text = sitting.text()[0]
    page.locator("#text p").first.click()
    page.keyboard.press("Control+Home")
    for _ in range(text.index("Your next")):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#text p").nth(1)).to_contain_text(re.compile("^Your next"))
    assert page.locator("#text mark").count() == doubts
    after = stamps(sitting.export("srt")[1])
    assert [word for word, _ in after] == [word for word, _ in before]
    assert all(abs(one[1] - other[1]) < 3 for one, other in zip(before, after))
    assert [time for _, time in after] == sorted(time for _, time in after)
    shown = page.locator(".stamp .time").nth(1).inner_text()
    spoken = dict(before)["Your"]
    assert abs(int(shown[-2:]) - spoken) < 3, (shown, spoken)
    assert sitting.export("txt")[1].split("\n\n")[1].startswith("Your next")


def test_the_space_bar_is_the_players_after_a_click_on_a_time(sitting, talk):
    page, playing = sitting.page, "() => !document.getElementById('audio').paused"
    sitting.transcribe(talk)
    page.locator(".stamp .time").first.click()
    expect(page.locator("#text p.now")).to_have_count(1)
    assert page.evaluate(playing)
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    assert not page.evaluate(playing)


def test_doubtful_words_are_marked_and_a_key_goes_from_one_to_the_next(sitting, talk):
    page = sitting.page
    sitting.transcribe(talk)
    marks = page.locator("#text mark")
    expect(page.locator("#doubts")).to_contain_text(f"{marks.count()} doubtful")
    assert marks.count() > 2
    for number in (0, 1):
        page.locator("#stage").press("n")
        expect(page.locator("#text mark.current")).to_have_count(1)
        expect(marks.nth(number)).to_have_class("current")
        expect(marks.nth(number)).to_be_in_viewport()


def test_what_arrives_while_a_word_is_composed_is_not_lost(sitting, page):
    first, second = paragraph("One.", 0), paragraph("Two.", 3)
    sitting.hear(first)
    keyboard = sitting.context.new_cdp_session(page)
    page.locator("#text p").click()
    page.keyboard.press("Control+End")
    keyboard.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    sitting.tell("paragraphs", {"id": sitting.present, "from": 1, "paragraphs": [second]})
    keyboard.send("Input.insertText", {"text": "你"})
    sitting.shows("One.你\n\nTwo.")


def test_names_and_words_are_never_markup(sitting, tmp_path):
    page, bad = sitting.page, '<img src=x onerror="document.title=1">$& $1'
    file = tmp_path / bad.replace("/", "")
    file.write_bytes(SAMPLE.read_bytes())
    sitting.transcribe(file)
    expect(page.locator("#name")).to_have_text(file.name)
    page.locator(".item .tools button").last.click()
    expect(page.locator("#dialog-title")).to_have_text(f"Remove “{file.name}”?")
    page.keyboard.press("Escape")
    sitting.hear(paragraph(bad, 0, speaker=bad, marks=[{"from": 0, "to": 4, "original": bad, "rules": ["names"]}]))
    sitting.shows(f"{bad}: {bad}")
    page.locator(".stamp").first.hover()
    page.locator(".stamp .who").first.click()
    expect(page.locator("#speaker-name")).to_have_value(bad)
    assert page.locator("img").count() == 0


def test_a_long_text_can_be_typed_in(sitting, page):
    sitting.hear(*[paragraph(f"Paragraph {number} of a long talk. " + "Some words more. " * 6, number * 2.4) for number in range(3000)])
    expect(page.locator("#text p")).to_have_count(3000)
    page.locator("#text p").nth(1500).click()
    page.keyboard.type("abc")
    expect(page.locator("#text p").nth(1500)).to_contain_text("abc")
    milliseconds = page.evaluate("""async () => {
        const frame = () => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
        const times = [];
        for (let count = 0; count < 9; count += 1) { const start = performance.now(); document.execCommand('insertText', false, 'x'); await frame(); times.push(performance.now() - start); }
        return times.sort((one, other) => one - other)[4];
    }""")
    assert milliseconds < 500, milliseconds
    expect(page.locator("#plain")).to_contain_text("xxxxxxxxx")


def test_words_written_just_before_a_reload_are_kept(sitting, page):
    page.locator("#text").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Last.")
    page.reload()
    sitting.shows(TEXT + " Last.")
