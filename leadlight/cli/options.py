"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ProjectOption = Annotated[Path, typer.Option("-c", "--config", help="The project file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
LeadsOption = Annotated[
    Path | None, typer.Option("--leads", help="Other leads than the project's; same columns, outcome not needed.")
]
EventsOption = Annotated[Path | None, typer.Option("--events", help="Another event log than the project's.")]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="Score with what was known before this time; default: the newest time in the tables."),
]
DEFAULT_PROJECT = Path("leadlight.yaml")
