"""Bad input of every kind at a running service: no answer may be a 5xx, and memory must stay where it is.

Run as ``python -m benchmarks.service_fuzz``. schemathesis makes requests from the OpenAPI document (2,000 for each
operation) and checks that every answer is as documented; hypothesis makes 5,000 bodies of raw bytes, of JSON with a
damaged byte, and of JSON with what does not belong there; 300 MB come in chunks; and a thousand bundles with one bit
flipped are named champion while the old one goes on.
"""

import argparse
import json
import logging
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.served import Served, take_folder, trained_company
from benchmarks.service import example_lead, leadlight_server
from models.workspace import Workspace
from serving.champion import Champion

_CHUNK = b" " * 65_536
_ODD = ("NaN", "Infinity", "-Infinity", "1e400", '"\\ud800"', '"\\u0000"', "9" * 5_000, "[" * 2_000, '{"a":1,"a":2}')


def damaged_bodies(body: bytes) -> "st.SearchStrategy[bytes]":
    """Raw bytes; the body with some bytes changed; the body with something odd in place of a value."""
    text = body.decode()
    values = [at for at, letter in enumerate(text) if letter in ":,["][:400]

    def with_odd(at: int, odd: str) -> bytes:
        return f"{text[: at + 1]}{odd}{text[at + 1 :]}".encode()

    def with_bytes(changes: list[tuple[int, int]]) -> bytes:
        damaged = bytearray(body)
        for at, byte in changes:
            damaged[at] = byte
        return bytes(damaged)

    change = st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255))
    return (
        st.binary(max_size=500)
        | st.lists(change, min_size=1, max_size=4).map(with_bytes)
        | st.builds(with_odd, st.sampled_from(values), st.sampled_from(_ODD) | st.text(max_size=5))
    )


def send_raw(served: Served, body: bytes, n: int) -> Counter[int]:
    """The statuses of n damaged bodies at both addresses that take one."""
    statuses: Counter[int] = Counter()
    connection = served.connect()

    @settings(max_examples=n, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(damaged_bodies(body), st.sampled_from(("/v1/score", "/invocations")))
    def send(damaged: bytes, path: str) -> None:
        connection.request("POST", path, damaged, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] += 1

    send()
    return statuses


def send_megabytes(served: Served, megabytes: int) -> str:
    """What a body in chunks is answered, and by how much memory grew."""
    before = served.memory_mb

    def chunks() -> Iterator[bytes]:
        for _ in range(megabytes * 2**20 // len(_CHUNK)):
            yield _CHUNK

    connection = served.connect()
    status = "connection closed"
    try:
        connection.request("POST", "/v1/score", chunks(), {"Content-Type": "application/json"}, encode_chunked=True)
        status = str(connection.getresponse().status)
    except OSError:
        connection.close()
    return f"{megabytes} MB in chunks: {status}, memory {before:.0f} -> {served.memory_mb:.0f} MB"


def flip_bits(workspace: Workspace, n: int) -> str:
    """How many bundles with one flipped bit were refused while the old model went on."""
    logging.disable()  # of a thousand refusals
    refused = 0
    champion = Champion(workspace)
    champion.refresh()
    old, rng = champion.model, np.random.default_rng(0)
    folder = workspace.models / (workspace.champion() or "")
    files = sorted(folder.iterdir())
    for number in range(n):
        path = files[number % len(files)]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        fresh = Champion(workspace)
        fresh.refresh()
        refused += fresh.model is None
        champion.refresh()
        path.write_bytes(whole)
    told = "stays" if champion.model is old else "WENT"
    return f"{refused} of {n} bundles with a flipped bit refused; the old model {told}"


def run_schemathesis(served: Served, n: int) -> str:
    """The end of schemathesis' own report."""
    url = f"http://127.0.0.1:{served.port}/openapi.json"
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", url, "--checks", checks]
    command += ["--max-examples", str(n), "--generation-deterministic", "--continue-on-failure", "--no-shrink"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"schemathesis ended with {done.returncode}\n" + "\n".join((done.stdout + done.stderr).splitlines()[-25:])


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.service_fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=2_000, help="for each operation")
    parser.add_argument("--bodies", type=int, default=5_000)
    parser.add_argument("--bits", type=int, default=1_000)
    take_folder(parser)
    options = parser.parse_args(argv)
    with trained_company(options.folder) as project:
        body = json.dumps({"leads": [example_lead(project)]}).encode()
        with leadlight_server(project) as served:
            print(f"{options.bodies:,} damaged bodies: {dict(send_raw(served, body, options.bodies))}", flush=True)
            print(send_megabytes(served, 300), flush=True)
            print(run_schemathesis(served, options.examples), flush=True)
            print(f"memory in the end: {served.memory_mb:.0f} MB", flush=True)
        print(flip_bits(Workspace(project.parent / "workspace"), options.bits))
    return 0


if __name__ == "__main__":
    sys.exit(main())
