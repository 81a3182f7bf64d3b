"""A server as a process of its own: started, waited for, looked at, stopped; and the company whose model it serves."""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Served:
    """A server that answers.

    Attributes
    ----------
    seconds : from the start of the process to the first answer that it is ready.
    """

    process: "subprocess.Popen[bytes]"
    port: int
    seconds: float

    @property
    def memory_mb(self) -> float:
        """Resident memory of the process and of its children."""
        return sum(_resident_bytes(pid) for pid in _family(self.process.pid)) / 2**20

    @property
    def cpu_seconds(self) -> float:
        """Work of the process and of its children so far; beside other work on the machine this is the one to read."""
        return sum(_cpu_ticks(pid) for pid in _family(self.process.pid)) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


@contextmanager
def serve(command: Sequence[str], *, ready: str, environment: Mapping[str, str], port: int) -> Iterator[Served]:
    """The server of a command, until the block ends.

    Parameters
    ----------
    command : as typed; it must listen on `port`.
    ready : the path that answers 200 once it is ready.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield Served(process, port, _wait(process, port, ready, start))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def take_folder(parser: argparse.ArgumentParser) -> None:
    """The option that `trained_company` is given."""
    parser.add_argument("--folder", type=Path, help="where the trained company stays for the next run; made if absent")


@contextmanager
def trained_company(folder: Path | None) -> Iterator[Path]:
    """The leadlight.yaml of the made-up company, trained: in this folder, where it stays, else as long as the block."""
    from benchmarks.batch import leadlight
    from benchmarks.company import write_project

    with tempfile.TemporaryDirectory() as passing:
        place = folder or Path(passing)
        project = place / "leadlight.yaml"
        if not project.is_file():
            place.mkdir(parents=True, exist_ok=True)
            leadlight("train", "-c", str(write_project(place)), OMP_NUM_THREADS="1")
        yield project


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int, ready: str, start: float) -> float:
    while process.poll() is None and time.perf_counter() - start < 120:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", ready)
            if connection.getresponse().status == 200:
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server did not come up within two minutes")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


def _cpu_ticks(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])
