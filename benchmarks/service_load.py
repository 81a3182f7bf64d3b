"""A minute of load on the service beside twenty reloads: how many requests failed, and how its memory went.

Run as ``python -m benchmarks.service_load``. Four clients ask all the time, each over a connection that is kept. Every
few seconds another bundle becomes the champion; after each of them a broken one is named for a moment, which must
change nothing.
"""

import argparse
import json
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.served import Served, take_folder, trained_company
from benchmarks.service import example_lead, leadlight_server, quantile
from models.bundle import save_bundle
from models.workspace import Workspace


@dataclass
class Load:
    """What the clients saw."""

    is_over: threading.Event = field(default_factory=threading.Event)
    statuses: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    def ask(self, served: Served, body: bytes) -> None:
        """Ask until it is over; a connection that breaks is a failure."""
        connection = served.connect()
        while not self.is_over.is_set():
            start = time.perf_counter()
            try:
                connection.request("POST", "/v1/score", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except OSError as error:
                self.statuses[type(error).__name__] += 1
                connection = served.connect()
                continue
            self.milliseconds.append(1e3 * (time.perf_counter() - start))
            self.statuses[str(answer.status)] += 1
            self.versions[answer.headers["X-Model-Version"]] += 1


def bundles(workspace: Workspace, n: int) -> list[str]:
    """Versions of the same model, each whole, and each a broken copy under a name of its own."""
    model = workspace.load_champion()
    versions = []
    for number in range(n):
        other = replace(model, facts=replace(model.facts, why=f"reload {number}"))
        folder = save_bundle(other, workspace.models, leadlight_version="0.1.0")[1]
        broken = workspace.models / f"broken{number:06d}"
        shutil.copytree(folder, broken, dirs_exist_ok=True)
        (broken / "booster.txt").write_text("damaged")
        versions.append(folder.name)
    return versions


def run(project: Path, *, seconds: float, reloads: int, clients: int) -> str:
    """The report of one run."""
    workspace = Workspace(project.parent / "workspace")
    first, versions = workspace.champion(), bundles(workspace, reloads)
    body = json.dumps({"leads": [example_lead(project)]}).encode()
    load, memory = Load(), []
    with leadlight_server(project) as served:
        threads = [threading.Thread(target=load.ask, args=(served, body)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for number, version in enumerate(versions):
            workspace.set_champion(version)
            time.sleep(seconds / reloads * 0.7)
            workspace.set_champion(f"broken{number:06d}")
            time.sleep(seconds / reloads * 0.3)
            memory.append(served.memory_mb)
        load.is_over.set()
        for thread in threads:
            thread.join()
        metrics = _metrics(served)
    workspace.set_champion(first or versions[-1])
    taken = len(set(versions) & set(load.versions))
    return "\n".join(
        (
            f"{sum(load.statuses.values()):,} requests in {seconds:.0f} s by {clients} clients: {dict(load.statuses)}",
            f"p50 {quantile(load.milliseconds, 0.5):.1f} ms, p99 {quantile(load.milliseconds, 0.99):.1f} ms",
            f"{taken} of {reloads} champions answered; {metrics}",
            "memory after each reload, MB: " + " ".join(f"{each:.0f}" for each in memory),
        )
    )


def _metrics(served: Served) -> str:
    connection = served.connect()
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    return ", ".join(line for line in lines if line.startswith("leadlight_model_reloads_total"))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--reloads", type=int, default=20)
    parser.add_argument("--clients", type=int, default=4)
    take_folder(parser)
    options = parser.parse_args(argv)
    with trained_company(options.folder) as project:
        print(run(project, seconds=options.seconds, reloads=options.reloads, clients=options.clients))
    return 0


if __name__ == "__main__":
    sys.exit(main())
