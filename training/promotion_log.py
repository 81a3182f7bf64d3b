"""Who made which model the champion, when and why: a line of JSON for each decision, in the workspace."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from models.workspace import Workspace

Action = Literal["promote", "refuse", "rollback"]


@dataclass(frozen=True)
class Signature:
    """Who decides, and when (ISO time with its zone)."""

    by: str
    at: str


@dataclass(frozen=True)
class Decision:
    """One line of the history.

    Attributes
    ----------
    version : the model that it is about.
    previous : the champion until then; None before the first.
    is_forced : whether a person overruled the comparison.
    """

    at: str
    by: str
    action: Action
    version: str
    previous: str | None
    why: str
    is_forced: bool = False


def decisions(workspace: Workspace) -> list[Decision]:
    """Every decision, the oldest first."""
    try:
        lines = _path(workspace).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [Decision(**json.loads(line)) for line in lines if line.strip()]


def note_decision(workspace: Workspace, decision: Decision) -> None:
    """Append a decision; earlier lines are never touched."""
    with _path(workspace).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")


def champion_before(workspace: Workspace, version: str) -> str | None:
    """The champion that a version replaced when it was last promoted; None if it was the first."""
    promoted = [one for one in decisions(workspace) if one.action == "promote" and one.version == version]
    replaced = [one.previous for one in promoted if one.previous != version]  # it may be promoted twice
    return replaced[-1] if replaced else None


def _path(workspace: Workspace) -> Path:
    return workspace.folder / "promotions.jsonl"
