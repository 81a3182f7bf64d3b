"""Exports as four CRMs write them, made up by a seed: their headers, times, encodings, separators and footers."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

N_LEADS = 150
_START = datetime(2025, 3, 3, 8, 5)  # noqa: DTZ001  # a CRM's export has no time zone
_DAYS = 300
_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Lead:
    """One made-up lead: a third is won, a third lost, the rest open; the won ones do more."""

    number: int
    created: datetime
    closed: datetime | None
    is_won: bool
    acts: tuple[datetime, ...]

    @property
    def is_lost(self) -> bool:
        return self.closed is not None and not self.is_won

    @property
    def first_name(self) -> str:
        return ("Zoë", "Bo", "José", "Dee", "Søren")[self.number % 5]

    @property
    def company(self) -> str:
        return f"Müller {self.number % 40} & Söhne"

    @property
    def email(self) -> str:
        return f"person{self.number}@made-up{self.number % 40}.example"


def made_up_leads(seed: int) -> list[Lead]:
    """Leads in no order of time."""
    rng = random.Random(seed)
    leads = [_lead(i, rng) for i in range(N_LEADS)]
    rng.shuffle(leads)
    return leads


def _lead(number: int, rng: random.Random) -> Lead:
    created = _START + timedelta(days=_DAYS * number / N_LEADS, minutes=rng.randrange(600))
    fate = rng.choice(("won", "lost", "open")) if number < 0.9 * N_LEADS else "open"
    closed = None if fate == "open" else created + timedelta(days=rng.randrange(3, 25), hours=rng.randrange(9))
    n_acts = rng.randrange(1, 4) + 3 * (fate == "won")
    acts = tuple(created + timedelta(hours=1 + 11 * i + rng.randrange(9)) for i in range(n_acts))
    return Lead(number, created, closed, fate == "won", acts)


def hubspot(folder: Path, seed: int = 1) -> list[str]:
    """Contacts with a status in many spellings and columns that nobody fills; deals of one or several contacts."""
    rng, leads = random.Random(seed), made_up_leads(seed)
    spellings = ("New", "new ", "NEW", "In Progress", "in-progress", "Connected", "Unqualified", "un-qualified", "")
    contacts: Rows = [
        {
            "Record ID": _contact_id(lead),
            "First Name": lead.first_name,
            "Last Name": f"Maker{lead.number}",
            "Job Title": rng.choice(("CEO", "head of sales", "Buyer", "Student", "")),
            "Company Name": lead.company,
            "Email": lead.email,
            "Phone Number": f"+49 30 {1000 + lead.number}",
            "Country/Region": rng.choice(("Germany", "germany", "DE", "France", "")),
            "Lead Status": rng.choice(spellings),
            "Lifecycle Stage": "Customer" if lead.is_won else rng.choice(("Lead", "Opportunity", "lead")),
            "Original Source": rng.choice(("Organic Search", "Paid Social", "Referrals")),
            "Contact Owner": rng.choice(("Rep One", "Rep Two", "No owner")),
            "Create Date": f"{lead.created:%Y-%m-%d %H:%M}",
            "Last Modified Date": f"{lead.created + timedelta(days=40):%Y-%m-%d %H:%M}",
            "Notes": f'asked for "offer {lead.number}",\nthen called' if lead.number % 3 == 0 else "",
            "Annual Revenue": rng.choice(("$1,200,000", "850000", "")),
            "Stage of Journey": "",
            "Next appointment date": "",
            "GDPR consent": "",
            "Lead Score": rng.randrange(100),
        }
        for lead in leads
    ]
    deals: Rows = [
        {
            "Record ID": 910_000 + lead.number,
            "Deal Name": f"{lead.company} - new deal",
            "Deal Stage": f"{_fate(lead, 'Closed won', 'Closed lost', 'Appointment scheduled')} (Sales Pipeline)",
            "Amount": f"{1000 + 10 * lead.number}.50",
            "Deal owner": "Rep One",
            "Close Date": f"{lead.closed or lead.created + timedelta(days=90):%Y-%m-%d %H:%M}",
            "Associated Company IDs": 7_000 + lead.number % 40,
            "Associated Contact IDs": _contacts_of(lead),
        }
        for lead in leads
        if lead.closed or lead.number % 2
    ]
    acts: Rows = [
        {
            "Activity type": ("Email open", "Page view", "Meeting")[i % 3],
            "Activity date": f"{at:%Y-%m-%d %H:%M}",
            "Associated Contact IDs": _contact_id(lead),
        }
        for lead in leads
        for i, at in enumerate(lead.acts)
    ]
    return _options(
        leads=_written(folder / "hubspot-crm-exports-all-contacts.csv", contacts, encoding="utf-8-sig"),
        outcomes=_written(folder / "hubspot-crm-exports-all-deals.csv", deals),
        events=_written(folder / "hubspot-activities.csv", acts),
    )


def _contact_id(lead: Lead) -> int:
    return 5_100_000_001 + 17 * lead.number


def _contacts_of(lead: Lead) -> str:
    """The contact, now and then beside one that is not exported."""
    return f"{_contact_id(lead)};{_contact_id(lead) + 1}" if lead.number % 5 == 0 else str(_contact_id(lead))


def salesforce(folder: Path, seed: int = 2) -> list[str]:
    """Two reports in latin-1, American times, with the footer that every report has."""
    rng, leads = random.Random(seed), made_up_leads(seed)
    people: Rows = [
        {
            "Lead ID": f"00Q5e00{lead.number:08d}",
            "First Name": lead.first_name,
            "Last Name": f"Maker{lead.number}",
            "Title": rng.choice(("CEO", "Head of Sales", "Buyer", "")),
            "Company / Account": lead.company,
            "Email": lead.email,
            "Lead Source": rng.choice(("Web", "Partner Referral", "Trade Show", "")),
            "Lead Status": _fate(lead, "Closed - Converted", "Closed - Not Converted", "Open - Not Contacted"),
            "Rating": "Hot" if lead.is_won else "Cold",
            "Lead Owner": rng.choice(("Rep One", "Rep Two")),
            "Country": rng.choice(("Germany", "France", "")),
            "Annual Revenue": rng.choice(("EUR 1.200.000,00", "EUR 850.000,00", "")),
            "Created Date": f"{lead.created:%d.%m.%Y}",
            "Converted Date": f"{lead.closed:%d.%m.%Y}" if lead.is_won and lead.closed else "",
            "Last Activity": f"{lead.acts[-1]:%d.%m.%Y}",
        }
        for lead in leads
    ]
    tasks: Rows = [
        {
            "Assigned": rng.choice(("Rep One", "Rep Two")),
            "Activity Type": ("Call", "Email", "Meeting")[i % 3],
            "Subject": f"Call {lead.company}",
            "Date": f"{at:%d.%m.%Y}",
            "Status": "Completed",
            "Company / Account": lead.company,
            "Lead ID": f"00Q5e00{lead.number:08d}",
            "Activity ID": f"00T5e{lead.number:06d}{i:04d}",
        }
        for lead in leads
        for i, at in enumerate(lead.acts)
    ]
    notice = ("", "Leads of all time", "Copyright (c) 2000-2026 made up, inc. All rights reserved.",
              "Confidential Information - Do Not Distribute", "Generated By:  Rep One  02.01.2026 08:11")  # fmt: skip
    return _options(
        leads=_written(folder / "report1700000001.csv", people, encoding="latin-1", quoted=True, footer=notice),
        events=_written(folder / "report1700000002.csv", tasks, encoding="latin-1", quoted=True, footer=notice),
    )


def pipedrive(folder: Path, seed: int = 3) -> list[str]:
    """Deals and their activities that went through a German Excel: semicolons, decimal commas, serials for times."""
    rng, leads = random.Random(seed), made_up_leads(seed)
    deals: Rows = [
        {
            "Deal - ID": lead.number + 1,
            "Deal - Title": f"{lead.company}; deal {lead.number}",
            "Deal - Owner": rng.choice(("Rep One", "Rep Two")),
            "Deal - Value": f"{500 + 10 * (lead.number % 13)},50",
            "Deal - Currency of Value": "EUR",
            "Deal - Weighted value": f"{(1.0 if lead.is_won else 0.2) * 500:.2f}".replace(".", ","),
            "Deal - Organization": lead.company,
            "Deal - Contact person": f"{lead.first_name} Maker{lead.number}",
            "Deal - Stage": rng.choice(("Qualified", "Contact Made", "Proposal Made")),
            "Deal - Label": rng.choice(("Hot", "Warm", "")),
            "Deal - Status": _fate(lead, "Won", "Lost", "Open"),
            "Deal - Deal created": _serial(lead.created),
            "Deal - Update time": _serial(lead.created + timedelta(days=30)),
            "Deal - Deal closed on": _serial(lead.closed) if lead.closed else "",
            "Deal - Expected close date": _serial(lead.created + timedelta(days=60)),
            "Deal - Lost reason": rng.choice(("Price", "No budget")) if lead.is_lost else "",
            "Deal - Source channel": rng.choice(("Marketplace", "Web forms", "")),
            "Person - Email - Work": lead.email,
        }
        for lead in leads
    ]
    acts: Rows = [
        {
            "Activity - ID": 9_000 + 10 * lead.number + i,
            "Activity - Type": ("call", "email", "meeting")[i % 3],
            "Activity - Subject": f"{lead.first_name} call",
            "Activity - Due date": _serial(at),
            "Activity - Done": "Done",
            "Activity - Deal": f"{lead.company}; deal {lead.number}",
            "Activity - Organization": lead.company,
            "Activity - Assigned to user": "Rep One",
        }
        for lead in leads
        for i, at in enumerate(lead.acts)
    ]
    return _options(
        leads=_written(folder / "deals-1-export.csv", deals, separator=";", encoding="cp1252"),
        events=_written(folder / "activities-1-export.csv", acts, separator=";", encoding="cp1252"),
    )


def zoho(folder: Path, seed: int = 4) -> list[str]:
    """The leads of a backup: no time of closing, ids with a prefix, times with seconds or a word for midnight."""
    rng, leads = random.Random(seed), made_up_leads(seed)
    rows: Rows = [
        {
            "Record Id": f"zcrm_41520000005{lead.number:05d}",
            "Lead Owner.id": f"zcrm_4152000000{lead.number % 3}",
            "Lead Owner": rng.choice(("Rep One", "Rep Two")),
            "Is Converted": str(lead.is_won).lower(),
            "Company": lead.company,
            "First Name": lead.first_name,
            "Last Name": f"Maker{lead.number}",
            "Email": lead.email if lead.number % 7 else "",
            "Phone": f"+49 30 {1000 + lead.number}",
            "Lead Source": rng.choice(("Advertisement", "Cold Call", "Web Download", "-None-")),
            "Lead Status": _fate(lead, "Contacted", "Lost Lead", "Attempted to Contact"),
            "Created By.id": "zcrm_41520000001",
            "Created By": "Rep One",
            "Created Time": f"{lead.created:%b %d, %Y %I:%M %p}",
            "Modified Time": f"{lead.created + timedelta(days=30):%b %d, %Y %I:%M %p}",
            "City": rng.choice(("Berlin", "Lyon", "")),
            "Zip Code": f"{10_000 + lead.number % 30}",
            "Email Opt Out": rng.choice(("false", "true", "false")),
            "Salutation": rng.choice(("Mr.", "Ms.", "-None-")),
            "Last Activity Time": f"{lead.acts[-1]:%b %d, %Y %I:%M %p}",
            "Number Of Chats": rng.randrange(3 + 3 * lead.is_won),
            "Days Visited": rng.randrange(9),
            "Tag": "",
        }
        for lead in leads
    ]
    return _options(leads=_written(folder / "Leads_001.csv", rows, quoted=True))


def _fate(lead: Lead, won: str, lost: str, still_open: str) -> str:
    return won if lead.is_won else lost if lead.is_lost else still_open


def _serial(at: datetime) -> str:
    """A time as Excel counts it, with a decimal comma."""
    return f"{(at - _EXCEL_ZERO) / timedelta(days=1):.5f}".replace(".", ",")


def _written(
    path: Path,
    rows: Rows,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
    quoted: bool = False,
    footer: Sequence[str] = (),
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    writer.writerows([line] for line in footer)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _options(**files: Path) -> list[str]:
    """The files as options of `leadlight init`."""
    return [word for name, path in files.items() for word in (f"--{name}", str(path))]
