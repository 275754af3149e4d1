"""The page of a dataset as a person uses it, and clips for it."""

import json
import time

from selenium import webdriver
from selenium.webdriver.common.by import By

from voiceprep.records import Finding
from voiceprep.report.corpus import Column, DatasetPage, PageClip, write_corpus_page

COLUMNS = (
    Column("tail_seconds", "s", 0.5, advice="trim it", weight="error"),
    Column("snr_db", "dB", 20.0, "below", "record in a quieter room"),
)


def clip_row(number, findings=(), text="", name=""):
    id = name or f"clip {number}"
    values = {"tail_seconds": 0.1 * number, "snr_db": None if number == 3 else 40.0 - number}
    return PageClip(
        id, f"hash {number}", "../wavs/a.wav", text or f"Text {number}.", 2.0 + number, "", values,
        findings, f"p{number}" if number < 2 else "",
    )  # fmt: skip


def tail(number):
    return Finding(
        f"clip {number}", "tail_seconds", 0.1 * number, "s", False, "trim it", ((1.0, 1.9),)
    )


class Page:
    """The page, with shortcuts for what a person sees, presses and clicks."""

    def __init__(self, driver, folder):
        self.driver, self.folder = driver, folder

    def open(self, clips, **parts):
        parts = {"title": "A voice", "place": str(self.folder), "verdict": ("Fine.",)} | parts
        page = write_corpus_page(
            self.folder / "report", DatasetPage(columns=COLUMNS, clips=clips, **parts)
        )
        self.driver.get(page.as_uri())
        return self

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.find(selector).text

    @property
    def unjudged(self):
        return int(self.text("#count").split()[0])

    def click(self, selector):
        self.find(selector).click()

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def type(self, selector, *keys):
        box = self.find(selector)
        box.clear()
        box.send_keys(*keys)

    def ask(self, script):
        return self.driver.execute_script(f"return {script}")

    def until(self, wanted, seconds=10):
        end = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < end, "timed out"
            time.sleep(0.02)

    @property
    def chosen(self):
        return self.text("#clip h3")

    @property
    def rows(self):
        lines = "[...document.querySelectorAll('#rows tbody tr:not(.pad)')]"
        return self.ask(f"{lines}.map((line) => line.cells[1].textContent)")

    def exported(self):
        """The lines of the exported file."""
        target = self.folder / "verdicts.jsonl"
        target.unlink(missing_ok=True)
        parts = {"behavior": "allow", "downloadPath": str(self.folder)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", parts)
        self.click("#export")
        self.until(target.exists)
        return [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
