"""The model that scores now: followed as the workspace names another, and kept while that one is not whole."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio

from models.lead_model import LeadModel
from models.workspace import Workspace

_LOG = logging.getLogger("leadlight.champion")

#: What tells that the champion's file or its bundle is another than the last time.
_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Reload:
    """What came of looking for another champion: its version, or why the old one stays."""

    version: str | None
    why: str = ""


class Champion:
    """Holds the workspace's champion.

    Parameters
    ----------
    workspace : whose champion file is followed.
    on_reload : is told of every model that was taken or refused, once each.
    """

    def __init__(self, workspace: Workspace, on_reload: Callable[[Reload], None] = lambda reload: None) -> None:
        self._workspace = workspace
        self._on_reload = on_reload
        self._seen: _Stamp | None = None
        self.model: LeadModel | None = None

    def report(self) -> Path | None:
        """The model card of the model that scores; None where it has none."""
        return None if self.model is None else self._workspace.report(self.model.version)

    def refresh(self) -> None:
        """Take the champion as `take` does, but never raise: whatever is wrong with it, the old one scores on."""
        try:
            self.take()
        except Exception as error:
            kept = f"; {self.model.version} goes on scoring" if self.model is not None else ""
            _LOG.error("the champion can not be used: %s%s", error, kept)
            self._on_reload(Reload(None, str(error)))

    def take(self) -> None:
        """Take the champion that the workspace names, if it is another one and whole.

        The whole bundle is verified before the model is swapped; who holds the old one goes on with it.
        What was refused is tried again when a file of it has changed.

        Raises
        ------
        BrokenBundle, BrokenBooster : there is no champion, or it is not whole; the old one stays.
        """
        stamp = tuple(self._stamps())
        if stamp == self._seen:
            return
        self._seen = stamp
        version = self._workspace.champion()
        if self.model is not None and version == self.model.version:
            return
        model = self._workspace.load_champion()
        self.model = model
        _LOG.info("model %s scores now", model.version)
        self._on_reload(Reload(model.version))

    async def follow(self, every_seconds: float) -> None:
        """Refresh again and again, beside the event loop, until cancelled."""
        while True:
            await anyio.sleep(every_seconds)
            await anyio.to_thread.run_sync(self.refresh)

    def _stamps(self) -> Iterator[tuple[str, int, int]]:
        try:
            version = self._workspace.champion()
            files = [self._workspace.champion_file]
            if version is not None:
                files += sorted((self._workspace.models / version).iterdir())
            for file in files:
                stat = file.stat()
                yield file.name, stat.st_mtime_ns, stat.st_size
        except (OSError, ValueError):
            return
