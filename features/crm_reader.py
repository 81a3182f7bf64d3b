"""From the tables that a project names to a CRM: read one after the other, and refused together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from features.crm import Crm
from features.crm_sections import CrmSections
from features.event_log import actors_of_types, mail_of_types, observed_from_us, read_events
from features.history_table import read_history
from features.labels import no_outcomes
from features.lead_keys import LeadKeys, ViaSection, keys_via, own_keys
from features.lead_table import LeadTable, read_leads
from features.outcome_table import flat_outcomes, read_outcomes
from features.parquet import ALL_IDS, IdRange
from features.quarantine import TableCount, commonest_reasons
from features.reading import Reading
from features.sources import AnySource, BadProject, Problem, Source, column_problems, read_table, source_of
from features.tables import Kind


def read_crm(
    sections: CrmSections,
    folder: Path,
    *,
    kinds: Mapping[str, Kind] | None = None,
    reading: Reading | None = None,
    leads_file: Path | None = None,
    events_file: Path | None = None,
    needs_outcomes: bool = True,
    until_us: int | None = None,
    ids: IdRange = ALL_IDS,
) -> Crm:
    """Read the tables of a project.

    Parameters
    ----------
    folder : where leadlight.yaml lies; its paths start there.
    kinds, reading : how to read the columns and their cells, from a bundle; inferred when None.
    leads_file, events_file : other files than the project's, to be scored.
    needs_outcomes : False where leads are scored whose table may lack the outcome.
    until_us : the tables as they were just before this time; a flat table has none.
    ids : of leads and events in Parquet files, the rows of these leads alone; see `Slabs`.

    Raises
    ------
    BadProject : files, columns or more than `max_bad` of a table's rows are not as described.
    """
    sources = sources_of(sections, folder, leads_file, events_file, ids)
    problems = _header_problems(sections, sources, kinds, needs_outcomes)
    if problems:
        raise BadProject(problems)
    table, outcome_cells = _read_lead_table(
        sections, sources["leads"], kinds, sections.reading if reading is None else reading, until_us
    )
    asked = _Asked(sections, sources, table, leads_file is None, until_us)
    crm = _with_history(asked, _with_outcomes(asked, _with_events(asked, _leads_alone(asked)), outcome_cells))
    whole = _refuse_too_many_bad(crm, sections.max_bad)
    return whole if until_us is None else whole.before(until_us)


def sources_of(
    sections: CrmSections, folder: Path, leads_file: Path | None, events_file: Path | None, ids: IdRange = ALL_IDS
) -> dict[str, AnySource]:
    """Where each table is read from: leads, events, outcomes and history, and "events.via", the table between."""
    given = {"leads": leads_file, "events": events_file}
    found: dict[str, AnySource] = {}
    for name in ("leads", "events", "outcomes", "history"):
        section = getattr(sections, name)
        if section is None or section.source is None:
            continue
        file = given.get(name)
        source = source_of(section.source, folder, what=name) if file is None else Source(file)
        column = {"leads": sections.leads.id, "events": getattr(section, "lead", None)}.get(name)
        if ids != ALL_IDS and column is not None and isinstance(source, Source):
            source = replace(source, rows=(column, ids))
        found[name] = source
        via = getattr(section, "via", None)
        if via is not None:
            found[f"{name}.via"] = source_of(via.source, folder, what=f"{name}.via")
    return found


@dataclass(frozen=True)
class _Asked:
    """What is read beside the leads, whose table is there: each of the other tables adds what it has to the CRM."""

    sections: CrmSections
    sources: Mapping[str, AnySource]
    table: LeadTable
    are_all_leads: bool
    until_us: int | None

    @cached_property
    def own_keys(self) -> LeadKeys:
        return own_keys(self.table.leads, self.table.unused_ids, are_all_leads=self.are_all_leads)

    def keys(self, via: ViaSection | None, name: str) -> LeadKeys:
        """How the rows of a table name the leads."""
        if via is None:
            return self.own_keys
        return keys_via(
            via,
            self.sources[f"{name}.via"],
            self.table.leads,
            key=(name, "via"),
            unused_ids=self.table.unused_ids,
            are_all_leads=self.are_all_leads,
        )


def _leads_alone(asked: _Asked) -> Crm:
    sections, table = asked.sections, asked.table
    return Crm(
        leads=table.leads,
        kinds=table.kinds,
        events=None,
        outcomes=no_outcomes(len(table.leads)),
        counts=(table.count,),
        is_flat=sections.is_flat,
        actors=actors_of_types(sections.events),
        mail=mail_of_types(sections.events),
        reading=table.reading,
        notes=table.notes,
    )


def _with_events(asked: _Asked, crm: Crm) -> Crm:
    section = asked.sections.events
    if section is None:
        return crm
    log = read_events(
        section,
        asked.sources["events"],
        crm.leads,
        keys=asked.keys(section.via, "events"),
        reading=crm.reading,
        until_us=asked.until_us,
    )
    return replace(
        crm,
        events=log.events,
        n_events_of_others=log.n_of_other_leads,
        newest_event_us=log.newest_us,
        observed_from_us=observed_from_us(section, crm.reading),
        machines=log.machines,
        reading=crm.reading.settling(log.formats),
        notes=(*crm.notes, *log.notes),
        counts=(*crm.counts, log.count),
    )


def _with_outcomes(asked: _Asked, crm: Crm, cells: Mapping[str, Sequence[str]]) -> Crm:
    """`cells` are those of a flat table's own columns; none where it has none, or lacks them."""
    section = asked.sections.outcomes
    if section is None:
        return crm
    if section.column in cells:
        return replace(crm, outcomes=flat_outcomes(section, cells, asked.table.row_of, crm.reading))
    if section.source is None:
        return crm
    outcomes, count = read_outcomes(
        section,
        asked.sources["outcomes"],
        crm.leads,
        keys=asked.keys(section.via, "outcomes"),
        reading=crm.reading,
        until_us=asked.until_us,
    )
    return replace(crm, outcomes=outcomes, counts=(*crm.counts, count))


