"""The command line: one file per command, nothing heavy imported before a command runs."""

import sys
from collections.abc import Sequence

import typer

from leadlight.cli import check, demo, explain, init, models, rules, score, serve, train


def _end_with(code: int | None) -> None:
    """A command's return value becomes the exit code."""
    raise typer.Exit(code or 0)


app = typer.Typer(
    name="leadlight",
    result_callback=_end_with,
    help="Predicts which sales leads will become customers, and shows why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("check")(check.check)
app.command("train")(train.train)
app.command("score")(score.score)
app.command("explain")(explain.explain)
app.command("serve")(serve.serve)
app.add_typer(models.app, name="models")
app.add_typer(rules.app, name="rules")

FAILED, BAD_INPUT = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    0 fine, 1 failed, 2 bad input, 3 alarm.
    """
    try:
        app(args=None if argv is None else list(argv))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except ValueError as error:
        from leadlight.errors import bad_input_types, failure_types

        if isinstance(error, failure_types()):
            print(error, file=sys.stderr)
            return FAILED
        if not isinstance(error, bad_input_types()):
            raise
        print(error, file=sys.stderr)
        return BAD_INPUT
    return 0


def entry() -> None:
    """The console script."""
    sys.exit(main())
