"""`leadlight train`: from history to the workspace's champion."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from features.times import time_of
from leadlight.cli.backtest_text import backtest_json, print_backtest
from leadlight.cli.leaks_text import print_leaks
from leadlight.cli.options import DEFAULT_PROJECT, JsonOption, ProjectOption
from leadlight.cli.output import note, print_json, print_table, progress, say
from leadlight.cli.rulings import ruling_json, signature

if TYPE_CHECKING:
    from features.crm import Crm
    from leadlight.project import Project
    from models.capacity import Capacity
    from training.request import TrainingRequest
    from training.run import TrainingRun

#: The metrics that people are shown, by name.
_METRICS = {
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier",
    "ece": "ECE",
    "lift_10": "lift 10%",
    "lift_20": "lift 20%",
    "gain_10": "gain 10%",
    "gain_20": "gain 20%",
    "base_rate": "base rate",
}


def train(
    config: ProjectOption = DEFAULT_PROJECT,
    until: Annotated[str | None, typer.Option(help="Use only what was known before this time.")] = None,
    seed: Annotated[int, typer.Option(help="Same input and seed, same model.")] = 0,
    as_json: JsonOption = False,
) -> int:
    """Learn from closed deals, save the model, and make it the champion where it is no worse than the one there is."""
    from leadlight.project import load_project

    project = load_project(config)
    started = time.perf_counter()
    run, crm = train_project(project, until=until, seed=seed)
    seconds = time.perf_counter() - started
    if as_json:
        print_json(report(run, crm, seconds))
    else:
        print_training(run)
        became = "is the champion" if run.promoted else "does not replace the champion"
        say(f"Model {run.model.version} {became}: {run.ruling.why}. It lies in {run.folder} ({seconds:.0f} s).")
        say(f"How good it is, with figures: {run.report}")
    return 0


def train_project(project: "Project", *, until: str | None, seed: int) -> "tuple[TrainingRun, Crm]":
    """Read the project's tables, train, and note what a person should know of the data."""
    from leadlight import __version__
    from leadlight.cli.check import note_none_won
    from training.greedy_gates import GreedyGate
    from training.run import run_training

    with progress("training") as step:
        step("reading the tables")
        crm = project.read(until_us=None if until is None else given_time_us(project, until))
        request = training_request(project, crm, until=until, seed=seed)
        _note_time(project, crm, request)
        note_none_won(project, crm)
        project.keep_quarantine(crm.counts)
        try:
            run = run_training(
                crm,
                request,
                project.workspace,
                leadlight_version=__version__,
                signed=signature(),
                progress=step,
            )
        except GreedyGate as error:
            raise project.in_rules(error.found) from error
    return run, crm


def given_time_us(project: "Project", until: str, option: str = "--until") -> int:
    """The time that an option gives, in microseconds.

    Raises
    ------
    BadRequest : the table is flat.
    """
    from leadlight.errors import BadRequest

    if project.file.is_flat or project.file.leads.created_at is None:
        raise BadRequest(f"found {option} with a flat table, which has no times; leave it out, or cut the file")
    return project.time_us(until, (option,))


def training_request(project: "Project", crm: "Crm", *, until: str | None, seed: int) -> "TrainingRequest":
    """What a training of these tables is asked for."""
    from training.request import TrainingRequest

    observed = project.observed_until_us(crm)
    return TrainingRequest(
        goal=project.file.goal,
        rules_text=project.rules_text(),
        words=project.words,
        observed_until_us=min(observed, crm.observed_until_us) if until is not None else observed,
        until=until,
        is_ordered=project.is_ordered,
        seed=seed,
        leaks=project.leak_settings,
        sales_capacity_per_week=project.file.sales_capacity_per_week,
    )


