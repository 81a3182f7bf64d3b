"""How long it takes to read, check and quarantine a large activity log from CSV, and how much memory.

``python -m benchmarks.reading [--rows 5000000]``: made-up events of 500,000 leads, one in two hundred bad; reading is
run in a process of its own, whose peak memory is told.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

N_LEADS = 500_000
BAD_EVERY = 200
_PIECE = 100_000
_BAD_CELLS = ("2026-02-30T10:00:00Z", "soon", "", "9999-12-31T00:00:00Z")


def write_log(path: Path, n_rows: int) -> None:
    """A log in no order; every 200th row has a time that can not be read."""
    import numpy as np

    rng = np.random.default_rng(20_260_331)
    with path.open("w", encoding="utf-8") as file:
        file.write("lead_id,at,type,actor,channel\n")
        for start in range(0, n_rows, _PIECE):
            n = min(_PIECE, n_rows - start)
            lead = rng.integers(0, N_LEADS, n).tolist()
            seconds = (1_735_689_600 + rng.integers(0, 365 * 86_400, n)).astype("datetime64[s]")
            at = np.datetime_as_string(seconds).tolist()
            kind = rng.integers(0, 30, n).tolist()
            for i in range(0, n, BAD_EVERY):
                at[i] = _BAD_CELLS[i // BAD_EVERY % len(_BAD_CELLS)]
            file.writelines(
                f"L{lead_id:06},{when},type {code},lead,web\n"
                for lead_id, when, code in zip(lead, at, kind, strict=True)
            )


def read_log(path: Path) -> dict[str, float]:
    """Read the log and write its quarantine; seconds, megabytes at the peak, and rows."""
    import numpy as np

    from features.event_log import EventsSection, read_events
    from features.kept_rows import write_kept_rows
    from features.lead_keys import own_keys
    from features.quarantine import write_quarantine
    from features.reading import USUAL
    from features.sources import Source
    from features.tables import LeadArrays, TextColumn

    ids = tuple(f"L{i:06}" for i in range(N_LEADS))
    none = np.full(N_LEADS, -1)
    leads = LeadArrays(ids, np.zeros(N_LEADS, dtype=np.int64), TextColumn((), none), {})
    section = EventsSection(source=path.name, lead="lead_id", at="at", type="type", actor="actor")
    start, start_cpu = time.perf_counter(), time.process_time()
    log = read_events(section, Source(path), leads, keys=own_keys(leads), reading=USUAL)
    read_seconds = time.perf_counter() - start
    write_quarantine(path.parent / "quarantine.csv", [log.count])
    write_kept_rows(path.parent / "quarantine", [log.count], [path])
    return {
        "read_seconds": read_seconds,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - start_cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows_read": log.count.rows_read,
        "rows_used": log.count.rows_used,
        "rows_quarantined": len(log.count.bad),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.read is not None:
        print(json.dumps(read_log(given.read)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        write_log(path, given.rows)
        size_mb = path.stat().st_size / 1e6
        command = [sys.executable, "-m", "benchmarks.reading", "--read", str(path)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows, cpu = f"{told['rows_read']:,} events, {size_mb:.0f} MB of CSV", f"{told['cpu_seconds']:.1f} s of CPU"
    print(f"{rows}: read and checked in {told['read_seconds']:.1f} s,")
    print(f"with the quarantine written {told['seconds']:.1f} s ({cpu}); peak {told['peak_mb']:.0f} MB;")
    print(f"{told['rows_used']:,} used, {told['rows_quarantined']:,} in quarantine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
