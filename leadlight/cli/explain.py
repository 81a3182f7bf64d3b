"""`leadlight explain`: one lead's score, and everything that adds up to it."""

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
from leadlight.cli.output import print_json, print_table, say
from leadlight.cli.standing import print_standing

if TYPE_CHECKING:
    from features.crm import Crm
    from features.snapshots import Snapshots
    from features.tables import EventArrays, LeadArrays
    from leadlight.cli.standing import Standing
    from models.lead_model import LeadModel
    from models.scoring import Scores


def explain(
    lead_id: Annotated[str, typer.Argument(help="The lead's id.")],
    config: ProjectOption = DEFAULT_PROJECT,
    leads: LeadsOption = None,
    events: EventsOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show why a lead scores as it does: reasons in words, contributions that sum to its log-odds."""
    from leadlight.cli.score import open_champion
    from leadlight.project import load_project

    project = load_project(config)
    model, crm, as_of_us = open_champion(project, leads=leads, events=events, as_of=as_of)
    scores = explain_lead(model, crm, lead_id.strip(), as_of_us)
    standing = standing_of(model, crm, lead_id.strip(), as_of_us, scores)
    is_closed = is_closed_at(crm, lead_id.strip(), as_of_us)
    if as_json:
        print_json({**explanation(model, scores), **standing.as_json(), "closed": is_closed})
        return 0
    print_explanation(model, scores)
    print_standing(scores, standing)
    if is_closed:
        say("This lead is closed: the score is what it would be, were it open.")
    return 0


def is_closed_at(crm: "Crm", lead_id: str, as_of_us: int) -> bool:
    """Whether a lead's deal was closed by then; in a flat table, whether it has an outcome."""
    import numpy as np

    from features.labels import is_open
    from features.snapshots import Snapshots

    lead = np.array([crm.leads.ids.index(lead_id)])
    return not is_open(Snapshots(lead, np.array([as_of_us])), crm.outcomes)[0]


def explain_lead(model: "LeadModel", crm: "Crm", lead_id: str, as_of_us: int) -> "Scores":
    """One lead through the one scoring path."""
    from models.scoring import score_leads

    return score_leads(model, *one_lead(crm, lead_id, as_of_us))


def one_lead(crm: "Crm", lead_id: str, as_of_us: int) -> "tuple[LeadArrays, EventArrays | None, Snapshots]":
    """The tables of one lead alone, and its snapshot."""
    import numpy as np

    from features.snapshots import Snapshots
    from features.sources import did_you_mean
    from leadlight.errors import BadRequest

    if lead_id not in crm.leads.ids:
        near = did_you_mean(lead_id, crm.leads.ids[:100_000])
        raise BadRequest(f"found no lead {lead_id!r} in the leads table{near}; ids are case-sensitive")
    row = np.array([crm.leads.ids.index(lead_id)])
    lead = crm.leads.take(row)
    if lead.created_us is not None and lead.created_us[0] > as_of_us:
        created = time_of(int(lead.created_us[0])).isoformat()
        raise BadRequest(f"lead {lead_id!r} was created at {created}, after the time asked for; give a later --as-of")
    events = None if crm.events is None else crm.events.of_leads(row, len(crm.leads))
    return lead, events, Snapshots(np.array([0]), np.array([as_of_us]))


def standing_of(model: "LeadModel", crm: "Crm", lead_id: str, as_of_us: int, scores: "Scores") -> "Standing":
    """What the rulebook knows of a lead, and what to ask it next."""
    from features.tables import no_events
    from leadlight.cli.standing import Standing
    from models.next_question import next_questions
    from models.rules.evidence import findings_of

    lead, events, snapshot = one_lead(crm, lead_id, as_of_us)
    actors = model.facts.spec.actors
    findings = findings_of(model.rulebook, lead, events or no_events(), snapshot, actors=actors)
    (question,) = next_questions(model, lead, events, snapshot, scores.qualification.known)
    return Standing(findings, question)


def explanation(model: "LeadModel", scores: "Scores") -> dict[str, object]:
    """What `explain --json` prints."""
    from dataclasses import asdict

    from models.rules import STAGES, TIERS

    low, high = interval_of(scores)
    return {
        "lead_id": scores.lead_ids[0],
        "as_of": time_of(int(scores.as_of_us[0])).isoformat() if model.facts.spec.has_times else None,
        "probability": float(scores.probability[0]),
        "probability_low": low,
        "probability_high": high,
        "within_capacity": within_capacity(model, scores),
        "capacity": None if model.facts.capacity is None else asdict(model.facts.capacity),
        "log_odds": float(scores.log_odds[0]),
        "base_log_odds": scores.contributions.base_log_odds,
        "contributions": _contributions(scores),
        "points": float(scores.ledger.points[0]),
        "tier": TIERS[scores.qualification.tier[0]],
        "stage": STAGES[scores.qualification.stage[0]],
        "disqualified": scores.qualification.disqualified[0],
        "no_mail": scores.qualification.no_mail[0],
        "suspect": scores.qualification.suspect[0],
        "summary": scores.summaries[0],
        "reasons": [asdict(reason) for reason in scores.reasons[0]],
        "machine_events": int(scores.machine_events[0]),
        "source": model.facts.source,
        "model_version": model.version,
        "rules_version": model.rulebook.version,
    }


def _contributions(scores: "Scores") -> list[dict[str, object]]:
    from models.explanation import impact_of

    log_odds = scores.contributions.values[0]
    return [
        {
            "feature": part.name,
            "family": part.family,
            "value": scores.cell(part.name, 0),
            "log_odds": float(own),
            "impact": float(impact),
        }
        for part, own, impact in zip(scores.contributions.parts, log_odds, impact_of(log_odds), strict=True)
    ]


def within_capacity(model: "LeadModel", scores: "Scores") -> bool | None:
    """Whether sales can take the first lead on; None where that is not known."""
    from models.score_rows import score_columns

    within: bool | None = score_columns(model, scores)["within_capacity"].tolist()[0]
    return within


def interval_of(scores: "Scores") -> tuple[float, float] | tuple[None, None]:
    """The 90% interval of the first lead's probability; None without deals."""
    low, high = float(scores.probability_low[0]), float(scores.probability_high[0])
    return (low, high) if low == low else (None, None)


def print_explanation(model: "LeadModel", scores: "Scores") -> None:
    """The lead's sentence, reasons, ledger and the sum."""
    from models.rules import STAGES, TIERS

    qualification = scores.qualification
    tier, stage = TIERS[qualification.tier[0]], STAGES[qualification.stage[0]]
    say(f"Lead {scores.lead_ids[0]}: {scores.summaries[0]}")
    say(f"{tier}, {stage}, {scores.ledger.points[0]:.4g} rule points; model {model.version} ({model.facts.source})")
    if scores.dormant[0]:
        say("Dormant: older than the leads that the model learned from.")
    low, high = interval_of(scores)
    if low is not None and high is not None:
        say(f"Of leads that were judged alike, between {low:.0%} and {high:.0%} became customers (90% interval).")
    is_in = within_capacity(model, scores)
    if is_in is not None and model.facts.capacity is not None and qualification.disqualified[0] is None:
        say(f"{'Within' if is_in else 'Not within'} capacity: {model.facts.capacity.words}.")
    print_table(("impact", "why (20 doubles the odds)"), [(f"{r.impact:+.1f}", r.text) for r in scores.reasons[0]])
    lines = [
        (line.name, f"{points:+.4g}")
        for line, points in zip(scores.ledger.lines, scores.ledger.values[0], strict=True)
        if points
    ]
    if lines:
        print_table(("rule", "points"), lines)
    n_machine = int(scores.machine_events[0])
    if n_machine:
        events = "event counts" if n_machine == 1 else "events count"
        say(f"{n_machine:,} {events} for nothing: made by a machine that reads the mail first.")
    total = scores.contributions.values[0].sum()
    say(
        f"log-odds {scores.log_odds[0]:.4f} = {scores.contributions.base_log_odds:.4f} (everybody) "
        f"{total:+.4f} (this lead, {len(scores.contributions.parts)} contributions; `--json` shows each)"
    )
