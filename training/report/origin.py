"""Where a model comes from: what it was trained on, which blocks judged it, and which recipes it was chosen from."""

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, IntArray
from features.times import time_of
from models.log_odds import probability_of
from models.recipe import source_words
from training.figures.axes import percent
from training.figures.blocks import BlockSpan, blocks_figure
from training.figures.points import points_figure
from training.report.material import Material
from training.report.rulebook import rule_table, rules_said
from training.report.section import Figure, Section, Table


def trained_on(material: Material) -> Section:
    """The data, the label and the horizon."""
    on, spec, model = material.model.facts.trained_on, material.model.facts.spec, material.model
    rows = [
        ("Label", _label(material)),
        ("Leads in the tables", f"{len(material.crm.leads):,}"),
        ("Learned from", f"{on.n_snapshots:,} snapshots of {on.n_leads:,} leads, {on.n_won:,} of them won"),
        ("Base rate", f"{percent(on.base_rate)} of the snapshots" if on.n_snapshots else "that of the rulebook's odds"),
        *_times(material),
        ("Columns", ", ".join(spec.attributes) or "none"),
        ("Event types", ", ".join(spec.event_types) or "none"),
        ("Rulebook", f"version {model.rulebook.version}, {len(model.rulebook.rules)} rules"),
        ("Fingerprint of the data", on.fingerprint[:16]),
    ]
    said = (
        "A snapshot is a lead as it stood at one moment; only what had happened and was recorded before that moment "
        "went into it. It counts as soon as its horizon has passed, whichever way the lead has gone."
    )
    flat = "Each row of the table with an outcome is one lead as it stands; rows with none are open."
    table = Table("Training data", ("what", "is"), tuple(rows), has_words=True, is_wide=True)
    return Section("data", "What it was trained on", (said if material.has_times else flat,), tables=(table,))


def _label(material: Material) -> str:
    days = material.model.horizon_days
    return "won" if days is None else f"won within {days:g} days after the snapshot (the horizon)"


def _times(material: Material) -> list[tuple[str, str]]:
    on, rows = material.model.facts.trained_on, []
    if on.observed_until_us is not None:
        rows.append(("Outcomes complete until", _day(on.observed_until_us)))
    if on.until is not None:
        rows.append(("Only what was known before", on.until))
    if on.oldest_age_us is not None:
        rows.append(("Ages of the leads", f"0 to {on.oldest_age_us / MICROSECONDS_PER_DAY:.4g} days"))
    return rows


def split_picture(material: Material) -> Section:
    """The blocks in time."""
    name, title, split = "split", "How it was judged", material.split
    if material.judged is None:
        return Section(name, title, (f"It was not judged: {material.model.facts.why}.",))
    if not split.is_time_tested:
        said = (
            f"Not time-tested: {_why_not_in_time(material)}, so the leads were cut into {len(split.blocks)} groups "
            "(leads of one account together), and each group judged a fit on the others. What changes with time does "
            "not show in these figures."
        )
        return Section(name, title, (said,))
    as_of = material.history.data.matrix.snapshots.as_of_us
    spans = [BlockSpan(_span(as_of[b.train]), _span(as_of[b.test]), len(b.train), len(b.test)) for b in split.blocks]
    whole = BlockSpan(_span(as_of), _span(as_of), len(as_of), 0)
    gap = " The gap before each is one horizon long: younger labels were not known yet." if material.has_times else ""
    said = (
        "Each block was judged by a fit on older snapshots alone, as it would have been at the time."
        f"{gap} All figures below are of the {len(material.judged.won):,} snapshots that judge, of "
        f"{len(set(material.judged.lead.tolist())):,} leads. What ships was then refitted on everything."
    )
    figure = Figure(blocks_figure(spans, whole, has_times=material.has_times), "Numbers on the bars are snapshots.")
    return Section(name, title, (said,), (figure,), width="whole")


def _why_not_in_time(material: Material) -> str:
    if not material.history.is_ordered:
        return "the rows have no order in time"
    return "the history is too short to hold later leads back" if material.has_times else "too few deals came last"


def _span(as_of: IntArray) -> tuple[int, int]:
    return int(as_of.min()), int(as_of.max())


def against_rules(material: Material) -> Section:
    """The candidates side by side, and the rules' promise by points."""
    name, title, facts = "rules", "Rules against model", material.model.facts
    if material.judged is None:
        return _rules_alone(material)
    losses = Table(
        "Log loss on judged leads; lower is better",
        ("candidate", "log loss", "against the base rate"),
        tuple(
            (
                source_words(source) + " (ships)" * (source == facts.source),
                f"{loss:.4f}",
                f"{round(loss / facts.candidates['base_rate'] - 1, 3) + 0.0:+.1%}",
            )
            for source, loss in facts.candidates.items()
        ),
    )
    said = [f"What ships is {source_words(facts.source)}: {facts.why}.", *rules_said(material.rules)]
    by_rule = rule_table(material.rules)
    tables = (losses,) if by_rule is None else (losses, by_rule)
    if len(material.points_bands) < 2 and not any(band.high > band.low for band in material.points_bands):
        return Section(name, title, (*said, "The rulebook gives all leads the same points here."), tables=tables)
    figure = Figure(
        points_figure(material.points_bands), "By bands of rule points; the rulebook's promise is its own odds."
    )
    return Section(name, title, tuple(said), (figure,), tables)


def _rules_alone(material: Material) -> Section:
    """What points are worth where no deal has spoken yet."""
    prior, facts = material.model.facts.prior, material.model.facts
    points = (0, 10, 20, 40, 60, 80, 100)
    shares = probability_of(prior.margin(np.array(points, dtype=np.float64)))
    table = Table(
        "What points are worth",
        ("rule points", "probability"),
        tuple((f"{p}", percent(float(share))) for p, share in zip(points, shares, strict=True)),
    )
    said = f"{facts.why[:1].upper()}{facts.why[1:]}. Until then the points of the rulebook are the score:"
    return Section("rules", "Rules against model", (said,), tables=(table,))


def _day(us: int) -> str:
    return time_of(us).date().isoformat()
