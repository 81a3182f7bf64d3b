"""One writer a workspace; readers never lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.workspace import Workspace


class WorkspaceBusy(ValueError):
    """Another training or promotion holds the workspace's lock."""


@contextmanager
def writing(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's lock, or say at once that another has it."""
    from filelock import FileLock, Timeout

    workspace.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(workspace.folder / ".lock", timeout=1)
    try:
        lock.acquire()
    except Timeout:
        raise WorkspaceBusy(
            f"another training writes to {workspace.folder}; wait for it to end, then train again"
        ) from None
    try:
        yield
    finally:
        lock.release()
