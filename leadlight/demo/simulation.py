"""The simulation: day by day, all open leads at once, so that a million leads are no different from a thousand."""

from dataclasses import dataclass

import numpy as np

from leadlight.demo import mail, process
from leadlight.demo.company import DAY_SECONDS, OPEN, Company, EventLog
from leadlight.demo.mail import NO_LINK, NO_MESSAGE, Batch, Mailing
from leadlight.demo.people import COMPETITOR, STUDENT, People, draw_people, fit_of, office_seconds
from leadlight.demo.process import KIND, BoolArray, Chances, IntArray
from leadlight.demo.words import FloatArray


@dataclass(frozen=True)
class _World:
    """One run: what is fixed, and arrays over n leads that the steps of each day write into."""

    rng: np.random.Generator
    people: People
    chances: Chances
    stage: IntArray
    unsubscribed: BoolArray
    webinars: IntArray  # registrations for the webinar to come
    closed_at: IntArray
    won: BoolArray


def simulate_company(leads: int = 4000, *, seed: int = 0, days: int = 365) -> Company:
    """Simulate the made-up company.

    Parameters
    ----------
    leads : number of leads created over the whole time, 1 and up.
    seed : same seed, same company.
    days : length in days from process.START.

    Examples
    --------
    >>> company = simulate_company(50, seed=1, days=90)
    >>> len(company.people), company.end.isoformat()
    (50, '2026-01-30T00:00:00+00:00')
    """
    if leads < 1 or days < 1:
        raise ValueError(f"Found leads={leads} and days={days}; both must be at least 1.")
    world = _new_world(np.random.default_rng(seed), leads, days)
    arrivals = np.searchsorted(world.people.created_day, np.arange(days + 1))
    active = np.arange(0)
    batches: list[tuple[int, Batch]] = []
    for day in range(days):
        new = np.arange(arrivals[day], arrivals[day + 1])
        world.stage[new] = _pick(world.rng, world.chances.first[new])
        active = np.concatenate([active, new])
        batches += [(day, batch) for batch in _live(world, active, day)]
        active = _close(world, active, day)
        _move(world, active)
    log = _log(batches, world.closed_at)
    return Company(seed, days, world.people, world.chances, world.closed_at, world.won, log)


def _new_world(rng: np.random.Generator, leads: int, days: int) -> _World:
    people = draw_people(rng, leads, days=days)
    never_buys = (people.role == STUDENT) | (people.role == COMPETITOR)
    return _World(
        rng=rng,
        people=people,
        chances=process.chances_of(fit_of(people), source=people.source, never_buys=never_buys),
        stage=np.zeros(leads, dtype=np.int64),
        unsubscribed=np.zeros(leads, dtype=np.bool_),
        webinars=np.zeros(leads, dtype=np.int64),
        closed_at=np.full(leads, OPEN, dtype=np.int64),
        won=np.zeros(leads, dtype=np.bool_),
    )


def _pick(rng: np.random.Generator, chances: FloatArray) -> IntArray:
    """Draw a column for each row of chances, which need not sum to 1."""
    edges = np.cumsum(chances, axis=1)
    passed: BoolArray = rng.random(len(chances))[:, None] * edges[:, -1:] >= edges[:, :-1]
    column: IntArray = passed.sum(axis=1)
    return column


def _live(world: _World, active: IntArray, day: int) -> list[Batch]:
    """Draw one day's events of the open leads; notes who unsubscribed and who awaits a webinar."""
    batches = _attended(world, active, day) + _visits(world, active, day)
    if process.is_workday(day):
        batches += _contacts(world, active, day) + _mails(world, active, day)
    for batch in batches:
        if batch.kind == KIND["unsubscribe"]:
            world.unsubscribed[batch.lead] = True
        if batch.kind == KIND["webinar_registered"]:
            np.add.at(world.webinars, batch.lead, 1)
    return batches


def _attended(world: _World, active: IntArray, day: int) -> list[Batch]:
    if process.weekday_of(day) != process.WEBINAR_WEEKDAY:
        return []
    came = world.rng.binomial(world.webinars[active], process.ATTEND_CHANCE[world.stage[active]])
    world.webinars[active] = 0
    lead = np.repeat(active, came)
    return [_plain(KIND["webinar_attended"], lead, 15 * 3600 + world.rng.integers(300, size=len(lead)))]


