"""Made-up exports with the column names of real CRMs: 60 leads each, two in seven of them won."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

N_ROWS = 60
Cell = Callable[[int], object]


def is_won(i: int) -> bool:
    return (5 * i + i // 3) % 7 < 2


def is_lost(i: int) -> bool:
    return 2 <= (5 * i + i // 3) % 7 < 5


def day(i: int, *, plus: int = 0) -> str:
    """A day of 2026, one and a half apart."""
    month, of_month = divmod(i * 3 // 2 + plus, 28)
    return f"2026-{month % 12 + 1:02d}-{of_month + 1:02d}"


def moment(i: int, *, plus: int = 0) -> str:
    return f"{day(i, plus=plus)} {i % 24:02d}:15"


def one_of(*words: str) -> Cell:
    return lambda i: words[i * 7 % len(words)]


def only(condition: Callable[[int], bool], cell: Cell) -> Cell:
    """The cell where the condition holds, else nothing."""
    return lambda i: cell(i) if condition(i) else ""


SOURCES = one_of("Organic Search", "Paid Social", "Referrals", "Offline Sources")
PEOPLE: dict[str, Cell] = {
    "First Name": one_of("Ada", "Bo", "Cy", "Dee"),
    "Last Name": lambda i: f"Maker{i}",
    "Email": lambda i: f"person{i}@made-up.example",
    "Phone Number": lambda i: f"+49 30 {1000 + i}",
}

HUBSPOT: dict[str, Cell] = {
    "Record ID": lambda i: 5_100_000_001 + 17 * i,
    **PEOPLE,
    "Job Title": one_of("CEO", "Head of Sales", "Buyer", "Student"),
    "Company Name": lambda i: f"Made Up {i % 25} Ltd",
    "Country/Region": one_of("Germany", "France", "India"),
    "City": one_of("Berlin", "Lyon", "Pune", "Ulm"),
    "Lead Status": one_of("New", "In Progress", "Connected", "Unqualified"),
    "Lifecycle Stage": lambda i: "Customer" if is_won(i) else ("Lead" if is_lost(i) else "Opportunity"),
    "Original Source": SOURCES,
    "Original Source Drill-Down 1": one_of("google", "bing", "linkedin", ""),
    "Contact owner": one_of("Rep One", "Rep Two"),
    "Create Date": moment,
    "Last Modified Date": lambda i: moment(i, plus=40),
    "Last Activity Date": lambda i: moment(i, plus=35),
    "Became a Customer Date": only(is_won, lambda i: moment(i, plus=10)),
    "Number of Sessions": lambda i: i % 9,
    "Number of Form Submissions": lambda i: i % 4,
    "Number of Associated Deals": lambda i: int(is_won(i)),
    "Recent Deal Amount": only(is_won, lambda i: 1000 + i),
    "HubSpot Score": lambda i: 10 * (i % 10),
    "Annual Revenue": lambda i: 100_000 * (i % 7),
    "Marketing contact status": one_of("Marketing contact", "Non-marketing contact"),
    "Notes": only(lambda i: i % 2 == 0, lambda i: f"asked for offer number {i}"),
}
HUBSPOT_DEALS: dict[str, Cell] = {
    "Record ID": lambda i: 910_000 + i,
    "Deal Name": lambda i: f"Made Up {i % 25} Ltd - new deal {i}",
    "Deal Stage": lambda i: "Closed Won" if is_won(i) else ("Closed Lost" if is_lost(i) else "Appointment Scheduled"),
    "Amount": lambda i: 1000 + 10 * i,
    "Close Date": lambda i: moment(i, plus=20),
    "Deal owner": one_of("Rep One", "Rep Two"),
    "Associated Contact IDs": lambda i: 5_100_000_001 + 17 * i,
}
HUBSPOT_ACTIVITIES: dict[str, Cell] = {
    "Activity ID": lambda i: f"act-{i}",
    "Activity Type": one_of("Email open", "Form submission", "Page view", "Meeting"),
    "Activity date": lambda i: moment(i, plus=2),
    "Associated Contact IDs": lambda i: 5_100_000_001 + 17 * i,
}
SALESFORCE: dict[str, Cell] = {
    "Id": lambda i: f"00Q5e000{i:07d}EAA",
    "IsDeleted": lambda i: "false",
    "MasterRecordId": lambda i: "",
    "LastName": lambda i: f"Maker{i}",
    "FirstName": one_of("Ada", "Bo", "Cy", "Dee"),
    "Salutation": one_of("Mr.", "Ms.", ""),
    "Title": one_of("CEO", "Head of Sales", "Buyer", "Student"),
    "Company": lambda i: f"Made Up {i % 25} Ltd",
    "PostalCode": lambda i: 10_000 + i % 30,
    "Country": one_of("Germany", "France", "India"),
    "Phone": lambda i: f"+49 30 {1000 + i}",
    "Email": lambda i: f"person{i}@made-up.example",
    "LeadSource": one_of("Web", "Partner Referral", "Trade Show"),
    "Status": lambda i: "Closed - Converted" if is_won(i) else ("Closed - Not Converted" if is_lost(i) else "Open"),
    "Industry": one_of("Retail", "Energy", "Banking"),
    "Rating": lambda i: "Hot" if is_won(i) else "Cold",
    "AnnualRevenue": lambda i: 100_000 * (i % 7),
    "NumberOfEmployees": lambda i: 10 * (i % 11),
    "OwnerId": lambda i: f"0055e0000000{i % 3}AAA",
    "HasOptedOutOfEmail": one_of("false", "true", "false"),
    "IsConverted": lambda i: str(is_won(i)).lower(),
    "ConvertedDate": only(is_won, lambda i: day(i, plus=9)),
    "ConvertedAccountId": only(is_won, lambda i: f"0015e000{i:07d}AAA"),
    "CreatedDate": lambda i: f"{day(i)}T08:00:00.000+0000",
    "LastModifiedDate": lambda i: f"{day(i, plus=30)}T08:00:00.000+0000",
    "SystemModstamp": lambda i: f"{day(i, plus=30)}T08:00:01.000+0000",
    "LastActivityDate": lambda i: day(i, plus=30),
    "ProductInterest__c": one_of("GC1000", "GC5000", ""),
    "mkto2__Lead_Score__c": lambda i: i % 50,
}
PIPEDRIVE: dict[str, Cell] = {
    "Deal - ID": lambda i: i + 1,
    "Deal - Title": lambda i: f"Deal with Made Up {i}",
    "Deal - Owner": one_of("Rep One", "Rep Two"),
    "Deal - Value": lambda i: 500 + i % 13 * 100,
    "Deal - Probability": lambda i: 100 if is_won(i) else 20,
    "Deal - Organization": lambda i: f"Made Up {i % 25} Ltd",
    "Deal - Stage": one_of("Qualified", "Contact Made", "Proposal Made"),
    "Deal - Label": one_of("Hot", "Warm", "Cold"),
    "Deal - Status": lambda i: "Won" if is_won(i) else ("Lost" if is_lost(i) else "Open"),
    "Deal - Deal created": lambda i: f"{moment(i)}:00",
    "Deal - Update time": lambda i: f"{moment(i, plus=25)}:00",
    "Deal - Won time": only(is_won, lambda i: f"{moment(i, plus=12)}:00"),
    "Deal - Lost time": only(is_lost, lambda i: f"{moment(i, plus=15)}:00"),
    "Deal - Deal closed on": only(lambda i: is_won(i) or is_lost(i), lambda i: f"{moment(i, plus=15)}:00"),
    "Deal - Last activity date": lambda i: day(i, plus=20),
    "Deal - Expected close date": lambda i: day(i, plus=60),
    "Deal - Lost reason": only(is_lost, one_of("Price", "No budget")),
    "Deal - Source channel": one_of("Marketplace", "Web forms", "Live chat"),
    "Person - Job title": one_of("CEO", "Head of Sales", "Buyer"),
    "Person - Email - Work": lambda i: f"person{i}@made-up.example",
    "Person - Country of Postal address": one_of("Germany", "France", "India"),
}
ZOHO: dict[str, Cell] = {
    "Record Id": lambda i: f"zcrm_41520000005{i:05d}",
    "Lead Owner.id": lambda i: f"zcrm_4152000000{i % 3}",
    "Lead Owner": one_of("Rep One", "Rep Two", "Rep Three"),
    "Is Converted": lambda i: str(is_won(i)).lower(),
    "Company": lambda i: f"Made Up {i % 25} Ltd",
    **PEOPLE,
    "Mobile": lambda i: 4_917_000_000 + i,
    "Lead Source": one_of("Advertisement", "Cold Call", "Web Download"),
    "Lead Status": one_of("Contacted", "Attempted to Contact", "Junk Lead", "Lost Lead"),
    "Created By.id": lambda i: "zcrm_41520000001",
    "Created Time": lambda i: f"{moment(i)}:00",
    "Modified Time": lambda i: f"{moment(i, plus=30)}:00",
    "Last Activity Time": lambda i: f"{moment(i, plus=30)}:00",
    "City": one_of("Berlin", "Lyon", "Pune", "Ulm"),
    "Zip Code": lambda i: 10_000 + i % 30,
    "Email Opt Out": one_of("false", "true", "false", "false"),
    "Salutation": one_of("Mr.", "Ms.", ""),
    "GCLID": only(lambda i: i % 2 == 0, lambda i: f"Cj0KCQ{i:05d}x"),
    "Number Of Chats": lambda i: i % 5,
    "Annual Income": lambda i: 30_000 + 500 * (i % 17),
    "Gender": one_of("f", "m", "d"),
}


def write(folder: Path, name: str, columns: dict[str, Cell], rows: Sequence[int] = range(N_ROWS)) -> Path:
    """The table as a CSV file."""
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([cell(i) for cell in columns.values()] for i in rows)
    return path
