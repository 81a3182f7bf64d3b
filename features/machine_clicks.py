"""Which events a machine made: mail gateways that open a mail and follow its links before anybody reads it.

A verdict holds from the time on at which it could be known: of a burst that of its third link, and of a mail that
was recorded late that of the record. Until then the event counts as a person's, since nobody knew better; from then
on it counts for nothing but its own counter (an unsubscribe of a machine does not unsubscribe).

Three rules, any of which is enough:

- *named*: the log says so, by its actor (`machine`) or by a channel that names a bot or a scanner.
- *instant*: opened, clicked or unsubscribed within 20 s of the sending of that mail. Mautic draws the line at 2 s
  (github.com/mautic/mautic/issues/16263), which misses gateways that scan on arrival, since the clock starts when the
  mail is handed over; 10 s was found too tight for the same reason, and 60 s proposed
  (github.com/warmbly/warmbly/pull/438). People whose phone rings need more than 20 s to read and tap.
- *burst*: within 5 s before and after, three different links of one mail were clicked, or five clicks came.
  Vendors use three links in 2 s (autoemails.com/help/agent/mark-bot-unsubscribe) and five clicks in 10 s
  (help.maestra.io, "Filtering out fake clicks"); what else falls into the window is the same machine's
  (github.com/mautic/mautic/issues/9798 throws away 10 s to both sides).

Times that are told to the minute, or as dates, prove nothing where they are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.behaviour import see_events
from features.mail_roles import CLICK, NO_ROLE, SENT, MailRole, role_codes
from features.nearby import nth_known, pairs_of, window_of
from features.snapshots import Snapshots
from features.tables import (
    ACTOR_CODES,
    MICROSECONDS_PER_SECOND,
    NEVER_US,
    BoolArray,
    EventArrays,
    IntArray,
    PositionArray,
)

INSTANT_SECONDS = 20
BURST_SECONDS = 5
BURST_LINKS, BURST_CLICKS = 3, 5
#: What a channel is called that is no person's; compared in lower case, anywhere in the name.
MACHINE_CHANNELS = (
    *("bot", "scanner", "crawler", "spider", "prefetch", "machine", "security gateway", "link protection"),
    *("safelinks", "barracuda", "mimecast", "proofpoint", "ironport", "fortimail", "trend micro"),
)
RULES = ("named", "instant", "burst")
_INSTANT_US = INSTANT_SECONDS * MICROSECONDS_PER_SECOND
_BURST_US = BURST_SECONDS * MICROSECONDS_PER_SECOND
#: So many types are compared one by one.
_FEW_TYPES = 16
#: Seconds since the first event fit in: the 400 years that times are read from.
_SECOND_BITS = 34
#: Times of minutes, and days without a time, can not tell seconds: there equal times prove nothing.
_MINUTE_US = 60 * MICROSECONDS_PER_SECOND


@dataclass(frozen=True)
class MailColumns:
    """What a log may say of its n mail events that is needed for the verdict alone, and not kept after it.

    Attributes
    ----------
    message, link : n codes of the mail and of its link, -1 where a row does not say; None where the log does not.
    """

    message: PositionArray | None = None
    link: PositionArray | None = None

    def take(self, index: IntArray | BoolArray) -> "MailColumns":
        return MailColumns(
            message=None if self.message is None else self.message[index],
            link=None if self.link is None else self.link[index],
        )


@dataclass(frozen=True)
class MachineCounts:
    """How many events were judged machine-made, each by the rule that knew it first."""

    named: int = 0
    instant: int = 0
    burst: int = 0

    @property
    def total(self) -> int:
        return self.named + self.instant + self.burst


NO_MACHINES = MachineCounts()


@dataclass(frozen=True)
class _Mails:
    """The m mail events that verdicts are about."""

    row: IntArray
    lead: IntArray
    role: NDArray[np.int8]
    at_us: IntArray
    known_us: IntArray
    message: IntArray
    link: IntArray

    def take(self, index: IntArray | BoolArray) -> "_Mails":
        columns = (self.row, self.lead, self.role, self.at_us, self.known_us, self.message, self.link)
        return _Mails(*(column[index] for column in columns))  # type: ignore[arg-type]  # as they stand above


def is_machine_channel(channel: str) -> bool:
    """Whether a channel is called like a bot or a scanner.

    >>> is_machine_channel("Email (Barracuda)"), is_machine_channel("email")
    (True, False)
    """
    name = channel.casefold()
    return any(word in name for word in MACHINE_CHANNELS)


def judge_machines(
    events: EventArrays, columns: MailColumns, said: Mapping[str, MailRole]
) -> tuple[EventArrays, MachineCounts]:
    """The same events with `machine_from_us`, and how many of them machines made.

    Parameters
    ----------
    events : n events of any leads, in any order.
    said : the role that the project gives an event type.
    """
    roles = role_codes(events.types, said)
    named = _named(events)
    suspects = _suspects(events, roles)
    if not len(suspects) and not named.any():
        return events, NO_MACHINES
    mails = _mails(events, columns, roles, suspects)
    by_rule = np.stack([np.where(named[mails.row], mails.known_us, NEVER_US), _instant_from(mails), _burst_from(mails)])
    from_mails = by_rule.min(axis=0)
    is_machine = from_mails != NEVER_US
    elsewhere = named.copy()
    elsewhere[mails.row] = False
    counts = np.bincount(by_rule[:, is_machine].argmin(axis=0), minlength=len(RULES)).tolist()
    found = MachineCounts(counts[0] + int(elsewhere.sum()), *counts[1:])
    if not found.total:
        return events, NO_MACHINES
    from_us = np.full(len(events), NEVER_US)
    from_us[elsewhere] = _known_us(events, np.flatnonzero(elsewhere))
    from_us[mails.row] = from_mails
    return replace(events, machine_from_us=from_us), found


def count_machine_events(events: EventArrays, snapshots: Snapshots) -> IntArray:
    """How many events of each snapshot's lead were known to be a machine's before its `as_of`; n int64."""
    if events.machine_from_us is None:
        return np.zeros(len(snapshots), dtype=np.int64)
    made = events.take(events.machine_from_us != NEVER_US)
    seen = see_events(replace(made, recorded_us=made.machine_from_us, machine_from_us=None), snapshots)
    return np.bincount(seen.row, minlength=len(snapshots))


def _named(events: EventArrays) -> BoolArray:
    """Which events the log says are a machine's: n bool."""
    named = np.zeros(len(events), dtype=np.bool_) if events.actor is None else events.actor == ACTOR_CODES["machine"]
    if events.channel is None:
        return named
    # Code -1, an event that does not say, reads the last one.
    of_level = np.array([*map(is_machine_channel, events.channel.levels), False], dtype=np.bool_)
    return np.asarray(named | of_level[events.channel.codes])


