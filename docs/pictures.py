"""Make the pictures of README.md and docs/ again, from the dataset that `make demo` leaves.

python docs/pictures.py build/demo

spoken.png is not among them: it is a picture in the folder `speech/` of the run in docs/train.md,
which takes an hour.
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib
import numpy as np
from selenium import webdriver

from voiceprep.audio.loudness import measure_loudness
from voiceprep.audio.mel import MelConfig
from voiceprep.audio.silence import find_speech
from voiceprep.audio.sound import Sound, listen, read_sound

matplotlib.use("Agg")
from matplotlib import pyplot

DOCS = Path(__file__).parent
CLIP = "demo-06"
INK, SOFT = "#1b2a41", "#8d99ae"
# The picture of the top of the report's page ends between two of its faults, that of infer-stats
# between two sections.
WIDTH, HEIGHT, TOP_HEIGHT, STATS_HEIGHT = 1280, 800, 756, 2050
# A gate threshold that is too high for this voice, so that there are failures to show.
STATS = ("infer-stats", "--gate-threshold", "0.8", "--seeds", "5", "-o", "threshold")
# What is shown of the page of a report: a clip among all, the clips of a fault.
CLIP_SHOWN = f"goTo('{CLIP}'); at('clips').scrollIntoView(); return chosen?.id === '{CLIP}'"
FAULT_SHOWN = "showFault('tail_seconds'); return shown.length > 1"


def draw_voice(dataset: Path, name: str, target: Path) -> None:
    """A recording's channels, its wav and its mel, one above the other on one time axis."""
    recording = listen(dataset / "mp3dir" / f"{name}.mp3").source
    channels = np.concatenate(list(recording.blocks()))
    wav = read_sound(dataset / "wavs" / f"{name}.wav")
    mel = np.load(dataset / "mels" / f"{name}.npy")
    pyplot.rcParams |= {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}
    figure, (above, middle, below) = pyplot.subplots(
        3, 1, figsize=(8, 4.8), sharex=True, height_ratios=(1, 1, 1.6), layout="constrained"
    )
    times = np.arange(len(channels)) / recording.rate
    for channel, colour, label in zip(channels.T, (INK, SOFT), ("left", "right"), strict=False):
        above.plot(times, channel, color=colour, linewidth=0.4, label=label)
    tail = find_speech(Sound(channels[:, 0], recording.rate)).tail
    facts = f"{recording.rate} Hz, two channels, {tail:.1f} s of silence after the speech"
    above.set_title(f"mp3dir/{name}.mp3: {facts}", loc="left")
    above.legend(loc="upper right", frameon=False, ncols=2)
    middle.plot(np.arange(len(wav.samples)) / wav.rate, wav.samples, color=INK, linewidth=0.4)
    tail, lufs = find_speech(wav).tail, measure_loudness(wav).lufs
    facts = f"{wav.rate} Hz, 16 bits, one channel, {tail:.2f} s of silence, {lufs:.0f} LUFS"
    middle.set_title(f"wavs/{name}.wav: {facts}", loc="left")
    for axes in (above, middle):
        axes.set(ylim=(-0.6, 0.6), ylabel="sample")
    hop_seconds = MelConfig().hop_length / wav.rate
    edges = (0, mel.shape[1] * hop_seconds, 0, len(mel))
    image = below.imshow(mel, origin="lower", aspect="auto", extent=edges, cmap="magma")
    below.set_title(f"mels/{name}.npy: {len(mel)} channels, natural logarithm", loc="left")
    below.set(xlabel="seconds", ylabel="mel channel", xlim=(0, len(channels) / recording.rate))
    figure.colorbar(image, ax=below, pad=0.01)
    figure.savefig(target, dpi=130)


@contextmanager
def browsing() -> Iterator[webdriver.Chrome]:
    """A headless browser without scroll bars."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options, service) as browser:
        features = [{"name": "prefers-color-scheme", "value": "light"}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        yield browser


def open_page(browser: webdriver.Chrome, page: Path, height: int) -> None:
    """Open a page in a window of this height."""
    size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(page.resolve().as_uri())


def shoot_report(
    browser: webdriver.Chrome, page: Path, target: Path, show: str = "", height: int = HEIGHT
) -> None:
    """The top of the page of a report, or what the script `show` brings into view."""
    open_page(browser, page, height)
    _wait(browser, "rows.length === corpus.clips")
    if show and not browser.execute_script(show):
        raise SystemExit(f"{page}: {show!r} has nothing to show")
    _wait(browser, "!chosen.picture || pictures.has(chosen.picture)")
    time.sleep(0.3)
    browser.save_screenshot(target)


def shoot_stats(browser: webdriver.Chrome, page: Path, target: Path) -> None:
    """The page of infer-stats down to the gate thresholds."""
    open_page(browser, page, STATS_HEIGHT)
    _wait(browser, "document.readyState === 'complete'")
    browser.save_screenshot(target)


def _wait(browser: webdriver.Chrome, condition: str) -> None:
    while not browser.execute_script(f"return {condition}"):
        time.sleep(0.05)


def main(dataset: Path) -> None:
    """Make all pictures."""
    draw_voice(dataset, CLIP, DOCS / "voice.png")
    shutil.copyfile(dataset / "report" / "silence-before.png", DOCS / "silence.png")
    shutil.copyfile(dataset / "report" / "losses.png", DOCS / "losses.png")
    command = [sys.executable, "-m", "voiceprep", *STATS]
    subprocess.run(command, cwd=dataset, check=True)
    with browsing() as browser:
        report = dataset / "report-mp3dir" / "index.html"
        shoot_report(browser, report, DOCS / "report-top.png", height=TOP_HEIGHT)
        shoot_report(browser, report, DOCS / "report-fault.png", FAULT_SHOWN)
        shoot_report(browser, report, DOCS / "report.png", CLIP_SHOWN)
        shoot_stats(browser, dataset / "threshold" / "index.html", DOCS / "infer-stats.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
