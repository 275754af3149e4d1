"""The page of a dataset in a real browser: clicks, keys and audio."""

import json
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.report.browser import clip_row, tail
from voiceprep.records import Finding
from voiceprep.report.corpus import PagePlanRow, PageTable

NASTY = '<b id="x">\'&"</b> שלום </script> ünï'
# Generous: a shared machine may be busy.
MOST_SECONDS, MOST_STEP_MS, MOST_ROWS = 20, 1500, 100


@pytest.fixture
def six(page):
    clips = [clip_row(number, [tail(number)] if number in (1, 4) else ()) for number in range(6)]
    return page.open(clips, plan=(PagePlanRow("clip 4", "trim", "a tail"),))


def test_clips_with_findings_come_first_and_j_and_k_move(six):
    assert six.rows == [f"clip {number}" for number in (1, 4, 0, 2, 3, 5)]
    assert six.chosen == "clip 1"
    six.press("j")
    assert six.chosen == "clip 4"
    assert six.text("[aria-selected=true]").startswith("clip 4")
    six.press("jjjjjj")
    assert six.chosen == "clip 5"
    six.press("kkkkk", "k")
    assert six.chosen == "clip 1"
    six.click("#rows tbody tr:nth-child(4)")
    assert six.chosen == "clip 0"
    six.click("#next")
    assert six.chosen == "clip 2"


def test_space_plays_and_pauses(six):
    six.press(" ")
    six.until(lambda: six.ask("sound.currentTime > 0.1 && !sound.paused"))
    six.until(lambda: float(six.ask("parseFloat(at('playhead').style.left)")) > 5)
    assert six.text("#play") == "pause"
    six.press(" ")
    six.until(lambda: six.ask("sound.paused"))
    six.click("#play")
    six.until(lambda: six.ask("!sound.paused"))
    # The button that was clicked does not take the key.
    six.press(" ")
    six.until(lambda: six.ask("sound.paused"))


def test_a_click_in_the_picture_seeks_and_a_finding_plays_where_it_lies(six):
    six.until(lambda: six.ask("sound.readyState >= 1"))
    six.click("#picture canvas")
    six.until(lambda: abs(six.ask("sound.currentTime") - 1.0) < 0.05)
    six.click("#findings button")
    six.until(lambda: six.ask("!sound.paused && sound.currentTime < 0.95"))


def test_the_picture_is_drawn_with_the_finding_marked(six):
    colours = (
        "((x, y, canvas = document.querySelector('#picture canvas')) => [...canvas.getContext('2d')"
        ".getImageData(canvas.width * x, canvas.height * y, 1, 1).data])("
    )
    six.until(lambda: six.ask("pictures.size") == 1)
    # clip 1 lasts 3 s, its tail from 1.0 to 1.9; the mark's own line is full red.
    six.until(lambda: six.ask(f"{colours}0.5, 13 / 238)") == [181, 69, 47, 255])
    assert six.ask(f"{colours}0.1, 13 / 238)")[3] == 0
    assert six.ask(f"{colours}0.1, 0.7)")[3] == 255


def test_a_verdict_is_shown_undone_and_exported(six):
    assert six.unjudged == 2
    six.press("x")
    assert (
        six.text("#count")
        == "1 with findings and no verdict · 1 rejected (3.0 s) · 1 not yet exported"
    )
    assert six.find("tr[data-verdict=reject]").text.startswith("✕")
    six.press("u")
    assert six.unjudged == 2
    six.press("g")
    six.press("x", "u")
    six.press("jx")
    six.type("#why", "a cough")
    assert six.exported() == [
        {"content": "hash 1", "id": "clip 1", "verdict": "keep", "why": ""},
        {"content": "hash 4", "id": "clip 4", "verdict": "reject", "why": "a cough"},
    ]


def test_the_buttons_do_as_the_keys_do(six):
    six.click("#reject")
    assert six.find("#reject").get_attribute("aria-pressed") == "true"
    six.click("#undo")
    six.click("#keep")
    assert [line["verdict"] for line in six.exported()] == ["keep"]


def test_a_text_is_corrected_in_its_box_where_keys_are_letters(six):
    six.press("t")
    six.press(Keys.END, " jkxug?")
    assert six.chosen == "clip 1"
    six.press(Keys.ESCAPE, "j")
    assert six.chosen == "clip 4"
    assert six.text("tr[data-verdict=text]").startswith("✎ clip 1 3.00 tail_seconds")
    assert six.exported() == [
        {
            "content": "hash 1",
            "id": "clip 1",
            "verdict": "text",
            "text": "Text 1. jkxug?",
            "why": "",
        }
    ]
    six.press("k")
    assert six.find("#text").get_attribute("value") == "Text 1. jkxug?"
    six.press("u")
    assert six.find("#text").get_attribute("value") == "Text 1."
    assert six.exported() == []


