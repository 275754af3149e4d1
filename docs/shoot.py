"""Take a picture of the page of a dataset: its top, or its clips with one of them chosen.

After `make demo`:

python docs/shoot.py build/demo/report-mp3dir/index.html docs/report-top.png
python docs/shoot.py build/demo/report-mp3dir/index.html docs/report.png demo-06
"""

import shutil
import sys
import time
from pathlib import Path

from selenium import webdriver

# The top ends between two rows of its table.
WIDTH, HEIGHT, TOP = 1280, 800, 770
CHOOSE = "goTo(arguments[0]); at('clips').scrollIntoView(); return chosen?.id === arguments[0]"


def shoot(page: Path, target: Path, clip: str = "") -> None:
    """Open the page, choose the clip if one is given, and wait for its picture."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(flag)
    with webdriver.Chrome(
        options, webdriver.ChromeService(shutil.which("chromedriver"))
    ) as browser:
        height = HEIGHT if clip else TOP
        size = {"width": WIDTH, "height": height, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": "light"}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(page.resolve().as_uri())
        while not browser.execute_script("return rows.length === corpus.clips"):
            time.sleep(0.05)
        if clip and not browser.execute_script(CHOOSE, clip):
            raise SystemExit(f"{page} has no clip {clip}")
        while not browser.execute_script("return !chosen.picture || pictures.has(chosen.picture)"):
            time.sleep(0.05)
        time.sleep(0.3)
        browser.save_screenshot(target)


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
