"""That every guard of `make break` still stands where it is removed; whether a test misses it, `make break` tells."""

from collections import Counter

import pytest

from tests.guards import GUARDS, ROOT, Guard


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_in_its_file_and_its_tests_are_there(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text("utf-8").count(guard.line) == 1

    for test in guard.tests:
        file, *names = test.partition("[")[0].split("::")
        assert all(f" {name}(" in (ROOT / file).read_text("utf-8") for name in names)


def test_no_two_guards_have_one_name() -> None:
    assert max(Counter(guard.name for guard in GUARDS).values()) == 1
