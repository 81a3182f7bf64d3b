"""Time since: the lead's age and the days since a date attribute, as of a snapshot."""

import numpy as np

from features.tables import MICROSECONDS_PER_DAY, FloatArray, IntArray


def lead_age_days(as_of_us: IntArray, created_us: IntArray) -> FloatArray:
    """Days since the lead was created; at least 0."""
    return np.asarray(np.maximum(as_of_us - created_us, 0) / MICROSECONDS_PER_DAY)


def days_since_date(as_of_us: IntArray, date_us: FloatArray) -> FloatArray:
    """Days since a date; NaN where the date is missing or not before `as_of`, since it was not known then.

    >>> day = MICROSECONDS_PER_DAY
    >>> days_since_date(np.array([3 * day, 3 * day]), np.array([day, 4 * day]) * 1.0)
    array([ 2., nan])
    """
    days = (as_of_us - date_us) / MICROSECONDS_PER_DAY
    return np.where(days > 0, days, np.nan)
