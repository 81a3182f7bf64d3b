"""The bundle as an MLflow model, for `mlflow models serve`, batch jobs and Spark; run by MLflow, imported by nobody.

A row is a lead: `lead_id`, `created_at`, `attributes` (an object), `events` (a list of objects), and `as_of`, since
nothing here reads a clock. The answer has the columns of the score table.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.pyfunc.model import PythonModel, PythonModelContext
from pydantic import TypeAdapter, ValidationError

from features.parsing import BadCell, parse_time_us
from features.reading import Reading
from features.records import BadRecord, EventRecord, LeadRecord
from models.bundle import load_bundle
from models.record_scoring import score_records
from models.score_rows import score_rows

_RECORD = TypeAdapter(LeadRecord)


class LeadScores(PythonModel):
    """Scores the leads of a table with the bundle that was logged beside this code."""

    def load_context(self, context: PythonModelContext) -> None:
        self._model = load_bundle(Path(context.artifacts["bundle"]))

    # MLflow passes `params` only to who takes them
    def predict(self, context: PythonModelContext, model_input: pd.DataFrame) -> pd.DataFrame:  # type: ignore[override]
        """One row a lead, in the order given; a fault names its row and field, never a value."""
        rows = [_known(row) for row in pd.DataFrame(model_input).to_dict("records")]
        spec = self._model.facts.spec
        said = [row.pop("as_of", None) for row in rows]
        times = [_time_us(row, cell, spec.reading) if spec.has_times else 0 for row, cell in enumerate(said)]
        records = [_record(number, row) for number, row in enumerate(rows)]
        scores = score_records(self._model, records, as_of_us=times)
        return pd.DataFrame(score_rows(self._model, scores, records))


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The cells that hold something: a table has gaps where a record has no key."""
    return {str(name): cell for name, cell in row.items() if cell is not None and not _is_nan(cell)}


def _is_nan(cell: object) -> bool:
    return isinstance(cell, float) and cell != cell


def _time_us(row: int, cell: object, reading: Reading) -> int:
    if cell is None:
        raise BadRecord(row, ("as_of",), "a time is expected, since a logged model has no clock")
    try:
        return parse_time_us(str(cell), reading=reading, date_is="start")
    except BadCell as error:
        raise BadRecord(row, ("as_of",), str(error)) from None


def _record(row: int, cells: Mapping[str, Any]) -> LeadRecord:
    try:
        return _RECORD.validate_python(dict(cells))
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        path = tuple(step for step in fault["loc"] if isinstance(step, int) or step in _FIELDS)
        raise BadRecord(row, path or ("lead",), str(fault["msg"])) from None


_FIELDS = frozenset(field.name for record in (LeadRecord, EventRecord) for field in fields(record))

mlflow.models.set_model(LeadScores())
