"""Rulebooks out of text: a company's rules.yaml, or the starter that ships with Leadlight."""

from importlib.resources import files

from features.yaml_text import YamlDocument, parse_yaml, validate_document
from models.rules.schema import RuleBook

STARTER_NAME = "starter.yaml"
#: Keys whose values are words even where they look like numbers: ``version: 2026.10`` keeps its zero.
_TEXT_KEYS = (
    *("version", "id", "event", "or_event", "field", "matches", "is", "in", "not", "not_in", "list", "domain"),
    *("channel", "content", "reason", "ask", "answers", "timezone"),
)


def load_rulebook(text: str, *, name: str) -> RuleBook:
    """The rulebook written in a YAML text.

    Parameters
    ----------
    name : how the file is called in messages.

    Raises
    ------
    BadDocument : every problem on a line of its own: ``name:line: where: found, expected; cure``.

    >>> load_rulebook("versoin: 3", name="rules.yaml")
    Traceback (most recent call last):
    features.yaml_text.BadDocument: rules.yaml:1: found nothing for the key `levels`, expected it to be given; add it
    ...
    """
    return validate_document(RuleBook, parse_rulebook(text, name=name))


def parse_rulebook(text: str, *, name: str) -> YamlDocument:
    """The plain values of a rulebook and their lines, not yet checked.

    Raises
    ------
    BadDocument : it is no YAML.
    """
    return parse_yaml(text, name=name, texts=_TEXT_KEYS)


def starter_text() -> str:
    """The text of the starter rulebook, to be copied into a workspace and changed.

    >>> "demo_request" in starter_text()
    True
    """
    return files("models.rules").joinpath(STARTER_NAME).read_text(encoding="utf-8")


def load_starter() -> RuleBook:
    """The rulebook that is used where a company has none.

    >>> load_starter().odds.base
    0.05
    """
    return load_rulebook(starter_text(), name=STARTER_NAME)
