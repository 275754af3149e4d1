"""How long the page of ten thousand clips takes to come, to sort, to filter and to scroll.

python benchmarks/report_page.py [CLIPS]
"""

import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import numpy as np
from selenium import webdriver

from voiceprep.records import Finding
from voiceprep.report.corpus import (
    Column,
    DatasetPage,
    PageClip,
    write_clip_picture,
    write_corpus_page,
)

ROUNDS = 7
MEASURES = 34
# A measure of normal spread beyond its limit flags three clips in five; of one in fifty it is
# undecided.
LIMIT, UNDECIDED = 1.93, 0.02
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,800")
WATCH = """addEventListener("DOMContentLoaded", function look() {
  if (document.querySelector("#rows tbody tr:not(.pad)")) window.first ??= performance.now();
  if (rows.length === corpus.clips) window.whole = performance.now();
  else setTimeout(look, 1);
});"""
PAINT = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
FILTER = "at('query').value = '{}', at('query').dispatchEvent(new Event('input'))"
STEPS = {
    "clips of a fault": "showFault('measure_7')",
    "dismiss a fault": "dismiss('measure_7')",
    "restore it": "restore('measure_7')",
    "every fault": "focusOn('')",
    "sort by a measure": "[...document.querySelectorAll('th button')].at(-1).click()",
    "sort by id": "document.querySelectorAll('th button')[1].click()",
    "filter by a word": FILTER.format("words 77"),
    "filter by two measures": FILTER.format("measure_1<0 measure_2>0.5"),
    "no filter": FILTER.format(""),
    "next clip": "ACTS.j()",
    "reject": "ACTS.x()",
    "undo": "ACTS.u()",
}
SCROLL = """const done = arguments[0], gaps = [];
let last = performance.now();
requestAnimationFrame(function frame(now) {
  gaps.push(now - last);
  last = now;
  at("rows").scrollTop += 3000;
  if (gaps.length < 80) requestAnimationFrame(frame);
  else done(gaps.slice(2));
});"""


def clips(count: int, columns: tuple[Column, ...]):
    """Clips with a value of every measure, three in five with findings."""
    random = np.random.default_rng(0)
    for number in range(count):
        values = {column.name: random.normal() for column in columns}
        found = [
            Finding(
                "",
                name,
                value,
                "dB",
                False,
                f"{value:.3f} dB is evidence in words, as long as that of a check: advice",
                ((1.0, 1.5),),
            )
            for name, value in values.items()
            if value > LIMIT
        ]
        undecided = {
            name: f"its pauses are {random.uniform():.2f} s together"
            for name in values
            if random.uniform() < UNDECIDED
        }
        text = f"The words {number} of a sentence as long as those that are read aloud. " * 2
        facts = ("", text, 7.0, "", values, found, "p", undecided)
        yield PageClip(f"clip-{number:05}", f"{number:032x}", *facts)


def write(folder: Path, count: int) -> float:
    """Write the page; the seconds that took."""
    names = [f"measure_{number}" for number in range(MEASURES)]
    columns = tuple(Column(name, "dB", LIMIT, advice="advice") for name in names)
    write_clip_picture(folder, "p", np.zeros((480, 2)), np.zeros((40, 320)), 7.0)
    start = perf_counter()
    write_corpus_page(
        folder, DatasetPage("Many", str(folder), ("Many.",), columns, clips(count, columns))
    )
    return perf_counter() - start


def look(browser: webdriver.Chrome, page: Path) -> dict[str, float]:
    """Milliseconds of every step, and the memory of the page in MB."""
    browser.get(page.as_uri())
    while not browser.execute_script("return window.whole"):
        sleep(0.02)
    took = {
        "first paint": browser.execute_script(PAINT),
        "first row": browser.execute_script("return window.first"),
        "all rows": browser.execute_script("return window.whole"),
    }
    for name, step in STEPS.items():
        timed = f"(from) => [{step}, document.body.offsetHeight, performance.now() - from].at(-1)"
        took[name] = browser.execute_script(f"return ({timed})(performance.now())")
    gaps = sorted(browser.execute_async_script(SCROLL))
    took["a frame while it scrolls"] = median(gaps)
    took["one frame in twenty longer than"] = gaps[len(gaps) * 19 // 20]
    took["memory, MB"] = browser.execute_script("return performance.memory.usedJSHeapSize") / 1e6
    return took


def main(count: int) -> None:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, "--enable-precise-memory-info"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    browser.set_script_timeout(60)
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
    with tempfile.TemporaryDirectory() as folder:
        print(f"{count} clips, {MEASURES} measures; written in {write(Path(folder), count):.2f} s")
        rounds = [look(browser, Path(folder) / "index.html") for _ in range(ROUNDS)]
    browser.quit()
    print("| | ms, median | lowest to highest round |\n|---|---|---|")
    for name in rounds[0]:
        values = [each[name] for each in rounds]
        print(f"| {name} | {median(values):.0f} | {min(values):.0f} to {max(values):.0f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
