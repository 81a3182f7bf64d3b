"""Where ids stand in a list, looked up for a column of texts at a time, without a Python object for any cell.

A join on texts is most of what it costs to read a log. Here a text is a few integers of 8 bytes each, compared and
hashed as such: a quarter of the time of DuckDB's join for ids of one such integer, about the same for four of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.tables import BoolArray, IntArray

if TYPE_CHECKING:
    import pyarrow as pa

#: Words by texts: the bytes of each, and ones where it has none, since no text in UTF-8 has a byte of ones.
_Words = NDArray[np.uint64]

_BYTES = 8
#: By the number of bytes that a text has in a word: ones where it has none.
_NO_TEXT = np.array([(1 << 64) - (1 << 8 * n) for n in range(_BYTES + 1)], dtype=np.uint64)
_NO_WORD = _NO_TEXT[0]
#: The golden ratio and a multiplier of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
#: OOPSLA 2014, figure 17).
_GOLDEN, _MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], dtype=np.uint64)


@dataclass(frozen=True)
class IdPositions:
    """A hash table of n distinct ids, open with linear probing.

    Attributes
    ----------
    words : uint64 (words of the longest id, n + 1), the ids; the last one is nobody's.
    slots : int32, a power of two of them, at most an eighth full: the position of an id, else -1.
    """

    words: _Words
    slots: NDArray[np.int32]

    @classmethod
    def of(cls, ids: Sequence[str]) -> "IdPositions":
        """A table of distinct ids, none empty.

        >>> import pyarrow as pa
        >>> IdPositions.of(["ann", "bob"]).find(pa.array(["bob", "eve", None, "ann", "annabella"]))
        array([ 1, -1, -1,  0, -1], dtype=int32)
        """
        import pyarrow as pa

        words = _words_of(pa.array(ids, pa.string()))
        nobody = np.full((len(words), 1), _NO_WORD)
        table = cls(np.hstack([words, nobody]), np.full(8 << len(ids).bit_length(), -1, dtype=np.int32))
        slot, left = table._slot(words), np.arange(len(ids), dtype=np.int32)
        while len(left):
            is_free = table.slots.take(slot) < 0
            table.slots[slot[is_free]] = left[is_free]  # of several that ask for a slot, the last one has it
            displaced = table.slots.take(slot) != left
            slot, left = table._next(slot[displaced]), left[displaced]
        return table

    def find(self, texts: "pa.StringArray") -> NDArray[np.int32]:
        """The position of each text among the ids; -1 for one that is none of them, or missing."""
        words = _words_of(texts.fill_null("") if texts.null_count else texts, at_most=len(self.words))
        slot = self._slot(words)
        found = self.slots.take(slot)
        (row,) = self._differ(found, words).nonzero()
        slot, tried = slot.take(row), found.take(row)
        while len(left := np.flatnonzero(tried >= 0)):  # an empty slot ends the search
            row, slot = row.take(left), self._next(slot.take(left))
            found[row] = tried = self.slots.take(slot)
            (left,) = self._differ(tried, words.take(row, axis=1)).nonzero()
            row, slot, tried = row.take(left), slot.take(left), tried.take(left)
        return found

    def _differ(self, found: NDArray[np.int32], words: _Words) -> BoolArray:
        """Which ids are not the texts; where none was found, nobody's is none of them."""
        differ = self.words[0].take(found) != words[0]
        for own, word in zip(self.words[1:], words[1:], strict=False):
            differ |= own.take(found) != word
        if len(words) < len(self.words):  # none of the texts has that word, so nor must the id
            differ |= self.words[len(words)].take(found) != _NO_WORD
        return np.asarray(differ)

    def _slot(self, words: _Words) -> IntArray:
        """Where a text is looked for first; a word that it has not adds nothing, so that it need not be there."""
        mixed = _folded(words[0]) * _GOLDEN
        for word, odd in zip(words[1:], _odd_numbers(len(words) - 1), strict=True):
            mixed += _folded(word) * odd
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
        n_bits = len(self.slots).bit_length() - 1
        return np.asarray((mixed >> np.uint64(64 - n_bits)).view(np.int64))

    def _next(self, slot: IntArray) -> IntArray:
        return (slot + 1) & (len(self.slots) - 1)


def _folded(word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Another number for each word, whose low half depends on all of it; 0 for no word."""
    folded = ~word
    folded ^= folded >> np.uint64(32)
    return folded


def _odd_numbers(n: int) -> NDArray[np.uint64]:
    """n numbers without a simple relation to each other."""
    numbers = np.arange(2, n + 2, dtype=np.uint64) * _GOLDEN
    numbers ^= numbers >> np.uint64(30)
    numbers *= _MIX
    return np.asarray((numbers ^ (numbers >> np.uint64(27))) | np.uint64(1))


def _words_of(texts: "pa.StringArray", *, at_most: int | None = None) -> _Words:
    """As many words as the longest of n texts has, at most so many; a text that has more has none at all."""
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)
    ends = ends[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    n_bytes = np.diff(ends)
    longest = int(n_bytes.max(initial=1))
    n_words = -(-longest // _BYTES)
    n_words = n_words if at_most is None else min(at_most, n_words)
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[ends[0] : ends[-1]]
    if longest <= n_words * _BYTES and len(data) == longest * len(texts):
        return _words_of_one_length(data.reshape(-1, longest), n_words)
    words = _words_between(data, ends[:-1] - ends[0], n_bytes, n_words)
    if longest > n_words * _BYTES:
        words[:, n_bytes > n_words * _BYTES] = _NO_WORD
    return words


def _words_between(data: NDArray[np.uint8], start: IntArray, n_bytes: IntArray, n_words: int) -> _Words:
    """The words of n texts that stand one after the other."""
    aligned = np.zeros(len(data) // _BYTES + 2, dtype=np.uint64)
    aligned.view(np.uint8)[: len(data)] = data
    first, n_bits = start >> 3, ((start & 7) << 3).view(np.uint64)
    n_missing_bits = np.uint64(64) - n_bits
    words = np.empty((n_words, len(start)), dtype=np.uint64)
    for number, word in enumerate(words):
        # an unaligned word lies in two aligned ones; a shift by 64 bits leaves nothing
        np.right_shift(aligned.take(first + number, mode="clip"), n_bits, out=word)
        word |= aligned.take(first + (number + 1), mode="clip") << n_missing_bits
        word |= _NO_TEXT.take(n_bytes - number * _BYTES, mode="clip")
    return words


def _words_of_one_length(cells: NDArray[np.uint8], n_words: int) -> _Words:
    """The same for the bytes of n texts, a row each, as the ids of most systems are: three times as fast."""
    padded = cells
    if cells.shape[1] < n_words * _BYTES:
        padded = np.full((len(cells), n_words * _BYTES), 0xFF, dtype=np.uint8)
        padded[:, : cells.shape[1]] = cells
    return np.ascontiguousarray(padded.view(np.uint64).T)
