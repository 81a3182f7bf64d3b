"""Pictures of the pages for the documents: ``python -m tests.screenshots http://127.0.0.1:8000 docs/images``."""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP, TALL, PHONE = (1180, 860), (1180, 1560), (375, 812)
#: Name, width and height, light or dark, and whether the hottest lead is opened.
PICTURES = (
    ("list.png", "/", DESKTOP, "light", False),
    ("lead.png", "/", TALL, "light", True),
    ("model.png", "/model", TALL, "light", False),
    ("phone-dark-list.png", "/", PHONE, "dark", False),
    ("phone-dark-lead.png", "/", (375, 1400), "dark", True),
)


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    said = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, path, size, scheme, is_lead in PICTURES:
            page = _open(browser, said.address + path, size, scheme)
            if is_lead:
                page.locator("td.who a").first.click()
            page.screenshot(path=said.folder / name)
        browser.close()
    return 0


def _open(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Page:
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(address)
    return page


if __name__ == "__main__":
    raise SystemExit(main())
