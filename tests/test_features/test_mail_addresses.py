"""Whose mailbox an address is, and whether it is the company's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.mail_addresses import MAILBOX_KINDS, domain_of, host_of, is_domain_of_company, mailbox


@pytest.mark.parametrize(
    ("kind", "addresses"),
    [
        ("company", "ann.lee@acme.co.uk|Ann@ACME.COM|p@unicredit.it|a@harbour.ac|ann@alderbank.example"),
        ("shared", "info@acme.com|Sales@acme.de|kontakt@acme.de|info+web@acme.com"),
        ("personal", "ann@gmail.com|ann@yahoo.co.uk|info@gmx.de|ann@web.de|ann@proton.me"),
        ("university", "a@mit.edu|a@cs.ox.ac.uk|b@uni-hamburg.de|c@student.tum.de|info@monash.edu.au"),
        ("disposable", "a@mailinator.com|a@eu.mailinator.com|info@guerrillamail.com"),
        ("malformed", "ann|ann@|@acme.com|ann@acme|a b@acme.com|a@b@c.de|test@test.com|ann@example.com|"),
    ],
)
def test_an_address_has_the_first_kind_that_fits(kind: str, addresses: str) -> None:
    assert {address: mailbox(address) for address in addresses.split("|")} == dict.fromkeys(addresses.split("|"), kind)


@pytest.mark.parametrize(
    ("address", "company", "website", "expected"),
    [
        ("ann@acme.com", None, "https://www.acme.com/de?x=1", 1.0),
        ("ann@eu.acme.co.uk", None, "acme.co.uk", 1.0),
        ("ann@acme.co.uk", None, "bolt.co.uk", 0.0),
        ("ann@acme-tools.de", "Acme Tools GmbH & Co. KG", None, 1.0),
        ("ann@ibm.com", "International Business Machines", None, 1.0),
        ("ann@muellerbau.de", "Müller Bau", None, 0.0),
        ("ann@mullerbau.de", "Müller Bau", None, 1.0),
        ("ann@bolt.de", "Acme", "www.acme.com", 0.0),
        ("ann@bolt.de", "Acme", "www.bolt.de", 1.0),
        ("info@acme.de", "Acme", None, 1.0),
        ("ann@gmail.com", "Acme", "acme.com", math.nan),
        ("ann@acme.de", None, None, math.nan),
        ("nobody", "Acme", None, math.nan),
    ],
)
def test_a_mail_is_of_the_company_at_its_website_or_called_like_it(
    address: str, company: str | None, website: str | None, expected: float
) -> None:
    assert is_domain_of_company(domain_of(address), company, website) == pytest.approx(expected, nan_ok=True)


@given(st.text(max_size=30), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_any_text_has_some_answer(address: str, company: str | None, website: str | None) -> None:
    assert mailbox(address) in MAILBOX_KINDS
    assert (
        is_domain_of_company(domain_of(address), company, website) in (0.0, 1.0)
        or mailbox(address) != "company"
        or not company
    )
    assert "/" not in host_of(address)
