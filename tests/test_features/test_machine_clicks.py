"""Which events a machine made, and from when on that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.behaviour import behaviour_features, see_events
from features.machine_clicks import (
    BURST_CLICKS,
    BURST_LINKS,
    BURST_SECONDS,
    INSTANT_SECONDS,
    MachineCounts,
    MailColumns,
    count_machine_events,
    judge_machines,
)
from features.mail_roles import mail_role
from features.nearby import pairs_of, window_of
from features.snapshots import Snapshots
from features.tables import MICROSECONDS_PER_SECOND as SECOND
from features.tables import NEVER_US, EventArrays, TextColumn

TYPES = ("email_click", "email_open", "email_sent", "unsubscribe", "visit")
#: Not the time of a minute.
NINE = 9 * 3600 * SECOND + 7 * SECOND


@dataclass(frozen=True)
class Did:
    """One event in a test: seconds after nine, and what the log says of it."""

    type: str
    at: float
    lead: int = 0
    message: int = -1
    link: int = -1
    recorded: float | None = None
    by_machine: bool = False

    @property
    def at_us(self) -> int:
        return NINE + round(self.at * SECOND)

    @property
    def known_us(self) -> int:
        return self.at_us if self.recorded is None else max(self.at_us, NINE + round(self.recorded * SECOND))


def log_of(did: Sequence[Did]) -> tuple[EventArrays, MailColumns]:
    events = EventArrays(
        lead=np.array([one.lead for one in did], dtype=np.int64),
        type_code=np.array([TYPES.index(one.type) for one in did], dtype=np.int64),
        at_us=np.array([one.at_us for one in did], dtype=np.int64),
        recorded_us=np.array([one.known_us for one in did], dtype=np.int64),
        types=TYPES,
        channel=TextColumn.of("web bot" if one.by_machine else None for one in did),
    )
    columns = MailColumns(
        message=np.array([one.message for one in did], dtype=np.int64),
        link=np.array([one.link for one in did], dtype=np.int64),
    )
    return events, columns


def machine_from(did: Sequence[Did]) -> list[float | None]:
    """Seconds after nine from which on each event is known to be a machine's."""
    events, _ = judge_machines(*log_of(did), {})
    if events.machine_from_us is None:
        return [None] * len(did)
    return [None if us == NEVER_US else (us - NINE) / SECOND for us in events.machine_from_us.tolist()]


@pytest.mark.parametrize(
    ("did", "expected"),
    [
        ([Did("email_sent", 0), Did("email_click", 19.9)], [None, 19.9]),
        ([Did("email_sent", 0), Did("email_click", INSTANT_SECONDS)], [None, INSTANT_SECONDS]),
        ([Did("email_sent", 0), Did("email_click", INSTANT_SECONDS + 1e-6)], [None, None]),
        ([Did("email_sent", 0), Did("email_open", 3)], [None, 3]),
        ([Did("email_sent", 0), Did("unsubscribe", 6)], [None, 6]),
        ([Did("email_sent", 0), Did("visit", 3)], [None, None]),
        ([Did("email_click", 0), Did("email_sent", 1)], [None, None]),
        ([Did("email_sent", 0, message=1), Did("email_click", 3, message=2)], [None, None]),
        ([Did("email_sent", 0, message=1), Did("email_click", 3, message=1)], [None, 3]),
        ([Did("email_sent", 0), Did("email_click", 3, message=1)], [None, 3]),
        ([Did("email_sent", 0, message=1), Did("email_click", 3)], [None, 3]),
        ([Did("email_sent", 0), Did("email_click", 3, lead=1)], [None, None]),
    ],
)
def test_what_follows_the_sending_of_its_mail_at_once_is_a_machines(
    did: Sequence[Did], expected: Sequence[float | None]
) -> None:
    assert machine_from(did) == expected


def clicks(*at: float, links: Sequence[int] | None = None, message: int = 1) -> list[Did]:
    return [Did("email_click", s, message=message, link=i if links is None else links[i]) for i, s in enumerate(at)]


