"""Scores into the store that the page reads: the hottest leads of a run, after the run's own file was written."""

import importlib.util
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from features.times import is_to_come, microseconds_of, time_of
from leadlight.cli.output import note

if TYPE_CHECKING:
    from leadlight.project import Project
    from models.lead_model import LeadModel
    from serving.batch import Observer
    from serving.store.collecting import HottestLeads

#: What a store needs beside the base install.
_NEEDED = ("sqlalchemy", "alembic")


@dataclass(frozen=True)
class Kept:
    """How many leads of a run the store has now; None where there is no store, or where it failed."""

    n_leads: int | None
    has_failed: bool = False


@dataclass(frozen=True)
class Keeper:
    """Where the scores of a run go beside their file.

    Attributes
    ----------
    url : of the store.
    hottest : what to keep; None where nothing is kept.
    """

    url: str
    hottest: "HottestLeads | None"

    @property
    def observe(self) -> "Observer":
        """Is shown each part as it was scored."""
        from serving.batch import nobody

        return nobody if self.hottest is None else self.hottest.observe

    def keep(self, model: "LeadModel", as_of_us: int, *, is_whole: bool) -> Kept:
        """Write the run into the store, and say so where that fails: the file of the scores is there anyway.

        A run of a time to come is not kept: as the newest it would stay, whatever is scored until then.

        Parameters
        ----------
        is_whole : whether all open leads of the company were scored.
        """
        if self.hottest is None:
            return Kept(None)
        if is_to_come(as_of_us, microseconds_of(datetime.now(UTC))):
            note("scores of a time to come are not kept for the page; they are in their file")
            return Kept(0)
        from serving.store.database import Store
        from serving.store.errors import StoreDown
        from serving.store.writing import Run, write_run

        hottest = self.hottest
        run = Run(as_of_us, is_whole, model.version, hottest.n_scored, hottest.rows(), hottest.movers)
        store = Store(self.url)
        try:
            stored = write_run(store, run)
        except StoreDown as error:
            note(f"{error}; the scores are in their file, but not on the page")
            return Kept(None, has_failed=True)
        finally:
            store.close()
        if stored.kept_us is not None:
            newer = time_of(stored.kept_us).isoformat()
            note(f"the store has scores as of {newer}, which is newer: it keeps those, and the page shows them")
            note("if that time is wrong, delete the store's file, or its tables, and score again")
        return Kept(stored.n_leads)


def keeper_of(project: "Project", model: "LeadModel") -> Keeper:
    """What keeps a project's scores; says so where the store has to be left out."""
    url = project.store_url
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if url and missing:
        note(f"the scores are not kept for the page: that needs {missing[0]}; run: pip install 'leadlight[serve]'")
    if missing or not url:
        return Keeper(url, None)
    from serving.store.collecting import HottestLeads

    return Keeper(url, HottestLeads(model, folder=project.workspace.folder))
