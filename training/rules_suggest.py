"""A rulebook with other points: every other character of its text stays, comments and order too."""

from collections.abc import Iterator, Mapping

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from features.yaml_text import BadDocument
from models.rules import Rule, load_rulebook


def repointed(text: str, points: Mapping[str, float], *, name: str) -> str:
    """The same text with these points; only the numbers behind `points:` are changed, in place.

    ruamel.yaml says where each number stands. Its own way of writing a document again would keep comments too, but
    could break lines and spaces anew, and a person would have to read a longer diff.

    Parameters
    ----------
    points : of rules by id; rules that it does not name keep theirs.
    name : how the file is called in messages.

    Raises
    ------
    BadDocument : the points of a rule do not stand in it as a number of their own, like those of an alias.

    >>> head = "version: 1\\nodds: {base: 0.1, double_every: 20}\\nlevels: {fit: [1, 2], engagement: [1, 2]}\\n"
    >>> rest = "tiers: {hot: [], warm: []}\\nstages: {mql: {points: 1}, sql: {points: 2}}\\n"
    >>> rule = "rules:\\n  - {id: a, when: {event: call}, points: 4, group: fit}  # a call\\n"
    >>> repointed(head + rest + rule, {"a": 7.5}, name="rules.yaml").splitlines()[-1]
    '  - {id: a, when: {event: call}, points: 7.5, group: fit}  # a call'
    """
    given = load_rulebook(text, name=name)
    out, end = [], 0
    for node, value in sorted(_places(text, points), key=lambda place: int(place[0].start_mark.index)):
        out += [text[end : node.start_mark.index], f"{value:.10g}"]
        end = node.end_mark.index
    new = "".join([*out, text[end:]])
    wanted = [rule.model_copy(update={"points": points.get(rule.id, rule.points)}) for rule in given.rules]
    if _rules_of(new, name) != wanted:
        raise BadDocument((f"{name}:1: found points that are an alias or a merge, expected numbers; write them out",))
    return new


def _rules_of(text: str, name: str) -> list[Rule]:
    try:
        return list(load_rulebook(text, name=name).rules)
    except BadDocument:  # an anchor went with the number that it stood before
        return []


def _places(text: str, points: Mapping[str, float]) -> Iterator[tuple[Node, float]]:
    """The node of each number to be changed."""
    root = YAML(typ="safe", pure=True).compose(text)
    rules = _keys(root).get("rules")
    for rule in rules.value if isinstance(rules, SequenceNode) else ():
        keys = _keys(rule)
        number, rule_id = keys.get("points"), keys.get("id")
        if isinstance(number, ScalarNode) and rule_id is not None and rule_id.value in points:
            value = points[rule_id.value]
            if float(number.value.replace("_", "")) != value:
                yield number, value


def _keys(node: Node | None) -> dict[str, Node]:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return {str(key.value): value for key, value in pairs}
