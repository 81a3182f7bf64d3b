"""Which leads a row of another table is about: by their ids, or by the ids of contacts or firms that lead to them."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np
from pydantic import BaseModel, ConfigDict

from features.parsing import BadCell, parse_id
from features.quarantine import OF_NO_LEAD, OF_UNUSED_LEAD, BadRows
from features.sources import AnySource, read_columns
from features.sql_source import SourceSaid
from features.tables import IntArray, LeadArrays

#: What stands between the ids of a cell that has several, as HubSpot exports its associations.
SEPARATOR = ";"
_BENT = ", but with one that differs by zeros in front or a .0 behind alone, as numbers do: export the ids as texts"


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

    def without(self, bad: BadRows) -> "RowsOfLeads":
        """Those of the rows that no fault was noted for."""
        is_used = np.zeros(int(self.row.max(initial=-1)) + 1, dtype=np.bool_)
        used = np.array(bad.used(), dtype=np.int64)
        is_used[used[used < len(is_used)]] = True
        kept = is_used[self.row]
        return RowsOfLeads(self.row[kept], self.lead[kept])


class LeadKeys:
    """The leads that each key stands for.

    Parameters
    ----------
    one_lead : the position of the lead of each key that stands for one.
    several : the positions of the leads of the other keys, ascending.
    unknown : what is wrong with a key that stands for none.
    unused : keys of leads in the quarantine; rows that name only those go there too, without being faults.
    are_all_leads : whether these are all leads there are: then a key that stands for none is a fault, else it belongs
        to a lead that is not asked for, and its row is passed over.
    """

    def __init__(
        self,
        one_lead: Mapping[str, int],
        several: Mapping[str, tuple[int, ...]],
        unknown: str,
        unused: Container[str] = frozenset(),
        *,
        are_all_leads: bool = True,
    ) -> None:
        self._one_lead = one_lead
        self._several = several
        self._unknown = unknown
        self._unused = unused
        self.are_all_leads = are_all_leads

    def leads_of(self, cell: str) -> tuple[int, ...]:
        """The positions of the leads that a cell names; several keys stand between semicolons.

        >>> LeadKeys({"12": 0}, {"34": (0, 2)}, "").leads_of("34; 12")
        (0, 2)
        """
        whole = self._leads_of_key(cell)
        if whole or SEPARATOR not in cell:
            return whole
        return tuple(sorted({lead for part in cell.split(SEPARATOR) for lead in self._leads_of_key(part)}))

    def _leads_of_key(self, key: str) -> tuple[int, ...]:
        lead = self._one_lead.get(key.strip())
        return self._several.get(key.strip(), ()) if lead is None else (lead,)

    def rows_of_leads(self, cells: Sequence[str], column: str, bad: BadRows) -> RowsOfLeads:
        """The rows beside their leads; a row that names no lead is noted."""
        lead = np.fromiter(map(self._one_lead.get, cells, repeat(-1)), dtype=np.int64, count=len(cells))
        rest = np.flatnonzero(lead < 0)
        if not len(rest):
            return RowsOfLeads(np.arange(len(cells)), lead)
        texts = [cells[row] for row in rest.tolist()]
        found, reasons = self._rows_of_distinct(texts)
        for row, text, reason in zip(rest.tolist(), texts, reasons, strict=True):
            if reason:
                bad.add(row, column, text, reason, is_aside=reason == OF_UNUSED_LEAD)
        plain = np.flatnonzero(lead >= 0)
        rows = np.concatenate([plain, rest[found.row]])
        order = np.argsort(rows, kind="stable")
        return RowsOfLeads(rows[order], np.concatenate([lead[plain], found.lead])[order])

    def _rows_of_distinct(self, cells: Sequence[str]) -> tuple[RowsOfLeads, list[str]]:
        """The rows beside their leads, and what is wrong with each cell; each distinct cell is looked up once."""
        distinct = {cell: code for code, cell in enumerate(dict.fromkeys(cells))}
        behind = [self.leads_of(cell) for cell in distinct]
        reasons = ["" if leads else self._fault(cell) for cell, leads in zip(distinct, behind, strict=True)]
        codes = np.array([distinct[cell] for cell in cells], dtype=np.int64)
        n_behind = np.array([len(leads) for leads in behind], dtype=np.int64)
        lead = np.array([lead for leads in behind for lead in leads], dtype=np.int64)
        return _repeated(codes, n_behind, lead), [reasons[code] for code in codes.tolist()]

    def _fault(self, cell: str) -> str:
        try:
            keys = [parse_id(part) for part in cell.split(SEPARATOR) if part.strip()] or [parse_id("")]
        except BadCell as error:
            return str(error)
        if not self.are_all_leads:
            return ""
        if any(key in self._unused for key in keys):
            return OF_UNUSED_LEAD
        is_bent = any(_without_bends(key) in self._straight for key in keys)
        return self._unknown + _BENT if is_bent else self._unknown

    @cached_property
    def _straight(self) -> frozenset[str]:
        return frozenset(map(_without_bends, (*self._one_lead, *self._several)))


def _without_bends(key: str) -> str:
    """An id without what tables read as numbers lose, or gain.

    >>> _without_bends("00123"), _without_bends("123.0")
    ('123', '123')
    """
    return key.strip().removesuffix(".0").lstrip("0")


def _repeated(codes: IntArray, n_behind: IntArray, lead: IntArray) -> RowsOfLeads:
    """Each row as often as leads stand behind its cell; `lead` has those of each distinct cell, one after the other."""
    count = n_behind[codes]
    first = (np.cumsum(n_behind) - n_behind)[codes]
    nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return RowsOfLeads(np.repeat(np.arange(len(codes)), count), lead[np.repeat(first, count) + nth])


def own_keys(leads: LeadArrays, unused_ids: Container[str] = frozenset(), *, are_all_leads: bool = True) -> LeadKeys:
    """The ids of the leads themselves; `unused_ids` are those of leads in the quarantine."""
    one_lead = {lead_id: i for i, lead_id in enumerate(leads.ids)}
    return LeadKeys(one_lead, {}, OF_NO_LEAD, unused_ids, are_all_leads=are_all_leads)


def keys_via(
    via: ViaSection,
    source: AnySource,
    leads: LeadArrays,
    *,
    key: tuple[str, ...],
    unused_ids: Container[str] = frozenset(),
    are_all_leads: bool = True,
) -> LeadKeys:
    """What stands in a table between for each lead; one key may stand for many leads.

    Parameters
    ----------
    key : where leadlight.yaml names the table.

    Raises
    ------
    BadProject : the table or a column of it is missing.
    """
    table = read_columns(source, via.named_columns(key), key=(*key, "source"))
    own = own_keys(leads)
    found: dict[str, set[int]] = {}
    unused: set[str] = set()
    for cell, lead in zip(table[via.key], table[via.lead], strict=True):
        found.setdefault(cell.strip(), set()).update(own.leads_of(lead))
        if any(part.strip() in unused_ids for part in lead.split(SEPARATOR)):
            unused.add(cell.strip())
    one = {cell: min(behind) for cell, behind in found.items() if cell and len(behind) == 1}
    several = {cell: tuple(sorted(behind)) for cell, behind in found.items() if cell and len(behind) > 1}
    unknown = f"{source.name} leads from this to no usable lead"
    return LeadKeys(one, several, unknown, unused, are_all_leads=are_all_leads)