def test_a_restored_text_is_not_a_correction(six):
    six.type("#text", "Text 1.!")
    six.press(Keys.BACKSPACE)
    assert six.unjudged == 2
    assert six.exported() == []


def test_verdicts_survive_a_reload_but_stay_with_their_dataset(six):
    six.press("x")
    six.driver.refresh()
    assert six.find("tr[data-verdict=reject]").text.startswith("✕")
    six.open([clip_row(1)], place="another")
    assert not six.driver.find_elements(By.CSS_SELECTOR, "tr[data-verdict=reject]")


def test_verdicts_loaded_with_the_page_can_be_undone(page):
    given = [{"content": f"hash {n}", "id": f"clip {n}", "verdict": "reject"} for n in (0, 7)]
    page.open([clip_row(0)], verdicts=tuple(given))
    assert page.unjudged == 0
    assert "1 rejected" in page.text("#count") and "exported" not in page.text("#count")
    page.press("u")
    assert "rejected" not in page.text("#count") and "exported" in page.text("#count")
    assert page.exported() == [
        given[0] | {"verdict": "keep", "why": ""},
        given[1] | {"why": ""},
    ]


def test_verdicts_are_imported_and_a_bad_line_is_reported(six):
    lines = [
        {"content": "hash 1", "id": "clip 1", "verdict": "reject", "why": ""},
        {"content": "hash 1", "id": "clip 1", "verdict": "text", "text": "Gute Tür", "why": "ü"},
        {"content": "hash 2", "verdict": "toString"},
        {"content": "hash 3", "verdict": "text"},
    ]
    file = six.folder / "some.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines) + "\n\nnull\n{")
    six.find("#import").send_keys(str(file))
    six.until(
        lambda: six.text("#message") == "2 verdicts read; line 3 of some.jsonl is not a verdict"
    )
    assert six.find("#text").get_attribute("value") == "Gute Tür"
    assert six.find("#why").get_attribute("value") == "ü"
    assert six.exported() == [lines[1]]


def test_a_heading_sorts_and_unknown_values_come_last(six):
    head = "//th//button[text()='snr_db']"
    six.driver.find_element(By.XPATH, head).click()
    assert six.rows == [f"clip {number}" for number in (5, 4, 2, 1, 0, 3)]
    six.driver.find_element(By.XPATH, head).click()
    assert six.rows == [f"clip {number}" for number in (0, 1, 2, 4, 5, 3)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tail_seconds>0.3", {4, 5}),
        ("tail_seconds > 0.1 snr_db<=38", {2, 4, 5}),
        ("seconds=4", {2}),
        ("findings>0", {1, 4}),
        ("text 3", {3}),
        ('"clip 4"', {4}),
        ("nothing", set()),
    ],
)
def test_words_and_measures_filter(six, query, wanted):
    six.type("#query", query)
    assert {int(id[-1]) for id in six.rows} == wanted
    assert six.find("#clip").is_displayed() == bool(wanted)


def test_an_unknown_measure_is_reported(six):
    six.type("#query", "loudness<3")
    assert six.text("#message") == "there is no measure loudness; 6 clips, 27.0 s"


def test_findings_and_verdicts_filter(six):
    Select(six.find("#check")).select_by_value("tail_seconds")
    assert six.rows == ["clip 4", "clip 1"]
    six.press("jx")
    Select(six.find("#state")).select_by_value("open")
    assert six.rows == ["clip 4"]
    Select(six.find("#state")).select_by_value("reject")
    assert six.rows == ["clip 1"]


def test_a_column_can_be_shown(six):
    assert not six.driver.find_elements(By.XPATH, "//th//button[text()='text']")
    six.click("#choose summary")
    six.driver.find_element(By.XPATH, "//label[text()='text']/input").click()
    assert "Text 1." in six.text("#rows tbody")


def test_one_of_several_is_singular_and_other_units_stay(six):
    units = {"letters": "1 letter", "s": "1 s", "LUFS": "1 LUFS", "of the words": "1 of the words"}
    assert {unit: six.ask(f"withUnit(1, {unit!r})") for unit in units} == units
    assert six.ask("withUnit(2, 'letters')") == "2 letters"
    assert six.ask("withUnit(null, 'letters')") == "–"


