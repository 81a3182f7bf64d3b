"""The bytes of a request to the bytes of its answer: a model at a moment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from features.parsing import BadCell, parse_time_us
from features.records import BadRecord
from models.lead_model import LeadModel
from models.record_scoring import score_records
from models.score_rows import score_rows
from serving.json_body import BadJson, read_json
from serving.problems import refused_json, refused_record, refused_schema, refused_value
from serving.schemas import Invocation, Lead, ScoreRequest

Request = TypeVar("Request", ScoreRequest, Invocation)


@dataclass(frozen=True)
class Scorer:
    """Scores what requests ask for.

    Attributes
    ----------
    model : scores all leads of a request, whatever becomes the champion meanwhile.
    now_us : the `as_of` of those that do not say, microseconds since 1970 UTC.
    """

    model: LeadModel
    now_us: int

    def score(self, body: bytes) -> bytes:
        """The answer to a ScoreRequest.

        Raises
        ------
        Refused : the body is no JSON, no ScoreRequest, or a value in it can not be read.
        """
        request = self._read(ScoreRequest, body)
        as_of_us = self._time_us(request.as_of, "as_of")
        rows = self._rows(request.leads, [as_of_us] * len(request.leads), under="leads")
        versions = {"model_version": self.model.version, "rules_version": self.model.rulebook.version}
        return _json({**versions, "scores": rows})

    def invoke(self, body: bytes) -> bytes:
        """The answer to an Invocation; see `score`."""
        request = self._read(Invocation, body)
        under = "dataframe_records" if request.dataframe_split is None else "dataframe_split.data"
        try:
            leads = request.leads()
        except ValidationError as error:
            raise refused_schema(error, names=self.model.facts.spec.kinds, under=under) from None
        as_of_us = [self._time_us(lead.as_of, f"{under}[{row}].as_of") for row, lead in enumerate(leads)]
        return _json({"predictions": self._rows(leads, as_of_us, under=under)})

    def _read(self, schema: type[Request], body: bytes) -> Request:
        try:
            return schema.model_validate(read_json(body))
        except BadJson as error:
            raise refused_json(error) from None
        except ValidationError as error:
            raise refused_schema(error, names=self.model.facts.spec.kinds) from None

    def _rows(self, leads: Sequence[Lead], as_of_us: Sequence[int], *, under: str) -> list[dict[str, object]]:
        try:
            scores = score_records(self.model, leads, as_of_us=as_of_us)
        except BadRecord as error:
            raise refused_record(error, under=under) from None
        return score_rows(self.model, scores, leads)

    def _time_us(self, text: str | None, field: str) -> int:
        if text is None:
            return self.now_us
        try:
            return parse_time_us(text, reading=self.model.facts.spec.reading, date_is="start")
        except BadCell as error:
            raise refused_value(field, str(error)) from None


def _json(answer: object) -> bytes:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
