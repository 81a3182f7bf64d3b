"""Scores as a table: the columns that every consumer relies on, as Parquet or CSV."""

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from features.tables import FloatArray
from models.lead_model import LeadModel
from models.rules import STAGES, TIERS
from models.scoring import Scores

if TYPE_CHECKING:
    import pandas as pd

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Their type is known also where no lead is open.
_TEXTS = ("lead_id", "tier", "stage", "source", "model_version", "rules_version", "summary")
FORMATS = (".parquet", ".csv", ".csv.gz")


class BadOutput(ValueError):
    """The place to write to is no file name of a known format."""


def time_of(microseconds: int) -> datetime:
    """The aware UTC time of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def score_frame(model: LeadModel, scores: Scores) -> "pd.DataFrame":
    """One row per scored lead, in the order scored; `reasons` holds a list of dictionaries."""
    import pandas as pd

    times = pd.to_datetime(scores.as_of_us, unit="us", utc=True) if model.facts.spec.has_times else None
    qualification = scores.qualification
    return pd.DataFrame(
        {
            "lead_id": list(scores.lead_ids),
            "as_of": times if times is not None else pd.Series([None] * len(scores), dtype="datetime64[us, UTC]"),
            "probability": scores.probability,
            "probability_low": scores.probability_low,
            "probability_high": scores.probability_high,
            "percentile": _whole(scores.percentile),
            "points": scores.ledger.points,
            "fit": scores.contributions.family_impact("fit"),
            "engagement": scores.contributions.family_impact("engagement"),
            "timing": scores.contributions.family_impact("timing"),
            "tier": [TIERS[code] for code in qualification.tier],
            "stage": [STAGES[code] for code in qualification.stage],
            "dormant": scores.dormant,
            "log_odds": scores.log_odds,
            "base_log_odds": np.full(len(scores), scores.contributions.base_log_odds),
            "source": model.facts.source,
            "model_version": model.version,
            "rules_version": model.rulebook.version,
            "summary": list(scores.summaries),
            "reasons": [[asdict(reason) for reason in why] for why in scores.reasons],
        }
    ).astype({**dict.fromkeys(_TEXTS, "str"), "reasons": "object"})


def _whole(percentile: FloatArray) -> "pd.Series[int]":
    import pandas as pd

    return pd.Series(percentile).astype("Int64")


def write_scores(frame: "pd.DataFrame", path: Path) -> None:
    """Write the table; the file appears whole or not at all.

    Raises
    ------
    BadOutput : the name ends in no known format, or its folder does not exist.
    """
    suffix = check_output(path)
    staging = path.with_name(f".{path.name}.{os.getpid()}.tmp{suffix}")
    try:
        if suffix == ".parquet":
            _write_parquet(frame, staging)
        else:
            text = frame.assign(reasons=[json.dumps(_plain(why), ensure_ascii=False) for why in frame["reasons"]])
            with staging.open("wb") as raw:
                # no file name and no time in the header: the same scores are the same bytes
                file = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if suffix == ".csv.gz" else raw
                with file:
                    text.to_csv(file, index=False, date_format="%Y-%m-%dT%H:%M:%S.%fZ")
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


def _plain(reasons: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    return [dict(reason) for reason in reasons]


def _write_parquet(frame: "pd.DataFrame", path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    reason = pa.struct(
        [
            ("feature", pa.string()),
            ("family", pa.string()),
            ("value", pa.string()),
            ("impact", pa.float64()),
            ("log_odds", pa.float64()),
            ("text", pa.string()),
        ]
    )
    reasons = [
        [{**why, "value": None if why["value"] is None else str(why["value"])} for why in row]
        for row in frame["reasons"]
    ]
    # pyarrow 25 reads times with a zone through a pandas attribute that warns
    times = pa.array(frame["as_of"].dt.tz_convert(None).to_numpy(), pa.timestamp("us"))
    plain = pa.Table.from_pandas(frame.drop(columns=["as_of", "reasons"]), preserve_index=False)
    table = plain.add_column(1, "as_of", times.cast(pa.timestamp("us", "UTC")))
    table = table.append_column("reasons", pa.array(reasons, pa.list_(reason)))
    pq.write_table(table.replace_schema_metadata(None), path)
