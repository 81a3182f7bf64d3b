"""The pages for people: the list of leads, one lead, the model. No script, nothing from outside."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from serving.deps import PagesDep
from serving.lead_list import ListRequest
from serving.pages import Page, trouble_page
from serving.store.errors import StoreDown

_ASSETS = "/assets"
#: A page shows text and our own style; whatever else it asked for, a browser would refuse.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: The model card has its style in it, and names in a policy of its own the one style that may be.
_CARD_POLICY = _POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'")

router = APIRouter(include_in_schema=False)


@router.get("/")
def leads(pages: PagesDep, q: str = "", tier: str = "", page: str = "1") -> Response:
    """The leads, the hottest first."""
    return _html(pages.list(ListRequest.of(q, tier, page)))


@router.get("/leads/{lead_id:path}")
def lead(pages: PagesDep, lead_id: str) -> Response:
    """One lead, and everything that adds up to its score."""
    return _html(pages.lead(lead_id))


@router.get("/model")
def model(pages: PagesDep) -> Response:
    """The model in plain words."""
    return _html(pages.about_the_model())


@router.get("/model/report")
def report(pages: PagesDep) -> Response:
    """How the model was judged, in figures."""
    return _html(pages.model_card(), policy=_CARD_POLICY)


def page_assets() -> Mount:
    """The style and the icon of the pages."""
    return Mount(_ASSETS, StaticFiles(directory=Path(__file__).parent / "static"), name="page_assets")


def add_trouble_page(app: FastAPI) -> None:
    """A store that can not be read is told on a page."""

    async def told(_: Request, error: Exception) -> Response:
        return _html(trouble_page(str(error)))

    app.add_exception_handler(StoreDown, told)


def _html(page: Page, *, policy: str = _POLICY) -> HTMLResponse:
    return HTMLResponse(page.html, page.status, {"Content-Security-Policy": policy})
