"""What Prometheus is told: requests by route and status, leads scored, and which model scores."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.lead_model import LeadModel
from serving.champion import Reload

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """The metrics of one app, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        of_requests = ("method", "route", "status")
        self.requests = Counter("leadlight_requests", "Requests answered.", of_requests, registry=self._registry)
        self.seconds = Histogram(
            "leadlight_request_seconds", "Seconds to an answer.", ("route",), buckets=_SECONDS, registry=self._registry
        )
        self.reloads = Counter(
            "leadlight_model_reloads", "Champions taken, and those refused.", ("result",), registry=self._registry
        )
        self._model = Gauge(
            "leadlight_model_info",
            "The model that scores.",
            ("model_version", "rules_version"),
            registry=self._registry,
        )
        for result in ("taken", "refused"):
            self.reloads.labels(result)

    def count_reload(self, reload: Reload) -> None:
        self.reloads.labels("refused" if reload.version is None else "taken").inc()

    def text(self, model: LeadModel | None) -> bytes:
        """The metrics in Prometheus' text format."""
        self._model.clear()
        if model is not None:
            self._model.labels(model.version, model.rulebook.version).set(1)
        return generate_latest(self._registry)


class CountRequests:
    """ASGI middleware: every request is counted under its route's template, never under its path.

    Parameters
    ----------
    timer : seconds of a clock that never goes back.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, timer: Callable[[], float]) -> None:
        self._app, self._metrics, self._timer = app, metrics, timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 500, self._timer()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in ("GET", "POST", "HEAD", "OPTIONS") else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(self._timer() - start)
