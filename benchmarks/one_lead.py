"""The work that one lead with 50 events takes, from the bytes of its request to those of its answer, without HTTP.

Run as ``python -m benchmarks.one_lead``. CPU time of groups of 20 requests: the best group is the work itself, the
median what a busy machine makes of it. To compare two versions, run it from both in turns, with the same `--folder`;
the hash says whether they answer alike. `--profile` shows where the time goes.
"""

import argparse
import cProfile
import hashlib
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.served import take_folder, trained_company
from benchmarks.service import AS_OF, example_lead
from leadlight.project import load_project
from serving.scorer import Scorer

_GROUP = 20


def milliseconds_of(ask: Callable[[], bytes], n: int) -> list[float]:
    """CPU milliseconds of a request, a mean for each group, the best first."""
    found = []
    for _ in range(n // _GROUP):
        start = time.process_time()
        for _ in range(_GROUP):
            ask()
        found.append(1e3 * (time.process_time() - start) / _GROUP)
    return sorted(found)


def profile_of(ask: Callable[[], bytes]) -> None:
    """Print the functions that take longest by themselves."""
    with cProfile.Profile() as profile:
        for _ in range(500):
            ask()
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_lead", description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--profile", action="store_true")
    take_folder(parser)
    options = parser.parse_args(argv)
    with trained_company(options.folder) as project:
        scorer = Scorer(load_project(project).workspace.load_champion(), now_us=0)
        body = json.dumps({"as_of": AS_OF.isoformat(), "leads": [example_lead(project)]}).encode()
        answer = hashlib.sha256(scorer.score(body)).hexdigest()[:12]
        if options.profile:
            profile_of(lambda: scorer.score(body))
        else:
            took = milliseconds_of(lambda: scorer.score(body), options.requests)
            best, median = took[0], took[len(took) // 2]
            print(f"{options.requests:,} requests: CPU {best:.2f} ms at best, median {median:.2f} ms; answer {answer}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
