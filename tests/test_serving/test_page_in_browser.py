"""The pages in a real browser: on a desk and a phone, light and dark, for people who see, and who do not."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Dialog, Error, Page, Request, sync_playwright

from serving.lead_list import PAGE_LEADS
from tests.running import running
from tests.test_serving.stored import STRANGE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed")
EVIL = STRANGE[0]
#: Width and height, and the colours that the reader asked for.
LOOKS = {"desk, light": (1180, 860, "light"), "phone, dark": (375, 812, "dark"), "phone, light": (375, 812, "light")}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        playwright = sync_playwright().start()
    except (Error, OSError) as error:
        pytest.skip(f"Playwright's driver does not start: {error}")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    yield browser
    browser.close()
    playwright.stop()


@pytest.fixture(scope="module")
def address(page_app: FastAPI) -> Iterator[str]:
    with running(page_app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=LOOKS)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """A page that may only talk to the service, and may not complain."""
    width, height, colours = LOOKS[request.param]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if colours == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    faults: list[str] = []

    def refuse(dialog: Dialog) -> None:
        faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def follow(asked: Request) -> None:
        faults.extend([asked.url] if not asked.url.startswith((address, "data:")) else [])

    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", refuse)
    page.on("request", follow)
    page.goto(address)
    yield page
    context.close()
    assert faults == []


def check(page: Page) -> None:
    """Nothing to scroll sideways, and nothing that keeps people out."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


def test_list_lead_and_model_can_be_walked(page: Page) -> None:
    assert 20 < page.locator("td.who a").count() <= PAGE_LEADS
    check(page)

    page.get_by_role("link", name=EVIL).click()
    assert page.get_by_role("heading", level=1).inner_text() == EVIL
    assert page.locator(".waterfall rect").count() > 3
    check(page)

    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Model").click()
    assert page.get_by_role("heading", level=1).inner_text() == "The model in plain words"
    check(page)


def test_a_search_is_typed_and_answered(page: Page) -> None:
    page.get_by_label("Search by name, id or reason").fill("株式会社")
    page.keyboard.press("Enter")

    page.wait_for_url("**/?q=*")
    assert page.locator("td.who a").all_inner_texts() == [STRANGE[2]]
    page.locator("td.who a").click()
    assert page.get_by_role("heading", level=1).inner_text() == STRANGE[2]
    page.get_by_role("link", name="All leads").click()
    assert page.locator("td.who a").count() > 1


def test_the_longest_id_does_not_widen_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}/leads/{STRANGE[4]}")

    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
