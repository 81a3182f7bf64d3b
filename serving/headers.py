"""Headers that every answer carries: which model and rules speak, and that nothing of it is to be kept or guessed."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.lead_model import LeadModel
from serving.champion import Champion

_SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MODEL_HEADER, RULES_HEADER = "X-Model-Version", "X-Rules-Version"


def version_headers(model: LeadModel) -> dict[str, str]:
    """Who gave an answer."""
    rules = model.rulebook.version
    return {MODEL_HEADER: model.version, RULES_HEADER: rules.encode("ascii", "replace").decode()}


class AnswerHeaders:
    """ASGI middleware that adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp, *, champion: Champion) -> None:
        self._app, self._champion = app, champion

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                model = self._champion.model
                for name, value in (version_headers(model) if model is not None else {}).items():
                    headers.setdefault(name, value)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
