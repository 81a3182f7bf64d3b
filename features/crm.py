"""A company's CRM as the project describes it: leads, their log, and how they ended, read and checked together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from features.actors import Actor
from features.labels import Outcomes
from features.machine_clicks import NO_MACHINES, MachineCounts
from features.mail_roles import MailRole
from features.quarantine import TableCount
from features.reading import USUAL, Reading
from features.spec import FeatureSpec, learn_spec
from features.tables import EventArrays, Kind, LeadArrays


@dataclass(frozen=True)
class Crm:
    """Everything that was read, in canonical order.

    Attributes
    ----------
    kinds : how each column of the leads was read.
    outcomes : how each lead ended; only labels look at them.
    counts : rows read and left out, per table.
    n_events_of_others : events passed over, of leads that were not asked for.
    observed_from_us : when the tracking of events began, where the project says so.
    newest_event_us : the newest event of all leads, where that was read.
    actors, mail : who makes the events of a type, and its role in a mail, where the project says so.
    machines : how many events were judged to be made by machines, by rule.
    reading : how the cells were read, with what the columns settled.
    notes : what was taken for granted in reading, for people.
    """

    leads: LeadArrays
    kinds: Mapping[str, Kind]
    events: EventArrays | None
    outcomes: Outcomes
    counts: tuple[TableCount, ...]
    is_flat: bool
    n_events_of_others: int = 0
    observed_from_us: int | None = None
    newest_event_us: int | None = None
    actors: Mapping[str, Actor] = field(default_factory=dict)
    mail: Mapping[str, MailRole] = field(default_factory=dict)
    machines: MachineCounts = NO_MACHINES
    reading: Reading = USUAL
    notes: tuple[str, ...] = ()

    @property
    def newest_us(self) -> int:
        """The newest time in the tables; of the log, events of leads that were not asked for count too."""
        times = [self.leads.created_us] if self.leads.created_us is not None else []
        times += [self.outcomes.known_times_us, *(versions.known_us for versions in self.leads.history.values())]
        times += [self.events.at_us] if self.events is not None else []
        newest = [int(column.max()) for column in times if len(column)]
        return max([*newest, *([] if self.newest_event_us is None else [self.newest_event_us])], default=0)

    @property
    def observed_until_us(self) -> int:
        """Until when outcomes are complete: the older of the newest close and the newest event."""
        closed = self.outcomes.known_closes_us
        newest = [int(closed.max())] if len(closed) else []
        if self.events is not None and len(self.events):
            newest.append(int(self.events.at_us.max()))
        return min(newest, default=self.newest_us)

    def learn_spec(self) -> FeatureSpec:
        """What features its tables have.

        Raises
        ------
        BadProject : a column has the name of a computed feature.
        """
        return learn_spec(self.leads, self.events, self.kinds, self.actors, self.reading, self.mail)

    def before(self, until_us: int) -> "Crm":
        """What the tables held just before a time: no lead, event, record, change or close from then on."""
        if self.leads.created_us is None:
            raise ValueError("a flat table has no times to cut at; leave out --until, or cut the file")
        here = np.flatnonzero(self.leads.created_us < until_us)
        events = self.events
        if events is not None:
            seen = events.at_us < until_us
            if events.recorded_us is not None:
                seen &= events.recorded_us < until_us
            events = events.take(seen).of_leads(here, len(self.leads)).judged_before(until_us)
        outcomes = self.outcomes.take(here).before(until_us)
        leads = self.leads.take(here).history_before(until_us)
        return replace(self, leads=leads, events=events, outcomes=outcomes, newest_event_us=None)
