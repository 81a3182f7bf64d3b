"""The model in plain words: what it learned from, how good it was on later leads, and what it can not do."""

from dataclasses import dataclass

from features.times import time_of
from models.lead_model import LeadModel
from serving.page_words import day, percent

_SOURCES = {
    "base_rate": "The same chance for every lead",
    "rules": "The rulebook alone",
    "logistic": "Logistic regression",
    "trees": "Decision trees",
    "rules_trees": "The rulebook, and decision trees on what it leaves open",
    "rules_logistic_trees": "The rulebook, logistic regression, and decision trees on what both leave open",
}


@dataclass(frozen=True)
class Fact:
    """A number that people remember, and the sentence that says what it means."""

    number: str
    words: str


def source_words(source: str) -> str:
    """What a way to score is called."""
    return _SOURCES.get(source, source.replace("_", " "))


def question(model: LeadModel) -> str:
    """What the probability answers."""
    if model.horizon_days is None:
        return "How likely is it that this lead becomes a customer?"
    return f"How likely is it that this lead becomes a customer within the next {model.horizon_days:g} days?"


def learned_from(model: LeadModel) -> list[str]:
    """What the model has seen, a sentence each."""
    on = model.facts.trained_on
    if not on.n_won:
        return ["No deals yet: the rulebook speaks alone, with the odds that it gives itself."]
    said = [f"{on.n_leads:,} leads, {on.n_won:,} of which became customers; {percent(on.base_rate)} is usual."]
    if on.n_snapshots > on.n_leads:
        times = f"{on.n_snapshots:,} in all"
        said.append(f"Each was looked at as it stood at several times, {times}, with only what was known then.")
    if on.observed_until_us is not None:
        said.append(f"Outcomes are known until {day(time_of(on.observed_until_us))}.")
    spec = model.facts.spec
    n_types = len(spec.event_types)
    kinds = f", and {n_types} kinds of activity" if n_types else ""
    n_attributes = len(spec.attributes)
    return [*said, f"It looks at {n_attributes} attribute{'s' * (n_attributes != 1)} of a lead{kinds}."]


def how_good(model: LeadModel) -> list[Fact]:
    """How the model did on leads that it was not fitted on."""
    metrics = model.facts.metrics
    told = {
        "ece": ("{:.1f} points", 100, "of a hundred is how far the promised chances lay from what came, on average"),
        "lift_10": ("{:.1f}×", 1, "as many customers among the hottest tenth of leads as among leads picked by chance"),
        "gain_20": ("{:.0f}%", 100, "of all customers were among the hottest fifth of leads"),
        "auc": ("{:.0f} of 100", 100, "times, of a lead that became a customer and one that did not, the first "
                "scored higher"),
    }  # fmt: skip
    found = {name: metrics[name] for name in told if metrics.get(name) == metrics.get(name, float("nan"))}
    return [Fact(told[name][0].format(value * told[name][1]), told[name][2]) for name, value in found.items()]


def compared(model: LeadModel) -> list[tuple[str, float, bool]]:
    """Each way that was tried, its log loss, and whether it is the one that ships; the best first."""
    by_loss = sorted(model.facts.candidates.items(), key=lambda one: (one[1], one[0]))
    return [(source_words(source), loss, source == model.facts.source) for source, loss in by_loss]


def limits(model: LeadModel) -> list[str]:
    """What to keep in mind."""
    on = model.facts.trained_on
    said = [
        "A reason says what goes along with a higher or lower chance in your own history. It is no promise that doing "
        "more of it brings customers.",
        "The range beside a chance is the 90% interval of what came of the 200 leads that were judged most alike; "
        "there is none before there are deals.",
        "A score is as fresh as the last run: what happened after the time it names is not in it.",
    ]
    if not on.is_time_tested and on.n_won:
        said.insert(0, "It was not tested on later leads, since the history is short or has no times: be careful.")
    if on.oldest_age_us is not None:
        days = on.oldest_age_us // (24 * 3_600 * 1_000_000)
        said.append(f"Leads older than {days:,} days are marked as dormant: the history knows too few of them.")
    return said
