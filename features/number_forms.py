"""How people write numbers: thousands separators, a decimal comma, currencies, percent, negatives in parentheses."""

import re

from features.reading import DecimalMark

MARKS: tuple[DecimalMark, ...] = (".", ",")
MAX_LENGTH = 100
_SIGNS = "$€£¥₹₽₩₺₪₫₴₦₱฿₡₲₵₸₼₾¢"
_CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KES|KRW|MXN|MYR|NGN|NOK|"
    "NZD|PEN|PHP|PKR|PLN|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CURRENCY = rf"(?:[A-Z]{{1,2}}\$|[{_SIGNS}]|{_CODES}|Rs\.?|kr\.?|zł|Kč|Ft|Fr\.)"
_AMOUNT = re.compile(
    rf"(?P<sign>[+-]?)\s*(?:{_CURRENCY}\s*)?(?P<inner>[+-]?)"
    rf"(?P<numeral>[0-9.,][0-9.,'’ \u00a0\u202f]*(?:e[+-]?[0-9]+)?)"
    rf"\s*(?:%|{_CURRENCY})?",
    re.IGNORECASE,
)
_BLANKS = r"'’ \u00a0\u202f"


def _numeral(mark: str, other: str) -> re.Pattern[str]:
    """Digits, their thousands apart by one kind of separator or not at all; groups of two are India's."""
    fraction = rf"(?:{mark}[0-9]*)?"
    grouped = rf"[1-9][0-9]{{0,2}}(?P<apart>[{other}{_BLANKS}])[0-9]{{3}}(?:(?P=apart)[0-9]{{3}})*"
    indian = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
    whole = f"(?:{grouped}|{indian})" if other == "," else f"(?:{grouped})"
    return re.compile(
        rf"(?:{whole}{fraction}|[0-9]+{fraction}(?:e[+-]?[0-9]+)?|{mark}[0-9]+(?:e[+-]?[0-9]+)?)",
        re.IGNORECASE,
    )


_NUMERALS = {".": _numeral(r"\.", ","), ",": _numeral(",", r"\.")}
_APART = {".": re.compile(rf"[,{_BLANKS}]"), ",": re.compile(rf"[.{_BLANKS}]")}


def number_under(cell: str, mark: DecimalMark) -> float | None:
    """The number that a cell says if this is the decimal mark, or None; a share stays in percent.

    >>> number_under("€ 1.234,5", ","), number_under("(1,234)", "."), number_under("12,5%", ".")
    (1234.5, -1234.0, None)
    """
    text = cell.strip().replace("−", "-")
    if len(text) > MAX_LENGTH:
        return None
    is_negative = text.startswith("(") and text.endswith(")")
    amount = _AMOUNT.fullmatch(text[1:-1].strip() if is_negative else text)
    if amount is None:
        return None
    signs = amount["sign"] + amount["inner"] + ("-" if is_negative else "")
    numeral = amount["numeral"].strip()
    if len(signs) > 1 or not _NUMERALS[mark].fullmatch(numeral):
        return None
    number = float(_APART[mark].sub("", numeral).replace(",", "."))
    return -number if signs == "-" else number


def readings_of(cell: str) -> tuple[float | None, float | None]:
    """The number under a decimal point and under a decimal comma.

    >>> readings_of("1.234"), readings_of("1.5"), readings_of("15")
    ((1.234, 1234.0), (1.5, None), (15.0, 15.0))
    """
    return number_under(cell, "."), number_under(cell, ",")
