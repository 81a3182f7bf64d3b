"""What an event has to do with a mail: its sending, or what its receiver, or a machine before them, did with it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.names import normal_name

MailRole = Literal["sent", "open", "click", "unsubscribe", "none"]
NO_ROLE, SENT, OPEN, CLICK, UNSUBSCRIBE = range(5)
_CODES: Mapping[MailRole, int] = {
    "none": NO_ROLE,
    "sent": SENT,
    "open": OPEN,
    "click": CLICK,
    "unsubscribe": UNSUBSCRIBE,
}

_MAIL = frozenset(("email", "emails", "mail", "mails", "newsletter", "newsletters", "edm"))
#: Words that may stand beside "clicked" or "opened" where no other thing than a mail is named.
_FILLERS = frozenset(
    ("a", "the", "link", "links", "url", "view", "in", "browser", "was", "tracked", "marketing", "sales")
)
_VERBS: Mapping[str, MailRole] = {
    **dict.fromkeys(("click", "clicks", "clicked"), "click"),
    **dict.fromkeys(("open", "opens", "opened", "read"), "open"),
    **dict.fromkeys(("sent", "send", "sends", "delivered"), "sent"),
}
#: "Email reply sent", "email send failed", "email sent to unsubscribe" are something else.
_OTHERS = frozenset(
    ("reply", "replied", "bounce", "bounced", "failed", "not", "request", "requested", "response", "form")
)


@lru_cache(maxsize=10_000)
def mail_role(event_type: str) -> MailRole:
    """The usual role of an event type, by the words of its name.

    >>> mail_role("Email Link Clicked"), mail_role("opened"), mail_role("Ad clicked"), mail_role("email_opt_out")
    ('click', 'open', 'none', 'unsubscribe')
    """
    words = [word for word in normal_name(event_type).split("_") if word]
    if any(word.startswith("unsubscri") or word == "optout" for word in words):
        return "unsubscribe"
    if {"opt", "opted"} & set(words) and "out" in words:
        return "unsubscribe"
    roles = [_VERBS[word] for word in words if word in _VERBS]
    rest = {word for word in words if word not in _VERBS}
    names_mail = bool(rest & _MAIL) or {"e", "mail"} <= rest
    if not roles or rest & _OTHERS or not (names_mail or rest <= _FILLERS):
        return "none"
    return roles[-1]


def role_codes(types: Sequence[str], said: Mapping[str, MailRole]) -> NDArray[np.int8]:
    """The code of each event type's role: what the project says, else the usual one.

    >>> role_codes(["opened", "tap"], {"tap": "click"})
    array([2, 3], dtype=int8)
    """
    return np.array([_CODES[said.get(name) or mail_role(name)] for name in types], dtype=np.int8)
