"""Work on parts of arrays, by a few threads where there is enough of it."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Part = TypeVar("_Part")
_Made = TypeVar("_Made")

#: More would wait for each other: some of numpy's work keeps the interpreter to itself.
_MAX_THREADS = 4


def threads_worth(n_shares: int) -> int:
    """How many threads there are for so many shares that are worth one each; at least one."""
    return max(1, min(n_shares, os.cpu_count() or 1, _MAX_THREADS))


def in_threads(work: Callable[[_Part], _Made], parts: Sequence[_Part], n_threads: int) -> list[_Made]:
    """What is made of each part, in their order.

    >>> in_threads(abs, [-2, 1], 2)
    [2, 1]
    """
    if min(n_threads, len(parts)) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(n_threads) as threads:
        return list(threads.map(work, parts))


def slices(n: int, n_at_a_time: int) -> list[slice]:
    """So many of n at a time; at least one slice.

    >>> slices(3, 2), slices(0, 2)
    ([slice(0, 2, None), slice(2, 3, None)], [slice(0, 0, None)])
    """
    return [slice(start, min(start + n_at_a_time, n)) for start in range(0, max(n, 1), n_at_a_time)]
