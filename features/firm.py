"""What a form says of the lead's company, as numbers and usual words: size, revenue, industry."""

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from features.names import plain_words

_NUMBER = re.compile(
    r"(\d+(?:[.,' \u00a0\u202f]\d{3})*(?:[.,]\d+)?)\s*"
    r"(k|m|mio|mm|mn|million|millions|b|bn|mrd|billion|thousand|tsd)?\b"
)
_UNITS: Mapping[str, float] = {
    **dict.fromkeys(("k", "thousand", "tsd"), 1e3),
    **dict.fromkeys(("m", "mio", "mm", "mn", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "mrd", "billion"), 1e9),
}
_OR_LESS = re.compile(
    r"^\s*(?:<|up to|under|less than|below|bis|unter|weniger|jusqu|moins|menos|hasta|meno|fino|tot|minder)"
    r"|or (?:less|fewer)|and under|oder weniger"
)
_OR_MORE = re.compile(
    r"\+|>|or more|and (?:more|above|over)|oder mehr"
    r"|^\s*(?:over|more than|above|at least|uber|mehr als|ab|plus de|mas de|piu di|mais de|meer dan)\b"
)
#: A band without an end is taken to be as wide as the bands before it usually are: from its end to twice it, or half.
_OPEN_WIDTH = 2.0

_INDUSTRIES: Mapping[str, str] = {
    "Software and IT": (
        "software|saas|information technology|it$|it services|informati|internet|computer|cloud|cyber|hosting|ict$|edv$"
    ),
    "Pharma and biotech": "pharma|biotech|life science|drug",
    "Healthcare": "health|hospital|medical|medizin|gesundheit|sante|salud|sanita|saude|klinik|clinic|dental|zorg|care$",
    "Financial services": (
        "financ|finanz|bank|insur|versicherung|assurance|seguro|assicur|invest|fintech|capital|credit|accounting"
    ),
    "Education": (
        "educat|bildung|school|universit|hochschul|training|learning|enseign|educac|istruzione|onderwijs|research"
    ),
    "Food and beverages": "food|beverage|lebensmittel|getrank|aliment|nahrung|bebida|voeding|dairy|wine|brew",
    "Wholesale": "wholesale|grosshandel|distribution|groothandel|mayorista|ingrosso|atacad|import|trading",
    "Retail": (
        "retail|einzelhandel|e commerce|ecommerce|commerce|handel|detail|minorista|vendita al dettaglio|varejo|"
        "detailhandel|consumer goods|apparel|fashion|textil|luxury|shop"
    ),
    "Automotive": "automo|automobil|vehicle|car$|fahrzeug",
    "Construction": (
        "construct|bau|baugewerbe|building|btp|construcc|edilizia|construcao|bouw|architect|civil engineering"
    ),
    "Real estate": "real estate|immobil|property|inmobiliar|vastgoed",
    "Energy and utilities": "energ|utilit|oil|gas$|solar|renewable|strom|wasser|electric power|mining|bergbau",
    "Logistics and transport": (
        "logisti|transport|shipping|freight|spedition|airline|aviation|maritime|supply chain|warehous|railroad|trucking"
    ),
    "Telecommunications": "telecom|telekom|wireless",
    "Media and marketing": (
        "media|marketing|advertis|publish|entertainment|werbung|medien|verlag|broadcast|music|gaming|games|design"
    ),
    "Hospitality and travel": "hotel|hospitality|travel|tourism|touris|restaurant|gastro|reise|leisure|event|viaj",
    "Public sector": (
        "government|public|offentlich|verwaltung|municipal|defense|military|gobierno|overheid|administracao"
    ),
    "Non-profit": "non profit|nonprofit|ngo$|charit|verein|philanthrop|religious|stiftung",
    "Agriculture": "agri|landwirtschaft|farm|forst|landbouw",
    "Chemicals": "chemi|chimi|quimic|plastic|kunststoff",
    "Professional services": (
        "consult|berat|legal|law$|professional service|services$|human resources|staffing|recruit|consei|"
        "dienstleist|consulenza|advies"
    ),
    "Manufacturing": (
        "manufact|industr|maschinenbau|machinery|produktion|fertigung|fabric|manifattur|electr|steel|metal|"
        "aerospace|packaging|semiconductor"
    ),
}
_STEMS = {name: tuple(stems.split("|")) for name, stems in _INDUSTRIES.items()}


@lru_cache(maxsize=100_000)
def amount_of_band(text: str) -> float:
    """The middle of a band, or a number as it stands; NaN where a text holds none.

    The middle is the geometric one, as bands grow by factors; a band without an end reaches to twice, or from half,
    of the end that it has.

    >>> amount_of_band("51-200 employees"), amount_of_band("$1M - $5M"), amount_of_band("10,000+")
    (101.0, 2236068.0, 14142.0)
    """
    spread = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter)).replace("\u2013", "-")
    found = [(_number(number), _UNITS.get(unit, 1.0)) for number, unit in _NUMBER.findall(plain)]
    if not found:
        return math.nan
    if len(found) > 1:
        (low, unit), (high, of_high) = found[0], found[1]
        low = low * (of_high if unit == 1.0 and low * of_high <= high * of_high and low < high else unit)
        high = high * of_high
        return _middle(low, high) if low <= high else math.nan
    amount = found[0][0] * found[0][1]
    if _OR_LESS.search(plain):
        return _middle(amount / _OPEN_WIDTH, amount)
    return _middle(amount, amount * _OPEN_WIDTH) if _OR_MORE.search(plain) else amount


def _middle(low: float, high: float) -> float:
    """The geometric middle in whole numbers; from 0 it is that from 1."""
    return float(round(math.sqrt(max(low, 1.0) * max(high, 1.0))))


def _number(text: str) -> float:
    """A number whose separators of three digits each are thousands, and whose last one may be a decimal's."""
    groups = re.split(r"[.,' \u00a0\u202f]", text)
    if len(groups) > 1 and len(groups[-1]) != 3:
        return float("".join(groups[:-1]) + "." + groups[-1])
    return float("".join(groups))


@lru_cache(maxsize=100_000)
def industry_of(text: str) -> str:
    """The usual name of an industry, the first in our list that the text speaks of; else the text itself.

    >>> industry_of("Information Technology & Services"), industry_of("Einzelhandel"), industry_of("Falconry")
    ('Software and IT', 'Retail', 'Falconry')
    """
    words = f" {' '.join(plain_words(text))} "
    return next((name for name, stems in _STEMS.items() if any(_speaks_of(words, stem) for stem in stems)), text)


def _speaks_of(words: str, stem: str) -> bool:
    return f" {stem[:-1]} " in words if stem.endswith("$") else f" {stem}" in words
