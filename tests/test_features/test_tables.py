"""The frozen arrays that everything is computed from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.tables import EventArrays, LeadArrays, NumberColumn, TextColumn, concat_events, no_events

LEADS = LeadArrays(
    ids=("a", "b", "c"),
    created_us=np.array([10, 20, 30]),
    accounts=TextColumn(("acme",), np.array([0, -1, 0])),
    columns={"size": NumberColumn(np.array([1.0, np.nan, 3.0])), "city": TextColumn.of(["Ulm", "Bern", None])},
)
EVENTS = EventArrays(np.array([2, 0, 1, 2]), np.array([0, 1, 0, 1]), np.arange(4), np.arange(4) + 5, ("call", "visit"))


@given(st.lists(st.none() | st.text(max_size=3)))
def test_a_text_column_gives_its_cells_back(cells: list[str | None]) -> None:
    column = TextColumn.of(cells)

    assert [column.cell(row) for row in range(len(cells))] == cells
    assert list(column.levels) == sorted({cell for cell in cells if cell is not None})


def test_leads_are_taken_with_all_that_belongs_to_them() -> None:
    taken = LEADS.take(np.array([2, 0]))

    assert (len(taken), taken.ids) == (2, ("c", "a"))
    assert taken.created_us is not None
    assert taken.created_us.tolist() == [30, 10]
    assert [taken.columns["city"].cell(row) for row in (0, 1)] == [None, "Ulm"]  # type: ignore[union-attr]
    assert taken.columns["size"].values.tolist() == [3.0, 1.0]  # type: ignore[union-attr]


def test_leads_without_times_are_taken_without_times() -> None:
    flat = LeadArrays(("a", "b"), None, TextColumn((), np.array([-1, -1])), {})

    assert flat.take(np.array([1])).created_us is None


def test_leads_of_an_account_are_one_group_and_others_groups_of_their_own() -> None:
    assert [LEADS.group_of(row) for row in range(3)] == ["account:acme", "lead:b", "account:acme"]


def test_a_lead_named_like_an_account_is_not_of_its_group() -> None:
    leads = LeadArrays(("acme", "b"), None, TextColumn(("acme",), np.array([-1, 0])), {})

    assert leads.group_of(0) != leads.group_of(1)


def test_events_of_some_leads_are_renumbered() -> None:
    own = EVENTS.of_leads(np.array([2, 1]), len(LEADS))

    assert own.lead.tolist() == [0, 1, 0]
    assert own.at_us.tolist() == [0, 2, 3]
    assert own.recorded_us is not None
    assert own.recorded_us.tolist() == [5, 7, 8]


def test_taking_changes_nothing_in_what_is_taken_from() -> None:
    EVENTS.of_leads(np.array([2]), len(LEADS))
    LEADS.take(np.array([1]))

    assert EVENTS.lead.tolist() == [2, 0, 1, 2]
    assert LEADS.ids == ("a", "b", "c")


def test_an_empty_log_has_no_event() -> None:
    empty = no_events()

    assert len(empty) == 0
    assert len(empty.of_leads(np.array([0]), 3)) == 0


def test_logs_are_joined_with_what_their_events_say() -> None:
    one, other = (
        EventArrays(
            np.array([0]), np.array([0]), np.array([5]), None, (kind,),
            channel=TextColumn.of([channel]), value=np.array([value]),
        )
        for kind, channel, value in (("call", "web", 1.0), ("visit", None, 2.0))
    )  # fmt: skip

    joined = concat_events([one, other, one])

    assert joined.channel is not None
    assert [joined.channel.cell(row) for row in range(3)] == ["web", None, "web"]
    assert joined.value is not None
    assert joined.value.tolist() == [1.0, 2.0, 1.0]
    assert joined.content is None
