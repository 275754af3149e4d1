"""The faults of a dataset in a real browser: their clips, and what is dismissed."""

import json
from dataclasses import replace

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.report.browser import clip_row
from voiceprep.records import Finding

TAIL, SNR = "tail_seconds", "snr_db"
SHORT = "its pauses are 0.{} s together, which is too short"


def finding(number, check, value, evidence, spans=()):
    advice = {TAIL: "trim it", SNR: ""}.get(check, "")
    text = ": ".join(filter(None, (evidence, advice)))
    return Finding(f"clip {number}", check, value, "s", False, text, spans)


def noisy(number):
    return finding(number, SNR, 20.0 - number, f"only {20 - number} dB over its floor")


def long_tail(number):
    spans = ((1.0 + number / 10, 1.9), (1.95, 1.955))
    return finding(number, TAIL, 0.5 + number, f"{0.5 + number} s silent", spans)


@pytest.fixture
def faults(page):
    """Eight clips: 1, 2 and 3 are noisy, 3 and 4 have long tails, of 5, 6, 7 one cannot tell."""
    found = {1: [noisy(1)], 2: [noisy(2)], 3: [noisy(3), long_tail(3)], 4: [long_tail(4)]}
    reasons = {5: SHORT.format(1), 6: SHORT.format(2), 7: "it is a beep"}
    rows = []
    for number in range(8):
        row = clip_row(number, found.get(number, ()))
        undecided = {SNR: reasons[number]} if number in reasons else {}
        values = {TAIL: 0.5 + number, SNR: 20.0 - number}
        rows.append(replace(row, undecided=undecided, values=values))
    return page.open(rows, properties=("All are dull alike.",))


def names(page):
    return [item.text for item in page.driver.find_elements(By.CSS_SELECTOR, "#fault-list b")]


def fault(page, name):
    """The text of a fault in the list."""
    (text,) = [
        item.text
        for item in page.driver.find_elements(By.CSS_SELECTOR, "#fault-list li")
        if item.text.startswith(name)
    ]
    return text.splitlines()


def click(page, text, within="#fault-list"):
    """Click the first button with this text."""
    buttons = page.driver.find_elements(By.CSS_SELECTOR, f"{within} button")
    next(button for button in buttons if button.text == text).click()


def test_each_fault_has_its_count_its_worst_clip_and_what_to_do(faults):
    # An error comes before a warning, however few clips have it.
    assert names(faults) == [TAIL, SNR]
    tails = fault(faults, TAIL)
    assert "error in 2 clips, 25 %" in tails[0]
    assert tails[-2:] == ["worst: clip 4: 4.5 s silent", "trim it"]
    assert "worst: clip 3: only 17 dB over its floor" in fault(faults, SNR)
    assert faults.text(".alike li") == "All are dull alike."


def test_it_says_of_how_many_clips_a_check_could_not_tell_and_why(faults):
    (line,) = [line for line in fault(faults, SNR) if line.startswith("could not tell")]
    # Reasons that differ in a number alone are one.
    assert line == f"could not tell in 3 clips, 38 %: {SHORT.format(1)} (2); it is a beep (1)"
    click(faults, "3 clips")
    assert faults.rows == ["clip 5", "clip 6", "clip 7"]
    assert SHORT.format(2) in faults.text("#rows tbody tr:nth-child(3)")
    assert f"{SNR} could not tell: {SHORT.format(1)}" in faults.text("#findings")


def test_a_check_that_found_nothing_but_could_not_tell_is_named(page):
    row = clip_row(0)
    page.open([replace(row, undecided={"clicks": "it is nothing"})])
    assert page.text("#fault-list") == "no findings"
    page.click("#unsure summary")
    wanted = "could not tell in 1 clip, 100 %: it is nothing"
    assert page.text("#unsure-list li").splitlines() == ["clicks", wanted]


def test_a_fault_leads_to_its_clips_the_worst_first_each_with_its_own_evidence(faults):
    click(faults, SNR)
    assert faults.rows == ["clip 3", "clip 2", "clip 1"]
    cells = [f"only {number} dB over its floor" for number in (17, 18, 19)]
    lines = "[...document.querySelectorAll('#rows tbody tr:not(.pad)')]"
    assert faults.ask(f"{lines}.map((line) => line.cells[4].textContent)") == cells
    assert faults.text("#fault").startswith(SNR)
    Select(faults.find("#check")).select_by_value("")
    assert len(faults.rows) == 8 and not faults.find("#fault").is_displayed()


