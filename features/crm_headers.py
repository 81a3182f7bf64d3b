"""What the names of columns say, in exports of HubSpot, Salesforce, Pipedrive, Zoho and in home-made tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from features.names import Names, spellings

IDS = Names.of(
    "leadid|prospectid|leadkey|leaduuid",
    "recordid|hsobjectid|objectid|vid",
    "contactid|personid|customerid|clientid",
    "id|uuid|guid|key",
    "(?:.*_)?(?:id|uuid|guid|key)",
)
#: Words that may stand for an id, or for a name.
WHO = Names.of("^lead|prospect|customer|client|contact|person|user")
NUMBERED = Names.of(
    "^(?:row|index|no|nr|s_?no|sr_?no|serial(?:_?(?:no|number))?|row_?(?:id|number|no))",
    "(?:.*_)?(?:number|code|ref|reference)",
)
CREATED = Names.of(
    "creat(?:ed?|ion)(?:at|date|time|on|datetime|timestamp|d)*|(?:date|time)created",
    "sign(?:ed)?up(?:at|date|on|time)?|regist(?:ered|ration)(?:at|date|on|time)?|dateadded|added(?:at|on|date)",
    "(?:en|in)quir(?:y|ed)(?:date|at|time|on)|appl(?:ication|ied)(?:date|at|time|on)"
    "|(?:entry|received|start|arrival|arrived)(?:date|at|time|on)",
    "(?:time)?firstseen(?:at)?|firsttouch(?:date|at)|becamealeaddate|lifecyclestageleaddate|analyticsfirsttimestamp",
    "^timestamp|datetime|date|time",
)
CLOSED = Names.of(
    "closed?(?:at|date|time|on|datetime|timestamp)|(?:date|time)closed|closedwon(?:at|date)",
    "(?:converted|conversion|won|sold|decision|decided|outcome|resolution)(?:at|date|time|on)+|date(?:converted|won|sold)",
    "becameacustomerdate|lifecyclestagecustomerdate|customersince|(?:purchased?|order|signed|enrolled)(?:at|date|on|time)",
)
ACCOUNT = Names.of(
    "(?:associated)?(?:account|company|organi[sz]ation)(?:name)?(?:ids?|key|number)",
    "(?:company|account|organi[sz]ation)(?:name)?|companyaccount|associatedcompany|employer",
    prefix="(?:hs|lead|deal|contact|person|prospect|opportunity)",
)
#: Whatever is called like a time: Excel may have made a count of days of it.
TIMES = Names(
    (
        *CREATED.patterns,
        *CLOSED.patterns,
        *Names.of("(?:.*_)?(?:date|time|datetime|timestamp|created|closed|updated|modified|at|on)").patterns,
    )
)
AMOUNT = Names.of(
    "(?:won)?(?:amount|value)|(?:amount|value)(?:incompanycurrency|eur|usd|gbp)",
    "(?:total|contract|order|annualcontract)(?:value|amount)|dealsize|(?:won)?revenue|acv|arr|mrr|tcv|price",
)
#: Names that say won or lost in so many words, the plainest first.
OUTCOME = Names.of(
    "(?:is|has|was)?converted(?:flag|yn)?|(?:is|has)?won(?:flag)?|(?:is)?closedwon|wonlost",
    "(?:final)?outcome|(?:is|became)customer|conversion(?:flag)?|(?:has)?(?:purchased|bought|enrolled|subscribed)",
    "^target|y|label|result|win|success|sold|sale|purchase|deposit|response|responded|accepted|class|customer|client|buyer|funded",
    "(?:is_|has_|was_|will_)?(?:convert(?:ed|s)?|conversion|won|purchased?|bought|subscribed|target)(?:_.*)?|.*_(?:converted|target|won)",
)
#: Names of fields that say how a lead stands today, won and lost among it.
STATUS = Names.of("status(?:name)?", "(?:lifecycle|sales)?stage(?:name)?")


@dataclass(frozen=True)
class Advice:
    """Why columns of some names are left out."""

    names: Names
    why: str


#: Columns that carry the outcome, by name; the model never sees them.
LEAKS: tuple[Advice, ...] = (
    Advice(
        Names.of(
            "(?:sub_?)?status(?:_.*)?|cleanstatus",
            "(?:lifecycle|sales|pipeline|funnel|current)?stage(?:name)?|stageofjourney|(?:date_?)?entered_(?:.*_)?stage",
            "lifecycle_?stage_.*_date|became_.*",
        ),
        "how the lead stands today tells how it ended",
    ),
    Advice(
        Names.of(
            "(?:is_|date_)?converted(?:_.*)?|conversion(?:date|time|at|value|flag|status|exportstatus|exportedon)?",
            "(?:is)?closed?(?:won|lost|at|date|time|on|reason|wonreason|lostreason|datetime)?|daystoclose|expectedclosedate",
            "(?:is_)?(?:won|lost)(?:_(?:at|date|time|on|reason|amount|value|deals?|flag))?",
            "(?:win|loss|rejection|closing|disqualification)(?:reason|date|at)|(?:un|dis)qualified_.*"
            "|reason(?:_for)?_(?:lost|loss|rejection|conversion_.*)",
            "(?:total|lifetime)(?:revenue|value)|ltv|(?:currency_of_)?weighted_.*|first_deal_.*|mrr|arr|acv",
            "(?:number_?of_?|num_?|associated_?|open_?|won_?|lost_?|closed_?)*deals?(?:_?ids?)?",
            "(?:final)?outcome|(?:is|became)customer|customersince",
            "^y|target",
        ),
        "filled in when a deal closes",
    ),
    Advice(
        Names.of(
            r"(?:notes_)?last_(?!name$|year|quarter|month|\d).*|lastmodifieddate|lastactivitydate|lastcontacted",
            "(?:most_)?recent_.*|latest_.*|(?:notes_)?next_.*",
            "(?:date)?(?:modified|updated?)(?:at|by|date|time|on|id)*|systemmodstamp|changelogtime|isdeleted|masterrecordid",
            "(?:num|number_of)_(?:contacted_)?(?:notes|sales_activities|times_contacted)|activitiestodo",
            "(?:call|meeting)(?:result|outcome)|(?:.*_)?disposition",
        ),
        "goes on changing after the outcome, and because of it",
    ),
    Advice(
        Names.of(
            "rating|quality|tags?|labels?|temperature|(?:is)?hot",
            "(?:.*_)?lead_score|(?:predictive|einstein|hubspot)?score|hub_spot_score",
            "(?:win|close|conversion)?probability|likelihoodtoclose|forecast(?:_.*)?",
            "(?:sales|record)?owner(?:id|name|alias|email|assigneddate)*|(?:is)?unreadbyowner",
            "assigned(?:to|at|date|rep|user)*|sales(?:rep|agent|person)(?:name|id)?|rep|agent",
        ),
        "decided by sales on the way",
    ),
)
#: Withheld from the model and the rules until a reason is given.
SENSITIVE = Names.of(
    "age(?:group|band|range|years|inyears)?|(?:year|date|day|month)of_?birth|birth(?:day|date|year)|dob|yob",
    "gender|sex|sexualorientation|pronouns?|salutation|marital(?:status)?|married|(?:family|civil)status",
    "pregnant|pregnancy|(?:number_of_)?(?:children|kids|dependents)",
    "(?:household|personal|monthly|yearly|annual|estimated|disposable)*(?:income|salary|wage)(?:group|band|range|level|bracket)?",
    "race|ethnicity|ethnic_.*|nationality|citizenship|religion|religious_.*|caste|skincolou?r",
    "politic(?:s|al_.*)|(?:trade)?union(?:member)?|disab(?:led|ility)(?:_.*)?|health(?:_.*)?|medical_.*",
    prefix="(?:customer|client|person|contact|applicant|user|respondent)",
)
#: How somebody is reached, and free text.
TEXTS = Names.of(
    "(?:.*_)?(?:url|website|link|webpage)|linked_?in(?:_.*)?|twitter(?:_.*)?|facebook(?:_.*)?|(?:.*_)?domain",
    r"(?:street|postal|mailing|billing|home|full|combined)*address(?:line)?\d?(?:ofaddress)?|(?:mailing|billing)?street(?:\d|name)?",
    "(?:.*_)?(?:notes?|comments?|message|remarks?|description|subject)|title",
)
#: Numbers by their looks, names of places, people or groups by their meaning.
ZIPS = Names.of("(?:.*_)?(?:zip|postal|postcode|pin)(?:_.*)?|postalcode|zipcode")
CODES = Names.of("(?:.*_)?(?:code|nr|no|id|ids)|.*_number")
#: Somebody gives these on the way: it matters who, and when.
GRADES = Names.of("(?:.*_)?(?:score|index|profile|grade|rating|segment|persona|quality|priority)")
#: The same of what grows on the way.
UNSURE = GRADES | Names.of(
    "(?:.*_)?(?:opt_?out|opted_out|unsubscribed?|bounced?)(?:_.*)?|do_not_.*|donot.*",
    "(?:.*_)?(?:amount|value|discount|duration)",
)
COUNTERS = Names.of("(?:.*_)?(?:number|no|nr|num|seq|sequence|index|rank|row|id)")

LEAD_KEYS = Names.of(
    "leadid|leadkey|lead",
    "prospectid|contactid|personid|customerid|clientid|recordid|(?:.*_)?(?:contact|person|lead)(?:_?ids?)?",
    "(?:.*_)?id|e_?mail",
)
EVENT_TIMES = Names.of(
    "^(?:event|activity|action|occurr?ed|happened|visit|interaction|touch)?_?(?:at|time|timestamp|datetime|date|on|ts)|when",
    "(?:.*_)?(?:time|date|timestamp|at)",
)
EVENT_TYPES = Names.of(
    "^(?:event|activity|action|interaction|touch(?:_?point)?|engagement)?(?:_-_)?_?type(?:_?name)?",
    "^(?:event|activity|action)(?:_?name)?|kind|interaction|what",
    "(?:.*_)?(?:type|event|action|activity|name)",
)
RECORDED = Names.of(
    "(?:recorded|inserted|logged|ingested|synced|received|processed|loaded|imported)(?:at|on|date|time)"
)
EVENT_IDS = Names.of("^(?:event|activity|action|interaction)?_?(?:id|uuid|key)|activity_?system_?id")
#: Further columns of a log, by the key that leadlight.yaml has for them.
EVENT_COLUMNS: dict[str, Names] = {
    "channel": Names.of("channel|medium"),
    "message": Names.of("message(?:id)?|mailid|emailid|sendid"),
    "link": Names.of("link(?:url|id)?|clickedurl|clickedlink"),
    "content": Names.of("content(?:name|id)?|page(?:url|name)?|asset(?:name)?|url"),
    "value": Names.of("value|amount"),
}

_PIPEDRIVE = re.compile(r"(?:Deal|Person|Organization|Activity|Lead) - \w")
_SIGNS: dict[str, Sequence[str]] = {
    "HubSpot": (
        "lifecyclestage", "orig(?:in|ion)alsource(?:.*)", "createdate", "hs(?:object|lead|analytics|lifecycle|email).*",
        "(?:contact|deal)owner|hubspotowner.*", "becamean?.*date", "associated(?:company(?:ids?)?|deals?(?:ids)?)",
        "recordid", "hubspotscore", "numconversionevents|numberofformsubmissions|numberofsessions|recentconversion.*",
    ),
    "Salesforce": (
        "isconverted", "converted(?:account|contact|opportunity)id", "createddate", "leadsource", "systemmodstamp",
        "ownerid|owneralias", "isdeleted|masterrecordid|isunreadbyowner|jigsaw", "hasoptedoutof.*", "lastvieweddate",
        "mkto2.*", "stagename|accountid|createdbyid", "companyaccount", "leadowner(?:alias)?", "converteddate",
    ),
    "Zoho": (
        "recordid", "leadownerid|contactownerid|accountnameid|createdbyid|modifiedbyid", "createdtime", "modifiedtime",
        "emailoptout", "lastactivitytime", "zcampaignid|gclid", "unsubscribedmode", "changelogtime", "isconverted",
    ),
}  # fmt: skip
_MIN_SIGNS = 3


def crm_of(names: Sequence[str]) -> str | None:
    """The CRM whose export these names look like; None if no CRM has three of its signs.

    >>> crm_of(["Record ID", "Lifecycle Stage", "Create Date", "Email"]), crm_of(["age", "job", "y"])
    ('HubSpot', None)
    """
    words = {spellings(name)[1] for name in names}
    hits = {
        crm: sum(any(re.fullmatch(sign, word) for word in words) for sign in signs) for crm, signs in _SIGNS.items()
    }
    hits["Pipedrive"] = sum(bool(_PIPEDRIVE.match(name)) for name in names)
    best = max(hits, key=lambda crm: hits[crm])
    return best if hits[best] >= _MIN_SIGNS else None


def leak_of(name: str) -> str | None:
    """Why a column of this name tells the outcome; None if its name does not say so.

    >>> leak_of("Deal - Lost reason"), leak_of("Country")
    ('filled in when a deal closes', None)
    """
    return next((advice.why for advice in LEAKS if name in advice.names), None)
