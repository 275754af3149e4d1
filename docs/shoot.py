"""Take the picture of a dataset's page: the clips, one of them chosen.

python docs/shoot.py REPORT/index.html ID TARGET.png [dark]
"""

import shutil
import sys
import time
from pathlib import Path

from selenium import webdriver

WIDTH, HEIGHT = 1280, 800
CHOOSE = "goTo(arguments[0]); at('clips').scrollIntoView(); return chosen?.id === arguments[0]"


def shoot(page: Path, clip: str, target: Path, shade: str) -> None:
    """Open the page, choose the clip, and wait for its picture."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars"):
        options.add_argument(flag)
    with webdriver.Chrome(
        options, webdriver.ChromeService(shutil.which("chromedriver"))
    ) as browser:
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": shade}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(page.resolve().as_uri())
        while not browser.execute_script("return rows.length === corpus.clips"):
            time.sleep(0.05)
        if not browser.execute_script(CHOOSE, clip):
            raise SystemExit(f"{page} has no clip {clip}")
        while not browser.execute_script("return !chosen.picture || pictures.has(chosen.picture)"):
            time.sleep(0.05)
        time.sleep(0.3)
        browser.save_screenshot(target)


if __name__ == "__main__":
    shoot(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *(sys.argv[4:] or ["light"]))
