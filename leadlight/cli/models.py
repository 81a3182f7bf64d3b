"""`leadlight models`: which versions there are, and which one scores."""

import json
from pathlib import Path

import typer

from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import print_json, print_table, say

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
