"""A page of the list of leads: what was asked for, and what is shown."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from sqlalchemy import Connection

from models.rules import TIERS
from serving.store.reading import LeadQuery, StoredLead, StoredRun, count_by_tier, list_leads, newest_run

PAGE_LEADS = 50
_MAX_SEARCH = 128
_MAX_PAGE = 1_000_000


@dataclass(frozen=True)
class ListRequest:
    """What was asked for; what makes no sense is taken as not said."""

    search: str
    tier: str
    page: int

    @classmethod
    def of(cls, search: str, tier: str, page: str) -> Self:
        """From the texts of an address.

        >>> ListRequest.of(" Zoe ", "boiling", "-3")
        ListRequest(search='Zoe', tier='', page=1)
        """
        line = " ".join(search.replace("\0", " ").split()).encode("utf-8", "replace").decode()[:_MAX_SEARCH]
        is_number = page.isascii() and page.isdigit() and len(page) < 10
        number = min(max(int(page), 1), _MAX_PAGE) if is_number else 1
        return cls(line, tier if tier in TIERS else "", number)

    def address(self, *, tier: str | None = None, page: int = 1) -> str:
        """The address of another page of the same search, or of another tier of it."""
        said = {"q": self.search, "tier": self.tier if tier is None else tier, "page": page if page > 1 else ""}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"/?{query}" if query else "/"


@dataclass(frozen=True)
class LeadList:
    """What is shown.

    Attributes
    ----------
    leads : of this page, the hottest first.
    by_tier : how many leads of each tier the search finds.
    n_found : how many of the tier asked for.
    page, n_pages : from 1.
    run : the newest run over all leads.
    """

    request: ListRequest
    leads: list[StoredLead]
    by_tier: dict[str, int]
    n_found: int
    page: int
    n_pages: int
    run: StoredRun | None

    @property
    def first_rank(self) -> int:
        """The place of the first lead of this page."""
        return (self.page - 1) * PAGE_LEADS + 1


def read_list(connection: Connection, request: ListRequest) -> LeadList:
    """The leads of a page; of one behind the last, the last."""
    query = LeadQuery(request.search, request.tier)
    by_tier = count_by_tier(connection, query)
    n_found = by_tier.get(request.tier, 0) if request.tier else sum(by_tier.values())
    n_pages = max(-(-n_found // PAGE_LEADS), 1)
    page = min(request.page, n_pages)
    leads = list_leads(connection, query, limit=PAGE_LEADS, offset=(page - 1) * PAGE_LEADS)
    return LeadList(request, leads, by_tier, n_found, page, n_pages, newest_run(connection))
