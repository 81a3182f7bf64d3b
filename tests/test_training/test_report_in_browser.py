"""The report in a real browser: it opens without a complaint, asks for nothing, and nothing sticks out."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def test_the_report_opens_without_network_and_fits_screen_and_paper(page: Page, report: str, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(report, "utf-8")
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(path.as_uri())

    assert (said, asked) == ([], [path.as_uri()])
    assert page.evaluate("getComputedStyle(document.querySelector('h2')).breakAfter") != "", "its style is let in"
    for media, width in (("screen", 1280), ("screen", 400), ("print", 690)):
        page.emulate_media(media="print" if media == "print" else "screen")
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hinders_those_who_see_or_hear_it_otherwise(
    page: Page, report: str, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    """axe's rules: contrast, names, headings, tables, and so on."""
    path = tmp_path / "report.html"
    path.write_text(report, "utf-8")
    page.emulate_media(media="screen", color_scheme=scheme)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(path.as_uri())

    found = Axe().run(page)

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
