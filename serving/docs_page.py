"""`/docs`: the OpenAPI document to read and try, its script and style served from here."""

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

_ASSETS = "/docs/assets"
#: The page's script stands in it; whatever else it asked for from outside, a browser would refuse.
_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> HTMLResponse:
    """Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Leadlight",
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url="data:,",
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


def docs_assets() -> Mount:
    """Swagger UI's own files, from the package that keeps them."""
    return Mount(_ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]), name="docs_assets")
