"""`leadlight score`: every open lead with probability, tier and reasons, in a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.times import time_of
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
    from collections.abc import Callable, Iterable, Iterator

    from features.crm import Crm
    from leadlight.project import Project
    from models.lead_model import LeadModel
    from models.scoring import Scores
    from serving.batch import LeadCounts, Tally

N_HOTTEST = 10


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
    from leadlight.cli.keeping import keeper_of
    from leadlight.project import load_project
    from serving.batch import Tally, score_in_parts
    from serving.gate_audit import GateAudit
    from serving.score_table import check_output, write_scores

    check_output(out)
    project = load_project(config)
    with progress("scoring") as step:
        model, crm, as_of_us = open_champion(project, leads=leads, events=events, as_of=as_of)
        tally, audit, keeper = Tally(crm, as_of_us, n_hottest=N_HOTTEST), GateAudit(), keeper_of(project, model)
        parts = score_in_parts(model, crm, as_of_us, n_reasons=reasons, observe=keeper.observe)
        write_scores(model, audit.watch(tally.watch(_told(parts, step))), out)
        audit.write(project.workspace.gated)
        step("keeping the scores for the page")
        kept = keeper.keep(model, as_of_us, is_whole=leads is None)
    if audit.leads:
        note(f"{len(audit.leads)} gated leads stand with their reason in {project.workspace.gated}")
    if as_json:
        counted = {"gated": len(audit.leads), "stored": kept.n_leads}
        print_json({**_report(model, tally.counts, out, as_of_us, crm), **counted})
    else:
        _print(model, tally, out)
    return int(kept.has_failed)


def open_champion(
    project: "Project", *, leads: Path | None, events: Path | None, as_of: str | None
) -> "tuple[LeadModel, Crm, int]":
    """The champion, the tables to score read as it was trained, and the time to score at."""
    model = project.workspace.load_champion()
    if project.rules_text() != model.rules_text:
        note("the rulebook was edited since the training; scores use the model's own until you train again")
    crm = project.read(
        kinds=model.facts.spec.kinds,
        reading=model.facts.spec.reading,
        leads_file=leads,
        events_file=events,
        needs_outcomes=False,
    )
    project.keep_quarantine(crm.counts, [path for path in (leads, events) if path is not None])
    if crm.leads.created_us is None:
        return model, crm, 0
    as_of_us = crm.newest_us + 1 if as_of is None else project.time_us(as_of, ("--as-of",))
    note(f"as of {time_of(as_of_us).isoformat()}")
    if as_of is None and time_of(as_of_us) > datetime.now(UTC) + timedelta(days=1):
        note("that is in the future: some time in the tables is wrong or planned; give the time by --as-of")
    return model, crm, as_of_us


def _told(parts: "Iterable[Scores]", step: "Callable[[str], None]") -> "Iterator[Scores]":
    """The same parts; each step is shown as it begins."""
    n_scored = 0
    step("scoring")
    for scores in parts:
        n_scored += len(scores)
        step(f"writing {n_scored:,} leads")
        yield scores
        step(f"scoring after {n_scored:,} leads")


def _report(model: "LeadModel", counts: "LeadCounts", out: Path, as_of_us: int, crm: "Crm") -> dict[str, object]:
    from dataclasses import asdict

    return {
        "out": str(out),
        "as_of": time_of(as_of_us).isoformat() if crm.leads.created_us is not None else None,
        "model_version": model.version,
        "source": model.facts.source,
        "counts": asdict(counts),
        "rows_quarantined": sum(len(count.bad) for count in crm.counts),
    }


def _print(model: "LeadModel", tally: "Tally", out: Path) -> None:
    counts = tally.counts
    say(
        f"{counts.scored:,} open leads scored with model {model.version} into {out}; left out: "
        f"{counts.closed:,} closed, {counts.not_yet_created:,} not yet created. "
        f"Dormant among the scored: {counts.dormant:,}."
    )
    print_table(("lead", "why"), [(lead.lead_id, lead.summary) for lead in tally.hottest])