def _with_history(asked: _Asked, crm: Crm) -> Crm:
    section = asked.sections.history
    if section is None:
        return crm
    changes, count = read_history(
        section,
        asked.sources["history"],
        crm.kinds,
        keys=asked.own_keys,
        reading=crm.reading,
        until_us=asked.until_us,
    )
    return replace(crm, leads=replace(crm.leads, history=changes), counts=(*crm.counts, count))


def _header_problems(
    sections: CrmSections, sources: Mapping[str, AnySource], kinds: Mapping[str, Kind] | None, needs_outcomes: bool
) -> list[Problem]:
    """What the headers of all tables show to be wrong, told at once before any table is read."""
    wanted = {"leads": sections.leads.named_columns(kinds)}
    if sections.is_flat and sections.outcomes is not None and needs_outcomes:
        wanted["leads"] |= sections.outcomes.named_columns()
    for name in ("events", "outcomes", "history"):
        section = getattr(sections, name)
        if section is not None:
            wanted[name] = section.named_columns()
            via = getattr(section, "via", None)
            if via is not None:
                wanted[f"{name}.via"] = via.named_columns((name, "via"))
    problems = []
    for name, source in sources.items():
        key = tuple(name.split("."))
        problems += column_problems(source, wanted.get(name, {}), key=(*key, "source"))
    return problems


def _read_lead_table(
    sections: CrmSections,
    source: AnySource,
    kinds: Mapping[str, Kind] | None,
    reading: Reading,
    until_us: int | None,
) -> tuple[LeadTable, dict[str, list[str]]]:
    """The leads and, of a flat table, the cells of the columns that say how they ended."""
    section, said = sections.leads, sections.outcomes
    ends = [] if said is None else [name for name in (said.column, said.lost_column) if name is not None]
    raw = read_table(source, key=("leads", "source"))
    if ends and section.created_at is not None:
        section = section.model_copy(update={"created_at": None, "order_by": section.created_at})
    table = read_leads(
        section, source, reading=reading, reserved=frozenset(ends), kinds=kinds, until_us=until_us, table=raw
    )
    return table, {name: list(raw[name]) for name in ends if name in raw}


def _refuse_too_many_bad(crm: Crm, max_bad: float) -> Crm:
    problems = [
        Problem(
            ("max_bad",),
            f"{count.file}: {count.n_faults} of {count.rows_read} rows can not be used, more than "
            f"{max_bad:.1%}; the commonest reasons: "
            + "; ".join(f"{n} x {reason}" for reason, n in commonest_reasons([count])),
        )
        for count in crm.counts
        if count.n_faults > max_bad * count.rows_read
    ]
    if problems:
        raise TooManyBadRows(problems, crm.counts)
    return crm


class TooManyBadRows(BadProject):
    """More rows of a table than `max_bad` allows are unusable; `counts` has them all."""

    def __init__(self, problems: list[Problem], counts: tuple[TableCount, ...]) -> None:
        super().__init__(problems)
        self.counts = counts
