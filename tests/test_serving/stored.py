"""Stores for the tests, with a few leads that are easy to check by hand."""

from features.crm import Crm
from models.lead_model import LeadModel
from serving.batch import score_in_parts
from serving.store.collecting import HottestLeads
from serving.store.database import Store
from serving.store.detail import DETAIL, Detail, StoredEvents
from serving.store.reading import LeadQuery, StoredLead, list_leads
from serving.store.rows import StoreRow
from serving.store.schema import LEADS
from serving.store.writing import Run, Stored, write_run

EMPTY = Detail((), 0, 0.0, (), (), (), "none", StoredEvents(0, (), (), ()))
_TEXTS = {"tier": "warm", "stage": "lead", "source": "rules", "model_version": "m1", "rules_version": "r1"}


def row(lead_id: str, as_of_us: int = 1, **more: object) -> StoreRow:
    """A row of the store; what is not said is 0, or empty."""
    plain = {name: None if column.nullable else 0 for name, column in LEADS.c.items()}
    texts = {"title": "", "subtitle": "", "summary": "", **_TEXTS, **more}
    search = f"{lead_id}\n{texts['title']}\n{texts['summary']}".casefold()
    detail = DETAIL.dump_json(EMPTY).decode()
    return {
        **plain,
        "dormant": False,
        "lead_id": lead_id,
        "as_of_us": as_of_us,
        "detail": detail,
        **texts,
        "search": search,
    }


def run(*rows: StoreRow, as_of_us: int = 1, is_whole: bool = True) -> Run:
    return Run(as_of_us, is_whole, "m1", len(rows), rows, "[]")


def listed(store: Store, search: str = "", tier: str = "") -> list[StoredLead]:
    with store.reading() as connection:
        assert connection is not None
        return list_leads(connection, LeadQuery(search, tier), limit=1_000, offset=0)


def store_scores(store: Store, model: LeadModel, crm: Crm, as_of_us: int) -> Stored:
    """What `leadlight score` keeps of a company."""
    hottest = HottestLeads(model)
    for _ in score_in_parts(model, crm, as_of_us, observe=hottest.observe):
        pass
    return write_run(store, Run(as_of_us, True, model.version, hottest.n_scored, hottest.rows(), hottest.movers))


#: Ids and names that a page must show as text.
STRANGE = ("<script>alert(1)</script>", "a/b/../c", "Zoë 株式会社 🚀", "100%_'\"\\&amp;", "x" * 128)


def store_strange_leads(store: Store, model: LeadModel, crm: Crm, as_of_us: int) -> None:
    """The company's leads, the hottest of them called as nobody should be."""
    hottest = HottestLeads(model)
    for _ in score_in_parts(model, crm, as_of_us, observe=hottest.observe):
        pass
    rows = sorted(hottest.rows(), key=lambda one: -float(str(one["log_odds"])))
    named = [
        {**one, "lead_id": name, "title": name, "search": name.casefold()}
        for one, name in zip(rows, STRANGE, strict=False)
    ]
    rows = [*named, *rows[len(named) :]]
    write_run(store, Run(as_of_us, True, model.version, hottest.n_scored, rows, hottest.movers))
