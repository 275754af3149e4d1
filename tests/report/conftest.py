"""A real browser, and an empty page in it."""

import json
import shutil

import numpy as np
import pytest
from selenium import webdriver

from tests.report.browser import Page
from tests.signals import RATE, speech, write
from voiceprep.report.corpus import write_clip_picture

PROGRAMS = [shutil.which("chromium"), shutil.which("chromedriver")]
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--window-size=1280,800",
)


@pytest.fixture(scope="session")
def chromium():
    assert all(PROGRAMS), "chromium and its driver are missing: make setup installs them"
    options = webdriver.ChromeOptions()
    options.binary_location = PROGRAMS[0]
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(PROGRAMS[1]))
    yield driver
    driver.quit()


@pytest.fixture
def page(chromium, tmp_path):
    """An empty page and its files; the browser may log no error and use no network."""
    samples = speech(2.0)
    write(tmp_path / "wavs" / "a.wav", samples)
    blocks = samples[: len(samples) // 100 * 100].reshape(-1, 100)
    waveform = np.stack([blocks.min(1), blocks.max(1)], axis=1)
    mel = np.random.default_rng(0).normal(-5, 2, (80, 173))
    for name in ("p0", "p1"):
        write_clip_picture(tmp_path / "report", name, waveform, mel, len(samples) / RATE)
    yield Page(chromium, tmp_path)
    assert not [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]
    for entry in chromium.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            assert address.startswith(("file:", "data:", "blob:", "about:"))
