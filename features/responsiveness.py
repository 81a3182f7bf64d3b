"""How a lead answers the reps: how soon, and what is still unanswered.

Whatever a lead does first after a contact, a reply or a visit, is the answer to it, and to the contacts before it
that had none yet.
"""

import numpy as np

from features.behaviour import NEVER_DAYS
from features.tables import FloatArray
from features.timeline import SECONDS_PER_DAY, Timeline

UNANSWERED, DAYS_TO_ANSWER = "responsiveness.unanswered", "responsiveness.days_to_answer"
RESPONSIVENESS = (UNANSWERED, DAYS_TO_ANSWER)


def responsiveness(timeline: Timeline) -> FloatArray:
    """float64 (n rows, len(RESPONSIVENESS)): contacts since the lead's last own event, and the mean days to an answer.

    An answer's time counts from the latest contact before it; NEVER_DAYS where no contact was answered.
    """
    contact, own = np.flatnonzero(timeline.by_rep), np.flatnonzero(~timeline.by_rep)
    following = np.searchsorted(own, contact)
    answer = np.append(own, -1)[following]  # the last one stands for "none after it"
    is_answered = (answer >= 0) & (timeline.row[answer] == timeline.row[contact])
    is_latest = np.append(following[1:] != following[:-1], True)[: len(contact)]
    asked, said = contact[is_answered & is_latest], answer[is_answered & is_latest]
    waited_s = timeline.age_s[asked] - timeline.age_s[said]
    n_answers = np.bincount(timeline.row[asked], minlength=timeline.n_rows)
    total_s = np.bincount(timeline.row[asked], weights=waited_s, minlength=timeline.n_rows)  # whole numbers: exact
    days = np.where(n_answers, total_s / np.maximum(n_answers, 1) / SECONDS_PER_DAY, NEVER_DAYS)
    unanswered = np.bincount(timeline.row[contact[~is_answered]], minlength=timeline.n_rows)
    return np.column_stack([unanswered.astype(np.float64), days])