def _known_us(events: EventArrays, row: IntArray) -> IntArray:
    """When some events could be known."""
    at_us = events.at_us[row]
    return at_us if events.recorded_us is None else np.maximum(at_us, events.recorded_us[row])


def _suspects(events: EventArrays, roles: NDArray[np.int8]) -> IntArray:
    """The mail events of the leads that may have any of a machine, found by whole seconds."""
    if not (roles > SENT).any() or not len(events):
        return np.zeros(0, dtype=np.int64)
    start = int(events.at_us.min()) // MICROSECONDS_PER_SECOND

    def keys_of(wanted: BoolArray) -> IntArray:
        """Lead and second as one number each, in order."""
        row = np.flatnonzero(_is_of(events.type_code, wanted))
        second = events.at_us.take(row) // MICROSECONDS_PER_SECOND - start
        return np.sort((events.lead.take(row).astype(np.int64) << _SECOND_BITS) | second)

    found = [np.zeros(0, dtype=np.int64)]
    if len(sent := keys_of(roles == SENT)):
        answered = keys_of(roles > SENT)
        latest = np.searchsorted(sent, answered, side="right") - 1
        near = (latest >= 0) & (answered - sent.take(latest) <= INSTANT_SECONDS + 1)
        found.append(answered[near])
    clicked = keys_of(roles == CLICK)
    ahead = clicked[BURST_LINKS - 1 :]
    dense = ahead - clicked[: len(ahead)] <= 2 * BURST_SECONDS + 1
    found.append(ahead[dense])
    suspect = np.concatenate(found) >> _SECOND_BITS
    if not len(suspect):
        return suspect
    is_suspect = np.zeros(int(events.lead.max()) + 1, dtype=np.bool_)
    is_suspect[suspect] = True
    return np.flatnonzero(_is_of(events.type_code, roles != NO_ROLE) & is_suspect.take(events.lead))


