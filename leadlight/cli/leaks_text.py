"""What the leak audit found, as people read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leadlight.cli.output import print_table, say

if TYPE_CHECKING:
    from training.leaks.finding import Leak


def stops(leaks: "Sequence[Leak]") -> bool:
    """Whether a training would stop."""
    return any(leak.verdict == "stop" for leak in leaks)


def print_leaks(leaks: "Sequence[Leak]") -> None:
    """The findings as a table; nothing where there are none."""
    if not leaks:
        return
    print_table(
        ("leak?", "column", "rule", "found", "what to do"),
        [(leak.verdict, leak.column, leak.rule, f"{leak.value:.2f}", leak.advice) for leak in leaks],
    )
    if stops(leaks):
        say(
            "Training stops until each of those is `ignore` under leads.columns, "
            'or has `not_a_leak: "how you know"` there.'
        )
