"""What a held delivery comes to: the body of its hold, and of the verdict that follows the answer.

Belongs here: turning the one into the other. Both have the form of a verdict, so that whoever reads verdicts can read a hold. Does not belong here: recording them
(judging.py), who may answer (answers.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sources.home import Home
from sources.ledger import Event
from sources.regional.holds.judge import Finding


def held_facts(findings: Sequence[Finding]) -> dict[str, Any]:
    """What a hold says beyond the facts of a verdict: it was held by these rules, and until the answer none of its rows is accepted."""
    told = [finding.as_dict() for finding in findings]
    return {
        "rule": told[0]["rule"],
        "reason": "; ".join(one["reason"] for one in told),
        "values": told[0]["values"],
        "rows_accepted": 0,
        "rows_in_force": 0,
        "holds": told,
    }


def released(held: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the verdict on a released delivery says beside its facts. It is judged anew, so that it meets the rules and the month as they are by now; it is not held twice."""
    reason = f"held, then released by {answer['who']}: {answer['reason']}"
    return {"reason": reason, "holds": held["holds"], "answer": _told(answer)}


def refused(held: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the verdict on a refused delivery: as it was held, and its slice stays aside."""
    reason = f"{held['reason']}; refused by {answer['who']}: {answer['reason']}"
    return {**held, "status": "rejected", "slice": None, "reason": reason, "answer": _told(answer)}


def _told(answer: Mapping[str, Any]) -> dict[str, str]:
    return {key: answer[key] for key in ("decision", "reason", "who")}


def withdraw_report(home: Home, receipt: Event) -> None:
    """Remove the page of the report that says that the delivery waits: the next writing of reports makes all parts anew. Before the verdict, so that none outlives it."""
    (home.reports / receipt.body["organiser_code"] / f"{receipt.subject}.html").unlink(missing_ok=True)
