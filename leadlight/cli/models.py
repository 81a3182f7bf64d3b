"""`leadlight models`: which versions there are, which one scores, and who decided so."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import note, print_json, print_table, progress, say
from leadlight.cli.rulings import ruling_json, signature
from leadlight.cli.train import print_capacity

if TYPE_CHECKING:
    from leadlight.project import Project
    from models.lead_model import LeadModel
    from training.promotion import Ruling
    from training.promotion_log import Decision

app = typer.Typer(help="The trained models of the workspace.", no_args_is_help=True)


@app.callback()
def models() -> None:
    """The trained models of the workspace."""


@app.command("list")
def list_models(config: ProjectOption = DEFAULT_PROJECT, as_json: JsonOption = False) -> int:
    """List the versions, oldest first; the champion scores."""
    from leadlight.project import load_project

    workspace = load_project(config).workspace
    champion = workspace.champion()
    rows = [_facts(workspace.models / version / "bundle.json", version, champion) for version in workspace.versions()]
    if as_json:
        print_json(rows)
    elif not rows:
        say(f"There is no model in {workspace.folder} yet; run `leadlight train`.")
    else:
        headers = ("version", "champion", "source", "log_loss", "auc", "snapshots", "until")
        print_table(headers, [[_shown(row[name]) for name in headers] for row in rows])
    return 0


@app.command("show")
def show_model(
    version: Annotated[str | None, typer.Argument(help="Which model; default: the champion.")] = None,
    config: ProjectOption = DEFAULT_PROJECT,
    as_json: JsonOption = False,
) -> int:
    """Show one model: what it was made of, how it was judged, and what was decided about it."""
    from leadlight.project import load_project
    from models.bundle import load_bundle
    from training.promotion_log import decisions

    workspace = load_project(config).workspace
    model = workspace.load_champion() if version is None else load_bundle(workspace.models / version)
    decided = [one for one in decisions(workspace) if one.version == model.version]
    is_champion, report = workspace.champion() == model.version, workspace.report(model.version)
    if as_json:
        print_json(_shown_model(model, decided, is_champion=is_champion) | {"report": report and str(report)})
    else:
        _print_model(model, decided, is_champion=is_champion)
        say(f"How good it is, with figures: {report}" if report else "It has no report: an older version trained it.")
    return 0


@app.command("promote")
def promote_model(
    version: Annotated[str, typer.Argument(help="Which model.")],
    force: Annotated[bool, typer.Option("--force", help="Promote it whatever the comparison says.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; needed with --force, and kept.")] = None,
    config: ProjectOption = DEFAULT_PROJECT,
    as_json: JsonOption = False,
) -> int:
    """Compare a model with the champion on the tables as they are now; if it is no worse, it scores from now on."""
    from leadlight.errors import BadRequest
    from leadlight.project import load_project
    from models.bundle import load_bundle
    from training.promotion import promote
    from training.registry import Registry
    from training.writing import writing

    if force and not (reason or "").strip():
        raise BadRequest('found --force without --reason, expected why; add --reason "..."')
    project = load_project(config)
    workspace = project.workspace
    with writing(workspace), progress("promoting"):
        model = load_bundle(workspace.models / version)
        ruling = _ruling(project, model, reason if force else None)
        decision = promote(model, workspace, Registry(workspace), ruling, signature(), is_forced=force)
    if as_json:
        print_json(
            {"version": version, "promoted": ruling.is_promoted, "previous": decision.previous} | ruling_json(ruling)
        )
    else:
        became = "is the champion" if ruling.is_promoted else "was not promoted"
        say(f"Model {version} {became}: {ruling.why}.")
    return 0 if ruling.is_promoted else 1


def _ruling(project: "Project", model: "LeadModel", reason: str | None) -> "Ruling":
    """The comparison's, unless a person gives a reason of their own."""
    from leadlight.cli.train import training_request
    from training.promotion import Ruling, rule_on

    if reason is not None:
        return Ruling(True, reason)
    crm = project.read()
    return rule_on(model, project.workspace, crm, training_request(project, crm, until=None, seed=0))


@app.command("rollback")
def roll_back_model(config: ProjectOption = DEFAULT_PROJECT, as_json: JsonOption = False) -> int:
    """Make the champion again what the present one replaced."""
    from leadlight.project import load_project
    from training.promotion import roll_back
    from training.registry import Registry
    from training.writing import writing

    workspace = load_project(config).workspace
    with writing(workspace):
        decision = roll_back(workspace, Registry(workspace), signature())
    if as_json:
        print_json({"version": decision.version, "previous": decision.previous})
    else:
        say(f"Model {decision.version} is the champion again; {decision.previous} is not.")
    return 0


@app.command("sync")
def sync_models(config: ProjectOption = DEFAULT_PROJECT, as_json: JsonOption = False) -> int:
    """Tell MLflow of the models that it does not know, since it was down, or is another one now."""
    from leadlight.project import load_project
    from training.promotion import sync
    from training.writing import writing

    workspace = load_project(config).workspace
    with writing(workspace), progress("telling MLflow"):
        synced = sync(workspace)
    if as_json:
        print_json({"logged": list(synced.logged), "broken": dict(synced.broken)})
    else:
        for why in synced.broken.values():
            note(why)
        say(f"{len(synced.logged)} models were logged to MLflow.")
    return 1 if synced.broken else 0


def _shown_model(model: "LeadModel", decided: "list[Decision]", *, is_champion: bool) -> dict[str, object]:
    from dataclasses import asdict

    facts = model.facts
    return {
        "version": model.version,
        "champion": is_champion,
        "source": facts.source,
        "why": facts.why,
        "recipe": None if facts.recipe is None else asdict(facts.recipe),
        "metrics": dict(facts.metrics),
        "candidates": dict(facts.candidates),
        "trained_on": {key: said for key, said in asdict(facts.trained_on).items() if key != "log_odds_percentiles"},
        "accepted_leaks": dict(facts.accepted_leaks),
        "capacity": None if facts.capacity is None else asdict(facts.capacity),
        "decisions": [asdict(one) for one in decided],
    }


def _print_model(model: "LeadModel", decided: "list[Decision]", *, is_champion: bool) -> None:
    from models.recipe import source_words

    facts, on = model.facts, model.facts.trained_on
    say(f"Model {model.version}{' (champion)' * is_champion}: {source_words(facts.source)}; {facts.why}.")
    say(f"Trained on {on.n_snapshots:,} snapshots of {on.n_leads:,} leads, {on.n_won:,} of them won.")
    for name, reason in facts.accepted_leaks.items():
        say(f"Accepted although it may carry the outcome: {name} ({reason}).")
    print_capacity(facts.capacity)
    if facts.metrics:
        print_table(("metric", "on later leads"), [(name, f"{number:.4f}") for name, number in facts.metrics.items()])
    if decided:
        rows = [
            (one.at, one.by, one.action + " (forced)" * one.is_forced, one.previous or "", one.why) for one in decided
        ]
        print_table(("when", "who", "what", "instead of", "why"), rows)


def _facts(path: Path, version: str, champion: str | None) -> dict[str, object]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))["facts"]
        metrics, trained_on = dict(facts["metrics"]), dict(facts["trained_on"])
        source = str(facts["source"])
    except (OSError, ValueError, KeyError, TypeError):
        source, metrics, trained_on = "can not be read", {}, {}
    return {
        "version": version,
        "champion": version == champion,
        "source": source,
        "log_loss": metrics.get("log_loss"),
        "auc": metrics.get("auc"),
        "snapshots": trained_on.get("n_snapshots"),
        "until": trained_on.get("until"),
    }


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "*" if value else ""
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
