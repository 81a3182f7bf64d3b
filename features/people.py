"""Whether what a form says of a person can be true: names and phone numbers that somebody made up.

A name is asked whether it is one, and nothing else.
"""

import re
from functools import lru_cache
from itertools import pairwise

from features.names import plain_words, word_set

_TESTS = word_set(
    "test tester testing prueba essai prova teste asdf asd qwe qwer foo bar foobar blah bla none null unknown "
    "nobody noname anonymous anonym demo sample dummy fake xxx abc abcd name firstname lastname first last "
    "vorname nachname na"
)
_KEYBOARDS = ("qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "qsdfghjklm", "zxcvbnm", "yxcvbnm", "wxcvbn")
_MASH_LETTERS = 4
_VOWELS = frozenset("aeiouy")
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{6,}")
_REPEATED = re.compile(r"(.)\1{3,}|^(.)\2{2,}$")
_LONGEST_NAME = 80
#: A number in international form has at most 15 digits (ITU-T E.164, 6.2); shorter than 7 are extensions.
_PHONE_DIGITS = (7, 15)
_EXTENSION = re.compile(r"(?:ext|extension|x|durchwahl|poste)\.?\s*\d+\s*$")
_FEW_DIGITS = 2


@lru_cache(maxsize=200_000)
def is_plausible_name(name: str) -> float:
    """0 where a name is a single letter, has digits, is a word for tests or a hand on the keyboard; else 1.

    >>> is_plausible_name("Ng Thi Mai"), is_plausible_name("asdfgh"), is_plausible_name("John1"), is_plausible_name("X")
    (1.0, 0.0, 0.0, 0.0)
    """
    words = plain_words(name)
    letters = "".join(words)
    if len(letters) < 2 and letters.isascii():
        return 0.0
    if len(name) > _LONGEST_NAME or any(letter.isdigit() for letter in letters) or "@" in name or "://" in name:
        return 0.0
    is_test = all(word in _TESTS for word in words) or words[0] in ("test", "asdf", "qwerty")
    return float(not (is_test or any(map(_is_mash, words))))


def _is_mash(word: str) -> bool:
    """Four keys side by side, one letter again and again, or no vowel in a long word of Latin letters."""
    if _REPEATED.search(word) or any(word in row * 2 for row in _KEYBOARDS if len(word) >= _MASH_LETTERS):
        return True
    starts = (word[:_MASH_LETTERS] in row for row in _KEYBOARDS)
    if len(word) >= _MASH_LETTERS and any(starts) and word[:_MASH_LETTERS] not in ("wert", "oper"):
        return True
    is_latin = word.isascii() and len(word) > _MASH_LETTERS
    return is_latin and (not _VOWELS & {*word} or bool(_CONSONANTS.search(word)))


@lru_cache(maxsize=200_000)
def is_plausible_phone(phone: str) -> float:
    """0 where a number has too few or too many digits, hardly different ones, or digits in a row; else 1.

    >>> is_plausible_phone("+49 (0)30 901820-17"), is_plausible_phone("1234567890"), is_plausible_phone("0000000")
    (1.0, 0.0, 0.0)
    """
    number = _EXTENSION.sub("", phone.casefold())
    digits = [int(letter) for letter in number if letter.isdecimal()]
    low, high = _PHONE_DIGITS
    if not low <= len(digits) <= high or any(letter.isalpha() for letter in number):
        return 0.0
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return float(len({*digits}) > _FEW_DIGITS and steps not in ({1}, {9}))
