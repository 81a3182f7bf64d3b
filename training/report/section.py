"""What a report consists of: sections with sentences, figures and tables."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column names the rows.

    Attributes
    ----------
    caption : what it shows.
    rows : as many cells each as there are headers.
    has_words : whether cells hold words, which may be broken into lines.
    is_wide : whether it needs the page's whole width.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    has_words: bool = False
    is_wide: bool = False


@dataclass(frozen=True)
class Figure:
    """A drawing and what to look for in it.

    Attributes
    ----------
    svg : an SVG in which every word is escaped.
    caption : how to read it.
    """

    svg: str
    caption: str


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes
    ----------
    name : its anchor.
    sentences : paragraphs; where the section does not apply, the one that says why.
    points : sentences of a list.
    width : whether figures stand side by side or take the page's whole width.
    """

    name: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    points: tuple[str, ...] = ()
    width: Literal["half", "whole"] = "half"
