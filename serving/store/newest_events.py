"""The newest events of many leads, for their timelines; one sort for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.actors import Actor, made_by_rep
from features.catalogue import event_words
from features.tables import BoolArray, EventArrays, IntArray
from serving.store.detail import MAX_EVENTS

_BY = ("lead", "rep", "machine")
_LEAD, _REP, _MACHINE = range(3)


@dataclass(frozen=True)
class NewestEvents:
    """The events of n leads, lead by lead, the newest first.

    Attributes
    ----------
    first : n + 1, where those of each lead begin, and their number.
    n_all : n, how many there were before `as_of`.
    kind, at_s : one an event: a code for `words`, and seconds since 1970 UTC.
    words : what each code means, and who did it.
    """

    first: list[int]
    n_all: list[int]
    kind: list[int]
    at_s: list[int]
    words: Mapping[int, tuple[str, str]]

    def of(self, row: int) -> dict[str, object]:
        """Those of one lead, in the shape of `StoredEvents`."""
        here = slice(self.first[row], self.first[row + 1])
        codes = self.kind[here]
        position = {code: i for i, code in enumerate(dict.fromkeys(codes))}
        return {
            "n_all": self.n_all[row],
            "kinds": [self.words[code] for code in position],
            "kind": [position[code] for code in codes],
            "at_s": self.at_s[here],
        }


def newest_events(
    events: EventArrays | None,
    as_of_us: IntArray,
    kept: IntArray,
    *,
    words: Mapping[str, str],
    actors: Mapping[str, Actor],
    limit: int = MAX_EVENTS,
) -> NewestEvents:
    """What happened to some leads, and was recorded, strictly before `as_of`; what machines did is marked.

    Parameters
    ----------
    as_of_us : one a lead.
    kept : m positions of leads, ascending.
    words, actors : what the project calls event types, and who makes them.
    """
    if events is None or not len(events):
        return NewestEvents([0] * (len(kept) + 1), [0] * len(kept), [], [], {})
    row_of = np.full(len(as_of_us), -1, dtype=np.int64)
    row_of[kept] = np.arange(len(kept))
    seen = np.flatnonzero(_is_seen(events, as_of_us[events.lead]) & (row_of[events.lead] >= 0))
    order = np.lexsort((events.type_code[seen], -events.at_us[seen], row_of[events.lead[seen]]))
    sorted_rows = row_of[events.lead[seen]][order]
    n_all = np.bincount(sorted_rows, minlength=len(kept))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(n_all) - n_all, n_all)
    newest = seen[order[rank < limit]]
    log = events.take(newest)
    code = log.type_code.astype(np.int64) * len(_BY) + _who(log, as_of_us[log.lead], actors)
    told = {
        int(one): (words.get(name := log.types[one // len(_BY)]) or event_words(name), _BY[one % len(_BY)])
        for one in np.unique(code)
    }
    return NewestEvents(
        first=[0, *np.cumsum(np.minimum(n_all, limit)).tolist()],
        n_all=n_all.tolist(),
        kind=code.tolist(),
        at_s=(log.at_us // 1_000_000).tolist(),
        words=told,
    )


def _is_seen(events: EventArrays, as_of_us: IntArray) -> BoolArray:
    seen = events.at_us < as_of_us
    return seen if events.recorded_us is None else seen & (events.recorded_us < as_of_us)


def _who(log: EventArrays, as_of_us: IntArray, actors: Mapping[str, Actor]) -> IntArray:
    by = np.where(made_by_rep(log, actors), _REP, _LEAD)
    if log.machine_from_us is None:
        return by
    return np.where(log.machine_from_us < as_of_us, _MACHINE, by)
