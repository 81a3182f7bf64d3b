"""Columns of Arrow as numpy arrays: no cell becomes a Python object, only a text that repeats, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.tables import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

_US_PER_UNIT = {"s": 1_000_000, "ms": 1_000, "us": 1}


def texts_of(column: "pa.Array") -> "pa.StringArray":
    """The cells as texts: whole numbers by their digits, what is kept by code in full."""
    import pyarrow as pa

    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def microseconds_of_times(column: "pa.TimestampArray", *, missing_us: "int | IntArray") -> IntArray:
    """Microseconds since 1970 UTC of times in any unit; nanoseconds are cut off, as those of a text are.

    Parameters
    ----------
    missing_us : what a missing cell means, one for all or one each.

    Raises
    ------
    pyarrow.ArrowInvalid : a time is too far away.

    >>> import pyarrow as pa
    >>> microseconds_of_times(pa.array([-1, None], pa.timestamp("ns")), missing_us=7)
    array([-1,  7])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    unit, times = column.type.unit, column.view(pa.int64())
    if unit in ("s", "ms"):
        times = pc.multiply_checked(times, _US_PER_UNIT[unit])
    found = times.fill_null(0).to_numpy()
    if unit == "ns":
        found = found // 1_000
    return np.where(column.is_null(), missing_us, found) if column.null_count else found


@dataclass(frozen=True)
class Codes:
    """Texts of n rows: ``levels[codes[i]]``; code -1 is missing.

    Attributes
    ----------
    levels : distinct texts in any order, each of which occurs.
    codes : n integers, as narrow as they can be.
    """

    levels: "pa.StringArray"
    codes: NDArray[Any]

    @classmethod
    def of(cls, column: "pa.Array") -> "Codes":
        """The codes of a column of texts or whole numbers.

        >>> import pyarrow as pa
        >>> codes = Codes.of(pa.array(["b", None, "b", "a"]))
        >>> codes.levels.to_pylist(), codes.codes
        (['b', 'a'], array([ 0, -1,  0,  1], dtype=int8))
        """
        import pyarrow as pa

        coded = column if pa.types.is_dictionary(column.type) else texts_of(column).dictionary_encode()
        levels, codes = texts_of(coded.dictionary), coded.indices.cast(pa.int32()).fill_null(-1).to_numpy()
        occurs = np.bincount(codes + 1, minlength=len(levels) + 1)[1:] > 0
        if not occurs.all():
            position = np.append(np.cumsum(occurs) - 1, -1)
            levels, codes = levels.filter(pa.array(occurs)), position[codes]
        return cls(levels, codes.astype(np.min_scalar_type(-1 - len(levels))))


def united_levels(parts: Sequence[Codes]) -> "tuple[pa.StringArray, IntArray]":
    """The distinct texts of all parts, and where each level of one part after the other stands among them.

    >>> import pyarrow as pa
    >>> levels, position = united_levels([Codes.of(pa.array(["b", "a"])), Codes.of(pa.array(["c", "b"]))])
    >>> levels.to_pylist(), position.tolist()
    (['b', 'a', 'c'], [0, 1, 2, 0])
    """
    import pyarrow as pa

    coded = pa.chunked_array([part.levels for part in parts], pa.string()).dictionary_encode().combine_chunks()
    return coded.dictionary, coded.indices.to_numpy()


def recoded(parts: Sequence[Codes], code: IntArray) -> NDArray[Any]:
    """The rows of all parts in one code, as narrow as it can be; what is missing stays -1.

    Parameters
    ----------
    code : of each level of one part after the other.

    >>> import pyarrow as pa
    >>> recoded([Codes.of(pa.array(["b", None, "a"])), Codes.of(pa.array(["b"]))], np.array([7, 3, 7]))
    array([ 7, -1,  3,  7], dtype=int8)
    """
    narrow = code.astype(np.min_scalar_type(-1 - int(code.max(initial=0))))
    found = np.empty(sum(len(part.codes) for part in parts), dtype=narrow.dtype)
    row, level = 0, 0
    for part in parts:
        rows, levels = slice(row, row + len(part.codes)), slice(level, level + len(part.levels))
        np.append(narrow[levels], narrow.dtype.type(-1)).take(part.codes, out=found[rows], mode="wrap")
        row, level = rows.stop, levels.stop
    return found
