"""Conditions: what must have happened, or what must be known, for a rule, a gate or a stage to hold."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from models.rules.scalars import Count, Day, Domains, Duration, Names, Number, Pattern, Section, Value, Values

#: The tests of a field, as they are written.
TESTS = (
    *("matches", "is", "in", "not", "not_in", "at_least", "at_most", "above", "below", "missing", "present"),
    *("domain", "list", "within", "ahead"),
)
#: Of a column of dates, held against the time of the score.
DATE_TESTS = frozenset({"within", "ahead"})
NUMBER_TESTS = frozenset({"at_least", "at_most", "above", "below"})
#: Stands for every type in `event`.
ANY_EVENT = "any"
_SOME = Annotated[tuple["Condition", ...], Field(min_length=1)]
_EMAIL_COLUMNS = ("email", "email_address", "e_mail", "work_email", "person_email", "email_domain")


class NumberTest(Section):
    """One or two bounds of a number."""

    at_least: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    below: Number | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("found no bound, expected one of at_least, at_most, above, below; add one")
        return self


class EventCondition(Section):
    """Something that happened: events of these types that pass every test given.

    `within` and times are microseconds; an event exactly `within` old still counts. `since` is the first day that
    counts, `before` the first that no longer does. `at_least` and `at_most` bound how many there must be.
    """

    event: Names
    within: Duration | None = None
    since: Day | None = None
    before: Day | None = None
    actor: Literal["lead", "rep"] | None = None
    channel: Values | None = None
    content: Values | None = None
    value: NumberTest | None = None
    at_least: Count | None = None
    at_most: Annotated[int, Field(strict=True, ge=0)] | None = None

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.since is not None and self.before is not None and self.since >= self.before:
            raise ValueError(f"found before {self.before}, expected a day after since {self.since}; raise it")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"found at_most {self.at_most}, expected {self.at_least} or more; raise it")
        return self

    @property
    def is_counted(self) -> bool:
        """Whether it asks for a number of events rather than each of them."""
        return self.at_least is not None or self.at_most is not None

    @cached_property
    def each(self) -> "EventCondition":
        """The same events, however many."""
        return self.model_copy(update={"at_least": None, "at_most": None})


class FieldCondition(Section):
    """Something that is known of the lead: one test on the first of these columns that there is.

    `domain` and `list` look at what stands behind the @ too, and ask the column of mail addresses where none is named.
    `within` and `ahead` ask a date, in microseconds: at most so long ago, as of events, or at most so long to come.
    """

    field: Names = _EMAIL_COLUMNS
    matches: Pattern | None = None
    equals: Value | None = Field(default=None, alias="is")
    among: Annotated[tuple[Value, ...], Field(min_length=1)] | None = Field(default=None, alias="in")
    differs: Value | None = Field(default=None, alias="not")
    not_in: Annotated[tuple[Value, ...], Field(min_length=1)] | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    below: Number | None = None
    missing: Annotated[bool, Field(strict=True)] | None = None
    present: Annotated[bool, Field(strict=True)] | None = None
    domain: Domains | None = None
    listed: tuple[Value, ...] | None = Field(default=None, alias="list")
    within: Duration | None = None
    ahead: Duration | None = None

    @cached_property
    def test(self) -> str:
        """Which of TESTS is asked."""
        return self._given()[0]

    @property
    def is_missing_test(self) -> bool | None:
        """Whether the cell must be missing; None where its content is asked."""
        if self.present is not None:
            return not self.present
        return self.missing

    def _given(self) -> list[str]:
        names = {info.alias or name: name for name, info in type(self).model_fields.items()}
        return [test for test in TESTS if getattr(self, names[test]) is not None]

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        given = self._given()
        if len(given) != 1:
            found = f"the tests {' and '.join(given)}" if given else "no test"
            cure = "make a rule of each, or list them under `all`" if given else "add one"
            raise ValueError(f"found {found} of the field, expected exactly one of {', '.join(TESTS)}; {cure}")
        if "field" not in self.model_fields_set and given[0] not in ("domain", "list"):
            raise ValueError(f"found `{given[0]}` without a field, expected `field` beside it; add it")
        return self


class ReplyCondition(Section):
    """How the lead answers our contacts: on average within so long, or this many contacts without an answer yet."""

    answered_within: Duration | None = None
    unanswered: Count | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if (self.answered_within is None) == (self.unanswered is None):
            raise ValueError("found both or none, expected exactly one of answered_within, unanswered; write one")
        return self


class AllCondition(Section):
    """Every one of these holds."""

    all: _SOME


class AnyCondition(Section):
    """At least one of these holds."""

    any: _SOME


class NotCondition(Section):
    """This does not hold."""

    negated: "Condition" = Field(alias="not")


def _kind_of_condition(value: object) -> str:
    if isinstance(value, dict):
        keys = set(value)
    else:
        return _TAG_OF.get(type(value), "a field")
    for tag, marks in _MARKS.items():
        if marks & keys and not (tag == "not" and "field" in keys):
            return tag
    return "a field"


_MARKS = {
    "an event": {"event"},
    "all": {"all"},
    "any": {"any"},
    "not": {"not"},
    "replies": {"answered_within", "unanswered"},
}
_TAG_OF: dict[type, str] = {
    EventCondition: "an event",
    AllCondition: "all",
    AnyCondition: "any",
    NotCondition: "not",
    ReplyCondition: "replies",
}

Leaf = EventCondition | FieldCondition | ReplyCondition
Condition = Annotated[
    Annotated[EventCondition, Tag("an event")]
    | Annotated[FieldCondition, Tag("a field")]
    | Annotated[ReplyCondition, Tag("replies")]
    | Annotated[AllCondition, Tag("all")]
    | Annotated[AnyCondition, Tag("any")]
    | Annotated[NotCondition, Tag("not")],
    Discriminator(_kind_of_condition),
]
for _model in (AllCondition, AnyCondition, NotCondition):
    _model.model_rebuild()


def leaves_of(condition: Condition) -> Iterator[Leaf]:
    """The events, fields and replies that a condition asks, from left to right.

    >>> both = AllCondition.model_validate({"all": [{"event": "call"}, {"not": {"field": "size", "below": 5}}]})
    >>> [type(leaf).__name__ for leaf in leaves_of(both)]
    ['EventCondition', 'FieldCondition']
    """
    match condition:
        case AllCondition():
            parts: tuple[Condition, ...] = condition.all
        case AnyCondition():
            parts = condition.any
        case NotCondition():
            parts = (condition.negated,)
        case _:
            yield condition
            return
    for part in parts:
        yield from leaves_of(part)
