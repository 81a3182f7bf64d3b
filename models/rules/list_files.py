"""Lists in files of their own, written into the text of the rulebook, so that a bundle needs no other file."""

import json
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from features.yaml_text import BadDocument


def with_lists(text: str, *, name: str, folder: Path) -> str:
    """The rulebook's text with ``list: FILE`` replaced by what stands in the file, one value a line.

    Empty lines and those that begin with # are passed over. Lines keep their numbers.

    Parameters
    ----------
    name : how the rulebook is called in messages.
    folder : where the names of files start.

    Raises
    ------
    BadDocument : files that are not there, or empty, each with its line.
    """
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError):
        return text  # said by whoever loads it
    problems = []
    for node in sorted(_file_names(root), key=lambda node: -node.start_mark.index):
        try:
            values = _values(folder / node.value)
        except (OSError, UnicodeDecodeError, ValueError) as error:
            problems.append(f"{name}:{node.start_mark.line + 1}: list: found {node.value!r}, {_why(error)}")
            continue
        text = text[: node.start_mark.index] + json.dumps(values, ensure_ascii=False) + text[node.end_mark.index :]
    if problems:
        raise BadDocument(tuple(reversed(problems)))
    return text


def _file_names(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(value, ScalarNode) and getattr(key, "value", None) == "list":
                yield value
            else:
                yield from _file_names(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _file_names(item)


def _values(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines())
    values = [line for line in lines if line and not line.startswith("#")]
    if not values:
        raise ValueError("empty")
    return values


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return "expected a file beside the rulebook with one value a line; correct its name"
    if isinstance(error, UnicodeDecodeError):
        return "expected a text in UTF-8; save it as UTF-8"
    return "expected at least one value in it; add one, or delete the gate"
