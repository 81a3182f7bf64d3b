"""What `init` found: every line of the project file to be, with the reason for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...] | Mapping[str, Scalar]


@dataclass(frozen=True)
class Said:
    """One value of the project file, and why it stands there.

    Attributes
    ----------
    value : None where nothing fits; the line is then a comment.
    why : what it was told by.
    ask : what a person should look at, where the files leave it open.
    """

    value: Value | None
    why: str = ""
    ask: str = ""


Section = Mapping[str, Said]


@dataclass(frozen=True)
class Draft:
    """A project file to be.

    Attributes
    ----------
    head : what the file says of itself at the top.
    leads, events, outcomes : the sections' keys; `columns` are those of the leads.
    event_types : how often each type occurs, the commonest first.
    rows : rows per file.
    """

    head: tuple[str, ...]
    leads: Section
    columns: Section
    events: Section = field(default_factory=dict)
    event_types: Mapping[str, int] = field(default_factory=dict)
    outcomes: Section = field(default_factory=dict)
    horizon: Said | None = None
    max_bad: Said | None = None
    dates: Said | None = None
    crm: str | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def lines(self) -> dict[str, Said]:
        """Everything that was said, by its key in leadlight.yaml."""
        sections = {
            "leads": self.leads,
            "leads.columns": self.columns,
            "events": self.events,
            "outcomes": self.outcomes,
        }
        lines = {f"{name}.{key}": said for name, section in sections.items() for key, said in section.items()}
        rest = {"goal.horizon": self.horizon, "max_bad": self.max_bad, "dates": self.dates}
        return lines | {key: said for key, said in rest.items() if said is not None}