def _visits(world: _World, active: IntArray, day: int) -> list[Batch]:
    """One session a day for each lead; the session of the first day starts with the lead's creation."""
    rng, people = world.rng, world.people
    is_new = people.created_day[active] == day
    start = np.where(is_new, people.created_second[active], office_seconds(rng, people.country[active]))
    factor = process.visit_factor(day, people.created_day[active])
    row, kind = _poisson(rng, process.VISIT_RATES[world.stage[active]], factor)
    second = start[row] + 5 + rng.exponential(400, size=len(row)).astype(np.int64)
    return _by_kind(kind, active[row], second, first=0, n_kinds=process.N_VISIT_KINDS)


def _contacts(world: _World, active: IntArray, day: int) -> list[Batch]:
    """Calls and meetings of the reps, never sooner than half an hour after the lead's creation."""
    rng, people = world.rng, world.people
    row, kind = _poisson(rng, process.REP_RATES[world.stage[active]], world.chances.rep_zeal[active])
    lead = active[row]
    second = office_seconds(rng, people.country[lead])
    soonest = np.where(people.created_day[lead] == day, people.created_second[lead] + 1800, 0)
    return _by_kind(kind, lead, np.maximum(second, soonest), first=process.N_VISIT_KINDS, n_kinds=2)


def _mails(world: _World, active: IntArray, day: int) -> list[Batch]:
    rng, people = world.rng, world.people
    codes = mail.message_codes(day, day - people.created_day[active], people.newsletter[active])
    due = (codes != NO_MESSAGE) & ~world.unsubscribed[active]
    lead = active[due]
    sent = mail.send_seconds(rng, people.country[lead])
    mailing = Mailing(lead, world.stage[lead], sent, codes[due], people.scanned[lead])
    return [mail.sends(mailing), *mail.answers(rng, mailing), *mail.scans(rng, mailing)]


def _poisson(rng: np.random.Generator, rates: FloatArray, factor: FloatArray) -> tuple[IntArray, IntArray]:
    """Draw events from independent Poisson rates: row numbers and columns of what happened."""
    row = np.repeat(np.arange(len(rates)), rng.poisson(rates.sum(axis=1) * factor))
    return row, _pick(rng, rates[row])


def _by_kind(kind: IntArray, lead: IntArray, second: IntArray, *, first: int, n_kinds: int) -> list[Batch]:
    return [_plain(first + k, lead[kind == k], second[kind == k]) for k in range(n_kinds)]


def _plain(kind: int, lead: IntArray, second: IntArray) -> Batch:
    last = np.minimum(second, mail.LAST_SECOND)
    return Batch(kind, lead, last, np.full(len(lead), NO_MESSAGE), np.full(len(lead), NO_LINK))


def _close(world: _World, active: IntArray, day: int) -> IntArray:
    """Close deals of a workday; gives the leads that stay open."""
    if not process.is_workday(day):
        return active
    stage = world.stage[active]
    win_chance, loss_chance = world.chances.won[active, stage], world.chances.lost[active, stage]
    is_old = world.people.created_day[active] < day
    draw = world.rng.random(len(active))
    is_won = is_old & (draw < win_chance)
    is_closed = is_old & (draw < win_chance + loss_chance)
    world.won[active[is_won]] = True
    gone = active[is_closed]
    world.closed_at[gone] = day * DAY_SECONDS + office_seconds(world.rng, world.people.country[gone])
    return active[~is_closed]


def _move(world: _World, active: IntArray) -> None:
    stage = world.stage[active]
    draw = world.rng.random(len(active))
    rises = draw < world.chances.up[active, stage]
    falls = draw >= 1 - process.MOVE_DOWN[stage]
    world.stage[active] = stage + rises - falls


def _log(batches: list[tuple[int, Batch]], closed_at: IntArray) -> EventLog:
    """Join the batches in order of time; what would come at or after a lead's close did not happen."""
    lead = np.concatenate([batch.lead for _, batch in batches])
    at = np.concatenate([day * DAY_SECONDS + batch.second for day, batch in batches])
    kind = np.concatenate([np.full(len(batch.lead), batch.kind, dtype=np.int8) for _, batch in batches])
    machine = np.concatenate([np.full(len(batch.lead), batch.machine) for _, batch in batches])
    message = np.concatenate([batch.message for _, batch in batches]).astype(np.int16)
    link = np.concatenate([batch.link for _, batch in batches]).astype(np.int8)
    order = np.lexsort((link, kind, lead, at))
    order = order[(closed_at[lead[order]] == OPEN) | (at[order] < closed_at[lead[order]])]
    return EventLog(lead[order].astype(np.int32), at[order], kind[order], message[order], link[order], machine[order])
