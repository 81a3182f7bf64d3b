"""Texts of the made-up company's leads: names, mail addresses, job titles, accounts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlight.demo import words
from leadlight.demo.people import COMPETITOR, STUDENT, People
from leadlight.demo.process import IntArray

TextArray = npt.NDArray[np.object_]
_N_FIRMS = len(words.FIRM_FIRST) * len(words.FIRM_SECOND) * len(words.FIRM_SUFFIXES)


@dataclass(frozen=True)
class Texts:
    """n texts each, "" where the CRM has none."""

    name: TextArray
    email: TextArray
    job_title: TextArray
    company: TextArray


def texts_of(people: People) -> Texts:
    """Write out the codes of n leads."""
    first = lookup(words.FIRST_NAMES, people.first_name)
    last = lookup(words.LAST_NAMES, people.last_name)
    number = np.arange(len(people))
    accounts = np.array([firm_name(k) for k in range(int(people.account.max()) + 1)] + [""], dtype=object)
    company = np.where(people.role == COMPETITOR, lookup(words.COMPETITORS, number % 3), accounts[people.account])
    university = lookup(words.UNIVERSITIES, number % 3)
    organisation = np.where(people.role == STUDENT, university, company)
    domains = {name: _domain(name) for name in set(organisation)}
    domain = np.array([domains[name] for name in organisation], dtype=object)
    return Texts(
        name=first + " " + last,
        email=np.where(people.free_mail, _free_mail(first, last, number), _lower(first + "." + last) + "@" + domain),
        job_title=_titles(people),
        company=company,
    )


def firm_name(number: int) -> str:
    """Name the firm of a number; no two numbers share a name.

    >>> firm_name(0), firm_name(40), firm_name(25_000)
    ('Alderbank', 'Harbouryard Works', 'Stonetide Systems 2')
    """
    repeat, code = divmod(number, _N_FIRMS)
    code, second = divmod(code, len(words.FIRM_SECOND))
    suffix, first = divmod(code, len(words.FIRM_FIRST))
    first = (first + 7 * second) % len(words.FIRM_FIRST)  # neighbours in number look unlike
    suffix = (suffix + second) % len(words.FIRM_SUFFIXES)
    name = words.FIRM_FIRST[first] + words.FIRM_SECOND[second] + words.FIRM_SUFFIXES[suffix]
    return f"{name} {repeat + 1}" if repeat else name


def lookup(texts: tuple[str, ...], codes: IntArray) -> TextArray:
    """Give the text of each code, "" for code -1."""
    found: TextArray = np.array([*texts, ""], dtype=object)[codes]
    return found


def _titles(people: People) -> TextArray:
    titles = tuple(form.format(place) for form in words.TITLE_FORMS for place in words.DEPARTMENTS)
    is_filled = people.seniority >= 0
    code = np.where(is_filled, people.seniority * len(words.DEPARTMENTS) + people.department, -1)
    return np.where(people.role == STUDENT, "Student", lookup(titles, code))


def _domain(organisation: str) -> str:
    """Give a domain under .example, which RFC 2606 keeps free: no mail can reach anyone."""
    return organisation.lower().replace(" ", "-") + ".example"


def _free_mail(first: TextArray, last: TextArray, number: IntArray) -> TextArray:
    """Give addresses that Gmail refuses to create, for their underscores, so that they are nobody's."""
    addresses: TextArray = _lower(first + "_" + last + "_" + number.astype(str).astype(object)) + "@gmail.com"
    return addresses


def _lower(texts: TextArray) -> TextArray:
    lowered: TextArray = np.array([text.lower() for text in texts], dtype=object)
    return lowered
