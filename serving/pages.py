"""The pages as HTML: what the store and the model know, through the templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from models.lead_model import LeadModel
from models.rules import TIERS
from serving import model_words, page_words
from serving.lead_list import ListRequest, read_list
from serving.store.database import Store
from serving.store.reading import lead_of, newest_run
from serving.waterfall import waterfall

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Page:
    """HTML, and the status that it is sent with."""

    html: str
    status: HTTPStatus = HTTPStatus.OK


@dataclass(frozen=True)
class Pages:
    """The pages of a service.

    Attributes
    ----------
    model : the champion; None where there is none.
    report : its model card; None where it has none.
    """

    store: Store
    model: LeadModel | None
    report: Path | None = None

    def list(self, request: ListRequest) -> Page:
        """The leads that were asked for; how to get some where the store has none."""
        with self.store.reading() as connection:
            found = None if connection is None else read_list(connection, request)
        if found is None or (found.run is None and not found.leads and not request.search):
            return Page(self._render("empty.html"))
        return Page(self._render("leads.html", found=found, tiers=TIERS[::-1]))

    def lead(self, lead_id: str) -> Page:
        """All that is known of a lead; a page that says so where the store does not have it."""
        with self.store.reading() as connection:
            found = None if connection is None else lead_of(connection, lead_id)
        if found is None:
            return Page(self._render("no_lead.html"), HTTPStatus.NOT_FOUND)
        lead, detail = found
        steps = waterfall(lead, detail)
        return Page(self._render("lead.html", lead=lead, detail=detail, steps=steps))

    def about_the_model(self) -> Page:
        """What the model learned from, how good it is, and what it can not do."""
        if self.model is None:
            return Page(self._render("no_model.html"), HTTPStatus.SERVICE_UNAVAILABLE)
        with self.store.reading() as connection:
            run = None if connection is None else newest_run(connection)
        return Page(self._render("model.html", model=self.model, words=model_words, run=run, report=self.report))

    def model_card(self) -> Page:
        """How the model was judged, in figures, as its training wrote it."""
        if self.report is None:
            return Page(self._render("no_card.html"), HTTPStatus.NOT_FOUND)
        return Page(self.report.read_text(encoding="utf-8"))

    def _render(self, template: str, **content: object) -> str:
        return templates().get_template(template).render(content)


def trouble_page(text: str) -> Page:
    """What is shown where the store can not be read."""
    return Page(templates().get_template("trouble.html").render(text=text), HTTPStatus.SERVICE_UNAVAILABLE)


@cache
def templates() -> "Environment":
    """The templates: whatever they show is text, never markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _filters()
    return environment


def _filters() -> Mapping[str, Callable[..., object]]:
    said = page_words
    of_numbers = (said.percent, said.above, said.odds, said.impact, said.points)
    of_times = (said.moment, said.day, said.days_before, said.groupby_day)
    return {words.__name__: words for words in (*of_numbers, *of_times, said.why, said.sentence, said.lead_path)}
