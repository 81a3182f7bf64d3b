"""Scores as a table: the columns that every consumer relies on, as Parquet or CSV."""

import gzip
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.catalogue import FAMILIES
from models.lead_model import LeadModel
from models.score_rows import score_columns
from models.scoring import Scores
from models.wording import Reasons

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: Their type is known also where no lead is open.
_TEXTS = (
    *("lead_id", "tier", "stage", "disqualified", "no_mail", "suspect"),
    *("source", "model_version", "rules_version", "summary"),
)
_TYPES = {**dict.fromkeys(_TEXTS, "str"), "percentile": "Int64", "within_capacity": "boolean"}
FORMATS = (".parquet", ".csv", ".csv.gz")


class BadOutput(ValueError):
    """The place to write to is no file name of a known format."""


def score_frame(model: LeadModel, scores: Scores) -> "pd.DataFrame":
    """One row per scored lead, in the order scored; `reasons` holds a list of dictionaries."""
    import pandas as pd

    reasons = [[asdict(reason) for reason in why] for why in scores.reasons]
    return _plain_frame(model, scores).assign(reasons=pd.Series(reasons, dtype="object"))


def _plain_frame(model: LeadModel, scores: Scores) -> "pd.DataFrame":
    """All but the reasons."""
    import pandas as pd

    times = pd.to_datetime(scores.as_of_us, unit="us", utc=True) if model.facts.spec.has_times else None
    as_of = times if times is not None else pd.Series([None] * len(scores), dtype="datetime64[us, UTC]")
    frame = pd.DataFrame(score_columns(model, scores)).astype(_TYPES)
    frame.insert(1, "as_of", as_of)
    return frame


def write_scores(model: LeadModel, parts: Iterable[Scores], path: Path) -> None:
    """Write the table, part by part as they come; the file appears whole or not at all.

    Raises
    ------
    BadOutput : the name ends in no known format, or its folder does not exist.
    """
    suffix = check_output(path)
    staging = path.with_name(f".{path.name}.{os.getpid()}.tmp{suffix}")
    try:
        if suffix == ".parquet":
            _write_parquet(model, parts, staging)
        else:
            _write_csv(model, parts, staging, is_zipped=suffix == ".csv.gz")
        os.replace(staging, path)
    finally:
        staging.unlink(missing_ok=True)


def check_output(path: Path) -> str:
    """The format of a score file by its name, before anything is computed for it."""
    suffix = next((end for end in FORMATS if path.name.endswith(end)), None)
    if suffix is None:
        raise BadOutput(f"found the output {path.name!r}, expected a name that ends in {', '.join(FORMATS)}; rename it")
    if path.is_dir():
        raise BadOutput(f"{path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise BadOutput(f"there is no folder {path.parent}; make it, or write elsewhere")
    return suffix


def _write_csv(model: LeadModel, parts: Iterable[Scores], path: Path, *, is_zipped: bool) -> None:
    with path.open("wb") as raw:
        # no file name and no time in the header: the same scores are the same bytes
        file = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if is_zipped else raw
        with file:
            for number, scores in enumerate(parts):
                texts = [json.dumps([asdict(reason) for reason in why], ensure_ascii=False) for why in scores.reasons]
                frame = _plain_frame(model, scores).assign(reasons=texts)
                frame.to_csv(file, index=False, header=not number, date_format="%Y-%m-%dT%H:%M:%S.%fZ")


def _write_parquet(model: LeadModel, parts: Iterable[Scores], path: Path) -> None:
    import pyarrow.parquet as pq

    writer = None
    try:
        for scores in parts:
            table = _arrow_table(model, scores)
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _arrow_table(model: LeadModel, scores: Scores) -> "pa.Table":
    import pyarrow as pa

    frame = _plain_frame(model, scores)
    # pyarrow 25 reads times with a zone through a pandas attribute that warns
    times = pa.array(frame["as_of"].dt.tz_convert(None).to_numpy(), pa.timestamp("us"))
    plain = pa.Table.from_pandas(frame.drop(columns="as_of"), preserve_index=False)
    table = plain.add_column(1, "as_of", times.cast(pa.timestamp("us", "UTC")))
    return table.append_column("reasons", _arrow_reasons(scores.reasons)).replace_schema_metadata(None)


def _arrow_reasons(reasons: Reasons) -> "pa.ListArray":
    """Lists of structs, put together column by column; values of all kinds are text here."""
    import pyarrow as pa

    values = [None if value is None else str(value) for value in reasons.value]
    columns = {
        "feature": pa.array(reasons.sources, pa.string()).take(pa.array(reasons.source)),
        "family": pa.array(FAMILIES, pa.string()).take(pa.array(reasons.family)),
        "value": pa.array(values, pa.string()),
        "impact": pa.array(reasons.impact),
        "log_odds": pa.array(reasons.log_odds),
        "text": pa.array(reasons.text, pa.string()),
    }
    structs = pa.StructArray.from_arrays([*columns.values()], [*columns])
    return pa.ListArray.from_arrays(pa.array(reasons.first.astype(np.int32)), structs)
