"""What speaks against a model: back-test, leaks, what more deals would bring, and limits in plain words."""

import math

from models.calibration import Calibrator
from training.backtest import Backtest, Score
from training.figures.axes import percent
from training.figures.learning import learning_figure
from training.figures.losses import losses_figure
from training.learning_curve import LearningPoint, learning_curve
from training.report.material import Material
from training.report.section import Figure, Section, Table

_RANDOM = "random split"
#: Blocks whose share of customers differs more than this are told of.
_DRIFT = 1.25
_FEW_WON = 200
#: A share of the loss that somebody would notice.
_NOTICED = 0.01


def back_test(material: Material) -> Section:
    """The blocks one by one, beside the random split."""
    name, title, backtest = "backtest", "Back-test in time", material.backtest
    if backtest is None:
        return Section(name, title, ("There is no back-test, since the model was not judged on later leads.",))
    scores = _named(backtest)
    figure = Figure(
        losses_figure([(told, score.log_loss) for told, score in scores], doubtful=_RANDOM),
        "Further left is better. The random split is there to show how much it flatters.",
    )
    warned = backtest.warning
    said = "A random split would have promised about the same." if warned is None else f"Mind: {warned}."
    return Section(name, title, (said,), (figure,), (_block_table(scores),))


def _named(backtest: Backtest) -> list[tuple[str, Score]]:
    scores = [(f"block {k}", score) for k, score in enumerate(backtest.blocks, start=1)]
    scores.append(("all blocks", backtest.pooled))
    if backtest.unseen_accounts is not None:
        scores.append(("accounts never seen", backtest.unseen_accounts))
    return [*scores, (_RANDOM, backtest.random_split)]


def _block_table(scores: list[tuple[str, Score]]) -> Table:
    rows = tuple(
        (
            told,
            f"{s.n_leads:,}",
            percent(s.base_rate),
            f"{s.log_loss.value:.4f}",
            f"{s.lift_10.value:.2f} ({s.lift_10.low:.2f} to {s.lift_10.high:.2f})",
            "none" if math.isnan(s.auc) else f"{s.auc:.3f}",
            f"{s.ece:.3f}",
        )
        for told, s in scores
    )
    headers = ("judged on", "leads", "base rate", "log loss", "lift 10% (90%)", "AUC", "ECE")
    return Table("Block by block", headers, rows, is_wide=True)


def more_deals(material: Material) -> Section:
    """The learning curve, and what it says."""
    name, title, recipe = "learning", "Would more deals help?", material.model.facts.recipe
    if material.judged is None or recipe is None:
        return Section(name, title, (f"Yes: {material.model.facts.why}.",))
    points = learning_curve(material.history.data, material.split, recipe, material.model.rulebook, seed=material.seed)
    if len(points) < 2:
        return Section(name, title, ("There are too few deals to compare fits on fewer of them.",))
    figure = Figure(
        learning_figure(points),
        "The recipe fitted anew, with fewer and larger trees, on a part of the leads; judged on the newest block.",
    )
    return Section(name, title, (_said_of(points, material.model.facts.trained_on.n_leads),), (figure,))


def _said_of(points: tuple[LearningPoint, ...], n_leads: int) -> str:
    before, last = points[-2:]
    change = f"Going from {before.n_leads:,} to {last.n_leads:,} leads changed the log loss by {-last.gain:+.4f}"
    error = f"(standard error {last.gain_error:.4f})"
    if last.n_leads < 0.5 * n_leads:
        return (
            f"{change} {error}. The curve is drawn on a part of the {n_leads:,} leads, so that it takes no time, and "
            "tells how fast the model learns, not whether more than all of them would help."
        )
    if last.is_gain_certain and last.gain >= _NOTICED * before.log_loss:
        return f"{change} {error}: more deals are likely to help further."
    if last.most_gain < _NOTICED * before.log_loss:
        return f"{change} {error}: twice as many deals promise little; new columns may bring more."
    return f"{change} {error}: too few leads judge to tell whether more deals would help; it is not ruled out."


def leak_findings(material: Material) -> Section:
    """What the leak audit found, and what the project accepted."""
    name, title, accepted = "leaks", "Leaks", material.model.facts.accepted_leaks
    rows = [(leak.column, leak.rule.replace("_", " "), f"{leak.value:.3g}", leak.advice) for leak in material.leaks]
    rows += [(column, "accepted by the project", "", reason) for column, reason in accepted.items()]
    if not rows:
        return Section(name, title, ("The leak audit found nothing that may carry the outcome into the inputs.",))
    said = "These may carry the outcome into the inputs; none of them is certain enough to stop a training."
    return Section(
        name,
        title,
        (said,),
        tables=(Table("Findings", ("column", "rule", "number", "advice"), tuple(rows), has_words=True, is_wide=True),),
    )


def limits(material: Material) -> Section:
    """In plain words."""
    points = (*_limits_of_judging(material), *_limits_of_data(material), *_ALWAYS)
    return Section("limits", "Limits", points=points)


_ALWAYS = (
    "Reasons tell what moved the score, not what would move the lead: they are no proof of cause.",
    "A probability speaks of many leads alike, never of one with certainty.",
    "Leads that nobody worked as before, or that come from a new source, are not what it learned from; train again.",
)


def _limits_of_judging(material: Material) -> list[str]:
    if material.judged is None:
        return ["It has not been judged by a single deal: its probabilities are the rulebook's guess."]
    facts, told = material.model.facts, []
    if not facts.trained_on.is_time_tested:
        told.append("It was not judged on later leads than it was fitted on; expect it to do worse on those to come.")
    if facts.trained_on.n_won < _FEW_WON:
        told.append(
            f"It learned from {facts.trained_on.n_won:,} won leads; its figures may be off by more than they look."
        )
    if facts.calibrator == Calibrator():
        told.append("Its probabilities are those of the fit as they are: no line of calibration proved itself.")
    rates = [score.base_rate for score in material.backtest.blocks] if material.backtest else []
    if rates and max(rates) > _DRIFT * max(min(rates), 1e-9):
        told.append(
            f"The share of customers moved between {percent(min(rates))} and {percent(max(rates))} from block to "
            "block; where it moves on, so do the errors of the probabilities."
        )
    return told


def _limits_of_data(material: Material) -> list[str]:
    on, crm, told = material.model.facts.trained_on, material.crm, []
    if on.oldest_age_us is not None:
        days = on.oldest_age_us / 86_400_000_000
        told.append(f"Leads older than {days:.4g} days are dormant: nothing of that age was learned from.")
    if crm.is_flat or crm.leads.created_us is None:
        told.append("The table has no times: every column is taken to have been known before the outcome.")
    else:
        today = [name for name in material.model.facts.spec.attributes if name not in crm.leads.history]
        if today:
            told.append(
                f"Columns without a history are taken as they stand today, also for the past: {', '.join(today)}."
            )
    if crm.events is None:
        told.append("It knows nothing of what leads do: there is no activity log.")
    return told
