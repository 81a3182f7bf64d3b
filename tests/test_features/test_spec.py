"""What is learned from the tables before training."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter

from features.actors import Actor
from features.build import feature_names
from features.derived import Derived
from features.responsiveness import RESPONSIVENESS
from features.rhythm import RHYTHM
from features.sources import BadProject
from features.spec import MAX_EVENT_TYPES, FeatureSpec, commonest_types, learn_spec
from features.tables import Column, EventArrays, Kind, LeadArrays, NumberColumn, TextColumn, no_events


def events_of(**counts: int) -> EventArrays:
    types = tuple(sorted(counts))
    code = np.repeat(np.arange(len(types)), [counts[name] for name in types])
    return EventArrays(np.zeros(len(code), dtype=np.int64), code, np.arange(len(code)), None, types)


def leads_with(columns: Mapping[str, Column], *, has_times: bool = True) -> LeadArrays:
    return LeadArrays(("a", "b", "c"), np.arange(3) if has_times else None, TextColumn((), np.full(3, -1)), columns)


def numbers(*values: float) -> NumberColumn:
    return NumberColumn(np.array(values))


def test_the_commonest_types_are_kept_ties_by_name() -> None:
    assert commonest_types(events_of(d=1, c=2, b=1, a=1), limit=3) == ("a", "b", "c")


def test_forty_types_are_kept_and_the_rest_is_other() -> None:
    events = events_of(**{f"t{i:02}": 1 + (i >= 5) for i in range(45)})

    kept = commonest_types(events)

    assert len(kept) == MAX_EVENT_TYPES == 40
    assert kept == tuple(f"t{i:02}" for i in range(5, 45))


def test_a_type_without_an_event_is_not_kept() -> None:
    assert commonest_types(events_of(a=0, b=1)) == ("b",)
    assert commonest_types(no_events()) == ()


def test_a_type_that_is_called_other_or_any_counts_as_other() -> None:
    spec = learn_spec(leads_with({}), events_of(other=9, any=9, call=1), {})

    assert spec.event_types == ("call",)
    assert len(set(feature_names(spec))) == len(feature_names(spec))


@pytest.mark.parametrize(
    ("column", "is_kept"),
    [
        (numbers(1, 2, 1), True),
        (numbers(1, np.nan, 1), True),
        (numbers(1, 1, 1), False),
        (numbers(np.nan, np.nan, np.nan), False),
        (TextColumn.of(["x", None, "x"]), True),
        (TextColumn.of(["x", "x", "x"]), False),
        (TextColumn.of([None, None, None]), False),
    ],
)
def test_a_column_with_one_value_only_is_left_out(column: Column, is_kept: bool) -> None:
    kind: Kind = "number" if isinstance(column, NumberColumn) else "category"
    spec = learn_spec(leads_with({"size": column}), None, {"size": kind})

    assert (*spec.numbers, *spec.categories) == (("size",) if is_kept else ())


def test_columns_become_features_by_their_kind_in_the_order_of_their_names() -> None:
    kinds: dict[str, Kind] = {"z": "number", "f": "flag", "d": "date", "t": "title", "l": "country", "c": "category"}
    kinds |= {"n": "text", "i": "ignore"}
    texts = TextColumn.of(["x", "y", "z"])
    columns = {name: numbers(1, 2, 3) if name in "zfd" else texts for name in kinds if name != "i"}

    spec = learn_spec(leads_with(columns), None, kinds)

    assert (spec.numbers, spec.dates, spec.categories) == (("f", "z"), ("d",), ("c",))
    assert spec.derived == (Derived("country", ("l",)),)  # the titles of x, y and z tell nothing
    assert list(spec.kinds) == sorted(kinds)


def test_texts_of_people_are_never_a_category_but_what_they_say_is() -> None:
    columns = {"t": TextColumn.of(["CEO", "Clerk", "CEO"]), "e": TextColumn.of(["a@x.de", "b@gmail.com", "c@x.de"])}
    kinds: dict[str, Kind] = {"t": "title", "e": "email"}

    spec = learn_spec(leads_with(columns), None, kinds)

    assert spec.categories == ()
    assert spec.category_names == ("seniority:t", "mailbox:e")


def test_a_category_of_mail_addresses_is_left_out() -> None:
    columns = {"who": TextColumn.of(["a@x.de", "b@x.de", "unclear"])}

    assert learn_spec(leads_with(columns), None, {"who": "category"}).category_names == ()


def test_a_derived_feature_that_says_the_same_of_all_is_left_out() -> None:
    columns = {"t": TextColumn.of(["CEO", "Chairman", "Founder"])}

    assert learn_spec(leads_with(columns), None, {"t": "title"}).derived == ()


def test_a_flat_table_has_no_features_of_time() -> None:
    spec = learn_spec(leads_with({"d": numbers(1, 2, 3)}, has_times=False), None, {"d": "date"})

    assert (spec.dates, spec.has_times, spec.has_events) == ((), False, False)
    assert feature_names(spec) == ()


@pytest.mark.parametrize(
    ("counts", "actors", "timeline"),
    [
        ({"visit": 2}, {}, RHYTHM),
        ({"visit": 2, "call_by_rep": 1}, {}, (*RHYTHM, *RESPONSIVENESS)),
        ({"visit": 2, "W_Nabellen": 1}, {"W_Nabellen": "rep"}, (*RHYTHM, *RESPONSIVENESS)),
        ({"email_sent": 2}, {}, ()),
        ({}, {}, ()),
    ],
    ids=["leads alone", "leads and reps", "reps by the project's word", "reps alone", "no events"],
)
def test_what_a_log_can_not_tell_is_no_feature(
    counts: Mapping[str, int], actors: Mapping[str, Actor], timeline: tuple[str, ...]
) -> None:
    spec = learn_spec(leads_with({}), events_of(**counts), {}, actors)

    assert (spec.timeline, spec.actors) == (timeline, actors)
    assert set(spec.timeline) <= set(feature_names(spec))


def test_without_a_log_there_is_no_timeline() -> None:
    assert learn_spec(leads_with({}), None, {}).timeline == ()


def test_a_spec_comes_back_from_json_and_an_older_one_has_no_timeline() -> None:
    spec = learn_spec(leads_with({}), events_of(visit=1, call=1), {}, {"call": "rep"})
    adapter = TypeAdapter(FeatureSpec)
    older = {key: value for key, value in adapter.dump_python(spec).items() if key not in ("timeline", "actors")}

    assert adapter.validate_json(adapter.dump_json(spec)) == spec
    assert adapter.validate_python(older) == replace(spec, timeline=(), actors={})


@pytest.mark.parametrize(
    "name", ["lead_age_days", "call.count", "any.days_since_last", "any.active_days", "responsiveness.unanswered"]
)
@pytest.mark.parametrize("kind", ["number", "category"])
def test_a_column_may_not_be_called_as_a_computed_feature(name: str, kind: Kind) -> None:
    column = numbers(1, 2, 3) if kind == "number" else TextColumn.of(["x", "y", "z"])

    with pytest.raises(BadProject, match=f"'{name}' has the name of a computed feature; rename it"):
        learn_spec(leads_with({name: column}), events_of(call=1, email_sent=1), {name: kind})