@pytest.mark.parametrize(
    ("did", "expected"),
    [
        (clicks(0, 1, 2), [2, 2, 2]),
        (clicks(0, 1), [None, None]),
        (clicks(0, 1, 2, links=[0, 1, 1]), [None] * 3),
        (clicks(0, BURST_SECONDS, 2 * BURST_SECONDS), [None, 10, None]),
        (clicks(0, 1, 2) + clicks(2.5, message=2), [2, 2, 2, None]),
        ([*clicks(0, 1, 2), Did("unsubscribe", 4, message=1)], [2, 2, 2, 4]),
        ([*clicks(0, 1, 2), Did("email_open", -3, message=1)], [2, 2, 2, 2]),
        ([*clicks(0, 1, 2), Did("unsubscribe", 60, message=1)], [2, 2, 2, None]),
        ([Did("email_click", s) for s in (0, 1, 2, 3)], [None] * 4),
        ([Did("email_click", s) for s in (0, 1, 2, 3, 4)], [4] * 5),
    ],
)
def test_what_lies_in_a_burst_of_clicks_is_a_machines_from_its_last_needed_click_on(
    did: Sequence[Did], expected: Sequence[float | None]
) -> None:
    assert machine_from(did) == expected


def test_a_verdict_waits_for_what_is_recorded_late() -> None:
    late_send = [Did("email_sent", 0, recorded=500), Did("email_click", 3)]
    late_link = [*clicks(0, 1), Did("email_click", 2, message=1, link=7, recorded=500)]

    assert machine_from(late_send) == [None, 500]
    assert machine_from(late_link) == [500, 500, 500]


def test_a_later_record_of_a_nearer_sending_delays_no_verdict() -> None:
    did = [Did("email_sent", 0), Did("email_sent", 2, recorded=500), Did("email_click", 3)]

    assert machine_from(did)[2] == 3


def test_what_the_log_calls_a_machine_is_one() -> None:
    assert machine_from([Did("visit", 5, by_machine=True), Did("visit", 6)]) == [5, None]


@pytest.mark.parametrize("minute", [53.0, 60 * 15 - 7 - 1e-6])  # nine and a minute; the end of a quarter of an hour
def test_equal_times_told_to_the_minute_or_the_day_prove_nothing(minute: float) -> None:
    burst = [Did("email_click", minute, message=1, link=link) for link in range(BURST_CLICKS)]

    assert machine_from([Did("email_sent", minute, message=1), *burst]) == [None] * (BURST_CLICKS + 1)


def test_events_are_counted_by_the_rule_that_knew_first() -> None:
    did = [Did("email_sent", 0, message=1), *clicks(1, 2, 3), *clicks(100, 101, 102), Did("visit", 5, by_machine=True)]

    _, counts = judge_machines(*log_of(did), {})

    assert counts == MachineCounts(named=1, instant=3, burst=3)


def test_a_log_of_people_is_left_as_it_is() -> None:
    events, columns = log_of([Did("email_sent", 0), Did("email_click", 300)])

    judged, counts = judge_machines(events, columns, {})

    assert judged is events
    assert counts.total == 0


def seen_types(did: Sequence[Did], as_of: float) -> list[str]:
    events, _ = judge_machines(*log_of(did), {})
    seen = see_events(events, Snapshots(np.array([0]), np.array([NINE + round(as_of * SECOND)])))
    return sorted(TYPES[code] for code in seen.type_code.tolist())


def test_a_click_counts_until_its_burst_is_known_and_for_nothing_from_then_on() -> None:
    did = [*clicks(0, 1, 2), Did("unsubscribe", 3, message=1), Did("visit", 0)]

    assert seen_types(did, 2) == ["email_click", "email_click", "visit"]  # the third is not known yet
    assert seen_types(did, 2 + 1e-6) == ["visit"]
    assert seen_types(did, 4) == ["visit"]


def test_machine_events_are_counted_apart_by_what_was_known() -> None:
    events, _ = judge_machines(*log_of([*clicks(0, 1, 2), Did("visit", 0)]), {})
    as_of = NINE + np.array([1, 2, 3]) * SECOND

    counted = count_machine_events(events, Snapshots(np.zeros(3, dtype=np.int64), as_of))

    assert counted.tolist() == [0, 0, 3]
    assert count_machine_events(events.of_people(), Snapshots(np.array([0]), as_of[:1])).tolist() == [0]


