"""Who did what: the lead, or a rep of ours. Reps work good leads harder, so their events are told apart."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from features.names import normal_name
from features.parsing import BadCell
from features.reading import USUAL, Reading
from features.tables import ACTOR_CODES, NO_ACTOR, BoolArray, EventArrays

Actor = Literal["lead", "rep"]

#: The usual event types that are no doing of the lead, by normalised name: what reps do, and mail that came back.
REP_TYPES = frozenset(
    (
        *("call_by_rep", "call_outbound", "outbound_call", "voicemail_left"),
        *("email_sent", "outbound_email", "sms_sent", "letter_sent", "message_sent"),
        *("email_bounce", "email_bounced"),
    )
)


def parse_actor(cell: str, reading: Reading = USUAL) -> int:
    """The code of an actor: 0 for the lead, 1 for a rep, -1 where nobody is named.

    >>> parse_actor(" Rep"), parse_actor("")
    (1, -1)
    """
    if reading.is_missing(cell):
        return NO_ACTOR
    code = ACTOR_CODES.get(cell.strip().lower())
    if code is None:
        raise BadCell("an actor is `lead` or `rep`, or the cell is empty")
    return code


def made_by_rep(events: EventArrays, said: Mapping[str, Actor]) -> BoolArray:
    """Whether a rep made each event: as its row says, else as the project says of its type, else as usual.

    Parameters
    ----------
    said : the actor that the project gives an event type.

    Returns
    -------
    bool, one an event.
    """
    of_type = np.array([_is_of_rep(name, said) for name in events.types], dtype=np.bool_)
    by_type = of_type[events.type_code]
    if events.actor is None:
        return by_type
    return np.where(events.actor == NO_ACTOR, by_type, events.actor == ACTOR_CODES["rep"])


def _is_of_rep(event_type: str, said: Mapping[str, Actor]) -> bool:
    actor = said.get(event_type)
    return normal_name(event_type) in REP_TYPES if actor is None else actor == "rep"
