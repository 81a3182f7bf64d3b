"""Mautic-style point tables: the rows of its `points` table, one action and its change of points each."""

from leadlight.rule_import.point_table import (
    ImportedRules,
    NotMapped,
    Row,
    RuleEntry,
    RuleValue,
    import_rows,
    points_in,
    read_rows,
)

NEEDS = ("name", "type", "delta")
#: What the types of actions are called in logs.
EVENTS = {
    "page.hit": ["page_view", "page_hit"],
    "url.hit": ["page_view", "page_hit"],
    "email.open": ["email_open", "email_read"],
    "email.send": ["email_sent"],
    "email.click": ["email_click"],
    "email.reply": ["email_reply"],
    "asset.download": ["asset_download", "download", "content_download"],
    "form.submit": ["form_submit", "form_submitted"],
    "webinar.attend": ["webinar_attended"],
}
_YES = ("1", "true", "yes")
_EMPTY_PROPERTIES = ("", "a:0:{}", "[]", "{}", "null")


def read_mautic(text: str, *, name: str) -> ImportedRules:
    """The rules of a table with the columns of `docs/rules.md`.

    >>> table = "name,type,delta,repeatable\\nOpened,email.open,2,0"
    >>> read_mautic(table, name="points.csv").rules[0]["times"]
    'once'
    """
    return import_rows(read_rows(text, needs=NEEDS, name=name), _rule)


def _rule(row: Row) -> RuleEntry:
    if row.get("is_published", "1").casefold() not in _YES:
        raise NotMapped("it is not published")
    if row["type"] not in EVENTS:
        raise NotMapped(f"found the type {row['type']!r}, expected one of {', '.join(EVENTS)}")
    if row.get("publish_up"):
        raise NotMapped("it begins at a date; write the rule when it has begun, with `since` on its event")
    when: dict[str, RuleValue] = {"event": EVENTS[row["type"]]}
    if row.get("content"):
        when["content"] = [part.strip() for part in row["content"].split(";") if part.strip()]
    elif row.get("properties", "").replace(" ", "") not in _EMPTY_PROPERTIES:
        raise NotMapped("its properties name pages, forms or mails; name them under `content`, parted by semicolons")
    entry: RuleEntry = {"when": when, "points": points_in(row, "delta"), "group": _group(row)}
    entry["times"] = "every" if row.get("repeatable", "0").casefold() in _YES else "once"
    if row.get("publish_down"):
        entry["valid_until"] = row["publish_down"][: len("2026-03-31")]
    return entry


def _group(row: Row) -> str:
    return "fit" if row.get("group", "").casefold() == "fit" else "engagement"
