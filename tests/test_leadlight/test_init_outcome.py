"""The outcome column, its words, and when it closed."""

from pathlib import Path

import pytest

from leadlight.init.facts import ColumnFacts, TableFacts
from leadlight.init.outcome import find_closing, find_outcome, meaning_of


def table(**columns: list[str]) -> TableFacts:
    facts = {name: ColumnFacts(name, tuple(cells)) for name, cells in columns.items()}
    return TableFacts(Path("t.csv"), facts, len(next(iter(columns.values()))))


@pytest.mark.parametrize(
    ("cell", "meaning"),
    [
        ("1", "won"), ("No", "lost"), ("closedwon", "won"), ("closed_lost", "lost"), ("Not Contacted", "open"),
        ("Closed - Not Converted", "lost"), ("Not interested", "lost"), ("Customer", "won"), ("Unqualified", "lost"),
        ("Former customer", "lost"), ("Appointment Scheduled", "open"), ("Pre-Qualified", "open"), ("blue", None),
    ],
)  # fmt: skip
def test_a_word_says_won_lost_or_open(cell: str, meaning: str | None) -> None:
    assert meaning_of(cell) == meaning


@pytest.mark.parametrize(
    ("columns", "column", "won", "lost"),
    [
        ({"visits": ["3", "4"], "Converted": ["0", "1"]}, "Converted", ("1",), None),
        ({"default": ["no", "yes"], "y": ["no", "yes"]}, "y", ("yes",), None),
        ({"Conversion (Target)": ["0", "1"], "b": ["0", "1"]}, "Conversion (Target)", ("1",), None),
        ({"converted_within_90_days": ["False", "True"]}, "converted_within_90_days", ("True",), None),
        ({"is_customer": ["True", "False"]}, "is_customer", ("True",), None),
        ({"outcome": ["won", "lost", ""]}, "outcome", ("won",), None),
        ({"outcome": ["won", "no decision", "price", "open"]}, "outcome", ("won",), ("no decision", "price")),
        ({"Deal Stage": ["Closed Won", "Closed Lost", "Demo"]}, "Deal Stage", ("Closed Won",), ("Closed Lost",)),
        ({"Lifecycle Stage": ["Customer", "Lead", "MQL"]}, "Lifecycle Stage", ("Customer",), ()),
        ({"Status": ["Won", "Open"]}, "Status", ("Won",), ()),
        # a status that tells open from lost says more than a flag
        (
            {"IsConverted": ["true", "false", "false"], "Status": ["Converted", "Open", "Not Converted"]},
            "Status",
            ("Converted",),
            ("Not Converted",),
        ),
        ({"result": ["won", "won"]}, "result", ("won",), None),
        ({"Converted": ["0", "0"]}, "Converted", ("1",), None),
    ],
)  # fmt: skip
def test_the_outcome_is_told_by_name_and_words(
    columns: dict[str, list[str]], column: str, won: tuple[str, ...], lost: tuple[str, ...] | None
) -> None:
    found = find_outcome(table(**columns))

    assert found is not None
    assert (found.column, found.won, found.lost, found.ask) == (column, won, lost, "")


def test_without_a_telling_name_the_last_column_of_two_values_is_taken_with_a_question() -> None:
    found = find_outcome(table(a=["x", "y"], b=["yes", "no"]))

    assert found is not None
    assert found.column == "b"
    assert found.ask


def test_of_two_values_that_say_nothing_the_rarer_means_won() -> None:
    found = find_outcome(table(target=["A", "B", "A"]))

    assert found is not None
    assert found.won == ("B",)
    assert "rarer" in found.ask


@pytest.mark.parametrize("columns", [{"plan": ["free", "team"]}, {"newsletter": ["yes", "no"], "size": ["1", "2"]}])
def test_other_columns_of_two_values_are_no_outcome(columns: dict[str, list[str]]) -> None:
    assert find_outcome(table(**columns)) is None


def test_won_and_lost_in_words_are_an_outcome_wherever_they_stand() -> None:
    found = find_outcome(table(ending=["closed won", "closed lost"], size=["1", "2"]))

    assert found is not None
    assert (found.column, found.won) == ("ending", ("closed won",))
    assert found.ask


def test_a_column_of_many_values_is_no_outcome_whatever_its_name() -> None:
    assert find_outcome(table(target=["1", "2", "0"], response=["a", "b", "c"])) is None


def test_the_closing_time_is_filled_for_what_was_won() -> None:
    deals = table(status=["won", "lost", "open"], when=["2026-01-02", "2026-01-03", ""], other=["", "", "2026-01-01"])
    outcome = find_outcome(deals)

    assert outcome is not None
    closing = find_closing(deals, outcome, ["other", "when"])
    assert closing is not None
    assert (closing.column, closing.outcome.lost, closing.ask) == ("when", ("lost",), "")


def test_losses_without_a_time_count_as_open_and_it_is_asked() -> None:
    leads = table(converted=["1", "0", "1"], converted_at=["2026-01-02", "", "2026-01-03"])
    outcome = find_outcome(leads)

    assert outcome is not None
    closing = find_closing(leads, outcome, ["converted_at"])
    assert closing is not None
    assert closing.outcome.lost == ()
    assert "counts as open" in closing.ask


def test_wins_without_a_time_have_no_closing_column() -> None:
    leads = table(converted=["1", "0", "1"], updated=["2026-01-02", "2026-01-02", ""])
    outcome = find_outcome(leads)

    assert outcome is not None
    assert find_closing(leads, outcome, ["updated"]) is None
