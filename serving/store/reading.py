"""What the store knows: a page of the list, one lead, the newest run."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from serving.store.detail import DETAIL, MOVERS, Detail, Mover
from serving.store.schema import DETAILS, LEADS, RUNS


@dataclass(frozen=True)
class StoredLead:
    """The newest score of a lead, with the columns of `leadlight score`; see `schema.LEADS`."""

    lead_id: str
    title: str
    subtitle: str
    as_of_us: int
    probability: float
    probability_low: float | None
    probability_high: float | None
    percentile: int | None
    log_odds: float
    base_log_odds: float
    points: float
    fit: float
    engagement: float
    timing: float
    tier: str
    stage: str
    disqualified: str | None
    no_mail: str | None
    suspect: str | None
    dormant: bool
    machine_events: int
    source: str
    model_version: str
    rules_version: str
    summary: str


@dataclass(frozen=True)
class StoredRun:
    """The newest run over all leads; see `schema.RUNS`."""

    as_of_us: int
    model_version: str
    n_scored: int
    n_stored: int
    movers: tuple[Mover, ...]


@dataclass(frozen=True)
class LeadQuery:
    """Which leads to list.

    Attributes
    ----------
    search : what id, title or summary contain, in any case; empty for all.
    tier : hot, warm or cold; empty for all.
    """

    search: str = ""
    tier: str = ""


_COLUMNS = [LEADS.c[name] for name in StoredLead.__dataclass_fields__]


def list_leads(connection: Connection, query: LeadQuery, *, limit: int, offset: int) -> list[StoredLead]:
    """So many leads, the hottest first, ties by id; the disqualified after all others."""
    order = (LEADS.c.disqualified.is_not(None), LEADS.c.log_odds.desc(), LEADS.c.lead_id)
    rows = connection.execute(_where(select(*_COLUMNS), query).order_by(*order).limit(limit).offset(offset))
    return [StoredLead(**row) for row in rows.mappings()]


def count_by_tier(connection: Connection, query: LeadQuery) -> dict[str, int]:
    """How many leads of each tier the search finds, whatever tier it asks for."""
    statement = _where(select(LEADS.c.tier, func.count()).group_by(LEADS.c.tier), LeadQuery(query.search))
    return {tier: n for tier, n in connection.execute(statement)}


def lead_of(connection: Connection, lead_id: str) -> tuple[StoredLead, Detail] | None:
    """A lead and its details; None where the store has no such lead."""
    joined = select(*_COLUMNS, DETAILS.c.detail).join(DETAILS, DETAILS.c.lead_id == LEADS.c.lead_id)
    row = connection.execute(joined.where(LEADS.c.lead_id == lead_id)).mappings().first()
    if row is None:
        return None
    return StoredLead(**{name: row[name] for name in StoredLead.__dataclass_fields__}), DETAIL.validate_json(row.detail)


def newest_run(connection: Connection) -> StoredRun | None:
    """The newest run over all leads; None before the first."""
    row = connection.execute(select(RUNS).order_by(RUNS.c.as_of_us.desc()).limit(1)).mappings().first()
    return None if row is None else StoredRun(**{**row, "movers": MOVERS.validate_json(row["movers"])})


def _where(statement: Select[Any], query: LeadQuery) -> Select[Any]:
    if query.search:
        statement = statement.where(LEADS.c.search.contains(query.search.casefold(), autoescape=True))
    return statement.where(LEADS.c.tier == query.tier) if query.tier else statement
