"""A small made-up company, straight as arrays: seeded, and quick enough to train on in a second."""

from dataclasses import replace

import numpy as np

from features.crm import Crm
from features.labels import Outcomes
from features.snapshots import GoalSection
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import (
    NEVER_US,
    EventArrays,
    FloatArray,
    IntArray,
    Kind,
    LeadArrays,
    NumberColumn,
    TextColumn,
)
from models.rules import starter_text
from training.request import TrainingRequest

START_US = 18_000 * DAY
DAYS = 330
HORIZON = 30 * DAY
NOW = START_US + DAYS * DAY
TYPES = ("call_by_rep", "demo_request", "email_open", "pricing_view", "W_Nabellen")
KINDS: dict[str, Kind] = {
    "contact": "category",
    "country": "category",
    "job_title": "title",
    "number_of_employees": "number",
    "wants_news": "flag",
    "founded": "date",
    "remarks": "text",
}
#: Stands in the cells of one lead alone: nothing that is kept may contain it.
CANARY = "Zora Canary"


def small_crm(n: int = 300, *, seed: int = 0, n_closed: int | None = None) -> Crm:
    """Leads over 330 days; wins come from views of the pricing page, demo requests, country and size.

    Parameters
    ----------
    n_closed : how many of the leads have an outcome at most; all that had time for one if None.
    """
    rng = np.random.default_rng(seed)
    created = START_US + np.sort(rng.integers(0, DAYS * DAY, n))
    country = rng.choice(["Chile", "Ghana", "India", "Latvia"], n)
    title = rng.choice(["CEO", "Head of Sales", "Clerk", "Intern"], n)
    size = np.exp(rng.normal(4, 1.5, n)).round() + 1
    interest = rng.normal(0, 1, n) + 0.8 * (country == "Chile") + 0.4 * np.log(size / 55)
    events = _events(rng, created, interest)
    suits = np.where(np.abs(np.log(size / 55)) < 1, 2.0, -2.0)  # firms of middle size, which no straight line tells
    won = rng.random(n) < 1 / (1 + np.exp(1.0 - 2.5 * interest - suits))
    closed = created + (rng.exponential(12, n) * DAY).astype(np.int64) + 1
    closed[(closed >= NOW) | (rng.random(n) < 0.1)] = NEVER_US
    closed[np.flatnonzero(closed != NEVER_US)[n_closed:] if n_closed is not None else []] = NEVER_US
    leads = LeadArrays(
        ids=tuple(f"lead-{i:04}" for i in range(n)),
        created_us=created,
        accounts=TextColumn.of(None if i % 3 else f"account {i % 90}" for i in range(n)),
        columns={
            "contact": TextColumn.of([CANARY, *(f"Person {i}" for i in range(1, n))]),
            "country": TextColumn.of(None if i % 11 == 0 else str(country[i]) for i in range(n)),
            "job_title": TextColumn.of(str(each) for each in title),
            "number_of_employees": NumberColumn(np.where(rng.random(n) < 0.1, np.nan, size)),
            "wants_news": NumberColumn((rng.random(n) < 0.5).astype(np.float64)),
            "founded": NumberColumn((created - rng.integers(1, 9_000, n) * DAY).astype(np.float64)),
            "remarks": TextColumn.of(f"{CANARY} wrote {i}" for i in range(n)),
        },
    )
    return Crm(leads, KINDS, events, Outcomes(closed, np.where(won, closed, NEVER_US)), (), is_flat=False)


def _events(rng: np.random.Generator, created: IntArray, interest: FloatArray) -> EventArrays:
    lead, code, at = [], [], []
    rates = np.stack([np.ones(len(created)), 0.3 * np.exp(interest), np.full(len(created), 4.0)], axis=1)
    rates = np.column_stack([rates, np.exp(1.2 * interest), np.full(len(created), 0.1)])
    for i in range(len(created)):
        for kind, rate in enumerate(np.minimum(rates[i], 20)):
            for day in rng.exponential(12, rng.poisson(rate)) - 1:
                lead.append(i)
                code.append(kind)
                at.append(min(int(created[i] + day * DAY), NOW))
    order = np.argsort(np.array(TYPES))
    position = np.argsort(order)
    return EventArrays(np.array(lead), position[np.array(code)], np.array(at), None, tuple(TYPES[i] for i in order))


def flat_crm(n: int = 300, *, seed: int = 0) -> Crm:
    """The same company as one table without times and events, three quarters of it with an outcome."""
    crm = small_crm(n, seed=seed)
    leads = replace(crm.leads, created_us=None)
    is_won = np.where(crm.outcomes.won_us == NEVER_US, NEVER_US, 0)
    closed = np.where(crm.outcomes.closed_us == NEVER_US, NEVER_US, 0)
    return replace(crm, leads=leads, events=None, outcomes=Outcomes(closed, is_won), is_flat=True)


def request_for(crm: Crm, *, until: str | None = None, is_ordered: bool = True, seed: int = 0) -> TrainingRequest:
    """The training that the tests ask for: a horizon of 30 days, the starter rules, sales that take 2 leads a week."""
    return TrainingRequest(
        goal=GoalSection(horizon="30d"),  # type: ignore[arg-type]  # pydantic reads durations
        rules_text=starter_text(),
        words={},
        observed_until_us=crm.observed_until_us,
        until=until,
        is_ordered=is_ordered,
        seed=seed,
        sales_capacity_per_week=2,
    )


def shuffled(events: EventArrays, *, seed: int = 1) -> EventArrays:
    """The same log in another order."""
    return events.take(np.random.default_rng(seed).permutation(len(events)))
