from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.id_positions import IdPositions

pa = pytest.importorskip("pyarrow")

#: Texts of one, two and more bytes a character, of every length around that of a word, with a zero byte among them.
TEXTS = st.text(st.sampled_from("aé€😀\0"), min_size=1, max_size=10)


def found(ids: Sequence[str], asked: Sequence[str | None]) -> list[int]:
    return [int(position) for position in IdPositions.of(ids).find(pa.array(asked, pa.string()))]


@given(st.lists(TEXTS, unique=True, max_size=40), st.lists(st.none() | TEXTS, max_size=40))
def test_every_text_is_found_where_it_stands_and_no_other(ids: list[str], others: list[str | None]) -> None:
    asked = [*ids, *others, ""]

    assert found(ids, asked) == [ids.index(text) if text in ids else -1 for text in asked]


@given(st.integers(1, 40), st.lists(st.integers(0, 10**6), unique=True, min_size=1, max_size=40))
def test_ids_of_one_length_are_found_as_those_of_several(width: int, numbers: list[int]) -> None:
    ids = [str(number).rjust(max(width, 7), "-") for number in numbers]

    assert found(ids, ids) == list(range(len(ids)))
    assert found(ids, [*ids, "-", None]) == [*range(len(ids)), -1, -1]


@pytest.mark.parametrize(
    "other", ["L-0000001\0", "L-000001", "L-00000010", "L-0000001 and more", "\0L-0000001", "L-0000001\u00ff", ""]
)
def test_a_text_that_only_begins_or_ends_like_an_id_is_none(other: str) -> None:
    assert found(["L-0000001", "L-0000002"], ["L-0000001", other]) == [0, -1]
    assert found(["L-0000001", "L-0000002"], [other]) == [-1]


def test_many_ids_that_differ_in_little_are_told_apart() -> None:
    ids = [f"{number:06d}" for number in range(20_000)]
    order = np.random.default_rng(0).permutation(len(ids))

    positions = IdPositions.of(ids).find(pa.array([ids[i] for i in order]))

    assert positions.dtype == np.int32
    np.testing.assert_array_equal(positions, order)


def test_one_long_id_among_short_ones_hides_none() -> None:
    long = "x" * 128

    assert found(["a", long, "x" * 8], ["x" * 8, "a", "x" * 16, "x" * 7]) == [2, 0, -1, -1]
    assert found(["a", long, "x" * 8], ["x" * 127, long, "x" * 129, "a"]) == [-1, 1, -1, 0]


def test_an_id_that_goes_on_where_the_text_ends_is_another_even_where_both_fall_into_one_slot() -> None:
    # a table of one id has eight slots, so that some of these fall into that of the id
    texts = [f"{number:08d}" for number in range(100)]

    assert [found([f"{text} and more"], [text]) for text in texts] == [[-1]] * 100


def test_a_part_of_a_longer_column_is_read_from_its_own_rows() -> None:
    column = pa.array(["a", "bb", None, "ccc", "dddddddddd"])

    positions = IdPositions.of(["ccc", "bb"])

    assert [positions.find(column.slice(start, 2)).tolist() for start in range(4)] == [
        [-1, 1],
        [1, -1],
        [-1, 0],
        [0, -1],
    ]


def test_among_no_ids_nothing_is_found() -> None:
    assert found([], ["a", "", None]) == [-1, -1, -1]
    assert found(["a"], []) == []
