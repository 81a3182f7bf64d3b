"""The activity log: from a file to EventArrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict, Field

from features.actors import Actor
from features.lead_keys import LeadKeys, ViaSection
from features.machine_clicks import NO_MACHINES, MachineCounts
from features.mail_roles import MailRole
from features.parsing import BadCell, parse_time_us
from features.quarantine import TableCount
from features.reading import CellFormat, Reading
from features.settling import DateEvidence, settled_times
from features.sources import AnySource, BadProject, Problem, Source, missing_columns, read_pieces
from features.sql_source import SourceSaid
from features.table_section import TableSection
from features.tables import EventArrays, LeadArrays


class EventTypeSection(BaseModel):
    """What leadlight.yaml may say of one event type."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: str | None = None
    actor: Actor | None = None
    mail: MailRole | None = None
    #: How the project knows that such events come before the outcome, whatever the leak audit says.
    not_a_leak: str | None = Field(default=None, min_length=1)


class EventsSection(TableSection):
    """The `events` section of leadlight.yaml."""

    section = "events"
    column_keys = ("lead", "at", "type", "id", "recorded_at", "actor", "channel", "message", "link", "content", "value")
    time_keys = ("at", "recorded_at")
    source: SourceSaid
    lead: str
    via: ViaSection | None = None
    at: str
    type: str
    id: str | None = None
    recorded_at: str | None = None
    actor: str | None = None
    channel: str | None = None
    message: str | None = None
    link: str | None = None
    content: str | None = None
    value: str | None = None
    observed_from: str | None = None
    types: dict[str, EventTypeSection] = Field(default_factory=dict)


@dataclass(frozen=True)
class EventLog:
    """The events that were read, what was left out, how many belong to leads not asked for, and the newest of all.

    `machines` counts the events that machines made, by the rule that told.
    `formats` is what its columns of times settled, `notes` what was taken for granted.
    """

    events: EventArrays
    count: TableCount
    n_of_other_leads: int
    newest_us: int | None = None
    machines: MachineCounts = NO_MACHINES
    formats: Mapping[str, CellFormat] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogRequest:
    """Whose events are read, and how.

    Attributes
    ----------
    keys : how the events name their leads.
    until_us : later events are as if they did not stand there.
    """

    section: EventsSection
    keys: LeadKeys
    reading: Reading
    until_us: int | None = None


def read_events(
    section: EventsSection,
    source: AnySource,
    leads: LeadArrays,
    *,
    keys: LeadKeys,
    reading: Reading,
    until_us: int | None = None,
) -> EventLog:
    """Read and check the log of these leads; see `LogRequest`.

    Raises
    ------
    BadProject : the file or a column that the project names is missing, or the order of its dates is not clear.
    """
    if section.via is None and isinstance(source, Source) and source.is_parquet and source.path.is_file():
        from features.event_parquet import read_typed_events

        typed = read_typed_events(section, source, leads, reading=reading, are_all_leads=keys.are_all_leads)
        if typed is not None:
            return typed
    asked = LogRequest(section, keys, reading, until_us)
    evidence = {key: DateEvidence(reading, until_us) for key in section.time_columns() if key not in reading.columns}
    log = _read_pieces(asked, source, evidence)
    formats = settled_times(evidence, section.time_columns())
    if any(each.open or len(each.votes) > 1 for each in evidence.values()):
        log = _read_pieces(replace(asked, reading=reading.settling(formats)), source, {})
    return replace(log, formats=formats)


def _read_pieces(asked: LogRequest, source: AnySource, evidence: Mapping[str, DateEvidence]) -> EventLog:
    """The log piece by piece: no more cells are held at a time than a piece has."""
    from features.event_parts import joined_parts, read_part  # it imports this module

    parts = []
    for table in read_pieces(source, key=("events", "source")):
        problems = missing_columns(table.columns, asked.section.named_columns(), file=table.name)
        if problems:
            raise BadProject(problems)
        parts.append(read_part(asked, table, evidence))
    return joined_parts(parts, asked.section, source.name)


def words_of_types(section: EventsSection | None) -> Mapping[str, str]:
    """The words that the project gives its event types."""
    if section is None:
        return {}
    return {name: said.words for name, said in section.types.items() if said.words is not None}


def actors_of_types(section: EventsSection | None) -> Mapping[str, Actor]:
    """The actor that the project gives its event types."""
    if section is None:
        return {}
    return {name: said.actor for name, said in section.types.items() if said.actor is not None}


def mail_of_types(section: EventsSection | None) -> Mapping[str, MailRole]:
    """The role in a mail that the project gives its event types."""
    if section is None:
        return {}
    return {name: said.mail for name, said in section.types.items() if said.mail is not None}


def observed_from_us(section: EventsSection, reading: Reading) -> int | None:
    """When tracking began; None where the project does not say.

    Raises
    ------
    BadProject : it is no time.
    """
    if section.observed_from is None:
        return None
    try:
        return parse_time_us(section.observed_from, reading, date_is="start")
    except BadCell as error:
        problem = Problem(("events", "observed_from"), f"found {section.observed_from!r}: {error}")
        raise BadProject([problem]) from error
