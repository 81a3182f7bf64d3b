"""The service put together: the one place that knows the clock."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from features.times import microseconds_of
from models.workspace import Workspace
from serving import api, docs_page, mlflow_api, page, probes
from serving.champion import Champion
from serving.deps import Service
from serving.headers import AnswerHeaders
from serving.metrics import CountRequests, Metrics
from serving.openapi import describe
from serving.problems import add_problem_handlers
from serving.schemas import MAX_BODY_BYTES
from serving.settings import Settings
from serving.store.database import Store

#: Requests that are worked on at once; more wait for them. Python works on one at a time anyway.
_THREADS = 4
#: A page of somebody else's that a browser was made to take for ours may not talk to it (DNS rebinding).
_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI app; its champion (`app.state.champion`) is loaded when it starts, and followed."""
    metrics = Metrics()
    champion = Champion(Workspace(settings.workspace), metrics.count_reload)
    store = Store(settings.store_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service(champion, store, metrics, _now_us, anyio.CapacityLimiter(_THREADS))
        await anyio.to_thread.run_sync(champion.refresh)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(champion.follow, settings.reload_seconds)
            yield
            tasks.cancel_scope.cancel()
        store.close()

    app = FastAPI(title="Leadlight", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.champion = champion
    for router in (api.router, mlflow_api.router, probes.router, docs_page.router, page.router):
        app.include_router(router)
    app.router.routes += [docs_page.docs_assets(), page.page_assets()]
    add_problem_handlers(app)
    page.add_trouble_page(app)
    describe(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_HOSTS))
    app.add_middleware(AnswerHeaders, champion=champion)
    app.add_middleware(CountRequests, metrics=metrics, timer=time.perf_counter)
    return app


def _now_us() -> int:
    return microseconds_of(datetime.now(UTC))