def _note_time(project: "Project", crm: "Crm", request: "TrainingRequest") -> None:
    from models.rules import unmatched_rules

    if crm.leads.created_us is not None:
        note(f"observed until {time_of(request.observed_until_us).isoformat()}")
    types = crm.events.types if crm.events is not None else ()
    rulebook = project.rulebook()
    idle = unmatched_rules(rulebook, crm.leads.columns, types)
    if idle:
        n_idle = len({each.place[:2] for each in idle})
        note(f"{n_idle} rules, gates and the like of {project.rules_name} match nothing here; `leadlight check` shows")


def report(run: "TrainingRun", crm: "Crm", seconds: float) -> dict[str, object]:
    """What `train --json` prints."""
    from dataclasses import asdict

    facts = run.model.facts
    return {
        "model_version": run.model.version,
        "source": facts.source,
        "metrics": dict(facts.metrics),
        "why": facts.why,
        "candidates": [{"name": name, "log_loss": loss} for name, loss in facts.candidates.items()],
        "reliability": [asdict(one) for one in run.trained.reliability],
        "points_bands": [asdict(one) for one in run.trained.points_bands],
        "backtest": backtest_json(run.trained.backtest),
        "leaks": [asdict(leak) for leak in run.trained.leaks],
        "capacity": None if facts.capacity is None else asdict(facts.capacity),
        "promoted": run.promoted,
        "promotion": ruling_json(run.ruling),
        "is_time_tested": facts.trained_on.is_time_tested,
        "snapshots": facts.trained_on.n_snapshots,
        "leads": facts.trained_on.n_leads,
        "won": facts.trained_on.n_won,
        "data_fingerprint": facts.trained_on.fingerprint,
        "rows_quarantined": sum(len(count.bad) for count in crm.counts),
        "mlflow_run": run.mlflow_run,
        "folder": str(run.folder),
        "report": str(run.report),
        "seconds": round(seconds, 2),
    }


def print_training(run: "TrainingRun") -> None:
    """The metrics of a training beside those of base rate and rules."""
    from models.recipe import source_words

    facts = run.model.facts
    on = facts.trained_on
    print_leaks(run.trained.leaks)
    say(f"Trained on {on.n_snapshots:,} snapshots of {on.n_leads:,} leads, {on.n_won:,} of them won.")
    if not facts.candidates:
        say(f"{facts.why[0].upper()}{facts.why[1:]}.")
        print_capacity(facts.capacity)
        return
    tested = "later leads than it was fitted on" if on.is_time_tested else "left-out groups of leads (not time-tested)"
    say(f"Judged on {tested}; the model that ships was then refitted on everything.")
    ships = f"{source_words(facts.source)} (ships)"
    print_table(
        ("candidate", "log loss"),
        [
            (ships if name == facts.source else source_words(name), f"{loss:.4f}")
            for name, loss in facts.candidates.items()
        ],
    )
    say(f"{source_words(facts.source)}: {facts.why}.")
    say("  ".join(f"{label} {facts.metrics[name]:.3f}" for name, label in _METRICS.items()))
    print_capacity(facts.capacity)
    print_backtest(run.trained.backtest)
    _print_bins(run)


def print_capacity(capacity: "Capacity | None") -> None:
    """From which probability on sales can take leads on; nothing where the project does not say how many."""
    if capacity is not None:
        say(f"{capacity.words[0].upper()}{capacity.words[1:]}.")


def _print_bins(run: "TrainingRun") -> None:
    """What was promised and what came, by probability and by rule points."""
    print_table(
        ("promised", "leads and times", "model says", "came"),
        [
            (f"{one.low:.0%} to {one.high:.0%}", f"{one.n:,}", f"{one.promised:.1%}", f"{one.observed:.1%}")
            for one in run.trained.reliability
        ],
    )
    print_table(
        ("rule points", "leads and times", "rules promise", "model says", "came"),
        [
            (
                f"{round(one.low, 1):g} to {round(one.high, 1):g}",
                f"{one.n:,}",
                f"{one.rules_promised:.1%}",
                f"{one.promised:.1%}",
                f"{one.observed:.1%}",
            )
            for one in run.trained.points_bands
        ],
    )
