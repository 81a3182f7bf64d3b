"""Words in conditions that no cell has, and thresholds that nobody can reach."""

from dataclasses import replace

import numpy as np
import pytest

from features.tables import NumberColumn, TextColumn
from models.rules.reach import out_of_reach
from models.rules.unseen import unseen_values
from tests.rulebooks import book, event, leads, log

TABLE = leads(3, country=TextColumn.of(["Chile", "Peru", None]), size=NumberColumn(np.array([1.0, 2.0, 3.0])))
LOG = log(event("visit", channel="Web site", content="pricing"))


def unseen(when: str) -> list[str]:
    rulebook = book(f"{{id: r, when: {when}, points: 1, group: fit}}")
    return [each.why for each in unseen_values(rulebook, TABLE, LOG)]


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("{field: country, is: Chiel}", ["no cell of column 'country' is 'Chiel'; the nearest is 'Chile'"]),
        ("{field: country, not_in: [peru, Bolivia]}", ["no cell of column 'country' is 'Bolivia'"]),
        ("{field: country, matches: 'chiel|pelu'}", ["no cell of column 'country' matches 'chiel|pelu'"]),
        ("{not: {event: visit, channel: web_site}}", []),
        ("{event: visit, channel: [mail]}", ["no event has the channel 'mail'"]),
        ("{event: visit, content: pricings}", ["no event has the content 'pricings'; the nearest is 'pricing'"]),
        ("{field: country, is: ' CHILE '}", []),
        ("{field: size, is: 7}", []),
        ("{list: [rival.com]}", []),
    ],
)
def test_words_that_no_cell_has_are_told_with_the_nearest(when: str, why: list[str]) -> None:
    assert unseen(when) == why


def test_a_log_without_channels_is_told_of() -> None:
    rulebook = book("{id: r, when: {event: visit, channel: web}, points: 1, group: fit}")

    (found,) = unseen_values(rulebook, TABLE, replace(LOG, channel=None))

    assert (found.place, found.why) == (
        ("rules", 0, "when"),
        "the events have no channel; name its column by `events.channel` in leadlight.yaml",
    )


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("{field: size, within: 30d}", ["column 'size' is read as number, and `within` asks for a date"]),
        ("{field: due, at_least: 5}", ["column 'due' is read as date, and `at_least` asks for no date; "]),
        ("{field: due, ahead: 5d}", []),
        ("{field: due, missing: true}", []),
    ],
)
def test_dates_and_numbers_that_are_mixed_up_are_told(when: str, why: list[str]) -> None:
    rulebook = book(f"{{id: r, when: {when}, points: 1, group: fit}}")
    table = leads(3, due=TABLE.columns["size"], **TABLE.columns)

    found = unseen_values(rulebook, table, LOG, {"size": "number", "due": "date"})

    assert [each.why[: len(start)] for each, start in zip(found, why, strict=True)] == why


FIT = "{id: a, when: {field: country, is: Peru}, points: 30, group: fit}, "
VISITS = "{id: b, when: {event: visit}, points: 10, group: engagement, cap: 45}"


@pytest.mark.parametrize(
    ("sections", "places"),
    [
        ({}, [("levels", "fit"), ("stages", "sql", "points")]),
        ({"levels": "{fit: [15, 30], engagement: [15, 46]}"}, [("levels", "engagement"), ("stages", "sql", "points")]),
        ({"levels": "{fit: [15, 30], engagement: [15, 40]}", "stages": "{mql: {points: 40}, sql: {points: 75}}"}, []),
        (
            {"levels": "{fit: [1, 2], engagement: [1, 2]}", "caps": "{total: 39}"},
            [("stages", "mql", "points"), ("stages", "sql", "points")],
        ),
        (
            {
                "levels": "{fit: [1, 2], engagement: [1, 2]}",
                "stages": "{mql: {points: 1}, sql: {points: 99, or_event: x}}",
            },
            [],
        ),
    ],
)
def test_thresholds_beyond_all_points_are_found(sections: dict[str, str], places: list[tuple[str, ...]]) -> None:
    found = out_of_reach(book(FIT + VISITS, **sections))

    assert [place for place, _ in found] == places
    assert all("found that" in why and "lower it, or raise" in why for _, why in found)


def test_points_of_every_event_have_no_bound() -> None:
    assert (
        out_of_reach(book(FIT + VISITS.replace(", cap: 45", ""), levels="{fit: [1, 30], engagement: [1, 999]}")) == ()
    )
