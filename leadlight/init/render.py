"""A draft as the text of leadlight.yaml, each line with its reason."""

import json
from collections.abc import Iterable, Mapping

from features.yaml_text import BadDocument, parse_yaml
from leadlight.init.said import Draft, Said, Scalar, Section, Value

_WIDTH, _MAX_WIDTH = 40, 60
_MAX_TYPES = 40
_ABOUT = {
    "leads": "one row per lead",
    "events": "one row per thing that happened",
    "outcomes": "how leads ended; a lead without an outcome is open",
}


def render(draft: Draft) -> str:
    """The project file, which `load_project` reads."""
    lines = [f"# {line}" for line in draft.head]
    lines += ["", _with_comment("leads:", _ABOUT["leads"]), *_section(draft.leads, 1)]
    if draft.columns:
        about = "number, flag, category, date, title, country, email, text or ignore"
        lines += [_with_comment("  columns:", about), *_section(draft.columns, 2)]
    if draft.events:
        lines += [
            "",
            _with_comment("events:", _ABOUT["events"]),
            *_section(draft.events, 1),
            *_types(draft.event_types),
        ]
    lines += ["", *_outcomes(draft)]
    if draft.horizon is not None:
        lines += [
            "",
            *_section({"goal": Said({"horizon": str(draft.horizon.value)}, draft.horizon.why, draft.horizon.ask)}, 0),
        ]
    for key, said in (("dates", draft.dates), ("max_bad", draft.max_bad)):
        if said is not None:
            lines += ["", *_section({key: said}, 0)]
    return "\n".join(lines) + "\n"


def _outcomes(draft: Draft) -> list[str]:
    if draft.outcomes:
        return [_with_comment("outcomes:", _ABOUT["outcomes"]), *_section(draft.outcomes, 1)]
    return [
        "# check: nothing says how leads ended, so the rules alone would score. Name a table of closed deals,",
        "# outcomes: {source: deals.csv, lead: lead_id, closed_at: closed_at, outcome: outcome, won: won}",
        "# or a column of the leads:",
        "# outcomes: {column: converted, won: 1}",
    ]


def _types(types: Mapping[str, int]) -> list[str]:
    """The event types as a comment."""
    if not types:
        return []
    shown = [f"  #   {n:>9,}  {printable(name)}" for name, n in list(types.items())[:_MAX_TYPES]]
    rest = len(types) - len(shown)
    more = [f"  #   and {rest:,} rarer ones, which count together as other"] if rest else []
    words = "  # Its types and how often they occur; `types: {NAME: {words: opened an email}}` gives one other words:"
    return [words, *shown, *more]


def _section(section: Section, depth: int) -> list[str]:
    """The keys of a section, what is to be checked on a line above, comments below each other."""
    indent = "  " * depth
    code = {
        key: f"{indent}{_key(key)}: {_value(said.value)}" for key, said in section.items() if said.value is not None
    }
    width = min(max([_WIDTH, *map(len, code.values())]), _MAX_WIDTH)
    lines = []
    for key, said in section.items():
        if said.value is None:
            lines.append(f"{indent}# {key}: check: {printable(said.ask)}")
            continue
        lines += [f"{indent}# check: {printable(said.ask)}"] if said.ask else []
        lines.append(_with_comment(code[key], said.why, width))
    return lines


def _with_comment(code: str, comment: str, width: int = _WIDTH) -> str:
    return f"{code:<{width}}  # {printable(comment)}" if comment else code


def printable(text: str) -> str:
    """A text that may stand in a comment."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _value(value: Value) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(scalar(item) for item in value) + "]"
    return scalar(value)


def scalar(value: Scalar) -> str:
    """A value as YAML reads it back: plain where that is the same, else in quotes.

    >>> scalar("Lead Number"), scalar("1"), scalar("a: b"), scalar(True)
    ('Lead Number', '"1"', '"a: b"', 'true')
    """
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = _reads_back(f"[{value}]", [value]) and _reads_back(f"a: {value}", {"a": value})
    return value if is_plain else _quoted(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in quoted)


def _key(name: str) -> str:
    return name if ":" not in name and _reads_back(f"{name}: 1", {name: 1}) else _quoted(name)


def _reads_back(text: str, value: Iterable[object]) -> bool:
    try:
        return parse_yaml(text, name="").value == value
    except BadDocument:
        return False
