"""`leadlight demo`: a made-up company, trained, scored and explained."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    leads: Annotated[int, typer.Option(min=500, help="How many leads the company has.")] = 4000,
    out: Annotated[Path, typer.Option(help="Where the company's files go.")] = Path("demo"),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Do not start the page.")] = False,
) -> int:
    """Make a company up, learn from its deals, and show its ten hottest leads with reasons."""
    raise NotImplementedError
