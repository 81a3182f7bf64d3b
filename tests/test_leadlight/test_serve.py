"""`leadlight serve`: refuses to start where it should, answers where it starts, and ends without dropping anybody."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadlight.cli import main

PROJECT = """
leads: {source: leads.csv, id: lead_id, created_at: created_at}
outcomes: {source: deals.csv, lead: lead_id, closed_at: closed_at, outcome: outcome, won: won}
timezone: Europe/Berlin
"""


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    path = tmp_path / "leadlight.yaml"
    path.write_text(PROJECT)
    return path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--host: found '0.0.0.0': the service answers whoever reaches it, since"),
        (["--port", "70000"], "--port: found '70000'"),
        ([], "there is no model in"),
    ],
)  # fmt: skip
def test_a_start_that_is_refused_says_why(
    small_project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["serve", "-c", str(small_project), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_before_any_address(company: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert main(["serve", "-c", str(company / "leadlight.yaml"), "--port", port]) == 2

    said = capsys.readouterr().err
    assert f"127.0.0.1:{port} can not be listened on" in said
    assert "the page is at" not in said


def test_an_unknown_setting_in_the_environment_is_refused(
    small_project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLIGHT_KEY", "secret")

    assert main(["serve", "-c", str(small_project)]) == 2
    assert "LEADLIGHT_KEY: there is no such setting" in capsys.readouterr().err


@dataclass(frozen=True)
class Running:
    process: "subprocess.Popen[bytes]"
    port: int

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        text = None if body is None else json.dumps(body)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()


@pytest.fixture
def running(trained: Path) -> Iterator[Running]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "leadlight", "serve", "-c", str(trained / "leadlight.yaml"), "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield _when_ready(Running(process, port))
    finally:
        process.kill()
        process.wait()


def _when_ready(running: Running) -> Running:
    for _ in range(600):
        try:
            if running.ask("GET", "/readyz")[0] == 200:
                return running
        except OSError:
            assert running.process.poll() is None, "the service ended"
            time.sleep(0.1)
    raise AssertionError("the service did not start within a minute")


def test_a_signal_to_stop_lets_requests_in_flight_end(running: Running) -> None:
    many = {"leads": [{"lead_id": f"L-{i}", "created_at": "2026-11-02"} for i in range(1_000)]}
    answers: list[tuple[int, bytes]] = []
    thread = threading.Thread(target=lambda: answers.append(running.ask("POST", "/v1/score", many)))
    thread.start()
    while '{method="GET",route="/healthz"' not in running.ask("GET", "/metrics")[1].decode():
        running.ask("GET", "/healthz")  # the event loop answers while a thread scores

    running.process.send_signal(signal.SIGTERM)
    thread.join()
    running.process.wait(timeout=30)

    assert [status for status, _ in answers] == [200]
    assert len(json.loads(answers[0][1])["scores"]) == 1_000
    assert running.process.returncode in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


def test_a_body_in_chunks_without_an_end_is_refused(running: Running) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)) as connection:
        connection.putrequest("POST", "/v1/score")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        for _ in range(6 * 16 + 1):
            connection.send(chunk)
        answer = connection.getresponse()

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
