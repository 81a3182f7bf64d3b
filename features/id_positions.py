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

_WordArray = NDArray[np.uint64]

_BYTES = 8
#: By the number of bytes that a text has in a word: ones where it has some.
_OF_TEXT: _WordArray = np.array([(1 << 8 * n) - 1 for n in range(_BYTES + 1)], dtype=np.uint64)
#: The golden ratio and a multiplier of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
#: OOPSLA 2014, figure 17).
_GOLDEN, _MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9], dtype=np.uint64)


@dataclass(frozen=True)
class _Packed:
    """n texts as integers.

    Attributes
    ----------
    n_bytes : int64, how long each is.
    words : uint64 (as many as the longest needs, n), its bytes; zero where it has none.
    """

    n_bytes: IntArray
    words: _WordArray

    @classmethod
    def of(cls, texts: "pa.StringArray", *, at_most: int) -> "_Packed":
        """The first bytes of each text: no more than fit into so many words."""
        ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)
        ends = ends[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
        n_bytes = np.diff(ends)
        n_words = min(at_most, -(-int(n_bytes.max(initial=1)) // _BYTES))
        data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)[ends[0] : ends[-1]]
        if len(data) and (n_bytes == n_bytes[0]).all():
            return cls(n_bytes, _words_of_one_length(data.reshape(len(texts), -1), n_words))
        return cls(n_bytes, _words(data, ends[:-1] - ends[0], n_bytes, n_words))

    def take(self, index: IntArray) -> "_Packed":
        return _Packed(self.n_bytes[index], self.words[:, index])


@dataclass(frozen=True)
class IdPositions:
    """A hash table of n distinct ids, open with linear probing.

    Attributes
    ----------
    ids : n + 1, the last one nobody's.
    slots : int32, a power of two of them, at most a quarter full: the position of an id, else -1.
    """

    ids: _Packed
    slots: NDArray[np.int32]

    @classmethod
    def of(cls, ids: Sequence[str]) -> "IdPositions":
        """A table of distinct ids, none empty.

        >>> import pyarrow as pa
        >>> IdPositions.of(["ann", "bob"]).find(pa.array(["bob", "eve", None, "ann", "annabella"]))
        array([ 1, -1, -1,  0, -1], dtype=int32)
        """
        import pyarrow as pa

        packed = _Packed.of(pa.array([*ids, ""], pa.string()), at_most=max(map(len, ids), default=1))
        table = cls(packed, np.full(4 << len(ids).bit_length(), -1, dtype=np.int32))
        left = np.arange(len(ids), dtype=np.int32)
        slot = table._slot(packed)[:-1]
        while len(left):
            is_free = table.slots.take(slot) < 0
            table.slots[slot[is_free]] = left[is_free]  # of several that ask for a slot, the last one has it
            displaced = table.slots.take(slot) != left
            slot, left = table._next(slot[displaced]), left[displaced]
        return table

    def find(self, texts: "pa.StringArray") -> NDArray[np.int32]:
        """The position of each text among the ids; -1 for one that is none of them, or missing."""
        asked = _Packed.of(texts.fill_null("") if texts.null_count else texts, at_most=len(self.ids.words))
        slot = self._slot(asked)
        found = self.slots.take(slot)
        row = np.flatnonzero(self._differ(found, asked))
        while len(row):
            slot[row] = self._next(slot[row])
            found[row] = self.slots.take(slot[row])
            row = row[self._differ(found[row], asked.take(row))]
        return found

    def _differ(self, found: NDArray[np.int32], asked: _Packed) -> BoolArray:
        """Which ids, where one was found, are not the texts."""
        differ = self.ids.n_bytes.take(found) != asked.n_bytes
        # of texts of one length, what the longest of these has not, no id of that length has
        for own, word in zip(self.ids.words, asked.words, strict=False):
            differ |= own.take(found) != word
        return np.asarray(differ & (found >= 0))

    def _slot(self, texts: _Packed) -> IntArray:
        """Where a text is looked for first; a word without a byte adds nothing, so that it need not be there."""
        mixed = np.zeros(len(texts.n_bytes), dtype=np.uint64)
        for word, odd in zip(texts.words, _odd_numbers(len(texts.words)), strict=True):
            mixed += (word ^ (word >> np.uint64(32))) * odd
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MIX
        n_bits = len(self.slots).bit_length() - 1
        return np.asarray((mixed >> np.uint64(64 - n_bits)).view(np.int64))

    def _next(self, slot: IntArray) -> IntArray:
        return (slot + 1) & (len(self.slots) - 1)


def _odd_numbers(n: int) -> _WordArray:
    """n numbers without a simple relation to each other."""
    numbers = np.arange(1, n + 1, dtype=np.uint64) * _GOLDEN
    numbers ^= numbers >> np.uint64(30)
    numbers *= _MIX
    return np.asarray((numbers ^ (numbers >> np.uint64(27))) | np.uint64(1))


def _words(data: NDArray[np.uint8], start: IntArray, n_bytes: IntArray, n_words: int) -> _WordArray:
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
        word &= _OF_TEXT.take(n_bytes - number * _BYTES, mode="clip")
    return words


def _words_of_one_length(cells: NDArray[np.uint8], n_words: int) -> _WordArray:
    """The same for the bytes of n texts, a row each, as the ids of most systems are: three times as fast."""
    n_bytes = min(cells.shape[1], n_words * _BYTES)
    padded = cells
    if cells.shape[1] != n_words * _BYTES:
        padded = np.zeros((len(cells), n_words * _BYTES), dtype=np.uint8)
        padded[:, :n_bytes] = cells[:, :n_bytes]
    return np.ascontiguousarray(padded.view(np.uint64).T)