def test_the_worst_clip_is_chosen_by_its_name(faults):
    click(faults, "clip 3")
    assert faults.chosen == "clip 3"
    assert faults.rows == ["clip 3", "clip 2", "clip 1"]


def test_a_span_plays_from_just_before_it_and_is_marked(faults):
    click(faults, TAIL)
    assert "▸ 1.40–1.90 s" in faults.text("#rows tbody tr:nth-child(2)")
    assert "and 1 more" in faults.text("#rows tbody tr:nth-child(2)")
    faults.click("#rows tbody tr:nth-child(3) button")
    assert faults.chosen == "clip 3"
    faults.until(lambda: faults.ask("!sound.paused && sound.currentTime >= 0.9"))
    assert faults.ask("sound.currentTime < 1.6")
    assert faults.ask("findingsShown().map((each) => each.check)") == [TAIL, SNR]
    # A place that is shorter than it can be read is one number.
    assert "▸ 1.95 s" in faults.text("#findings li")
    faults.press("j" if faults.chosen == "clip 4" else "k")
    faults.press("f")
    faults.until(lambda: faults.ask("!sound.paused && sound.currentTime >= 1.0"))


def test_a_fault_is_dismissed_for_the_whole_set_with_a_reason(faults):
    click(faults, SNR)
    click(faults, "dismiss for the whole set", "#fault")
    # The field for the reason has the focus.
    faults.press("she is so")
    assert "dismissed for the whole set: snr_db" in faults.text("#count")
    assert faults.text("#count").startswith("2 with findings")
    assert faults.exported() == [{"verdict": "dismiss", "check": SNR, "why": "she is so"}]
    faults.driver.refresh()
    assert "dismissed" in faults.find("#fault-list li:nth-child(2)").get_attribute("class")
    assert faults.find("#fault-list input").get_attribute("value") == "she is so"
    assert faults.ask("rows.map((row) => row.counted.length)") == [0, 0, 0, 1, 1, 0, 0, 0]
    click(faults, "undo")
    assert faults.text("#count").startswith("4 with findings") and faults.exported() == []


def test_a_dismissal_that_came_with_the_page_is_restored(page):
    given = {"check": SNR, "why": "she is so", "verdict": "dismiss"}
    page.open([clip_row(1, [noisy(1)])], verdicts=(given,))
    assert page.text("#count").startswith("0 with findings")
    assert page.rows == ["clip 1"] and SNR not in page.text("#rows tbody")
    assert "dismissed for the whole set: snr_db" in page.text("#findings")
    click(page, "undo")
    assert SNR in page.text("#rows tbody")
    assert page.exported() == [{"verdict": "restore", "check": SNR, "why": ""}]


def test_dismissals_are_imported(faults):
    lines = [
        {"verdict": "dismiss", "check": SNR, "why": "a fan"},
        {"verdict": "dismiss", "check": TAIL},
        {"verdict": "restore", "check": TAIL},
        {"verdict": "dismiss"},
    ]
    file = faults.folder / "some.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    faults.find("#import").send_keys(str(file))
    faults.until(lambda: faults.text("#message").startswith("3 verdicts read; line 4"))
    assert faults.ask("[...dismissed]") == [SNR]


def test_a_finding_of_a_file_is_a_fault_too(page):
    page.open([clip_row(1, [finding(1, "file", 0.0, "one channel")])])
    click(page, "file")
    assert page.rows == ["clip 1"]
    assert "one channel" in page.text("#rows tbody")


def test_thousands_of_flagged_clips_stay_responsive(page):
    found = {n: [noisy(n % 20)] + ([long_tail(n % 9)] if n % 5 == 0 else []) for n in range(3000)}
    clips = [clip_row(n, found.get(n, ()), name=f"clip {n}") for n in range(5000)]
    page.open(clips)
    page.until(lambda: page.ask("rows.length") == 5000, 20)
    for step in ("showFault('snr_db')", "at('rows').scrollTop = 90000, drawRows()", "ACTS.j()",
                 "dismiss('snr_db')", "restore('snr_db')"):  # fmt: skip
        took = page.ask(
            f"((from) => [{step}, document.body.offsetHeight, performance.now() - from].at(-1))"
            "(performance.now())"
        )
        # Generous: a shared machine may be busy.
        assert took < 1500, step
        assert 0 < len(page.rows) < 100
    # The page holds the rows that are seen, and no more.
    assert page.ask("document.querySelectorAll('*').length") < 1500
