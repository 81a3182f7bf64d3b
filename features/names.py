"""Names of events and fields, told alike however a tool spells them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

_SEPARATORS = re.compile(r"[\W_]+")


# One lead over HTTP asks for the same few hundred names each time.
@lru_cache(maxsize=10_000)
def normal_name(name: str) -> str:
    """The name in lower case, with one underscore for whatever stands between its words.

    >>> normal_name("Demo Request"), normal_name("demo-request "), normal_name("What is your occupation?")
    ('demo_request', 'demo_request', 'what_is_your_occupation')
    """
    return _SEPARATORS.sub("_", name.casefold()).strip("_")


def named(wanted: Sequence[str], known: Iterable[str]) -> tuple[str, ...]:
    """The known names that are meant by the wanted ones, first those of the first wanted name.

    >>> named(["job_title", "position"], ["Position", "City", "Job Title"])
    ('Job Title', 'Position')
    """
    return _named(tuple(wanted), tuple(known))


@lru_cache(maxsize=4096)
def _named(wanted: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    spellings = _spellings(known)
    normals = dict.fromkeys(normal_name(word) for word in wanted)
    return tuple(name for normal in normals for name in spellings.get(normal, ()))


@lru_cache(maxsize=64)
def _spellings(known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The known names by what they mean."""
    by_normal: dict[str, list[str]] = {}
    for name in sorted(known):
        by_normal.setdefault(normal_name(name), []).append(name)
    return {normal: tuple(names) for normal, names in by_normal.items()}
