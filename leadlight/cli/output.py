"""What the commands print: JSON and tables on stdout, progress on stderr where there is a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def print_json(content: object) -> None:
    """One JSON document on stdout; NaN never occurs in it."""
    print(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, default=str))


def say(text: str = "") -> None:
    """A line for people, on stdout; never read as markup."""
    print(text)


def note(text: str) -> None:
    """A line for people beside the answer, on stderr."""
    print(text, file=sys.stderr)


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table that fits a terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    width = None if sys.stdout.isatty() else 140
    Console(width=width, highlight=False).print(table)


@contextmanager
def progress(title: str) -> "Iterator[Callable[[str], None]]":
    """A spinner on stderr that shows the current step; silent where there is no terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: None
        return
    with console.status(title) as status:
        yield lambda step: status.update(f"{title}: {step}")
