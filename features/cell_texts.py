"""Values of typed tables as the text cells that a CSV would hold."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def text_cells(frame: "pd.DataFrame", column: str) -> list[str]:
    """A column as text cells, as a CSV would hold it; missing is an empty cell.

    Whole numbers lose the ``.0`` that a missing neighbour gave them, yes and no are true and false, times ISO 8601.
    """
    import pandas as pd

    series = frame[column]
    if isinstance(series.dtype, pd.ArrowDtype):
        return _arrow_cells(series)
    if pd.api.types.is_string_dtype(series.dtype) and not pd.api.types.is_object_dtype(series.dtype):
        return [str(cell) for cell in series.fillna("").tolist()]
    return _texts(series)


def _arrow_cells(series: "pd.Series[Any]") -> list[str]:
    """Each distinct cell as text once; equal cells are one object, which spares memory."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    column = pa.chunked_array(pa.array(series)).combine_chunks()
    try:
        codes = column.dictionary_encode()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # of lists and the like
        return _texts(series)
    levels = codes.dictionary
    if pa.types.is_string(levels.type):
        texts = levels.to_pylist()
    elif levels.type == pa.timestamp("us"):
        texts = _iso_times(levels.to_numpy(zero_copy_only=False))
    elif pa.types.is_float32(levels.type):  # as it is written: 0.1, which as a double is 0.10000000149011612
        texts = [cell_text(float(str(number))) for number in levels.to_numpy()]
    else:
        texts = _texts(pd.Series(levels, dtype=pd.ArrowDtype(levels.type)))
    found: list[str] = np.array([*texts, ""], dtype=object)[codes.indices.fill_null(len(texts)).to_numpy()].tolist()
    return found


def _iso_times(times: "np.typing.NDArray[np.datetime64]") -> list[str]:
    """As `Timestamp.isoformat` writes them: without a fraction where it is zero."""
    import numpy as np

    whole = times == times.astype("datetime64[s]")
    told = np.where(whole, np.datetime_as_string(times, unit="s"), np.datetime_as_string(times, unit="us"))
    return [str(time) for time in told.tolist()]


def _texts(series: "pd.Series[Any]") -> list[str]:
    import pandas as pd

    return ["" if pd.isna(cell) is True else cell_text(cell) for cell in series.tolist()]


def cell_text(cell: object) -> str:
    """A value as the cell that a CSV would hold; what a list holds stands between semicolons.

    >>> cell_text(None), cell_text(True), cell_text(3.0), cell_text(["a", 7])
    ('', 'true', '3', 'a;7')
    """
    if cell is None or (isinstance(cell, float) and cell != cell):  # NaN
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, list | tuple):
        return ";".join(cell_text(item) for item in cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)
