"""`leadlight demo`: a made-up company, trained, scored and explained."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.output import note, print_table, progress, say

if TYPE_CHECKING:
    from features.crm import Crm
    from leadlight.project import Project
    from models.lead_model import LeadModel
    from serving.batch import BatchResult

N_HOTTEST = 10


def demo(
    leads: Annotated[int, typer.Option(min=500, help="How many leads the company has.")] = 4000,
    out: Annotated[Path, typer.Option(help="Where the company's files go.")] = Path("demo"),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Do not start the page.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 0,
) -> int:
    """Make a company up, learn from its deals, and show its ten hottest leads with reasons; on a terminal, the page."""
    from leadlight.cli.train import print_training, train_project
    from leadlight.project import load_project

    started = time.perf_counter()
    with progress("making up a company"):
        make_company(out, leads=leads, seed=seed)
    project = load_project(out / "leadlight.yaml")
    _forget_scores(project.workspace.store)
    run, _ = train_project(project, until=None, seed=0)
    model, crm, result = _score(project, out / "scores.parquet")
    print_training(run)
    say()
    _print_hottest(out / "leads.csv", result)
    _print_sum(model, crm, result)
    say()
    hottest = result.scores.lead_ids[result.scores.hottest(1)[0]]
    _print_next(out, run.folder, project, hottest, seconds=time.perf_counter() - started)
    return 0 if no_serve or not sys.stdout.isatty() else _serve(out / "leadlight.yaml")


def make_company(folder: Path, *, leads: int, seed: int) -> None:
    """Write the files of the made-up company into a folder, which may exist already."""
    from leadlight.demo import simulate_company, write_company

    folder.mkdir(parents=True, exist_ok=True)
    write_company(simulate_company(leads, seed=seed), folder)


def _score(project: "Project", out: Path) -> "tuple[LeadModel, Crm, BatchResult]":
    from leadlight.cli.keeping import keeper_of
    from leadlight.cli.score import open_champion
    from serving.batch import score_open_leads
    from serving.score_table import write_scores

    with progress("scoring"):
        model, crm, as_of_us = open_champion(project, leads=None, events=None, as_of=None)
        keeper = keeper_of(project, model)
        result = score_open_leads(model, crm, as_of_us, observe=keeper.observe)
        write_scores(model, [result.scores], out)
        keeper.keep(model, as_of_us, is_whole=True)
    return model, crm, result


def _forget_scores(store: Path) -> None:
    """Another company may be made up in the same folder: the scores of the last one are not older ones of it."""
    for file in (store, *store.parent.glob(f"{store.name}-*")):
        file.unlink(missing_ok=True)


def _serve(config: Path) -> int:
    """The page of the company, until the program is stopped."""
    from leadlight.cli.serve import serve
    from leadlight.errors import BadRequest

    try:
        return serve(config)
    except BadRequest as error:
        note(f"the page is not shown: {error}")
        return 0


def _print_hottest(leads_file: Path, result: "BatchResult") -> None:
    import csv

    with leads_file.open(encoding="utf-8", newline="") as file:
        people = {
            row["lead_id"]: ", ".join(filter(None, (row["name"], row["job_title"], row["company"])))
            for row in csv.DictReader(file)
        }
    scores = result.scores
    say(f"The {N_HOTTEST} hottest of {len(scores):,} open leads:")
    rows = [
        (scores.lead_ids[row], people[scores.lead_ids[row]], scores.summaries[row]) for row in scores.hottest(N_HOTTEST)
    ]
    print_table(("lead", "who", "why"), rows)


def _print_sum(model: "LeadModel", crm: "Crm", result: "BatchResult") -> None:
    from leadlight.cli.explain import explain_lead, print_explanation

    scores = result.scores
    first = scores.hottest(1)[0]
    say("The first of them, in full (impact 20 doubles the odds):")
    print_explanation(model, explain_lead(model, crm, scores.lead_ids[first], int(scores.as_of_us[first])))


def _print_next(out: Path, bundle: Path, project: "Project", hottest: str, *, seconds: float) -> None:
    from models.bundle import REPORT

    places = (
        ("the company's files", out),
        ("its project file and rulebook", out / "leadlight.yaml"),
        ("the model", bundle),
        ("how good it is, with figures", bundle / REPORT),
        ("the scores of all open leads", out / "scores.parquet"),
        ("the same for the page", project.workspace.store),
        ("the training in MLflow", project.workspace.folder / "mlflow.db"),
    )
    for what, where in places:
        say(f"  {what + ':':32}{where}")
    config = out / "leadlight.yaml"
    program = sys.argv[0] if Path(sys.argv[0]).name == "leadlight" else "leadlight"
    say("Next:")
    say(f"  {program} check -c {config}")
    say(f"  {program} explain {hottest} -c {config}")
    say(f"  {program} score -c {config} --out {out / 'scores.csv'}")
    say(f"  {program} serve -c {config}")
    note(f"({seconds:.0f} s)")
