"""Rows set aside on disk while a run goes on, so that memory does not grow with their number."""

import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from pydantic_core import from_json, to_json

from features.tables import IntArray

#: A row by column; all its cells are JSON's, and its `detail` is JSON itself.
Row = dict[str, object]


class Spool:
    """A file without a name that goes with the program, however that ends.

    Parameters
    ----------
    folder : of the disk to use; the system's own for such files if None.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # open as long as this object lives
        self._close = weakref.finalize(self, self._file.close)
        self._end = 0

    def add(self, rows: Iterable[tuple[Row, bytes]]) -> IntArray:
        """Set rows aside, each with its detail; where each begins, and where the last one ends."""
        texts = [to_json(row) + b"\n" + detail for row, detail in rows]
        ends = self._end + np.cumsum([0, *map(len, texts)], dtype=np.int64)
        self._file.seek(self._end)
        self._file.writelines(texts)
        self._end = int(ends[-1])
        return ends

    def rows(self, places: Iterable[tuple[int, int]]) -> Iterator[Row]:
        """The rows that begin and end there."""
        now = -1
        for start, end in places:
            if start != now:  # to seek throws away what was read ahead
                self._file.seek(start)
            now = end
            row, _, detail = self._file.read(end - start).partition(b"\n")
            yield {**from_json(row), "detail": detail.decode()}
