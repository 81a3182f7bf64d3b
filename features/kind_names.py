"""What the name of a column says of its kind: whose title, address, phone or company it holds.

A name is asked only where the cells leave the kind open: where they are texts, or digits in a column of phones.
"""

from collections.abc import Mapping

from features.names import Names
from features.tables import Kind

JOB_TITLES = Names.of("jobtitle|jobposition|designation|position|jobrole|jobfunction", "^title|role")
ADDRESSES = Names.of("(?:work_?)?e_?mail(?:_?address)?")
PERSON_NAMES = Names.of(
    "(?:first|last|full|middle|given|sur|family|display|user|nick)?name|alias|(?:contact|key)person"
)
PHONES = Names.of(
    r"(?:home|work|mobile|office|business|direct|other)?(?:tele)?(?:phone|mobile|cell|fax|tel)"
    r"(?:phone|number|no|work|home|other|mobile)*\d*|whatsapp|skype|instantmessenger"
)
COUNTRIES = Names.of("(?:.*_)?country(?:_?(?:region|code|name))?(?:_of_.*)?")
COMPANIES = Names.of(
    "(?:company|account|organi[sz]ation)(?:name)?|associatedcompany|employer", prefix="(?:hs|lead|contact|person)"
)
WEBSITES = Names.of("website(?:url)?|webpage|homepage|(?:company)?domain(?:name)?")
SIZES = Names.of(
    "(?:number_?of_?|no_?of_?|num_?)?employees|employee(?:count|range|s?number|size)|headcount|(?:company|firm|business)size",
    "^size|size_?range",
)
REVENUES = Names.of("(?:annual|yearly|company)?_?(?:revenue|turnover)(?:range|band)?")
INDUSTRIES = Names.of("(?:company)?(?:industry|sector|branche)(?:name)?")
#: The names of each kind; of a name in two lists the first counts.
KIND_NAMES: Mapping[Kind, Names] = {
    "email": ADDRESSES,
    "phone": PHONES,
    "title": JOB_TITLES,
    "country": COUNTRIES,
    "website": WEBSITES,
    "company": COMPANIES,
    "employees": SIZES,
    "revenue": REVENUES,
    "industry": INDUSTRIES,
    "name": PERSON_NAMES,
}


def kind_of_name(name: str, looks_like: Kind) -> Kind:
    """The kind of a column whose cells look like some kind; that one, where the name does not say more.

    >>> kind_of_name("Job Title", "text"), kind_of_name("Mobile", "number"), kind_of_name("Employees", "number")
    ('title', 'phone', 'number')
    """
    if looks_like == "number":
        return "phone" if name in PHONES else looks_like
    if looks_like not in ("category", "text"):
        return looks_like
    return next((kind for kind, names in KIND_NAMES.items() if name in names), looks_like)
