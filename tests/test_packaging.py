"""What is installed: the five packages, their data, and a command."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_the_packages_and_their_data(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, env=environment, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    pages = ("serving/templates/leads.html", "serving/static/leadlight.css", "serving/static/leadlight.svg")
    rules = ("models/rules/starter.yaml", "leadlight/demo/leadlight.yaml", "leadlight/demo/rules.yaml")
    reports = ("training/templates/report.css", "training/templates/report.html.jinja")
    assert {*pages, *rules, *reports, "serving/store/migrations/env.py"} <= names
    tops = {name.split("/")[0] for name in names if not name.startswith("leadlight-")}
    assert tops == {"features", "models", "training", "serving", "leadlight"}
