"""`leadlight score` reads many leads in Parquet some at a time; whoever reads the scores does not notice."""

import json
from pathlib import Path

import pandas as pd
import pytest

from features import slabs
from leadlight.cli import main
from leadlight.cli import score as command


@pytest.fixture(autouse=True)
def _small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slabs, "SLAB_LEADS", 101)


@pytest.fixture
def typed(company: Path) -> Path:
    """The company with its leads and events as Parquet with types."""
    leads = pd.read_csv(company / "leads.csv", dtype=str)
    leads.assign(created_at=pd.to_datetime(leads["created_at"])).to_parquet(company / "leads.parquet", index=False)
    events = pd.read_csv(company / "events.csv.gz", dtype=str)
    events.assign(at=pd.to_datetime(events["at"])).to_parquet(company / "events.parquet", index=False)
    path = company / "leadlight.yaml"
    text = path.read_text(encoding="utf-8").replace("leads.csv", "leads.parquet")
    path.write_text(text.replace("events.csv.gz", "events.parquet"), encoding="utf-8")
    return company


def scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[bytes, dict[str, object]]:
    out = folder / "scores.csv"
    assert main(["score", "-c", str(folder / "leadlight.yaml"), "--out", str(out), "--json"]) == 0
    report: dict[str, object] = json.loads(capsys.readouterr().out)
    return out.read_bytes(), report


def changed(folder: Path, column: str, value: str | pd.Timestamp) -> None:
    """The first lead with another cell."""
    path = folder / "leads.parquet"
    leads = pd.read_parquet(path)
    leads.loc[0, column] = value
    leads.to_parquet(path, index=False)


def tables_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by an entry each time that the tables are read whole."""
    whole: list[str] = []
    read = vars(command)["read_tables"]

    def told(*arguments: object, **options: object) -> object:
        whole.append("read")
        return read(*arguments, **options)

    monkeypatch.setitem(vars(command), "read_tables", told)
    return whole


def test_slabs_give_the_scores_of_the_whole(
    typed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tables_read(monkeypatch)
    in_slabs = scored(typed, capsys)
    assert not whole
    monkeypatch.setattr(slabs, "SLAB_LEADS", 10**9)

    at_once = scored(typed, capsys)

    assert whole
    assert in_slabs == at_once


@pytest.mark.parametrize(
    ("column", "value", "n_quarantined"),
    [("created_at", pd.Timestamp("9999-01-01", tz="UTC"), 1), ("lead_id", "", 1), ("lead_id", "Zoë", 0)],
)
def test_a_row_that_needs_the_whole_table_has_it(
    typed: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    column: str,
    value: str | pd.Timestamp,
    n_quarantined: int,
) -> None:
    changed(typed, column, value)
    whole = tables_read(monkeypatch)

    _, report = scored(typed, capsys)

    assert whole
    assert report["rows_quarantined"] >= n_quarantined  # type: ignore[operator]  # a number


@pytest.mark.parametrize("cell", ["{first};{last}", "\t{last}"], ids=["two leads", "a tab before it"])
def test_an_event_of_leads_of_several_slabs_counts_for_each_of_them(
    typed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    path = typed / "events.parquet"
    events, ids = pd.read_parquet(path), sorted(pd.read_parquet(typed / "leads.parquet")["lead_id"])
    events.loc[0, "lead_id"] = cell.format(first=ids[0], last=ids[-1])
    events.to_parquet(path, index=False)
    in_slabs = scored(typed, capsys)
    monkeypatch.setattr(slabs, "SLAB_LEADS", 10**9)

    assert in_slabs == scored(typed, capsys)
