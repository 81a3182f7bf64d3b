"""Mails of the made-up company's marketing and what leads and mail scanners do with them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from leadlight.demo import process, words
from leadlight.demo.process import KIND, BoolArray, IntArray

LINKS: Final = ("/pricing", "/guide", "/webinar", "/unsubscribe")
UNSUBSCRIBE_LINK: Final = 3
NO_LINK = -1
NO_MESSAGE = -1
FIRST_NEWSLETTER: Final = 100  # message codes: welcome mails below, then one newsletter a week
SCAN_CHANCE: Final = 0.9
SCAN_UNSUBSCRIBES: Final = 0.03
LAST_SECOND: Final = 86_399


@dataclass(frozen=True)
class Batch:
    """Events of one kind on one day: lead row, second of the day, message and link codes."""

    kind: int
    lead: IntArray
    second: IntArray
    message: IntArray
    link: IntArray
    machine: bool = False


@dataclass(frozen=True)
class Mailing:
    """One mail to each of m leads on one day."""

    lead: IntArray
    stage: IntArray  # hidden stage of each
    second: IntArray  # when it was sent
    message: IntArray
    scanned: BoolArray


def message_codes(day: int, age_days: IntArray, newsletter: BoolArray) -> IntArray:
    """Give the message each lead is due on a day, -1 for none; the schedule does not look at stages."""
    if not process.is_workday(day):
        return np.full(len(age_days), NO_MESSAGE)
    number = np.searchsorted(process.WELCOME_DAYS, age_days)
    is_welcome = np.isin(age_days, process.WELCOME_DAYS)
    is_tuesday = process.weekday_of(day) == process.NEWSLETTER_WEEKDAY
    issue = np.where(newsletter & is_tuesday & (age_days > 0), FIRST_NEWSLETTER + day // 7, NO_MESSAGE)
    return np.where(is_welcome, number, issue)


def send_seconds(rng: np.random.Generator, country: IntArray) -> IntArray:
    """Draw when a mail leaves: within twenty minutes after 8:30 of the lead's morning, UTC seconds."""
    hours = 8.5 - words.UTC_OFFSET_HOURS[country] + rng.random(len(country)) / 3
    return (hours * 3600).astype(np.int64)


def answers(rng: np.random.Generator, mailing: Mailing) -> Iterator[Batch]:
    """Draw opens, clicks, replies and unsubscribes of people, a minute or more after the send."""
    chances = process.OPEN_CHANCE[mailing.stage], process.UNSUBSCRIBE_CHANCE[mailing.stage]
    has_opened, has_left = (rng.random(len(chance)) < chance for chance in chances)
    opened = mailing.second + 60 + _delay(rng, 7200, len(mailing.lead))
    yield _batch("email_open", mailing, has_opened, opened)
    has_clicked = has_opened & (rng.random(len(opened)) < process.CLICK_CHANCE[mailing.stage])
    clicked = opened + 5 + _delay(rng, 60, len(opened))
    yield _batch("email_click", mailing, has_clicked, clicked, rng.integers(UNSUBSCRIBE_LINK, size=len(opened)))
    has_replied = has_opened & (rng.random(len(opened)) < process.REPLY_CHANCE[mailing.stage])
    yield _batch("email_reply", mailing, has_replied, opened + 120 + _delay(rng, 3600, len(opened)))
    left = mailing.second + 90 + _delay(rng, 3600, len(opened))
    yield _batch("unsubscribe", mailing, has_left, left, np.full(len(opened), UNSUBSCRIBE_LINK))


def scans(rng: np.random.Generator, mailing: Mailing) -> Iterator[Batch]:
    """Draw the bursts of mail scanners: opened and every link clicked within seconds of the send."""
    is_scanned = mailing.scanned & (rng.random(len(mailing.lead)) < SCAN_CHANCE)
    start = mailing.second + rng.integers(1, 8, size=len(mailing.lead))
    yield _batch("email_open", mailing, is_scanned, start, machine=True)
    for link in range(len(LINKS)):
        links = np.full(len(start), link)
        later = start + rng.integers(0, 5, size=len(start))
        yield _batch("email_click", mailing, is_scanned, later, links, machine=True)
    unsubscribes = is_scanned & (rng.random(len(start)) < SCAN_UNSUBSCRIBES)
    yield _batch("unsubscribe", mailing, unsubscribes, start + 6, np.full(len(start), UNSUBSCRIBE_LINK), machine=True)


def sends(mailing: Mailing) -> Batch:
    """Give the sends themselves as events."""
    return _batch("email_sent", mailing, np.full(len(mailing.lead), True), mailing.second)


def _delay(rng: np.random.Generator, mean_seconds: float, size: int) -> IntArray:
    return rng.exponential(mean_seconds, size=size).astype(np.int64)


def _batch(
    kind: str,
    mailing: Mailing,
    rows: BoolArray,
    second: IntArray,
    links: IntArray | None = None,
    *,
    machine: bool = False,
) -> Batch:
    """Give the events of the marked rows; what would fall after midnight is put just before it."""
    link = np.full(len(rows), NO_LINK) if links is None else links
    seconds = np.minimum(second, LAST_SECOND)
    return Batch(KIND[kind], mailing.lead[rows], seconds[rows], mailing.message[rows], link[rows], machine)
