"""The condition of a rule: what must have happened, or what must be known, to earn its points."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from features.names import normal_name
from features.reading import is_missing
from features.snapshots import DurationUs

TESTS = ("matches", "is", "in", "at_least", "at_most", "missing")


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _a_name(name: str) -> str:
    if not normal_name(name):
        raise ValueError(f"found {name!r}, expected a name with a letter or digit; write the name in the table")
    return name


def _a_pattern(pattern: str) -> str:
    try:
        re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ValueError(
            f"found {pattern!r}, expected a regular expression ({error}); put \\ before a bracket, + or * that is meant"
        ) from error
    return pattern


def _a_value(value: str) -> str:
    if is_missing(value):
        raise ValueError(f"found {value!r}, which counts as a missing cell; write `missing: true` instead")
    return value


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Duration = Annotated[DurationUs, Field(gt=0)]
Name = Annotated[str, AfterValidator(_a_name)]
SomeNames = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Names = Annotated[SomeNames, Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_a_pattern)]
Value = Annotated[str, AfterValidator(_a_value)]


class Section(BaseModel):
    """A part of the rulebook; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventCondition(Section):
    """Something that the lead did: any event of these types, at most `within` (microseconds) old."""

    event: Names
    within: Duration | None = None


class FieldCondition(Section):
    """Something that is known of the lead: one test on the first of these columns that there is."""

    field: Names
    matches: Pattern | None = None
    equals: Value | None = Field(default=None, alias="is")
    among: Annotated[tuple[Value, ...], Field(min_length=1)] | None = Field(default=None, alias="in")
    at_least: Number | None = None
    at_most: Number | None = None
    missing: Annotated[bool, Field(strict=True)] | None = None

    @property
    def test(self) -> str:
        """Which of TESTS is asked."""
        return self._given()[0]

    def _given(self) -> list[str]:
        asked = (self.matches, self.equals, self.among, self.at_least, self.at_most, self.missing)
        return [test for test, value in zip(TESTS, asked, strict=True) if value is not None]

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        given = self._given()
        if len(given) != 1:
            found = f"the tests {' and '.join(given)}" if given else "no test"
            cure = "make a rule of each" if given else "add one"
            raise ValueError(f"found {found} of the field, expected exactly one of {', '.join(TESTS)}; {cure}")
        return self


def _kind_of_condition(value: object) -> str:
    is_event = "event" in value if isinstance(value, dict) else isinstance(value, EventCondition)
    return "an event" if is_event else "a field"


Condition = Annotated[
    Annotated[EventCondition, Tag("an event")] | Annotated[FieldCondition, Tag("a field")],
    Discriminator(_kind_of_condition),
]
