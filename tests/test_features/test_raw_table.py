"""Tables as they were written, one below the other."""

from features.raw_table import Fault, Place, RawTable, joined


def test_rows_of_several_files_keep_their_places() -> None:
    first = RawTable("a.csv", {"id": ["1", "2"], "x": ["7", "8"]}, 2, (Place("a.csv"),))
    second = RawTable("b.csv", {"id": ["3"]}, 1, (Place("b.csv", 0, 5),), {0: Fault("id", "3", "why")})

    table = joined([first, second], "a.csv and 1 more")

    assert list(table["x"]) == ["7", "8", ""]
    assert [table.place_of(row) for row in range(3)] == [("a.csv", 2), ("a.csv", 3), ("b.csv", 5)]
    assert table.faults == {2: Fault("id", "3", "why")}


def test_a_choice_of_rows_knows_where_they_stood() -> None:
    table = RawTable("a.csv", {"id": ["1", "2", "3"]}, 3, (Place("a.csv"),), {2: Fault("id", "3", "why")})

    chosen = table.take([0, 2]).take([1])

    assert (list(chosen["id"]), chosen.place_of(0)) == (["3"], ("a.csv", 4))
    assert chosen.faults == {0: Fault("id", "3", "why")}
