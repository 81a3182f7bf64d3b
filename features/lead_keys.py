"""Which leads a row of another table is about: by their ids, or by the ids of contacts or firms that lead to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from features.parsing import BadCell, parse_id
from features.quarantine import BadRows
from features.sources import AnySource, BadProject, missing_columns, read_frame, text_cells
from features.sql_source import SourceSaid
from features.tables import IntArray, LeadArrays

#: What stands between the ids of a cell that has several, as HubSpot exports its associations.
SEPARATOR = ";"
_UNKNOWN_ID = "no usable lead with this id in the leads table"


class ViaSection(BaseModel):
    """A table between: its `key` is what the other table names, its `lead` the id of the lead that stands behind."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source: SourceSaid
    key: str
    lead: str

    def named_columns(self, key: tuple[str, ...]) -> dict[tuple[str | int, ...], str]:
        """The columns that this section names, by their key; `key` is where it stands in leadlight.yaml."""
        return {(*key, "key"): self.key, (*key, "lead"): self.lead}


@dataclass(frozen=True)
class RowsOfLeads:
    """Each row of a table beside each lead that it is about, in the order of the rows.

    Attributes
    ----------
    row, lead : int64 positions in the table and in the leads.
    """

    row: IntArray
    lead: IntArray

    def without(self, bad: BadRows, n_rows: int) -> "RowsOfLeads":
        """Those of the rows that no fault was noted for."""
        is_used = np.zeros(n_rows, dtype=np.bool_)
        is_used[bad.used(n_rows)] = True
        kept = is_used[self.row]
        return RowsOfLeads(self.row[kept], self.lead[kept])


class LeadKeys:
    """The leads that each key stands for."""

    def __init__(self, leads_of: Mapping[str, tuple[int, ...]], unknown: str) -> None:
        self._leads_of = leads_of
        self._unknown = unknown

    def leads_of(self, cell: str) -> tuple[int, ...]:
        """The positions of the leads that a cell names; several keys stand between semicolons.

        >>> LeadKeys({"12": (0,), "34": (0, 2)}, "").leads_of("34; 12")
        (0, 2)
        """
        whole = self._leads_of.get(cell.strip())
        if whole is not None or SEPARATOR not in cell:
            return whole or ()
        found = {lead for part in cell.split(SEPARATOR) for lead in self._leads_of.get(part.strip(), ())}
        return tuple(sorted(found))

    def rows_of_leads(self, cells: Sequence[str], column: str, bad: BadRows, *, are_all_leads: bool) -> RowsOfLeads:
        """The rows beside their leads; a row that names no lead is noted.

        Parameters
        ----------
        are_all_leads : whether these are all leads there are: then a key that leads to none is a fault.
        """
        distinct = {cell: code for code, cell in enumerate(dict.fromkeys(cells))}
        behind = [self.leads_of(cell) for cell in distinct]
        reasons = [
            "" if leads else self._fault(cell, are_all_leads) for cell, leads in zip(distinct, behind, strict=True)
        ]
        codes = np.array([distinct[cell] for cell in cells], dtype=np.int64)
        is_bad = np.array([bool(reason) for reason in reasons], dtype=np.bool_)
        for row in np.flatnonzero(is_bad[codes]).tolist():
            bad.add(row, column, cells[row], reasons[codes[row]])
        n_behind = np.array([len(leads) for leads in behind], dtype=np.int64)
        lead = np.array([lead for leads in behind for lead in leads], dtype=np.int64)
        return _repeated(codes, n_behind, lead)

    def _fault(self, cell: str, are_all_leads: bool) -> str:
        try:
            for part in [part for part in cell.split(SEPARATOR) if part.strip()] or [""]:
                parse_id(part)
        except BadCell as error:
            return str(error)
        return self._unknown if are_all_leads else ""


def _repeated(codes: IntArray, n_behind: IntArray, lead: IntArray) -> RowsOfLeads:
    """Each row as often as leads stand behind its cell; `lead` has those of each distinct cell, one after the other."""
    count = n_behind[codes]
    first = (np.cumsum(n_behind) - n_behind)[codes]
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return RowsOfLeads(np.repeat(np.arange(len(codes)), count), lead[np.repeat(first, count) + nth])


def own_keys(leads: LeadArrays) -> LeadKeys:
    """The ids of the leads themselves."""
    return LeadKeys({lead_id: (i,) for i, lead_id in enumerate(leads.ids)}, _UNKNOWN_ID)


def keys_via(via: ViaSection, source: AnySource, leads: LeadArrays, *, key: tuple[str, ...]) -> LeadKeys:
    """What stands in a table between for each lead; one key may stand for many leads.

    Parameters
    ----------
    key : where leadlight.yaml names the table.

    Raises
    ------
    BadProject : the table or a column of it is missing.
    """
    frame = read_frame(source, key=(*key, "source"))
    problems = missing_columns(frame, via.named_columns(key), file=source.name)
    if problems:
        raise BadProject(problems)
    own = own_keys(leads)
    found: dict[str, set[int]] = {}
    for cell, lead in zip(text_cells(frame, via.key), text_cells(frame, via.lead), strict=True):
        found.setdefault(cell.strip(), set()).update(own.leads_of(lead))
    usable = {cell: tuple(sorted(behind)) for cell, behind in found.items() if cell and behind}
    return LeadKeys(usable, f"{source.name} leads from this to no usable lead")
