"""Who was kept out by a gate, since when and why: a file to go through from time to time."""

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.times import time_of
from models.scoring import Scores

COLUMNS = ("lead_id", "gate", "scope", "since", "reason", "review")


@dataclass(frozen=True)
class GatedLead:
    """A lead that a gate holds back.

    Attributes
    ----------
    since : ISO time of the event that closed the gate; empty where it rests on what is known of the lead.
    review : the day to look at the gate again, as ISO date; empty where the rulebook names none.
    """

    lead_id: str
    gate: str
    scope: str
    since: str
    reason: str
    review: str


class GateAudit:
    """Collects the leads that gates hold back as the parts of a batch go by."""

    def __init__(self) -> None:
        self.leads: list[GatedLead] = []

    def watch(self, parts: Iterable[Scores]) -> Iterator[Scores]:
        """The same parts, listed."""
        for scores in parts:
            self.leads.extend(gated_leads(scores))
            yield scores

    def write(self, path: Path) -> None:
        """All of them as CSV, in the order scored; the file appears whole or not at all, and not where none is gated.

        An older file goes: it would name leads that nothing holds back any more.
        """
        if not self.leads:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with staging.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(COLUMNS)
                writer.writerows([getattr(lead, name) for name in COLUMNS] for lead in self.leads)
            os.replace(staging, path)
        finally:
            staging.unlink(missing_ok=True)


def gated_leads(scores: Scores) -> Iterator[GatedLead]:
    """A line for each gate that holds back a scored lead."""
    gated = scores.qualification.gated
    for row, position in np.argwhere(gated.held).tolist():
        gate, since_us = gated.gates[position], gated.since_us[row, position]
        yield GatedLead(
            lead_id=scores.lead_ids[row],
            gate=gate.id,
            scope=gate.scope,
            since="" if np.isnan(since_us) else time_of(int(since_us)).isoformat(),
            reason=gate.reason,
            review="" if gate.review is None else gate.review.isoformat(),
        )
