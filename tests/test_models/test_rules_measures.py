"""Weights of events by their age."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.behaviour import decay_weights
from models.rules.measures import Fade, faded

AGES = st.lists(st.integers(1, 10**15), min_size=1, max_size=30)


@given(ages=AGES, half_life=st.integers(1, 10**14))
def test_a_half_life_weighs_as_in_features_to_the_last_bit(ages: list[int], half_life: int) -> None:
    age_us = np.array(ages)

    assert faded(age_us, half_life, np.inf).tobytes() == decay_weights(age_us, half_life).tobytes()


@given(ages=AGES, half_life=st.integers(1, 10**14), linear=st.integers(1, 10**14))
def test_weights_are_multiples_of_two_to_the_minus_32_between_0_and_1(
    ages: list[int], half_life: int, linear: int
) -> None:
    weights = faded(np.array(ages), half_life, linear)

    assert ((weights >= 0) & (weights <= 1)).all()
    assert (weights * 2.0**32 == np.rint(weights * 2.0**32)).all()


@pytest.mark.parametrize(("age", "weight"), [(1, 29 / 30), (10, 2 / 3), (29, 1 / 30)])
def test_a_linear_weight_is_the_nearest_that_can_be_summed(age: int, weight: float) -> None:
    found = Fade(linear_us=30).weights(np.array([float(age)]))[0]

    assert found == round(weight * 2**32) / 2**32