SECONDS = st.integers(0, 9).map(float) | st.integers(10, 45).map(float) | st.sampled_from([53.0, 52.999999, 5.5])
DID = st.lists(
    st.builds(
        Did,
        st.sampled_from(["email_click"] * 4 + [*TYPES]),
        SECONDS,
        st.sampled_from([0, 0, 0, 1]),
        st.sampled_from([1, 1, 1, -1, 0]),
        st.integers(-1, 3),
        st.none() | st.none() | SECONDS,
        st.sampled_from([False] * 9 + [True]),
    ),
    max_size=12,
)


def is_coarse(one: Did) -> bool:
    return one.at_us % (60 * SECOND) in (0, 60 * SECOND - 1)


def plainly_judged(one: Did, known: Sequence[Did]) -> bool:
    """The three rules as the docstring has them, of what is known."""
    if one.by_machine:
        return True
    if mail_role(one.type) in ("none", "sent"):
        return False
    mine = [other for other in known if other.lead == one.lead]
    for other in mine:
        if other.type == "email_sent" and (other.message == one.message or -1 in (other.message, one.message)):
            waited = one.at_us - other.at_us
            if 0 <= waited <= INSTANT_SECONDS * SECOND and not (waited == 0 and is_coarse(one)):
                return True
    near = [
        other
        for other in mine
        if other.type == "email_click" and other.message == one.message and not is_coarse(other)
        if abs(other.at_us - one.at_us) <= BURST_SECONDS * SECOND
    ]
    return len({other.link for other in near} - {-1}) >= BURST_LINKS or len(near) >= BURST_CLICKS


@settings(deadline=None, max_examples=300)
@given(DID, st.integers(0, 60).map(float))
def test_a_verdict_at_a_time_is_what_the_rules_say_of_what_was_known_by_then(did: list[Did], as_of: float) -> None:
    as_of_us = NINE + round(as_of * SECOND)
    known = [one for one in did if one.known_us < as_of_us]

    events, _ = judge_machines(*log_of(did), {})

    from_us = np.full(len(did), NEVER_US) if events.machine_from_us is None else events.machine_from_us
    judged = [bool(us < as_of_us) for us, one in zip(from_us, did, strict=True) if one.known_us < as_of_us]
    assert judged == [plainly_judged(one, known) for one in known]


@settings(deadline=None)
@given(DID, st.randoms(use_true_random=False))
def test_a_shuffled_log_gives_the_same_bytes(did: list[Did], random: Random) -> None:
    mixed = list(did)
    random.shuffle(mixed)
    snapshots = Snapshots(np.array([0, 1]), np.full(2, NINE + 30 * SECOND))

    both = [behaviour_features(judge_machines(*log_of(log), {})[0], snapshots, TYPES).tobytes() for log in (did, mixed)]

    assert both[0] == both[1]


def test_a_log_of_many_types_is_judged_as_one_of_few(monkeypatch: pytest.MonkeyPatch) -> None:
    did = [*clicks(0, 1, 2), *clicks(400, 500, 600, message=2)]
    few = machine_from(did)
    monkeypatch.setattr("features.machine_clicks._FEW_TYPES", 0)

    assert machine_from(did) == few
    assert len(set(few)) > 1


def test_windows_hold_both_their_ends() -> None:
    group, at = np.array([1, 0, 1, 1]), np.array([5, 5, 7, 9])  # sorted: 0@5, then 1@5, 1@7, 1@9

    start, stop = window_of(group, at, np.array([1, 0]), np.array([5, 6]), np.array([7, 9]))

    assert (start.tolist(), stop.tolist()) == ([1, 1], [3, 1])


def test_pairs_come_in_parts_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("features.nearby._PAIRS", 2)
    start, stop = np.array([0, 2, 2, 0]), np.array([3, 2, 4, 1])

    found = [(row, near) for rows, nears in pairs_of(start, stop) for row, near in zip(rows, nears, strict=True)]

    assert found == [(0, 0), (0, 1), (0, 2), (2, 2), (2, 3), (3, 0)]
