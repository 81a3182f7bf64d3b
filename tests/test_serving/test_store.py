"""The store: the newest score of each lead, in SQLite and in PostgreSQL alike."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from features.crm import Crm
from features.tables import MICROSECONDS_PER_DAY as DAY
from features.tables import NEVER_US, EventArrays
from models.lead_model import LeadModel
from serving.batch import score_in_parts, score_open_leads
from serving.store import database
from serving.store.collecting import HottestLeads
from serving.store.database import Store
from serving.store.errors import StoreDown
from serving.store.newest_events import newest_events
from serving.store.reading import LeadQuery, count_by_tier, lead_of, newest_run
from serving.store.schema import METADATA, REVISION
from serving.store.writing import write_run
from tests.company import NOW
from tests.databases import SERVER, a_schema
from tests.test_serving.stored import listed, row, run, store_scores

DEAD = "postgresql://ann:secret-word@127.0.0.1:1/crm"


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        yield Store(f"sqlite:///{tmp_path / 'a folder' / 'leads.db'}")
        return
    with a_schema() as (_, schema):
        store = Store(f"{SERVER}?options={quote(f'-csearch_path={schema}')}")
        yield store
        store.close()


def migrations() -> ScriptDirectory:
    folder = Path(database.__file__).with_name("migrations")
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, model: LeadModel, crm: Crm) -> Store:
    """All open leads of the company, as `score` keeps them; nobody changes it."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('company') / 'leads.db'}")
    store_scores(store, model, crm, NOW)
    return store


def test_an_older_score_does_not_take_the_place_of_a_newer_one(store: Store) -> None:
    for as_of_us, title in ((2, "newer"), (1, "older")):
        write_run(store, run(row("a", as_of_us, title=title), as_of_us=as_of_us, is_whole=False))

    assert [lead.title for lead in listed(store)] == ["newer"]


def test_a_score_of_the_same_time_is_replaced(store: Store) -> None:
    for title in ("first", "second"):
        write_run(store, run(row("a", title=title), is_whole=False))

    assert [lead.title for lead in listed(store)] == ["second"]


def test_a_run_over_all_leads_takes_the_place_of_older_ones(store: Store) -> None:
    write_run(store, run(row("closed since"), row("open")))
    write_run(store, run(row("newer than that", 3), as_of_us=3, is_whole=False))

    write_run(store, run(row("open", 2), as_of_us=2))

    assert sorted(lead.lead_id for lead in listed(store)) == ["newer than that", "open"]
    with store.reading() as connection:
        assert connection is not None
        assert (newest := newest_run(connection)) is not None
    assert (newest.as_of_us, newest.n_scored, newest.n_stored) == (2, 1, 1)


def test_an_older_run_over_all_leads_changes_nothing(store: Store) -> None:
    write_run(store, run(row("a", 2), as_of_us=2))

    stored = write_run(store, run(row("long closed", 1), as_of_us=1))

    assert (stored.n_leads, stored.kept_us) == (0, 2)
    assert [lead.lead_id for lead in listed(store)] == ["a"]


def test_a_run_that_fails_halfway_leaves_the_store_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(store, run(row("a"), row("b")))
    monkeypatch.setattr("serving.store.writing._BATCH", 1)

    with pytest.raises(StoreDown):
        write_run(store, run(row("c", 2), row("d", 2, tier=None), as_of_us=2))

    assert sorted(lead.lead_id for lead in listed(store)) == ["a", "b"]


@pytest.mark.parametrize(
    "lead_id", ["a/b/../c", "Zoë 株式会社 🚀", "<script>alert(1)</script>", "x" * 128, "100%_'\"\\"]
)
def test_any_id_is_kept_and_found(store: Store, lead_id: str) -> None:
    write_run(store, run(row(lead_id), row("another")))

    with store.reading() as connection:
        assert connection is not None
        assert (found := lead_of(connection, lead_id)) is not None
    assert found[0].lead_id == lead_id
    assert [lead.lead_id for lead in listed(store, search=lead_id.upper())] == [lead_id]


def test_a_search_takes_percent_and_underscore_as_they_are(store: Store) -> None:
    write_run(store, run(row("a", title="50% off"), row("b", title="50 off"), row("c", title="snake_case")))

    found = {word: [lead.lead_id for lead in listed(store, search=word)] for word in ("0% o", "_", "%", "SNAKE")}

    assert found == {"0% o": ["a"], "_": ["c"], "%": ["a"], "SNAKE": ["c"]}


