"""YAML files that people write: read with line numbers, checked, and every problem said at its line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from features.yaml_problems import Loc, problems_of

YamlValue = str | int | float | bool | list["YamlValue"] | dict[str, "YamlValue"] | None
Model = TypeVar("Model", bound=BaseModel)

_TAG = "tag:yaml.org,2002:"
_MAX_VALUES = 100_000


class BadDocument(ValueError):
    """A file that can not be used; `problems` has one readable line each, ``name:line: where: what``."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class YamlDocument:
    """The plain value of a YAML text, and the line at which each part of it stands."""

    name: str
    value: YamlValue
    lines: Mapping[Loc, int]

    def place_of(self, loc: Loc) -> Loc:
        """The deepest part of `loc` that is written; names that only a checker knows are skipped."""
        place: Loc = ()
        for part in loc:
            place = (*place, part) if (*place, part) in self.lines else place
        return place

    def line_of(self, loc: Loc) -> int:
        """The line (from 1) of the value at `loc`, or of what it would stand in."""
        return self.lines[self.place_of(loc)]


def parse_yaml(text: str, *, name: str, texts: Collection[str] = ()) -> YamlDocument:
    """A YAML 1.2 text as plain values; dates stay texts.

    Parameters
    ----------
    name : how the file is called in messages.
    texts : keys whose values stay exactly as written: ``version: 1.10`` is "1.10", not 1.1.

    Raises
    ------
    BadDocument : wrong syntax, keys given twice, tags; each with its line.

    >>> parse_yaml("a: 1\\nb: [yes]", name="x.yaml").value
    {'a': 1, 'b': ['yes']}
    >>> parse_yaml("a: 1\\na: 2", name="x.yaml")
    Traceback (most recent call last):
    features.yaml_text.BadDocument: x.yaml:2: found the key `a` again, expected it once (first on line 1); keep one
    """
    reader = _Reader(YAML(typ="safe", pure=True), frozenset(texts))
    try:
        node = reader.yaml.compose(text)
        value = None if node is None else reader.read(node, (), as_text=False)
    except RecursionError as error:
        raise BadDocument((f"{name}:1: found values nested too deeply, expected a few levels; flatten it",)) from error
    except YAMLError as error:
        raise BadDocument((_syntax_problem(error, text, name),)) from error
    if reader.problems:
        raise BadDocument(tuple(f"{name}:{line}: {what}" for line, what in sorted(reader.problems)))
    return YamlDocument(name, value, {**reader.lines, (): 1})


def _syntax_problem(error: YAMLError, text: str, name: str) -> str:
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"{name}:{line}: found a control character, expected printable text; delete it"
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    what = error.problem if isinstance(error, MarkedYAMLError) else str(error)
    cure = "look at this line and the one above for a tab, a quote, a bracket or the indentation"
    return f"{name}:{1 if mark is None else mark.line + 1}: this is no YAML, {what}; {cure}"


@dataclass
class _Reader:
    """Nodes to plain values; keeps the line of each, and what was wrong."""

    yaml: YAML
    texts: frozenset[str]
    lines: dict[Loc, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def read(self, node: Node, loc: Loc, *, as_text: bool) -> YamlValue:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if len(self.lines) > _MAX_VALUES:
            raise RecursionError
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.read(item, (*loc, i), as_text=as_text) for i, item in enumerate(node.value)]
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, loc)
        return self._scalar(node, as_text)

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, YamlValue]:
        out: dict[str, YamlValue] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.problems.append((line, "found a list or mapping as a key, expected a word; write a word"))
            elif key in out:
                first = self.lines[(*loc, key)]
                what = f"found the key `{key}` again, expected it once (first on line {first}); keep one"
                self.problems.append((line, what))
            else:
                self.lines[(*loc, key)] = line
                out[key] = self.read(value_node, (*loc, key), as_text=key in self.texts)
        return out

    def _scalar(self, node: Node, as_text: bool) -> YamlValue:
        kind = str(node.tag).removeprefix(_TAG)
        if kind == "null":
            return None
        if kind in ("str", "timestamp") or (as_text and kind in ("int", "float", "bool")):
            return str(node.value)
        if kind in ("int", "float", "bool"):
            # One of the three: ruamel's constructors are not typed.
            plain: YamlValue = getattr(self.yaml.constructor, f"construct_yaml_{kind}")(node)
            return plain
        line = node.start_mark.line + 1
        self.problems.append((line, f"found the tag {node.tag!r}, expected plain values; delete it"))
        return None


def validate_document(model: type[Model], document: YamlDocument) -> Model:
    """The document as an instance of `model`.

    Raises
    ------
    BadDocument : all that the model finds wrong, each with its line, what was found and the cure.

    >>> class Goal(BaseModel, extra="forbid"):
    ...     days: int
    >>> validate_document(Goal, parse_yaml("dayz: 9", name="x.yaml"))
    Traceback (most recent call last):
    features.yaml_text.BadDocument: x.yaml:1: found nothing for the key `days`, expected it to be given; add it
    x.yaml:1: found the unknown key `dayz`, expected one of days; rename it to `days`
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        found = problems_of(error, model, document.place_of)
        ordered = sorted(dict.fromkeys((document.line_of(place), text) for place, text in found))
        raise BadDocument(tuple(f"{document.name}:{line}: {text}" for line, text in ordered)) from error
