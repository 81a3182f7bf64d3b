"""What is said of the values of derived features: a sentence for each, without a full stop.

The key of a value is the text itself, "yes" or "no" of a flag, and "" where it is missing.
"""

from collections.abc import Mapping

from features.mail_addresses import COMPANY, DISPOSABLE, MALFORMED, PERSONAL, SHARED, UNIVERSITY
from features.names import word_set
from features.titles import UNKNOWN

_NO_TITLE = "Job title is not known"
_DEPARTMENTS = (
    *("legal", "purchasing", "finance", "marketing", "sales", "engineering", "customer service", "logistics"),
    "operations",
)
PHRASES: Mapping[str, Mapping[str, str]] = {
    "seniority": {
        "executive": "Is an executive or owner",
        "vice president": "Is a vice president",
        "director": "Is a director",
        "head": "Is head of a department",
        "manager": "Is a manager",
        "senior": "Works in a senior role",
        "staff": "Works in a staff role",
        "assistant": "Is an assistant",
        "student or intern": "Is a student or intern",
        UNKNOWN: "Has a job title that tells no seniority",
        "": _NO_TITLE,
    },
    "department": {
        **{name: f"Works in {name}" for name in _DEPARTMENTS},
        "hr": "Works in HR",
        "it": "Works in IT",
        UNKNOWN: "Has a job title that tells no department",
        "": _NO_TITLE,
    },
    "mailbox": {
        COMPANY: "Writes from a company mailbox",
        PERSONAL: "Writes from a personal mailbox (like gmail.com)",
        SHARED: "Writes from a shared mailbox (like info@)",
        UNIVERSITY: "Writes from a school or university mailbox",
        DISPOSABLE: "Gave a throw-away mail address",
        MALFORMED: "Gave no real mail address",
        "": "Mail address is not known",
    },
    "is_mail_of_company": {
        "yes": "Writes from the company's own domain",
        "no": "Writes from another domain than the company's",
        "": "Nothing tells whether the mail address is the company's",
    },
    "is_plausible_name": {
        "yes": "Gave a name that looks real",
        "no": "Gave a name that looks made up",
        "": "Gave no name",
    },
    "is_plausible_phone": {
        "yes": "Gave a phone number that looks real",
        "no": "Gave a phone number that looks made up",
        "": "Gave no phone number",
    },
}
#: Unit and sentences of numbers: where one is known, and where none is.
AMOUNTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "employees": ("employees", {"known": "Company has about {} employees", "": "Company size is not known"}),
    "revenue": ("a year", {"known": "Company earns about {} a year", "": "Company revenue is not known"}),
    "completeness": ("share", {"known": "Filled in {} of the profile", "": "Profile is not known"}),
}
_NO_MAIL = {"yes": "Asked not to be emailed", "no": "May be emailed", "": "Did not say whether to be emailed"}
_NO_CALL = {"yes": "Asked not to be called", "no": "May be called", "": "Did not say whether to be called"}
#: Flags that forbid a way to reach a lead, by their normalised names.
OPT_OUTS: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(
        word_set(
            "do_not_email donotemail has_opted_out_of_email hasoptedoutofemail email_opt_out emailoptout "
            "email_opted_out opted_out_of_all_email hs_email_optout unsubscribed no_email"
        ),
        _NO_MAIL,
    ),
    **dict.fromkeys(word_set("do_not_call donotcall do_not_phone no_call phone_opt_out"), _NO_CALL),
}
