"""Where a lead stands by the rulebook: gates, what is known of it, how near it is to buying, what to ask next."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from leadlight.cli.output import print_table, say

if TYPE_CHECKING:
    from models.next_question import NextQuestion
    from models.rules.evidence import Findings
    from models.scoring import Scores


@dataclass(frozen=True)
class Standing:
    """What the rulebook knows of one lead, and the question to ask next."""

    findings: "Findings"
    question: "NextQuestion | None"

    def as_json(self) -> dict[str, object]:
        """What `explain --json` prints of it."""
        return {
            "purchase": {"step": self.findings.timeline.answer, "evidence": list(self.findings.timeline.evidence)},
            "elements": [asdict(finding) for finding in self.findings.elements],
            "next_question": None if self.question is None else asdict(self.question),
        }


def print_standing(scores: "Scores", standing: Standing) -> None:
    """Gates, elements, the step on the way to buying, and the next question; nothing where the rulebook is silent."""
    verdict = scores.qualification
    if verdict.disqualified[0] is not None:
        say(f"Disqualified by the gate {verdict.disqualified[0]}.")
    if verdict.no_mail[0] is not None:
        say(f"No mail, by the gate {verdict.no_mail[0]}.")
    timeline, elements = standing.findings.timeline, standing.findings.elements
    if timeline.evidence:
        say(f"On the way to buying: {timeline.answer} ({'; '.join(timeline.evidence)}).")
    if elements:
        rows = [(each.name, each.answer, "; ".join(each.evidence)) for each in elements]
        print_table(("qualification", "known", "evidence"), rows)
    if verdict.suspect[0] is not None:
        say(f"Suspect: interested, but {verdict.suspect[0]}.")
    if standing.question is not None:
        say(f"Ask next: {standing.question.ask}")
