"""`leadlight rules`: the rulebook from outside."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from leadlight.cli.options import JsonOption
from leadlight.cli.output import note, print_json, say
from leadlight.cli.rules_backtest import backtest_rules
from leadlight.cli.rules_report import report_rules
from leadlight.cli.rules_suggest import suggest_rules

app = typer.Typer(help="The rulebook: bring one along, and see what it is worth.", no_args_is_help=True)
app.command("report")(report_rules)
app.command("backtest")(backtest_rules)
app.command("suggest")(suggest_rules)


class PointFormat(StrEnum):
    """Whose point table it is."""

    HUBSPOT = "hubspot"
    MAUTIC = "mautic"


@app.callback()
def rules() -> None:
    """The rulebook: bring one along, and see what it is worth."""


@app.command("import")
def import_rules(
    table: Annotated[Path, typer.Argument(help="The point table, a CSV with the columns that docs/rules.md names.")],
    format_: Annotated[PointFormat, typer.Option("--format", help="Whose table it is.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the rulebook; printed if absent.")] = None,
    as_json: JsonOption = False,
) -> int:
    """Turn the point table of another tool into a rules.yaml; what can not be said there stands in its comments."""
    from leadlight.errors import BadRequest
    from leadlight.rule_import import READERS, rulebook_text

    if out is not None and out.exists():
        raise BadRequest(f"found a file at {out}, expected none; move it away, or write elsewhere")
    if out is not None and not out.parent.is_dir():
        raise BadRequest(f"there is no folder {out.parent}; make it, or write elsewhere")
    found = READERS[format_.value](_read(table), name=table.name)
    text = rulebook_text(found, source=table.name)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if as_json:
        left = [{"row": row, "name": name, "why": why} for row, name, why in found.not_mapped]
        print_json({"rules": len(found.rules), "not_mapped": left, "out": None if out is None else str(out)})
    elif out is None:
        say(text)
    note(f"{len(found.rules)} rules imported, {len(found.not_mapped)} rows became none")
    return 0


def _read(path: Path) -> str:
    from leadlight.errors import BadRequest

    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise BadRequest(f"there is no file {path}; correct the path") from None
    except UnicodeDecodeError:
        raise BadRequest(f"{path.name} is no UTF-8 text; save it as CSV in UTF-8") from None
