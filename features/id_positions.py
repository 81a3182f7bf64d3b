"""Where ids stand in a list, looked up for a column of texts at a time, without a Python object for any cell.

A join on texts is most of what it costs to read a log. Here a text is a few integers of 8 bytes each, compared and
hashed as such: a third of the time of DuckDB's join, and of pyarrow's `index_in`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.tables import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

_Words = NDArray[np.uint64]

_BYTES = 8
#: By the number of bytes of a text in a word: ones where the text has no byte. No text in UTF-8 has a byte of ones.
_NO_TEXT: _Words = np.array([(1 << 64) - (1 << 8 * n) for n in range(_BYTES + 1)], dtype=np.uint64)
#: SplitMix64's steps (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014, figure 17).
_STEP, _FIRST_MIX, _SECOND_MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


@dataclass(frozen=True)
class IdPositions:
    """A hash table of n distinct ids, open with linear probing.

    Attributes
    ----------
    words : uint64 (n words of the longest id, n + 1), the ids; the last one is nobody's.
    slots : int32, a power of two of them, at most a quarter full: the position of an id, else -1.
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

        texts = pa.array([*ids, ""], pa.string())
        n_words = max(1, -(-int(np.diff(_ends(texts)).max()) // _BYTES))
        table = cls(_words(texts, n_words), np.full(4 << len(ids).bit_length(), -1, dtype=np.int32))
        slot, left = table._slot(table.words[:, :-1]), np.arange(len(ids), dtype=np.int32)
        while len(left):
            is_free = table.slots.take(slot) < 0
            table.slots[slot[is_free]] = left[is_free]  # of several that ask for a slot, the last one has it
            displaced = table.slots.take(slot) != left
            slot, left = table._next(slot[displaced]), left[displaced]
        return table

    def find(self, texts: "pa.StringArray") -> NDArray[np.int32]:
        """The position of each text among the ids; -1 for one that is none of them, or missing."""
        words = _words(texts.fill_null("") if texts.null_count else texts, len(self.words))
        slot = self._slot(words)
        found = self.slots.take(slot)
        row = np.flatnonzero(self._differ(found, words))
        while len(row):
            slot[row] = self._next(slot[row])
            found[row] = self.slots.take(slot[row])
            row = row[self._differ(found[row], words[:, row])]
        return found

    def _differ(self, found: NDArray[np.int32], words: _Words) -> NDArray[np.bool_]:
        """Which ids, where one was found, are not those of the words."""
        differ = self.words[0].take(found) != words[0]
        for own, asked in zip(self.words[1:], words[1:], strict=True):
            differ |= own.take(found) != asked
        return np.asarray(differ & (found >= 0))

    def _slot(self, words: _Words) -> IntArray:
        mixed = words[0] + _STEP
        for word in (*words[1:], None):
            mixed ^= mixed >> np.uint64(30)
            mixed *= _FIRST_MIX
            mixed ^= mixed >> np.uint64(27)
            mixed *= _SECOND_MIX
            if word is not None:
                mixed ^= word
        n_bits = len(self.slots).bit_length() - 1
        return np.asarray((mixed >> np.uint64(64 - n_bits)).view(np.int64))

    def _next(self, slot: IntArray) -> IntArray:
        return (slot + 1) & (len(self.slots) - 1)


def _ends(texts: "pa.StringArray") -> IntArray:
    """Where each of n texts ends among the bytes of all, and before them where the first begins: n + 1."""
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)
    return np.asarray(ends[texts.offset : texts.offset + len(texts) + 1], dtype=np.int64)


def _words(texts: "pa.StringArray", n_words: int) -> _Words:
    """The bytes of n texts, 8 to a word: uint64 (n_words, n). A longer text has no words of an id."""
    ends = _ends(texts)
    length = np.diff(ends)
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[ends[0] : ends[-1]]
    if len(texts) and 0 < length[0] <= n_words * _BYTES and (length == length[0]).all():
        return _words_of_one_length(data.reshape(len(texts), -1), n_words)
    aligned = np.zeros(len(data) // _BYTES + 2, dtype=np.uint64)
    aligned.view(np.uint8)[: len(data)] = data
    start = ends[:-1] - ends[0]
    first, n_bits = start >> 3, ((start & 7) << 3).view(np.uint64)
    n_missing_bits = np.uint64(64) - n_bits
    words = np.empty((n_words, len(texts)), dtype=np.uint64)
    for number, word in enumerate(words):
        # an unaligned word lies in two aligned ones; a shift by 64 bits leaves nothing
        np.right_shift(aligned.take(first + number, mode="clip"), n_bits, out=word)
        word |= aligned.take(first + (number + 1), mode="clip") << n_missing_bits
        word |= _NO_TEXT.take(length - number * _BYTES, mode="clip")
    words[:, length > n_words * _BYTES] = _NO_TEXT[0]
    return words


def _words_of_one_length(cells: NDArray[np.uint8], n_words: int) -> _Words:
    """The same for the bytes of n texts, a row each, as the ids of most systems are: three times as fast."""
    padded = cells
    if cells.shape[1] < n_words * _BYTES:
        padded = np.full((len(cells), n_words * _BYTES), 0xFF, dtype=np.uint8)
        padded[:, : cells.shape[1]] = cells
    return np.ascontiguousarray(padded.view(np.uint64).T)
