"""`leadlight rules backtest`: another rulebook on the past, beside the project's own; nothing is written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.times import time_of
from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import note, print_json, print_table, progress, say
from leadlight.cli.rules_past import Past, judged_by_champion, past_of, share_words
from leadlight.cli.rules_report import UntilOption
from leadlight.cli.train import given_time_us

if TYPE_CHECKING:
    from features.labels import LabelledSnapshots
    from features.tables import FloatArray
    from leadlight.project import Project
    from models.rules import RuleBook
    from training.rules_backtest import MovedLead, RulesBacktest, Standing

N_SHOWN = 10


def backtest_rules(
    new: Annotated[Path, typer.Argument(help="The other rulebook.")],
    config: ProjectOption = DEFAULT_PROJECT,
    until: UntilOption = None,
    since: Annotated[str | None, typer.Option(help="Judge by leads as they stood from this time on only.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Try another rulebook on the past: who changes tier and stage, what became of them, how good the cuts are."""
    from leadlight.project import load_project
    from training import rules_backtest

    project = load_project(config)
    text, rulebook = _new_rulebook(new)
    with progress("trying the rulebook") as step:
        step("reading the tables")
        past = past_of(project, until=until)
        _check(new, text, rulebook, past)
        step("scoring the past twice")
        labelled, probability = _labelled(project, past, rulebook)
        if since is not None:
            labelled, probability = _from(given_time_us(project, since, "--since"), labelled, probability)
        found = rules_backtest.backtest_rules(
            past.crm, labelled, past.history.rulebook, rulebook, probability=probability
        )
    has_times = past.crm.leads.created_us is not None
    if as_json:
        print_json(_report(found, has_times=has_times))
    else:
        _print(found, project.rules_name, new.name, has_times=has_times)
    return 0


def _new_rulebook(path: Path) -> "tuple[str, RuleBook]":
    from leadlight.errors import BadRequest
    from models.rules import load_rulebook
    from models.rules.list_files import with_lists

    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise BadRequest(f"there is no rulebook {path}; correct the path") from None
    except UnicodeDecodeError:
        raise BadRequest(f"{path.name} is no UTF-8 text; save it as UTF-8") from None
    text = with_lists(text, name=path.name, folder=path.parent)
    return text, load_rulebook(text, name=path.name)


def _check(path: Path, text: str, rulebook: "RuleBook", past: Past) -> None:
    """Refuse gates that shut out those who bought; tell what matches nothing."""
    from features.yaml_text import BadDocument
    from models.rules import unmatched_rules
    from models.rules.loading import parse_rulebook
    from training.greedy_gates import GreedyGate
    from training.history import leads_at_their_time

    document, crm = parse_rulebook(text, name=path.name), past.crm
    try:
        leads_at_their_time(crm, past.request.goal, rulebook, past.request.observed_until_us)
    except GreedyGate as error:
        lines = (f"{path.name}:{document.line_of(problem.key)}: {problem.message}" for problem in error.found)
        raise BadDocument(tuple(lines)) from error
    for each in unmatched_rules(rulebook, crm.leads.columns, crm.events.types if crm.events is not None else ()):
        note(f"{path.name}:{document.line_of(each.place)}: {each.what} {each.rule_id}: {each.why}; it is skipped")


def _labelled(project: "Project", past: Past, rulebook: "RuleBook") -> "tuple[LabelledSnapshots, FloatArray | None]":
    """The ripe snapshots; where a stage begins at a probability, those that the model was not fitted on."""
    from features.labels import LabelledSnapshots
    from leadlight.errors import BadRequest
    from models.log_odds import probability_of
    from training.history import ripe_snapshots
    from training.rules_backtest import needs_probability

    if not needs_probability(rulebook) and not needs_probability(past.history.rulebook):
        observed_until_us = past.request.observed_until_us
        return ripe_snapshots(past.crm, past.request.goal, observed_until_us=observed_until_us), None
    found = judged_by_champion(project, past)
    if found is None:
        raise BadRequest(
            "found a stage that begins at a probability and no model that learned, expected one; train first, or give "
            "the stage points"
        )
    judged = found[0]
    return LabelledSnapshots(past.history.snapshots.take(judged.row), judged.won), probability_of(judged.margin)


def _from(
    since_us: int, labelled: "LabelledSnapshots", probability: "FloatArray | None"
) -> "tuple[LabelledSnapshots, FloatArray | None]":
    """The snapshots from a time on."""
    from features.labels import LabelledSnapshots

    late = labelled.snapshots.as_of_us >= since_us
    kept = LabelledSnapshots(labelled.snapshots.take(late), labelled.won[late])
    return kept, None if probability is None else probability[late]


def _report(found: "RulesBacktest", *, has_times: bool) -> dict[str, object]:
    from dataclasses import asdict

    moved = [_moved(one, has_times=has_times) for one in found.moved]
    return {**asdict(found), "old": _standing(found.old), "new": _standing(found.new), "moved": moved}


def _moved(one: "MovedLead", *, has_times: bool) -> dict[str, object]:
    at = time_of(one.as_of_us).isoformat() if has_times else None
    return {"lead_id": one.lead_id, "as_of": at, "tier": one.tier, "stage": one.stage, "won": one.won}


def _standing(one: "Standing") -> dict[str, object]:
    from dataclasses import asdict

    return {key: None if value != value else value for key, value in asdict(one).items()}


def _print(found: "RulesBacktest", old: str, new: str, *, has_times: bool) -> None:
    say(
        f"{found.n_snapshots:,} snapshots of {found.n_leads:,} leads, scored by {old} ({found.old.version}) and by "
        f"{new} ({found.new.version}). Each lead counts once; intervals are 90%."
    )
    rows = []
    for before, after in zip(found.old.cuts, found.new.cuts, strict=True):
        for name, cut in (("old", before), ("new", after)):
            n_called = f"{cut.precision.n_leads:,}"
            rows.append((f"{cut.stage.upper()}, {name}", n_called, share_words(cut.precision), share_words(cut.recall)))
    print_table(("cut", "leads reach it", "of them won (precision)", "of the won reach it (recall)"), rows)
    if not found.n_snapshots:
        say("No lead of that time can be judged yet: a whole horizon has to pass after it.")
        return
    for name, standing in (("old", found.old), ("new", found.new)):
        say(
            f"{name}: AUC of the points {standing.auc:.3f}, log loss of the rulebook's own odds {standing.log_loss:.4f}"
        )
    if not found.moves:
        say("Nobody changes tier or stage.")
        return
    say(f"{len(found.moved):,} leads change tier or stage:")
    print_table(
        ("", "from", "to", "leads", "of them won"),
        [(one.what, one.old, one.new, f"{one.won.n_leads:,}", share_words(one.won)) for one in found.moves],
    )
    shown = [_moved(one, has_times=has_times) for one in found.moved[:N_SHOWN]]
    print_table(
        (f"newest {len(shown)}", "as of", "tier", "stage", "won"),
        [(one["lead_id"], one["as_of"] or "", *_steps(one), "yes" if one["won"] else "no") for one in shown],
    )
    say("`--json` lists them all. Points that were fitted on this past look better here than they will on later leads:")
    say("`rules suggest --until T` and `rules backtest --since T` keep the two apart. Nothing was written.")


def _steps(one: dict[str, object]) -> list[str]:
    pairs = [one["tier"], one["stage"]]
    return [" -> ".join(dict.fromkeys(pair)) for pair in pairs if isinstance(pair, tuple)]
