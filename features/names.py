"""Names of events and fields, told alike however a tool spells them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: What exports put before a name: "Deal - Status", "hs_lead_status", "Contact owner".
_ENTITY = (
    "(?:hs|hubspot|lead|deal|contact|person|people|prospect|opportunity|organi[sz]ation|account|company"
    "|customer|client)"
)


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


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, without accents.

    >>> plain_words("Geschäftsführer/-in, R&D")
    ['geschaftsfuhrer', 'in', 'r', 'd']
    """
    folded = text.casefold()
    if not folded.isascii():
        spread = unicodedata.normalize("NFKD", folded)
        folded = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return _WORD.findall(folded)


@lru_cache(maxsize=10_000)
def spellings(name: str) -> tuple[str, str]:
    """A name's words joined by underscores, and without: tools differ in where they put a blank or a capital.

    >>> spellings("Lead Status"), spellings("IsConverted"), spellings("Region__c")
    (('lead_status', 'leadstatus'), ('is_converted', 'isconverted'), ('region', 'region'))
    """
    words = normal_name(_CAMEL.sub("_", name.removesuffix("__c")))
    return words, words.replace("_", "")


@dataclass(frozen=True)
class Names:
    """Names of one meaning: regular expressions over a whole name, the likeliest first."""

    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, *patterns: str, prefix: str = _ENTITY) -> "Names":
        """The names as given, or with what exports put before them; a pattern that starts with ^ stands alone."""
        return cls(
            tuple(
                re.compile(p[1:] if p.startswith("^") else f"(?:{prefix}_?)*?(?:{p})")  # a prefix may be there twice
                for p in patterns
            )
        )

    def rank(self, name: str) -> int | None:
        """How likely the name has this meaning: 0 is likeliest; None if it has not."""
        written = spellings(name)
        return next((i for i, p in enumerate(self.patterns) if any(map(p.fullmatch, written))), None)

    def __or__(self, other: "Names") -> "Names":
        return Names((*self.patterns, *other.patterns))

    def __contains__(self, name: str) -> bool:
        return self.rank(name) is not None

    def sort(self, names: Iterable[str]) -> list[str]:
        """Those of the names that have this meaning, the likeliest first; equals stay in their order."""
        ranks = {name: self.rank(name) for name in names}
        return sorted((name for name, rank in ranks.items() if rank is not None), key=lambda name: ranks[name] or 0)


def word_set(words: str) -> frozenset[str]:
    """The words of a text, each once.

    >>> sorted(word_set("head chief head"))
    ['chief', 'head']
    """
    return frozenset(words.split())