def test_leads_come_hottest_first_and_of_one_tier_where_asked(store: Store) -> None:
    heat = {"a": (1.0, "warm"), "b": (2.0, "hot"), "c": (2.0, "hot"), "d": (-3.0, "cold")}
    write_run(store, run(*(row(name, log_odds=log_odds, tier=tier) for name, (log_odds, tier) in heat.items())))

    assert [lead.lead_id for lead in listed(store)] == ["b", "c", "a", "d"]
    assert [lead.lead_id for lead in listed(store, tier="hot")] == ["b", "c"]
    with store.reading() as connection:
        assert connection is not None
        assert count_by_tier(connection, LeadQuery(tier="hot")) == {"hot": 2, "warm": 1, "cold": 1}


def test_the_migrations_lead_to_the_tables_that_the_program_knows(store: Store) -> None:
    with store.writing() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []
    assert migrations().get_current_head() == REVISION


def test_a_store_of_a_newer_program_is_refused(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for opened in (store.reading, store.writing):
        with pytest.raises(StoreDown, match="a newer Leadlight \\(revision 9999"), opened():
            pass


def test_a_dead_database_is_told_without_its_password() -> None:
    with pytest.raises(StoreDown, match="check that the server runs") as told:
        write_run(Store(DEAD), run(row("a")))

    assert "secret-word" not in str(told.value)


def test_a_locked_store_is_given_up_and_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.1)
    store = Store(f"sqlite:///{tmp_path / 'leads.db'}")
    write_run(store, run(row("a")))

    with store.writing():
        with pytest.raises(StoreDown, match="is locked by another program"):
            write_run(Store(f"sqlite:///{tmp_path / 'leads.db'}"), run(row("b")))
        assert [lead.lead_id for lead in listed(store)] == ["a"]


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "leads.db").write_text("no database at all, but long enough to be read as one" * 100)

    with pytest.raises(StoreDown, match="move the file away"):
        write_run(Store(f"sqlite:///{tmp_path / 'leads.db'}"), run(row("a")))


def test_a_store_in_a_folder_that_may_only_be_read_is_read_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path / 'leads 100%?.db'}")
    write_run(store, run(row("a")))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    monkeypatch.setattr(Store, "_engine", None)  # which would make files beside it

    assert [lead.lead_id for lead in listed(store)] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["leads 100%?.db"]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'leads.db'}").reading() as connection:
        assert connection is None

    assert list(tmp_path.iterdir()) == []


def test_what_is_stored_is_what_the_batch_scored_and_adds_up(company: Store, model: LeadModel, crm: Crm) -> None:
    scores = score_open_leads(model, crm, NOW).scores
    leads = listed(company)

    assert [lead.lead_id for lead in leads] == [scores.lead_ids[i] for i in scores.hottest(len(scores))]
    assert {lead.summary for lead in leads} == set(scores.summaries)
    with company.reading() as connection:
        assert connection is not None
        for lead, detail in filter(None, (lead_of(connection, name) for name in scores.lead_ids)):
            parts = sum(one.log_odds for one in detail.contributions) + detail.others_log_odds
            assert lead.base_log_odds + parts == pytest.approx(lead.log_odds, abs=1e-12)
            assert sum(line.points for line in detail.ledger) == lead.points


def test_the_hottest_are_kept_however_the_parts_come(model: LeadModel, crm: Crm) -> None:
    scores = score_open_leads(model, crm, NOW).scores
    few = HottestLeads(model, limit=7)
    for _ in score_in_parts(model, crm, NOW, part_rows=5, observe=few.observe):
        pass

    assert few.n_scored == len(scores)
    assert [kept["lead_id"] for kept in few.rows()] == [scores.lead_ids[i] for i in sorted(scores.hottest(7))]


def test_a_timeline_ends_before_as_of_and_tells_who_did_what() -> None:
    day = np.array([1, 5, 3, 10, 2]) * DAY
    log = EventArrays(np.array([0, 0, 0, 0, 1]), np.array([0, 1, 0, 0, 0]), day, None, ("email_open", "email_sent"))
    machine = np.full(5, NEVER_US)
    machine[0] = 2 * DAY
    log = EventArrays(log.lead, log.type_code, log.at_us, None, log.types, machine_from_us=machine)

    found = newest_events(log, np.array([10, 10]) * DAY, np.array([0]), words={}, actors={}, limit=2)
    everything = newest_events(log, np.array([10, 10]) * DAY, np.array([0]), words={}, actors={})

    assert found.of(0)["at_s"] == [5 * 86_400, 3 * 86_400]
    assert found.of(0)["n_all"] == 3
    assert everything.of(0)["kinds"] == [
        ("was sent an email", "rep"),
        ("opened an email", "lead"),
        ("opened an email", "machine"),
    ]
