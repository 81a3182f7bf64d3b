"""Which leads a row of another table is about: by their ids, or by the ids of contacts or firms that lead to them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from features.parsing import BadCell, parse_id
from features.quarantine import OF_NO_LEAD, OF_UNUSED_LEAD, BadRows
from features.sources import AnySource, BadProject, missing_columns, read_table
from features.sql_source import SourceSaid
from features.tables import BoolArray, IntArray, LeadArrays

#: What stands between the ids of a cell that has several, as HubSpot exports its associations.
SEPARATOR = ";"


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
    row, lead : int64 positions in the table and in the leads; -1 beside a row that is about none of these.
    """

    row: IntArray
    lead: IntArray

    def used(self, bad: BadRows, n_rows: int) -> "RowsOfLeads":
        """Those of the rows that no fault was noted for."""
        is_used = np.zeros(n_rows, dtype=np.bool_)
        is_used[bad.used()] = True
        return self._take(is_used[self.row])

    def known(self) -> "RowsOfLeads":
        """Those of the rows that are about a lead."""
        return self._take(self.lead >= 0)

    def _take(self, kept: BoolArray) -> "RowsOfLeads":
        return RowsOfLeads(self.row[kept], self.lead[kept])


class LeadKeys:
    """The leads that each key stands for."""

    def __init__(
        self, leads_of: Mapping[str, tuple[int, ...]], unknown: str = "", unused: Container[str] | None = None
    ) -> None:
        self._leads_of, self._unknown, self._unused = leads_of, unknown, unused or ()

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

    def rows_of_leads(self, cells: Sequence[str], column: str, bad: BadRows) -> RowsOfLeads:
        """The rows beside their leads; a row that should name a lead and does not is noted."""
        distinct = {cell: code for code, cell in enumerate(dict.fromkeys(cells))}
        behind = [self.leads_of(cell) for cell in distinct]
        reasons = ["" if leads else self._fault(cell) for cell, leads in zip(distinct, behind, strict=True)]
        codes = np.array([distinct[cell] for cell in cells], dtype=np.int64)
        is_bad = np.array([bool(reason) for reason in reasons], dtype=np.bool_)
        for row in np.flatnonzero(is_bad[codes]).tolist():
            reason = reasons[codes[row]]
            bad.add(row, column, cells[row], reason, is_aside=reason == OF_UNUSED_LEAD)
        n_behind = np.array([len(leads) or 1 for leads in behind], dtype=np.int64)
        lead = np.array([lead for leads in behind for lead in leads or (-1,)], dtype=np.int64)
        return _repeated(codes, n_behind, lead)

    def _fault(self, cell: str) -> str:
        parts = [part for part in cell.split(SEPARATOR) if part.strip()] or [""]
        try:
            ids = [parse_id(part) for part in parts]
        except BadCell as error:
            return str(error)
        return OF_UNUSED_LEAD if any(each in self._unused for each in ids) else self._unknown


def _repeated(codes: IntArray, n_behind: IntArray, lead: IntArray) -> RowsOfLeads:
    """Each row as often as leads stand behind its cell; `lead` has those of each distinct cell, one after the other."""
    count = n_behind[codes]
    first = (np.cumsum(n_behind) - n_behind)[codes]
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return RowsOfLeads(np.repeat(np.arange(len(codes)), count), lead[np.repeat(first, count) + nth])


def own_keys(leads: LeadArrays, *, are_all_leads: bool = True, unused_ids: Container[str] = ()) -> LeadKeys:
    """The ids of the leads themselves.

    Parameters
    ----------
    are_all_leads : whether these are all leads there are: then a row of none of them is a fault.
    unused_ids : leads in the quarantine, whose rows go there too without being faults.
    """
    known = {lead_id: (i,) for i, lead_id in enumerate(leads.ids)}
    return LeadKeys(known, OF_NO_LEAD if are_all_leads else "", unused_ids if are_all_leads else ())


def keys_via(
    via: ViaSection,
    source: AnySource,
    leads: LeadArrays,
    *,
    key: tuple[str, ...],
    are_all_leads: bool = True,
    unused_ids: Container[str] = (),
) -> LeadKeys:
    """What stands in a table between for each lead; one key may stand for many leads.

    Parameters
    ----------
    key : where leadlight.yaml names the table.
    are_all_leads, unused_ids : as in `own_keys`.

    Raises
    ------
    BadProject : the table or a column of it is missing.
    """
    table = read_table(source, key=(*key, "source"))
    problems = missing_columns(table.columns, via.named_columns(key), file=source.name)
    if problems:
        raise BadProject(problems)
    own = own_keys(leads)
    found: dict[str, set[int]] = {}
    unused = set()
    for cell, lead in zip(table[via.key], table[via.lead], strict=True):
        found.setdefault(cell.strip(), set()).update(own.leads_of(lead))
        if any(part.strip() in unused_ids for part in lead.split(SEPARATOR)):
            unused.add(cell.strip())
    usable = {cell: tuple(sorted(behind)) for cell, behind in found.items() if cell and behind}
    told = f"{source.name} leads from this to no usable lead"
    return LeadKeys(usable, told if are_all_leads else "", unused if are_all_leads else ())
