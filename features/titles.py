"""A job title as what it says of the lead: how senior, and in which department.

Titles in English, German, French, Spanish, Italian, Portuguese and Dutch are read word by word, without accents.
What is asked first wins, so that a word means less beside a stronger one:

former > student or intern > assistant > executive (C-level, owners) > vice president > director > head > manager
> senior > staff.

An assistant *to* a director is an assistant, an assistant director a manager, a vice president no president, a
product owner no owner, a "chef de projet" no head. Of two departments the one further up in `DEPARTMENTS` counts:
a "sales operations manager" works in sales.
"""

from collections.abc import Callable
from functools import lru_cache

from features.names import plain_words
from features.title_words import (
    ASSISTANTS,
    CHIEFS,
    DEPARTMENTS,
    DIRECTORS,
    FORMER,
    GENERAL,
    HEADS,
    INTERNS,
    MANAGERS,
    NO_OWNERS,
    OWNERS,
    PRESIDENTS,
    RANKS,
    SENIORS,
    STAFF,
    TEAMS,
    VICE_PRESIDENTS,
    VICES,
    Words,
)

UNKNOWN = "unknown"
#: Stems so short, or that end with a $, are whole words; others are how a word starts.
_SHORT = 3


@lru_cache(maxsize=100_000)
def seniority(title: str) -> str:
    """How senior a title is; `unknown` where it does not say.

    >>> seniority("Vice President of Sales"), seniority("Assistant to the Director"), seniority("Vertriebsleiterin")
    ('vice president', 'assistant', 'head')
    """
    words = plain_words(title)
    return next((name for name, holds in LADDER if holds(words)), UNKNOWN)


@lru_cache(maxsize=100_000)
def department(title: str) -> str:
    """Where a title's holder works; `unknown` where it does not say.

    >>> department("Head of Sales"), department("Leiter Einkauf"), department("Director")
    ('sales', 'purchasing', 'unknown')
    """
    words = plain_words(title)
    return next((name for name, stems in DEPARTMENTS.items() if any(_has(words, stem) for stem in stems)), UNKNOWN)


def _has(words: Words, stem: Words) -> bool:
    """Whether the words of a stem stand side by side."""
    *first, last = stem
    for i in range(len(words) - len(first)):
        found = f"{words[i + len(first)]}$"
        is_found = found == f"{last}$" if len(last) <= _SHORT else found.startswith(last)
        if is_found and list(words[i : i + len(first)]) == first:
            return True
    return False


def _is_former(words: Words) -> bool:
    return bool(FORMER & {*words})


def _is_intern(words: Words) -> bool:
    return bool(INTERNS & {*words})


def _is_assistant(words: Words) -> bool:
    """ "Assistant director" is a rank, "assistant to the director" is none."""
    places = [i for i, word in enumerate(words) if word in ASSISTANTS or word.endswith(("assistent", "assistentin"))]
    is_pa = len(words) > 1 and words[0] in ("pa", "ea") and words[1] == "to"
    return is_pa or any(i + 1 == len(words) or words[i + 1] not in RANKS for i in places)


def _is_assistant_rank(words: Words) -> bool:
    return bool(ASSISTANTS & {*words})


def _is_chief(words: Words) -> bool:
    found = {*words}
    if found & CHIEFS or any(word.startswith(("geschaftsfuhr", "geschaeftsfuhr", "geschaeftsfuehr")) for word in words):
        return True
    if "chief" in found and found & {"officer", "executive"}:
        return True
    if found & DIRECTORS and any(_beside(words, i) & GENERAL for i, word in enumerate(words) if word in DIRECTORS):
        return True
    runs_all = {"managing", "partner"} <= found or "general manager" in " ".join(words)
    return runs_all or _owns(words) or _presides(words)


def _beside(words: Words, i: int) -> set[str]:
    return {*words[max(i - 1, 0) : i], *words[i + 1 : i + 2]}


def _owns(words: Words) -> bool:
    return any(word in OWNERS and not (i and words[i - 1] in NO_OWNERS) for i, word in enumerate(words))


def _presides(words: Words) -> bool:
    return any(word in PRESIDENTS and not (i and words[i - 1] in VICES) for i, word in enumerate(words))


def _is_vice_president(words: Words) -> bool:
    is_said = any(word in PRESIDENTS and i and words[i - 1] in VICES for i, word in enumerate(words))
    return is_said or bool(VICE_PRESIDENTS & {*words})


def _is_director(words: Words) -> bool:
    return any(word in DIRECTORS or word.endswith(("direktor", "direktorin", "directeur")) for word in words)


def _is_head(words: Words) -> bool:
    if any(word in HEADS and not _leads_a_team(words, i) for i, word in enumerate(words)):
        return True
    ends = ("leiter", "leiterin", "leitung", "leider", "chef", "chefin", "hoofd")
    if any(word.endswith(ends) and word not in ends and not word.startswith(TEAMS) for word in words):
        return True
    return any(word in ("chef", "cheffe") and not _leads_a_project(words, i) for i, word in enumerate(words[:-1]))


def _leads_a_team(words: Words, i: int) -> bool:
    return i > 0 and words[i - 1].startswith(TEAMS)


def _leads_a_project(words: Words, i: int) -> bool:
    """A "chef de projet" or "de produit" has no department; a chef without "de" cooks."""
    rest = [word for word in words[i + 1 :] if word not in ("de", "du", "d", "des")]
    return words[i + 1] not in ("de", "du", "d", "des") or bool(rest and rest[0].startswith(("proj", "prod", "rang")))


def _is_manager(words: Words) -> bool:
    ends = ("leiter", "leiterin", "leitung", "leider", "manager", "managerin")
    leads = any(words[i : i + 2] in (["team", "lead"], ["team", "leader"]) for i in range(len(words)))
    return leads or bool(MANAGERS & {*words}) or any(word.endswith(ends) for word in words) or "chef" in words[:-1]


def _is_senior(words: Words) -> bool:
    return bool(SENIORS & {*words})


def _is_staff(words: Words) -> bool:
    return bool(STAFF & {*words}) or any(_has(words, stem) for stems in DEPARTMENTS.values() for stem in stems)


LADDER: tuple[tuple[str, Callable[[Words], bool]], ...] = (
    (UNKNOWN, _is_former),
    ("student or intern", _is_intern),
    ("assistant", _is_assistant),
    ("manager", _is_assistant_rank),
    ("executive", _is_chief),
    ("vice president", _is_vice_president),
    ("director", _is_director),
    ("head", _is_head),
    ("manager", _is_manager),
    ("senior", _is_senior),
    ("staff", _is_staff),
)
