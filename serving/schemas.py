"""What the API takes and gives. Requests are strict: a number is no text, and a key that nobody knows is an error."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from features.parsing import MAX_ID_LENGTH, MAX_NUMBER
from features.records import Cell

MAX_BODY_BYTES = 6 * 1024 * 1024
MAX_LEADS = 1_000
MAX_EVENTS = 2_000
MAX_ATTRIBUTES = 500
MAX_TEXT = 1_024

_TIME_WORDS = "an ISO 8601 date or time like 2026-03-31 or 2026-03-31T14:05:00Z"


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= MAX_TEXT):
        return value
    if isinstance(value, int | float) and abs(value) <= MAX_NUMBER:
        return value
    raise PydanticCustomError(
        "cell", f"a text of at most {MAX_TEXT:,} characters, a number up to {MAX_NUMBER:g}, true, false or null"
    )


_CELL_SCHEMA = {
    "anyOf": [
        {"type": "string", "maxLength": MAX_TEXT},
        {"type": "number", "minimum": -MAX_NUMBER, "maximum": MAX_NUMBER},
        {"type": "boolean"},
        {"type": "null"},
    ]
}
JsonCell = Annotated[Cell, PlainValidator(_cell), WithJsonSchema(_CELL_SCHEMA)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Time = Annotated[str, Field(max_length=64, description=f"{_TIME_WORDS}; without an offset in the project's time zone")]
LeadId = Annotated[str, Field(min_length=1, max_length=MAX_ID_LENGTH, description="printable characters")]
Name = Annotated[str, Field(max_length=MAX_TEXT)]


class Taken(BaseModel):
    """A part of a request."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Event(Taken):
    """One activity of a lead; `recorded_at` is when it became known, where that was later."""

    type: Annotated[Text, Field(min_length=1)]
    at: Time
    recorded_at: Time | None = None
    actor: Annotated[
        str | None, Field(max_length=16, description="`lead`, `rep` or `machine`; absent: as usual for the type")
    ] = None
    channel: Text | None = None
    message: Annotated[Text | None, Field(description="the mail it is about: tells bursts of machine clicks")] = None
    link: Text | None = None
    content: Annotated[Text | None, Field(description="what it was about: a page, a document")] = None
    value: Annotated[
        float | None, Field(ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False, description="its number: an amount")
    ] = None


class Lead(Taken):
    """A lead with what is known of it; an attribute that is left out is missing, and the answer says so."""

    lead_id: LeadId
    created_at: Time | None = Field(default=None, description="needed unless the model was trained on a flat table")
    attributes: dict[Name, JsonCell] = Field(default_factory=dict, max_length=MAX_ATTRIBUTES)
    events: list[Event] = Field(default_factory=list, max_length=MAX_EVENTS)


class TimedLead(Lead):
    """A lead and when it is to be scored; without `as_of`: now."""

    as_of: Time | None = None


class ScoreRequest(Taken):
    """Leads to score with what was known before `as_of`; without it: now."""

    leads: Annotated[list[Lead], Field(min_length=1, max_length=MAX_LEADS)]
    as_of: Time | None = None


class DataframeSplit(Taken):
    """A table of leads: the names of the columns, and rows of cells."""

    columns: Annotated[list[Name], Field(min_length=1, max_length=16)]
    data: Annotated[list[list[object]], Field(min_length=1, max_length=MAX_LEADS)]
    index: list[object] | None = Field(default=None, max_length=MAX_LEADS)

    @model_validator(mode="after")
    def _is_rectangular(self) -> Self:
        if len(set(self.columns)) != len(self.columns) or {*map(len, self.data)} != {len(self.columns)}:
            raise PydanticCustomError("table", "columns of different names, and in each row a cell for each of them")
        return self


class Invocation(Taken):
    """What MLflow's scoring server takes: the same leads as records, or as a table, in which null is nothing."""

    dataframe_records: list[TimedLead] | None = Field(default=None, min_length=1, max_length=MAX_LEADS)
    dataframe_split: DataframeSplit | None = None

    @model_validator(mode="after")
    def _has_leads(self) -> Self:
        if (self.dataframe_records is None) == (self.dataframe_split is None):
            raise PydanticCustomError("one_of", "either dataframe_records or dataframe_split, and not both")
        return self

    def leads(self) -> list[TimedLead]:
        """The leads, whichever way they came.

        Raises
        ------
        ValidationError : a row of the table is no lead.
        """
        table = self.dataframe_split
        if table is None:
            return self.dataframe_records or []
        rows = [
            {name: cell for name, cell in zip(table.columns, row, strict=True) if cell is not None}
            for row in table.data
        ]
        return _ROWS.validate_python(rows)


_ROWS: TypeAdapter[list[TimedLead]] = TypeAdapter(list[TimedLead])


class Given(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Reason(Given):
    """What one column or event type did to the score; `impact` 20 doubles the odds."""

    feature: str
    family: Literal["fit", "engagement", "timing"]
    value: str | float | None
    impact: float
    log_odds: float
    text: str


class ScoredLead(Given):
    """The score of one lead. ``base_log_odds`` and all contributions sum to `log_odds`."""

    lead_id: str
    as_of: str | None
    probability: float = Field(ge=0, le=1)
    probability_low: float | None
    probability_high: float | None
    percentile: int | None = Field(ge=0, le=100)
    within_capacity: bool | None = Field(description="whether sales can take the lead on; null: not known")
    points: float
    fit: float
    engagement: float
    timing: float
    tier: Literal["cold", "warm", "hot"]
    stage: Literal["lead", "mql", "sql"]
    disqualified: str | None = Field(description="the gate that keeps the lead out, and why; null: none")
    no_mail: str | None = Field(description="the gate that keeps mail from the lead, and why; null: none")
    suspect: str | None = Field(description="what an interested lead has not said; null: nothing is missing")
    dormant: bool
    machine_events: int = Field(ge=0, description="what a mail gateway did and not the lead; it counts for nothing")
    log_odds: float
    base_log_odds: float
    source: str
    model_version: str
    rules_version: str
    summary: str
    reasons: list[Reason]
    missing: list[str] = Field(description="attributes that the model looks at and that were not known")


class ScoreAnswer(Given):
    """The scores, in the order of the leads, and who gave them."""

    model_version: str
    rules_version: str
    scores: list[ScoredLead]


class Predictions(Given):
    """The scores, as MLflow's scoring server answers."""

    predictions: list[ScoredLead]


class Attribute(Given):
    """A column of the leads table, and how its cells are read."""

    name: str
    kind: str
    words: str


class CapacityCut(Given):
    """How many leads sales can take on in a week, and the probability from which on so many came."""

    leads_per_week: int
    probability: float | None = Field(ge=0, le=1, description="the cut; null: not known, and `why` says why")
    entered_per_week: float
    weeks: float
    why: str


class ModelAnswer(Given):
    """The model that scores, and what it looks at."""

    model_version: str
    rules_version: str
    source: str
    why: str
    horizon_days: float | None
    until: str | None
    snapshots: int
    leads: int
    won: int
    base_rate: float
    is_time_tested: bool
    metrics: dict[str, float]
    candidates: dict[str, float]
    capacity: CapacityCut | None
    attributes: list[Attribute]
    event_types: list[str]


class State(Given):
    """How the service is."""

    status: str
    model_version: str | None = None


class FieldProblem(Given):
    """One thing that is wrong with a request: where, what kind of value was found, what is expected, what to do."""

    field: str
    found: str
    expected: str
    cure: str


class Problem(Given):
    """Problem details (RFC 9457); nothing of the request is repeated in them."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)
