"""Writes the made-up company as a CRM would export it, with the project files to train on it."""

import gzip
import io
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from leadlight.demo import mail, process, words
from leadlight.demo.company import DAY_SECONDS, OPEN, Company
from leadlight.demo.names import TextArray, lookup, texts_of
from leadlight.demo.process import KIND, KINDS, BoolArray, IntArray

LEAK_COLUMNS: Final = ("lead_status", "last_activity", "closed_reason")  # filled in at or after the outcome
PROJECT_FILES: Final = ("leadlight.yaml", "rules.yaml")
LOSS_REASONS: Final = ("No budget", "Chose a competitor", "No answer", "Not a fit", "")
WELCOME_MESSAGES: Final = tuple(f"welcome-{number}" for number in range(1, len(process.WELCOME_DAYS) + 1))
REP_KINDS: Final = tuple(KIND[name] for name in ("call_by_rep", "meeting", "email_sent"))
CHANNELS: Final = {
    "call_by_rep": "phone",
    "meeting": "meeting",
    "webinar_registered": "webinar",
    "webinar_attended": "webinar",
    "page_view": "web",
    "pricing_view": "web",
    "content_download": "web",
    "demo_request": "web",
}


def write_company(company: Company, folder: Path) -> None:
    """Write leads.csv, events.csv.gz, deals.csv, leadlight.yaml and rules.yaml.

    Files of these names are overwritten; the same company gives the same bytes. The true probabilities are not
    written: in a CRM they would be a leak.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table, name in ((leads_table(company), "leads.csv"), (deals_table(company), "deals.csv")):
        table.to_csv(folder / name, index=False, lineterminator="\n")
    _write_gzip(events_table(company), folder / "events.csv.gz")
    for name in PROJECT_FILES:
        (folder / name).write_bytes(files("leadlight.demo").joinpath(name).read_bytes())


def leads_table(company: Company) -> pd.DataFrame:
    """Give one row per lead in order of creation; all columns are text, "" where nothing is filled in."""
    people = company.people
    texts = texts_of(people)
    columns = {
        "lead_id": np.array(company.lead_ids, dtype=object),
        "created_at": timestamps(company.created_at),
        "name": texts.name,
        "email": texts.email,
        "job_title": texts.job_title,
        "company": texts.company,
        "industry": lookup(words.INDUSTRIES, people.industry),
        "company_size": lookup(words.SIZES, people.size),
        "country": lookup(words.COUNTRIES, people.country),
        "lead_source": lookup(words.SOURCES, people.source),
        "newsletter": np.where(people.newsletter, "yes", "no"),
        "seats_wanted": np.where(people.seats > 0, people.seats.astype(str), ""),
    }
    return pd.DataFrame(columns | _leaks(company), dtype="str")


def events_table(company: Company) -> pd.DataFrame:
    """Give one row per event in order of time, as the CRM recorded it: it does not tell machines from people."""
    log = company.events
    kind = log.kind.astype(np.int64)
    channels = tuple(CHANNELS.get(name, "email") for name in KINDS)
    columns = {
        "lead_id": np.array(company.lead_ids, dtype=object)[log.lead],
        "at": timestamps(log.at),
        "type": lookup(KINDS, kind),
        "actor": np.where(np.isin(kind, REP_KINDS), "rep", "lead"),
        "channel": lookup(channels, kind),
        "message": _messages(log.message.astype(np.int64), company.days),
        "link": lookup(mail.LINKS, log.link.astype(np.int64)),
    }
    return pd.DataFrame(columns, dtype="str")


def deals_table(company: Company) -> pd.DataFrame:
    """Give one row per closed deal in order of time; amount in EUR for the won ones."""
    rows = np.flatnonzero(company.closed_at != OPEN)
    rows = rows[np.argsort(company.closed_at[rows], kind="stable")]
    won = company.won[rows]
    columns = {
        "lead_id": np.array(company.lead_ids, dtype=object)[rows],
        "closed_at": timestamps(company.closed_at[rows]),
        "outcome": np.where(won, "won", "lost"),
        "amount": np.where(won, _amounts(company)[rows].astype(str), ""),
    }
    return pd.DataFrame(columns, dtype="str")


def timestamps(seconds: IntArray) -> TextArray:
    """Write seconds since process.START as ISO 8601, UTC.

    >>> timestamps(np.array([90])).tolist()
    ['2025-11-01T00:01:30Z']
    """
    times = process.START + seconds.astype("timedelta64[s]")
    return np.array([f"{time}Z" for time in np.datetime_as_string(times, unit="s")], dtype=object)


def _leaks(company: Company) -> dict[str, TextArray]:
    """Columns that sales fill in when a deal closes: they tell the outcome and nothing before it."""
    rng = np.random.default_rng([company.seed, 1])
    n = len(company.people)
    is_closed = company.closed_at != OPEN
    reason = np.where(company.won, "Signed", lookup(LOSS_REASONS, rng.integers(len(LOSS_REASONS), size=n)))
    tidied_up = company.closed_at + rng.integers(60, 72 * 3600, size=n)
    tidied_up = np.minimum(tidied_up, company.days * DAY_SECONDS - 1)
    return {
        "lead_status": _status(company, is_closed),
        "last_activity": timestamps(np.where(is_closed, tidied_up, _last_seen(company))),
        "closed_reason": np.where(is_closed, reason, ""),
    }


def _status(company: Company, is_closed: BoolArray) -> TextArray:
    was_called = np.zeros(len(company.people), dtype=np.bool_)
    was_called[company.events.lead[company.events.kind == KIND["call_by_rep"]]] = True
    closed_status = np.where(company.won, "Customer", "Closed")
    return np.where(is_closed, closed_status, np.where(was_called, "Working", "New")).astype(object)


def _last_seen(company: Company) -> IntArray:
    last = company.created_at.copy()
    last[company.events.lead] = company.events.at  # in order of time: the last one stays
    return last


def _amounts(company: Company) -> IntArray:
    """Draw a round yearly price in EUR that grows with the size of the firm."""
    rng = np.random.default_rng([company.seed, 2])
    size = np.maximum(company.people.size, 1)
    return 100 * np.ceil(30 * 1.9**size * rng.lognormal(0.0, 0.5, size=len(size))).astype(np.int64)


def _messages(codes: IntArray, days: int) -> TextArray:
    gap = tuple("" for _ in range(mail.FIRST_NEWSLETTER - len(WELCOME_MESSAGES)))
    newsletters = tuple(f"newsletter-{week:03d}" for week in range(days // 7 + 1))
    return lookup((*WELCOME_MESSAGES, *gap, *newsletters), codes)


def _write_gzip(table: pd.DataFrame, path: Path) -> None:
    """Compress without the file's name and time, which would differ from run to run."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        table.to_csv(text, index=False, lineterminator="\n")
