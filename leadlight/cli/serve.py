"""`leadlight serve`: the champion behind an HTTP API."""

from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.options import DEFAULT_PROJECT, ProjectOption
from leadlight.cli.output import note

if TYPE_CHECKING:
    from serving.settings import Settings

#: Seconds that requests in flight have to end after the signal to stop.
_GRACE_SECONDS = 25


def serve(
    config: ProjectOption = DEFAULT_PROJECT,
    host: Annotated[str | None, typer.Option(help="An address of this machine alone; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default 8000.")] = None,
) -> int:
    """Score over HTTP with the champion, and follow it as others are promoted."""
    from leadlight.errors import BadRequest
    from leadlight.project import load_project

    try:
        import uvicorn

        from serving.app import create_app
    except ImportError as error:
        raise BadRequest(f"the service needs {error.name}; run: pip install 'leadlight[serve]'") from error
    project = load_project(config)
    given = {
        "WORKSPACE": str(project.workspace.folder),
        "HOST": host,
        "PORT": port,
        "STORE": project.store_url or "none",
    }
    settings = _settings({f"LEADLIGHT_{name}": str(value) for name, value in given.items() if value is not None})
    app = create_app(settings)
    app.state.champion.take()  # before anybody is let in, so that a missing or broken model ends the command
    _refuse_taken_port(settings.host, settings.port)
    version = app.state.champion.model.version
    note(f"model {version}; the page is at http://{settings.host}:{settings.port}, /docs lists what programs can ask")
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return 0


def _refuse_taken_port(host: str, port: int) -> None:
    """Before the address is told, and not after."""
    import socket

    from leadlight.errors import BadRequest

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError as error:
            raise BadRequest(
                f"{host}:{port} can not be listened on ({error.strerror}); choose another --port"
            ) from error


def _settings(given: dict[str, str]) -> "Settings":
    """What the command was told, and what the environment says beside it."""
    import os

    from serving.settings import Settings

    options = {"LEADLIGHT_HOST": "--host", "LEADLIGHT_PORT": "--port"}
    return Settings.of({**os.environ, **given}, options={key: options[key] for key in options if key in given})
