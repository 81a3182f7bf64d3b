"""Points of rules beside the kernel of event features: a million leads, 20 rules, 20 million events.

Run as ``python -m benchmarks.rules``. The rules are the first 20 of the made-up company's rulebook, its gates, elements
and timeline beside them. Features and points work on the same arrays and snapshots, in one process, turn by turn;
what counts is the CPU time of one, of all its threads, against the other. The budget: rules take no longer than the
features.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from features.behaviour import behaviour_features
from features.crm import Crm
from features.snapshots import snapshots_at
from features.tables import no_events
from leadlight.project import load_project
from models.rules import RuleBook, load_rulebook, qualify, score_rules

N_RULES = 20
BUDGET = 1.0


@dataclass(frozen=True)
class Times:
    """CPU seconds, medians over the turns."""

    n_leads: int
    n_events: int
    n_rules: int
    features: float
    points: float
    qualification: float

    @property
    def ratio(self) -> float:
        """Points against features."""
        return self.points / self.features


def measure(crm: Crm, rulebook: RuleBook, kept_types: Sequence[str], *, turns: int) -> Times:
    """Features, points, and tiers, stages and gates on the points, one after the other, so many times."""
    snapshots = snapshots_at(crm.leads, crm.newest_us + 1)
    events = crm.events or no_events()
    ledger = score_rules(rulebook, crm.leads, events, snapshots, actors=crm.actors)
    work: dict[str, Callable[[], object]] = {
        "features": lambda: behaviour_features(events, snapshots, kept_types),
        "points": lambda: score_rules(rulebook, crm.leads, events, snapshots, actors=crm.actors).points,
        "qualification": lambda: qualify(rulebook, ledger, crm.leads, events, snapshots, actors=crm.actors),
    }
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(turns):
        for name, run in work.items():
            start = time.process_time()
            run()
            taken[name].append(time.process_time() - start)
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    return Times(len(snapshots), len(events), len(rulebook.rules), **medians)


def prepare(folder: Path, n_leads: int, n_events: int) -> None:
    from benchmarks.company import large_company, write_project, write_tables

    folder.mkdir(parents=True, exist_ok=True)
    write_project(folder)
    write_tables(large_company(n_leads), folder, n_events=n_events)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the tables of benchmarks.batch lie; made if absent")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        if not (folder / "events.parquet").is_file():
            prepare(folder, options.leads, options.events)
        project = load_project(folder / "leadlight.yaml")
        text = files("leadlight.demo").joinpath("rules.yaml").read_text(encoding="utf-8")
        book = load_rulebook(text, name="rules.yaml")
        rulebook = book.model_copy(update={"rules": book.rules[:N_RULES]})
        tables = {"leads_file": folder / "leads.parquet", "events_file": folder / "events.parquet"}
        crm = project.read(**tables, needs_outcomes=False)
    times = measure(crm, rulebook, crm.events.types if crm.events is not None else (), turns=options.turns)
    if options.json:
        print(json.dumps({**asdict(times), "ratio": times.ratio}))
    else:
        print(f"{times.n_leads:,} leads, {times.n_events:,} events, {times.n_rules} rules; CPU seconds")
        print(f"features {times.features:.2f}, points {times.points:.2f}, tiers and gates {times.qualification:.2f}")
        print(f"points against features: {times.ratio:.2f} (budget {BUDGET:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
