"""Decisions about models: who makes them, and how they are printed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.promotion import Ruling
    from training.promotion_log import Signature


def signature() -> "Signature":
    """Who runs this command, and the time."""
    import getpass
    from datetime import UTC, datetime

    from training.promotion_log import Signature

    try:
        by = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without a name for its user
        by = "unknown"
    return Signature(by, datetime.now(UTC).isoformat(timespec="seconds"))


def ruling_json(ruling: "Ruling") -> dict[str, object]:
    """Why a model was promoted or not, with the figures where two were compared."""
    from dataclasses import asdict

    return {"why": ruling.why, "contest": None if ruling.contest is None else asdict(ruling.contest)}
