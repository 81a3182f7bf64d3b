"""The made-up company's leads as codes: who they are, where they work, and how well they fit."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from leadlight.demo import words
from leadlight.demo.process import BoolArray, IntArray, is_workday
from leadlight.demo.words import FloatArray

BUYER, STUDENT, COMPETITOR = 0, 1, 2
ROLE_SHARES: Final = (0.94, 0.04, 0.02)
LEADS_PER_ACCOUNT: Final = 1.7
SCANNED_ACCOUNTS: Final = 0.18  # share of accounts whose mail filter clicks every link
FREE_MAIL: Final = 0.09
NEWSLETTER: Final = 0.55  # share that wants it
NO_TITLE, NO_SIZE, NO_SEATS = 0.07, 0.10, 0.35
MISSING = -1


@dataclass(frozen=True)
class People:
    """n leads in order of creation; codes point into the lists of ``words``, -1 is not filled in."""

    created_day: IntArray
    created_second: IntArray  # of its day, UTC
    role: IntArray  # BUYER, STUDENT or COMPETITOR
    account: IntArray  # number of the account; -1 for students
    first_name: IntArray
    last_name: IntArray
    seniority: IntArray
    department: IntArray
    size: IntArray
    industry: IntArray
    country: IntArray
    source: IntArray
    seats: IntArray  # workplaces asked for in the form, 1 and up
    newsletter: BoolArray
    free_mail: BoolArray
    scanned: BoolArray  # a machine opens the mail first

    def __len__(self) -> int:
        return len(self.created_day)


def draw_people(rng: np.random.Generator, n: int, *, days: int) -> People:
    """Draw n leads created over a number of days.

    Parameters
    ----------
    n : number of leads.
    days : length of the simulation; creation days are 0 to days - 1, fewer at weekends.
    """
    role = rng.choice(3, size=n, p=ROLE_SHARES)
    firms = max(1, int(n / LEADS_PER_ACCOUNT))
    size, industry, country, scanned = _firms(rng, firms)
    account = (firms * rng.random(n) ** 1.3).astype(np.int64)  # some firms send many leads
    created_day, created_second, order = _creations(rng, country[account], days)
    account = account[order]
    seniority = rng.choice(len(words.SENIORITIES), size=n, p=words.SENIORITY_SHARES)
    is_student, is_rival = role == STUDENT, role == COMPETITOR
    untitled = is_student | (rng.random(n) < NO_TITLE)
    return People(
        created_day=created_day,
        created_second=created_second,
        role=role,
        account=np.where(is_student, MISSING, account),
        first_name=rng.integers(len(words.FIRST_NAMES), size=n),
        last_name=rng.integers(len(words.LAST_NAMES), size=n),
        seniority=np.where(untitled, MISSING, seniority),
        department=np.where(untitled, MISSING, rng.integers(len(words.DEPARTMENTS), size=n)),
        size=np.where(is_student | is_rival | (rng.random(n) < NO_SIZE), MISSING, size[account]),
        industry=np.select([is_student, is_rival], [MISSING, words.SOFTWARE], industry[account]),
        country=country[account],
        source=rng.choice(len(words.SOURCES), size=n, p=words.SOURCE_SHARES),
        seats=_seats(rng, size[account]),
        newsletter=rng.random(n) < NEWSLETTER,
        free_mail=(rng.random(n) < FREE_MAIL) & (role == BUYER),
        scanned=scanned[account] & (role == BUYER),
    )


def fit_of(people: People) -> FloatArray:
    """Give each lead's fit, a log-factor of about -3 to 3, from what the CRM records of it."""
    is_chief = people.seniority == words.CHIEF
    is_small = (people.size >= 0) & (people.size < words.SMALL_SIZES)
    seats = np.where(people.seats > 0, 0.25 * np.log(np.maximum(people.seats, 1) / 10), 0.0)
    return (
        words.SENIORITY_EFFECTS[people.seniority]
        + words.DEPARTMENT_EFFECTS[people.department]
        + words.SIZE_EFFECTS[people.size]
        + words.INDUSTRY_EFFECTS[people.industry]
        + words.SOURCE_EFFECTS[people.source]
        + np.where(is_chief, np.where(is_small, 0.9, -0.3), 0.0)
        - np.where(people.free_mail, 0.5, 0.0)
        + seats
    )


def office_seconds(rng: np.random.Generator, country: IntArray) -> IntArray:
    """Draw a second of the UTC day, in the office hours of each country code."""
    local_hour = 7.5 + 10.5 * rng.beta(2.0, 2.0, size=len(country))
    seconds = (local_hour - words.UTC_OFFSET_HOURS[country]) * 3600
    return np.clip(seconds, 60, 86_399).astype(np.int64)


def _creations(rng: np.random.Generator, country: IntArray, days: int) -> tuple[IntArray, IntArray, IntArray]:
    """Draw days and seconds of creation, in order of time, and the order that sorted them."""
    weight = np.array([1.0 if is_workday(day) else 0.25 for day in range(days)])
    day = rng.choice(days, size=len(country), p=weight / weight.sum())
    second = office_seconds(rng, country)
    order = np.lexsort((second, day))
    return day[order], second[order], order


def _firms(rng: np.random.Generator, firms: int) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    size = rng.choice(len(words.SIZES), size=firms, p=words.SIZE_SHARES)
    industry = rng.integers(len(words.INDUSTRIES), size=firms)
    country = rng.choice(len(words.COUNTRIES), size=firms, p=words.COUNTRY_SHARES)
    return size, industry, country, rng.random(firms) < SCANNED_ACCOUNTS


def _seats(rng: np.random.Generator, size: IntArray) -> IntArray:
    seats = np.ceil(3 * 1.8**size * rng.lognormal(0.0, 0.7, size=len(size))).astype(np.int64)
    return np.where(rng.random(len(size)) < NO_SEATS, MISSING, seats)
