"""`leadlight rules suggest`: the rulebook with the points that the deals suggest, to be read and taken over."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import note, print_json, print_table, progress, say
from leadlight.cli.rules_past import past_of
from leadlight.cli.rules_report import UntilOption, judged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadlight.project import Project
    from models.rules import RuleBook
    from training.rule_points import Suggestion
    from training.rule_thresholds import Threshold


def suggest_rules(
    config: ProjectOption = DEFAULT_PROJECT,
    out: Annotated[Path, typer.Option(help="Where to write the rulebook.")] = Path("rules.suggested.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    until: UntilOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write the rulebook anew with the points that the deals suggest; all else in it stays, comments too."""
    from leadlight.project import load_project
    from training.rule_points import suggest_points
    from training.rule_thresholds import thresholds
    from training.rules_suggest import repointed

    project = load_project(config)
    _check_out(out, project, is_forced=force)
    with progress("suggesting points") as step:
        step("reading the tables")
        past = past_of(project, until=until)
        step("fitting points")
        found = _enough(suggest_points(past.history))
    text = project.own_rules_text()
    new = repointed(text, found.points, name=project.rules_file)
    if found.prior_leads is not None:
        out.write_text(new, encoding="utf-8")
    look = thresholds(past.history, found.points)
    if as_json:
        print_json(_report(found, look, out))
        return 0
    say("".join(difflib.unified_diff(*_lines(text, new), project.rules_file, out.name, n=1)).rstrip("\n"))
    say(judged_words(found))
    if found.prior_leads is None:
        note("nothing was written")
        return 0
    _print_thresholds(look, found, past.history.rulebook)
    say(f"Written to {out}. Read the difference, try it by `leadlight rules backtest {out}`, give it a version.")
    return 0


def _check_out(out: Path, project: "Project", *, is_forced: bool) -> None:
    from leadlight.errors import BadRequest

    if out.is_dir() or not out.parent.is_dir():
        raise BadRequest(f"found no place for a file at {out}, expected a name in a folder that is there; correct it")
    if out.exists() and not is_forced:
        raise BadRequest(f"found a file at {out}, expected none; move it away, write elsewhere, or give --force")


def _enough(found: "Suggestion | None") -> "Suggestion":
    from leadlight.errors import BadRequest

    if found is None:
        raise BadRequest(
            "found too few deals to suggest points by, expected 20 won and 20 lost leads whose horizon has passed; "
            "wait for more, or change points by hand"
        )
    return found


def _lines(old: str, new: str) -> tuple[list[str], list[str]]:
    return old.splitlines(keepends=True), new.splitlines(keepends=True)


def _report(found: "Suggestion", look: "Sequence[Threshold]", out: Path) -> dict[str, object]:
    from dataclasses import asdict

    is_written = found.prior_leads is not None
    return {**asdict(found), "thresholds": [asdict(one) for one in look], "out": str(out) if is_written else None}


def _print_thresholds(look: "Sequence[Threshold]", found: "Suggestion", rulebook: "RuleBook") -> None:
    say()
    say("Levels, stages, caps and odds were left as they are. Look at them, since points mean other things now:")
    print_table(
        ("", "points", "leads that reach it", "by the new points", "as many reach"),
        [
            (
                one.key,
                f"{one.points:g}",
                f"{one.before:.0%}",
                f"{one.after:.0%}",
                "" if one.alike is None else f"{one.alike:.4g}",
            )
            for one in look
        ],
    )
    say(f"odds.base is {rulebook.odds.base:g}; with the new points the deals suggest {found.base:.2g}.")
