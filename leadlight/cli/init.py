"""`leadlight init`: a first project file from the exports alone."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadlight.cli.options import JsonOption
from leadlight.cli.output import print_json, print_table, progress, say

if TYPE_CHECKING:
    from leadlight.init import Draft


def init(
    leads: Annotated[Path, typer.Option(help="The leads: CSV, CSV.gz or Parquet, one row per lead.")],
    events: Annotated[Path | None, typer.Option(help="Their activity log, one row per event.")] = None,
    outcomes: Annotated[
        Path | None, typer.Option(help="The closed deals, if the leads do not say how they ended.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The project file to write; never overwritten.")] = Path("leadlight.yaml"),
    as_json: JsonOption = False,
) -> int:
    """Write a commented project file: ids, times, outcome, kinds of columns, what must be left out."""
    from leadlight.init import draft_project, render

    _check_out(out)
    with progress("looking at the files"):
        draft = draft_project(leads, events, outcomes, folder=out.parent)
    text = render(draft)
    with out.open("x", encoding="utf-8") as file:
        file.write(text)
    if as_json:
        print_json(report(draft, out))
    else:
        _print(draft, out)
    return 0


def _check_out(out: Path) -> None:
    from leadlight.errors import BadRequest

    if out.exists():
        raise BadRequest(f"found {out} already there, which is never overwritten; give another --out, or remove it")
    if not out.parent.is_dir():
        raise BadRequest(f"there is no folder {out.parent} for {out.name}; make it, or give another --out")


def report(draft: "Draft", out: Path) -> dict[str, object]:
    """What `init --json` prints: every line by its key, and the questions that are left."""
    lines = draft.lines()
    return {
        "out": str(out),
        "crm": draft.crm,
        "rows": dict(draft.rows),
        "found": {key: said.value for key, said in lines.items() if said.value is not None},
        "why": {key: said.why for key, said in lines.items() if said.why},
        "check": {key: said.ask for key, said in lines.items() if said.ask},
        "event_types": dict(draft.event_types),
    }


def _print(draft: "Draft", out: Path) -> None:
    lines = draft.lines()
    main = [
        (key, _text(said.value)) for key, said in lines.items() if said.value is not None and ".columns." not in key
    ]
    print_table(("key", "found"), main)
    say(f"columns: {_columns(draft)}")
    asked = [(key, said.ask) for key, said in lines.items() if said.ask]
    if asked:
        print_table(("check", "question"), asked)
    for line in draft.head:
        if line.startswith("check:"):
            say(line)
    say(f"{out} is written. Next: leadlight check, then leadlight train" + _config(out))


def _config(out: Path) -> str:
    return "." if out.name == "leadlight.yaml" and out.parent == Path() else f", each with -c {out}."


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "(nothing)" if isinstance(value, tuple) else str(value)


def _columns(draft: "Draft") -> str:
    kinds = Counter("sensitive" if not isinstance(said.value, str) else said.value for said in draft.columns.values())
    return ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
