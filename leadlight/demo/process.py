"""The hidden process behind the made-up company: three stages, what they emit, how they end.

A lead is idle, curious or evaluating on each day; nobody sees which. On each day, in this order: the stage
emits events, the deal may close (won or lost), the stage may move. Stages, events and closings of a day depend
on that day's stage and on recorded attributes only, so that the forward filter in ``truth`` is exact.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from leadlight.demo.words import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

START: Final = np.datetime64("2025-11-01", "s")  # UTC; a Saturday
IDLE, CURIOUS, EVALUATING = 0, 1, 2

KINDS: Final = (
    "page_view",
    "pricing_view",
    "content_download",
    "demo_request",
    "webinar_registered",
    "call_by_rep",
    "meeting",
    "email_sent",
    "email_open",
    "email_click",
    "email_reply",
    "unsubscribe",
    "webinar_attended",
)
KIND: Final = {name: code for code, name in enumerate(KINDS)}
N_VISIT_KINDS: Final = 5  # the first five are the lead's own visits, then two of the rep

# Events per day and lead, by stage (row: idle, curious, evaluating) and kind (column).
VISIT_RATES: Final = np.array(
    [
        [0.012, 0.0006, 0.001, 0.0001, 0.0006],
        [0.340, 0.0320, 0.040, 0.0050, 0.0160],
        [1.000, 0.3200, 0.080, 0.0700, 0.0300],
    ]
)
REP_RATES: Final = np.array([[0.0100, 0.0003], [0.0360, 0.0036], [0.1760, 0.0720]])
REP_ZEAL: Final = 0.35  # reps call leads that fit better more often: rates times exp(zeal * fit)
WEEKEND_VISITS: Final = 0.25
FIRST_DAY_VISITS: Final = 3.0

# Chances by stage: an open for each mail, a click and a reply for each open, an unsubscribe for each mail.
OPEN_CHANCE: Final = np.array([0.12, 0.40, 0.55])
CLICK_CHANCE: Final = np.array([0.08, 0.25, 0.35])
REPLY_CHANCE: Final = np.array([0.01, 0.04, 0.15])
UNSUBSCRIBE_CHANCE: Final = np.array([0.012, 0.003, 0.002])
ATTEND_CHANCE: Final = np.array([0.25, 0.50, 0.65])  # for each webinar a lead has registered for
WELCOME_DAYS: Final = (1, 4, 9, 16, 25, 40, 60)  # days after creation; none at weekends
NEWSLETTER_WEEKDAY, WEBINAR_WEEKDAY, SATURDAY = 1, 3, 5  # Tuesday, Thursday

MOVE_UP: Final = np.array([0.009, 0.024, 0.0])  # per day; times exp(UP_FIT * fit)
MOVE_DOWN: Final = np.array([0.0, 0.030, 0.012])
UP_FIT: Final = 0.25
WIN_HAZARD: Final = np.array([0.0002, 0.0015, 0.0400])  # per workday; times exp(WIN_FIT * fit)
WIN_FIT: Final = 0.15
LOSS_HAZARD: Final = np.array([0.014, 0.008, 0.007])  # per workday
HIGHEST_HAZARD: Final = 0.2

# First stage by lead source, in the order of words.SOURCES.
FIRST_STAGE: Final = np.array(
    [
        [0.30, 0.45, 0.25],
        [0.40, 0.42, 0.18],
        [0.50, 0.38, 0.12],
        [0.50, 0.42, 0.08],
        [0.60, 0.34, 0.06],
        [0.66, 0.29, 0.05],
        [0.64, 0.32, 0.04],
        [0.93, 0.065, 0.005],
    ]
)


@dataclass(frozen=True)
class Chances:
    """Daily chances of n leads, one column per stage; all in [0, 1]."""

    first: FloatArray  # n x 3: stage on the day of creation
    up: FloatArray  # n x 3: move to the next stage
    won: FloatArray  # n x 3: on a workday after the first day
    lost: FloatArray  # n x 3: on a workday after the first day
    rep_zeal: FloatArray  # n: factor on the reps' rates

    def take(self, rows: IntArray) -> "Chances":
        """Give the chances of some leads, in the order of their row numbers."""
        return Chances(self.first[rows], self.up[rows], self.won[rows], self.lost[rows], self.rep_zeal[rows])


def chances_of(fit: FloatArray, *, source: IntArray, never_buys: BoolArray) -> Chances:
    """Give the daily chances that follow from recorded attributes.

    Parameters
    ----------
    fit : n log-factors, about -3 to 3.
    source : n codes into ``words.SOURCES``.
    never_buys : n flags; competitors and students cannot be won.
    """
    up = MOVE_UP * np.exp(UP_FIT * fit)[:, None]
    won = np.minimum(WIN_HAZARD * np.exp(WIN_FIT * fit)[:, None], HIGHEST_HAZARD)
    return Chances(
        first=FIRST_STAGE[source],
        up=np.minimum(up, 0.5),
        won=np.where(never_buys[:, None], 0.0, won),
        lost=np.broadcast_to(LOSS_HAZARD, won.shape),
        rep_zeal=np.exp(REP_ZEAL * fit),
    )


def weekday_of(day: int) -> int:
    """Give the weekday of a day of the simulation, Monday being 0.

    >>> weekday_of(0), weekday_of(2)
    (5, 0)
    """
    return (day + 5) % 7


def is_workday(day: int) -> bool:
    """Tell whether a day of the simulation is Monday to Friday."""
    return weekday_of(day) < SATURDAY


def visit_factor(day: int, created_day: IntArray) -> FloatArray:
    """Give the factor on ``VISIT_RATES`` for n leads: fewer at weekends, more on the first day."""
    base = 1.0 if is_workday(day) else WEEKEND_VISITS
    return np.where(created_day == day, FIRST_DAY_VISITS * base, base)


def next_webinar(day: IntArray) -> IntArray:
    """Give the day of the first webinar after each day.

    >>> next_webinar(np.array([0, 4, 5])).tolist()  # Saturday, Wednesday, Thursday
    [5, 5, 12]
    """
    return day + 7 - (day + 5 - WEBINAR_WEEKDAY) % 7
