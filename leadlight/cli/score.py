"""`leadlight score`: every open lead with probability, tier and reasons, in a file."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.times import is_to_come, microseconds_of, time_of
from leadlight.cli.options import (
    DEFAULT_PROJECT,
    AsOfOption,
    EventsOption,
    JsonOption,
    LeadsOption,
    ProjectOption,
)
from leadlight.cli.output import note, print_json, print_table, progress, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from features.crm import Crm
    from features.quarantine import TableCount
    from features.tables import LeadArrays
    from leadlight.cli.keeping import Kept
    from leadlight.project import Project
    from models.lead_model import LeadModel
    from models.scoring import Scores
    from serving.batch import Observer, Tally

N_HOTTEST = 10
#: Objects made until Python looks for cycles among them; by default 700, which took 8% of a batch (docs/benchmarks.md).
_UNTIL_COLLECTED = 200_000


def score(
    out: Annotated[Path, typer.Option(help="Where to write: .parquet, .csv or .csv.gz.")],
    config: ProjectOption = DEFAULT_PROJECT,
    leads: LeadsOption = None,
    events: EventsOption = None,
    as_of: AsOfOption = None,
    reasons: Annotated[int, typer.Option(min=0, max=50, help="How many reasons for and against, at most.")] = 5,
    as_json: JsonOption = False,
) -> int:
    """Score the leads that are open, with the champion."""
    from features.slabs import NotPlain
    from leadlight.project import load_project
    from serving.score_table import check_output

    check_output(out)
    project = load_project(config)
    options = _Options(out, as_of, reasons, is_whole=leads is None)
    with progress("scoring") as step, _seldom_collected():
        model = champion_of(project)
        slabs = project.slabs(model.facts.spec.kinds, model.facts.spec.reading, leads=leads, events=events)
        try:
            if slabs is None:
                raise NotPlain
            batch = _score(project, model, options, Tables(slabs.leads, slabs.newest_us, slabs), step)
            project.keep_quarantine((), [path for path in (leads, events) if path is not None])
        except NotPlain:
            crm = read_tables(project, model, leads=leads, events=events)
            batch = _score(project, model, options, Tables(crm.leads, crm.newest_us, [crm], crm.counts), step)
    if batch.n_gated:
        note(f"{batch.n_gated} gated leads stand with their reason in {project.workspace.gated}")
    if as_json:
        print_json(_report(model, batch, out))
    else:
        _print(model, batch.tally, out)
    return int(batch.kept.has_failed)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Cells and sentences are millions of objects without a cycle, which need nobody to look for one."""
    before = gc.get_threshold()
    gc.set_threshold(_UNTIL_COLLECTED)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@dataclass(frozen=True)
class _Options:
    out: Path
    as_of: str | None
    n_reasons: int
    is_whole: bool


@dataclass(frozen=True)
class Tables:
    """What is scored: all leads there are, the newest time, and the CRM in one or more slabs."""

    leads: "LeadArrays"
    newest_us: int
    slabs: "Iterable[Crm]"
    counts: "tuple[TableCount, ...]" = ()


@dataclass(frozen=True)
class _Batch:
    """What was scored: when, how many, how many gated, what the store has now, and the rows in quarantine."""

    as_of_us: int | None
    tally: "Tally"
    n_gated: int
    kept: "Kept"
    n_quarantined: int


def _score(
    project: "Project", model: "LeadModel", options: _Options, tables: Tables, step: "Callable[[str], None]"
) -> _Batch:
    """Score the tables into the file, which appears whole or not at all, and then into the store."""
    from leadlight.cli.keeping import keeper_of
    from serving.batch import Tally
    from serving.gate_audit import GateAudit
    from serving.score_table import write_scores

    as_of_us = as_of_of(project, tables.leads, tables.newest_us, options.as_of)
    tally = Tally(tables.leads, as_of_us, n_hottest=N_HOTTEST, capacity=model.facts.capacity)
    audit, keeper = GateAudit(), keeper_of(project, model)
    parts = _parts(model, tables, as_of_us, options.n_reasons, keeper.observe)
    write_scores(model, audit.watch(tally.watch(_told(parts, step))), options.out)
    audit.write(project.workspace.gated)
    step("keeping the scores for the page")
    kept = keeper.keep(model, as_of_us, is_whole=options.is_whole)
    n_quarantined = sum(len(count.bad) for count in tables.counts)
    return _Batch(None if tables.leads.created_us is None else as_of_us, tally, len(audit.leads), kept, n_quarantined)


