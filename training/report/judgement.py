"""How good the probabilities are: as promises, as a list to call, and as a cut."""

import numpy as np

from models.log_odds import probability_of
from training.curves import cut_offs, gains
from training.figures.axes import percent
from training.figures.cutoffs import cutoffs_figure
from training.figures.gains import gains_figure
from training.figures.grouped import grouped_figure
from training.figures.lift import lift_figure
from training.figures.outcomes import outcomes_figure
from training.figures.reliability import reliability_figure
from training.groups import Group, by_level, by_score, by_time
from training.report.material import Material
from training.report.section import Figure, Section, Table

_NOT_JUDGED = "There were too few closed deals to judge by, so nothing can be said here yet."
_MANY_CUTS = tuple((np.arange(1, 100) / 100).tolist())
_MOST_SEGMENTS = 4


def promises(material: Material) -> Section:
    """Reliability, and which scores customers had."""
    name, title = "reliability", "Do the promises hold?"
    if material.rows is None:
        return Section(name, title, (_NOT_JUDGED,))
    groups = by_score(material.rows)
    figures = (
        Figure(reliability_figure(groups), "Dots on the dashed line were promised exactly what came."),
        Figure(
            outcomes_figure(probability_of(material.log_odds), material.rows.won),
            "The further apart the two sides, the better the model tells them apart.",
        ),
    )
    n_off = sum(group.is_off for group in groups)
    said = (
        f"In {len(groups) - n_off} of {len(groups)} groups the promised probability lies within the 90% interval of "
        "what came; of a perfect model's, about one in ten does not."
    )
    return Section(name, title, (said,), figures, (_group_table("By score", "promised", groups),))


def the_list(material: Material) -> Section:
    """Gains and lift."""
    name, title, rows = "gains", "What is the list worth?", material.rows
    if rows is None or material.judged is None:
        return Section(name, title, (_NOT_JUDGED,))
    model, base_rate = gains(material.log_odds, rows.won), float(rows.won.mean())
    if model is None:
        return Section(name, title, ("None of the judged leads became a customer, so there is none to find.",))
    points = material.history.data.points[material.judged.row]
    rules = gains(points, rows.won) if np.ptp(points) > 0 else None
    figures = (
        Figure(gains_figure(model, rules, base_rate=base_rate), "Going down the list, best score first."),
        Figure(
            lift_figure(by_score(rows), base_rate=base_rate), "Part 1 is the tenth of the list with the best scores."
        ),
    )
    metrics = material.model.facts.metrics
    said = (
        f"Who calls the best tenth of the list finds {percent(metrics['gain_10'])} of the customers "
        f"({metrics['lift_10']:.1f} times as many as by chance); the best fifth holds {percent(metrics['gain_20'])}."
    )
    return Section(name, title, (said,), figures)


def cut(material: Material) -> Section:
    """Precision and recall by cut-off."""
    name, title = "cutoffs", "Where to cut the list"
    if material.rows is None:
        return Section(name, title, (_NOT_JUDGED,))
    log_odds, won, capacity = material.log_odds, material.rows.won, material.model.facts.capacity
    figure = Figure(
        cutoffs_figure(
            cut_offs(log_odds, won, _MANY_CUTS), capacity=None if capacity is None else capacity.probability
        ),
        "Precision: who of those called became a customer. Recall: who of the customers was called.",
    )
    rows = tuple(
        (percent(one.probability), percent(one.share), _percent(one.precision), _percent(one.recall))
        for one in cut_offs(log_odds, won)
    )
    table = Table("By cut-off", ("called from", "share called", "precision", "recall"), rows)
    said = (
        "No cut is marked, since the project does not say how many leads sales can take on (`sales_capacity_per_week`)"
        if capacity is None
        else capacity.words[:1].upper() + capacity.words[1:]
    )
    return Section(name, title, (f"{said}.",), (figure,), (table,))


def over_groups(material: Material) -> Section:
    """Calibration by time and segment."""
    name, title, rows = "groups", "Do they hold everywhere?", material.rows
    if rows is None:
        return Section(name, title, (_NOT_JUDGED,))
    if material.split.is_time_tested:
        by = by_time(rows, material.judged_as_of_us)
        figures = [Figure(grouped_figure("by-time", by, title="Calibration by time"), _when(material))] if by else []
    else:
        by, figures = (), []
    found = list(by_level(rows, material.segments))[:_MOST_SEGMENTS]
    figures += [
        Figure(grouped_figure(f"by-segment-{k}", groups, title=f"Calibration by {words}"), f"By segment: {words}")
        for k, (words, groups) in enumerate(found, start=1)
    ]
    everyone = [(group.label, group) for group in by]
    everyone += [(f"{words}: {group.label}", group) for words, groups in found for group in groups]
    if not everyone:
        return Section(name, title, ("The judged leads have no time and no category to be grouped by.",))
    off = [told for told, group in everyone if group.is_off]
    said = (
        f"In {len(off)} of {len(everyone)} groups the mean promise lies outside of the 90% interval of what came"
        f"{' (' + '; '.join(off) + ')' if off else ''}. About one in ten does by chance. Groups of fewer than ten "
        "leads are not shown."
    )
    return Section(name, title, (said,), tuple(figures))


def _when(material: Material) -> str:
    return (
        "By the time of the score (UTC): months, or weeks by their Monday"
        if material.has_times
        else "In the order of the table"
    )


def _group_table(caption: str, first: str, groups: tuple[Group, ...]) -> Table:
    rows = tuple(
        (
            percent(g.promised),
            f"{g.n:,}",
            f"{g.n_leads:,}",
            percent(g.observed),
            f"{percent(g.low)} to {percent(g.high)}",
        )
        for g in groups
    )
    return Table(caption, (first, "snapshots", "leads", "came", "90% interval"), rows)


def _percent(share: float | None) -> str:
    return "nobody" if share is None else percent(share)