def _is_of(type_code: PositionArray, wanted: BoolArray) -> BoolArray:
    """Which events are of one of the wanted types; of a few, a comparison for each is faster than to look them up."""
    codes = np.flatnonzero(wanted).tolist()
    if len(codes) > _FEW_TYPES:
        return np.asarray(wanted.take(type_code))
    is_of = np.zeros(len(type_code), dtype=np.bool_)
    for code in codes:
        is_of |= type_code == code
    return is_of


def _mails(events: EventArrays, columns: MailColumns, roles: NDArray[np.int8], row: IntArray) -> _Mails:
    unknown = np.full(len(row), -1, dtype=np.int64)
    return _Mails(
        row=row,
        lead=events.lead[row].astype(np.int64),
        role=roles[events.type_code[row]],
        at_us=events.at_us[row],
        known_us=_known_us(events, row),
        message=unknown if columns.message is None else columns.message[row].astype(np.int64),
        link=unknown if columns.link is None else columns.link[row].astype(np.int64),
    )


def _instant_from(mails: _Mails) -> IntArray:
    """From when on each event is known to have followed the sending of its mail at once."""
    from_us = np.full(len(mails.row), NEVER_US)
    is_sent, has_message = mails.role == SENT, mails.message >= 0
    # A row that does not say of which mail it speaks may speak of any.
    ways = (
        (is_sent & has_message, ~is_sent & has_message, True),
        (is_sent & ~has_message, ~is_sent, False),
        (is_sent & has_message, ~is_sent & ~has_message, False),
    )
    for sent, answered, by_message in ways:
        rows = np.flatnonzero(answered)
        found = _sent_just_before(mails.take(sent), mails.take(rows), by_message=by_message)
        from_us[rows] = np.minimum(from_us[rows], found)
    return from_us


def _sent_just_before(sent: _Mails, answered: _Mails, *, by_message: bool) -> IntArray:
    """When the earliest known sending just before each answer, and the answer itself, were known; else never."""
    group = _group(
        np.concatenate([sent.lead, answered.lead]), np.concatenate([sent.message, answered.message]), by_message
    )
    of_sent, of_answer = group[: len(sent.row)], group[len(sent.row) :]
    latest_us = answered.at_us - _is_coarse(answered.at_us)
    start, stop = window_of(of_sent, sent.at_us, of_answer, answered.at_us - _INSTANT_US, latest_us)
    order = np.lexsort((sent.at_us, of_sent))
    from_us = np.full(len(answered.row), NEVER_US)
    for answer, near in pairs_of(start, stop):
        np.minimum.at(from_us, answer, sent.known_us[order[near]])
    return np.where(from_us == NEVER_US, NEVER_US, np.maximum(from_us, answered.known_us))


def _burst_from(mails: _Mails) -> IntArray:
    """From when on each event is known to lie in a burst of clicks in its mail."""
    from_us = np.full(len(mails.row), NEVER_US)
    group = _group(mails.lead, mails.message, by_message=True)
    is_click = (mails.role == CLICK) & ~_is_coarse(mails.at_us)
    for of_links, least in ((True, BURST_LINKS), (False, BURST_CLICKS)):
        click = np.flatnonzero(is_click & ((mails.link >= 0) | (not of_links)))
        click = click[np.lexsort((mails.at_us[click], group[click]))]
        rows = np.flatnonzero(mails.role != SENT)
        start, stop = window_of(
            group[click], mails.at_us[click], group[rows], mails.at_us[rows] - _BURST_US, mails.at_us[rows] + _BURST_US
        )
        many = stop - start >= least
        rows = rows[many]
        for of_row, near in pairs_of(start[many], stop[many]):
            known_us = mails.known_us[click[near]]
            thing = mails.link[click[near]] if of_links else click[near]
            row, burst_us = nth_known(of_row, thing, known_us, least)
            from_us[rows[row]] = np.minimum(from_us[rows[row]], burst_us)
    return np.where(from_us == NEVER_US, NEVER_US, np.maximum(from_us, mails.known_us))


def _is_coarse(at_us: IntArray) -> BoolArray:
    """Whether a time is that of a minute, or of the end of a day, which stands for a date alone."""
    return np.asarray(at_us % _MINUTE_US % (_MINUTE_US - 1) == 0)


def _group(lead: IntArray, message: IntArray, by_message: bool) -> IntArray:
    """A number for each lead, or each lead's mail."""
    if not by_message or not len(lead):
        return lead
    _, dense = np.unique(message, return_inverse=True)
    return lead * (int(dense.max()) + 1) + dense