def _parts(
    model: "LeadModel", tables: Tables, as_of_us: int, n_reasons: int, observe: "Observer"
) -> "Iterator[Scores]":
    from serving.batch import score_in_parts

    for crm in tables.slabs:
        yield from score_in_parts(
            model, crm, as_of_us, n_reasons=n_reasons, of_leads=len(tables.leads), observe=observe
        )
        del crm  # before the next slab is read beside it


def champion_of(project: "Project") -> "LeadModel":
    """The model that scores; it is told where the rulebook was edited since."""
    model = project.workspace.load_champion()
    if project.rules_text() != model.rules_text:
        note("the rulebook was edited since the training; scores use the model's own until you train again")
    return model


def read_tables(project: "Project", model: "LeadModel", *, leads: Path | None, events: Path | None) -> "Crm":
    """The tables to score, read as those of the training were; bad rows are kept."""
    crm = project.read(
        kinds=model.facts.spec.kinds,
        reading=model.facts.spec.reading,
        leads_file=leads,
        events_file=events,
        needs_outcomes=False,
    )
    project.keep_quarantine(crm.counts, [path for path in (leads, events) if path is not None])
    return crm


def open_champion(
    project: "Project", *, leads: Path | None, events: Path | None, as_of: str | None
) -> "tuple[LeadModel, Crm, int]":
    """The champion, the tables to score, and the time to score at."""
    model = champion_of(project)
    crm = read_tables(project, model, leads=leads, events=events)
    return model, crm, as_of_of(project, crm.leads, crm.newest_us, as_of)


def as_of_of(project: "Project", leads: "LeadArrays", newest_us: int, as_of: str | None) -> int:
    """The time to score at, which is told: the one given, else the newest in the tables; 0 where they have no times."""
    if leads.created_us is None:
        return 0
    as_of_us = newest_us + 1 if as_of is None else project.time_us(as_of, ("--as-of",))
    note(f"as of {time_of(as_of_us).isoformat()}")
    if as_of is None and is_to_come(as_of_us, microseconds_of(datetime.now(UTC))):
        note("that is in the future: some time in the tables is wrong or planned; give the time by --as-of")
    return as_of_us


def _told(parts: "Iterable[Scores]", step: "Callable[[str], None]") -> "Iterator[Scores]":
    """The same parts; each step is shown as it begins."""
    n_scored = 0
    step("scoring")
    for scores in parts:
        n_scored += len(scores)
        step(f"writing {n_scored:,} leads")
        yield scores
        step(f"scoring after {n_scored:,} leads")


def _report(model: "LeadModel", batch: _Batch, out: Path) -> dict[str, object]:
    return {
        "out": str(out),
        "as_of": None if batch.as_of_us is None else time_of(batch.as_of_us).isoformat(),
        "model_version": model.version,
        "source": model.facts.source,
        "counts": asdict(batch.tally.counts),
        "rows_quarantined": batch.n_quarantined,
        "gated": batch.n_gated,
        "within_capacity": batch.tally.n_within_capacity,
        "stored": batch.kept.n_leads,
    }


def _print(model: "LeadModel", tally: "Tally", out: Path) -> None:
    counts = tally.counts
    say(
        f"{counts.scored:,} open leads scored with model {model.version} into {out}; left out: "
        f"{counts.closed:,} closed, {counts.not_yet_created:,} not yet created. "
        f"Dormant among the scored: {counts.dormant:,}."
    )
    capacity = model.facts.capacity
    if capacity is not None and tally.n_within_capacity is not None:
        say(f"{tally.n_within_capacity:,} of them are within capacity: {capacity.words}.")
    if not counts.scored:
        say("Nobody is open in these tables at that time; give leads to score by --leads, or the time by --as-of.")
        return
    print_table(("lead", "why"), [(lead.lead_id, lead.summary) for lead in tally.hottest])