def test_the_plan_leads_to_its_clip(six):
    six.type("#query", "nothing")
    six.driver.execute_script("document.activeElement.blur()")
    six.click("a[data-clip]")
    assert six.chosen == "clip 4"
    assert six.text("#findings li.step") == "trim a tail"


def open_plan(page, name):
    """A page whose fix plan is narrow, and of whose reasons each takes a few lines."""
    why = "its speech is only 14 dB above its pauses " * 9
    plan = (PagePlanRow(name, "denoise", why, 3.0, "all"),)
    page.open([clip_row(0, name=name)], plan=plan, curve=((2.0, 5.0), (1.0, 0.0)))
    return page.ask("document.querySelector('th.name bdi').getClientRects().length")


def test_a_short_id_in_the_plan_is_not_broken_at_its_hyphen(page):
    assert open_plan(page, "recording-27.flac") == 1


def test_a_very_long_id_in_the_plan_is_broken_and_fits(page):
    assert open_plan(page, "-".join(40 * ["long"])) > 1
    assert page.ask("document.documentElement.scrollWidth <= innerWidth")


def test_names_and_texts_are_shown_letter_for_letter(page):
    finding = Finding(NASTY, "tail_seconds", 1.0, "s", False, NASTY)
    page.open([clip_row(2, [finding], NASTY, NASTY)], title=NASTY)
    assert page.text("h1") == page.chosen == page.driver.title == NASTY
    assert page.find("#text").get_attribute("value") == NASTY
    assert NASTY in page.text("#findings")
    assert not page.driver.find_elements(By.ID, "x")


def test_missing_files_are_reported(page):
    page.open([clip_row(0), clip_row(1)])
    (page.folder / "report" / "data" / "clips" / "p0.js").unlink()
    (page.folder / "wavs" / "a.wav").unlink()
    page.driver.refresh()
    page.until(lambda: page.text("#picture p") != "")
    (page.folder / "report" / "data" / "clips-001.js").unlink()
    page.driver.refresh()
    assert page.text("#message").startswith(
        "data/clips-001.js is missing: run voiceprep report again"
    )
    page.driver.get_log("browser")


def test_a_page_without_clips_opens(page):
    page.open([])
    assert page.text("#message") == "0 clips, 0.0 s"
    page.press("jkxu g")
    assert not page.find("#clip").is_displayed()


def test_ten_thousand_clips_stay_responsive(page):
    clips = [
        clip_row(n % 50, [tail(n % 50)] if n % 3 == 0 else (), f"Text {n}") for n in range(10000)
    ]
    start = time.monotonic()
    page.open(clips)
    page.until(lambda: page.ask("rows.length") == 10000, MOST_SECONDS)
    assert time.monotonic() - start < MOST_SECONDS
    steps = {
        "sort": "[...document.querySelectorAll('th button')].at(-1).click()",
        "filter": "at('query').value = 'text 99', at('query').dispatchEvent(new Event('input'))",
        "all": "at('query').value = '', at('query').dispatchEvent(new Event('input'))",
        "scroll": "at('rows').scrollTop = 150000, drawRows()",
        "reject": "ACTS.x()",
    }
    for name, step in steps.items():
        took = page.ask(
            f"((from) => [{step}, document.body.offsetHeight, performance.now() - from].at(-1))"
            "(performance.now())"
        )
        assert took < MOST_STEP_MS, name
        assert 0 < len(page.rows) < MOST_ROWS


def test_symbols_and_texts_of_any_script_have_their_direction(page):
    heads = ("units", "missing")
    rows = (("symbols", "غ ج ه"), ("pairs", "水を はい"), ("pairs", "हि िं"))
    clips = [clip_row(0, [tail(0)])]
    shown = page.open(clips, tables=(PageTable("coverage of ar.txt", heads, rows),))
    cells = "[...document.querySelectorAll('[aria-label=\"coverage of ar.txt\"] td:nth-child(2)')]"
    directions = shown.ask(f"{cells}.map(cell => getComputedStyle(cell).direction)")
    assert directions == ["rtl", "ltr", "ltr"]
    assert shown.ask(f"{cells}.map(cell => cell.textContent)") == [row[1] for row in rows]
    shown.type("#text", "أين المفتاح؟")
    assert shown.ask("getComputedStyle(at('text')).direction") == "rtl"
