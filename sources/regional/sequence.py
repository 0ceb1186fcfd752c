"""The order of deliveries: which one is new, which repeats, which comes too late.

Belongs here: what the ledger's accepted deliveries of one organiser, dataset and period say about the next one.
Does not belong here: reading the ledger (intake.py) and which delivery is in force in the warehouse (it follows from the same events).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sources.regional.manifest import Refused

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Duplicate:
    """The content was accepted before; nothing is loaded again."""

    first_receipt_id: str
    reason: str


@dataclass(frozen=True)
class _Accepted:
    receipt_id: str
    sequence: int
    content: tuple


def content_of(body: dict[str, Any]) -> tuple:
    """What makes two deliveries the same: the bytes of their data files under whatever names, and how they are to be understood."""
    files = tuple(sorted(file["sha256"] for file in body["files"]))
    return (files, Decimal(body["sample_share"]).normalize(), body["contract_version"], body["origin"])


class Accepted:
    """The accepted deliveries so far. A rejected one is not in it: it displaces nothing and uses up no number."""

    def __init__(self) -> None:
        self._by_key: dict[Key, list[_Accepted]] = defaultdict(list)

    def add(self, receipt_id: str, body: dict[str, Any]) -> None:
        """Note an accepted delivery by its receipt's body."""
        self._by_key[_key(body)].append(_Accepted(receipt_id, body["sequence"], content_of(body)))

    def judge(self, body: dict[str, Any]) -> Duplicate | None:
        """What the accepted deliveries say about a receipt: None = new, Duplicate = the same again.

        A lower or equal sequence with other content raises Refused (SEQ). A higher sequence is a duplicate only of the delivery in force: a sender may
        go back to an earlier content.
        """
        earlier, content = self._by_key[_key(body)], content_of(body)
        if not earlier:
            return None
        in_force = max(earlier, key=lambda a: a.sequence)
        rivals = earlier if body["sequence"] <= in_force.sequence else [in_force]
        same = next((a for a in rivals if a.content == content), None)
        if same is not None:
            return Duplicate(same.receipt_id, f"the same content was accepted with receipt {same.receipt_id}")
        if body["sequence"] > in_force.sequence:
            return None
        raise Refused(
            "SEQ",
            f"sequence {body['sequence']} has other content, but {in_force.sequence} is accepted already "
            f"(receipt {in_force.receipt_id}); a correction needs {in_force.sequence + 1} or more",
            declared=body["sequence"],
            found=in_force.sequence,
        )


def _key(body: dict[str, Any]) -> Key:
    return body["organiser_code"], body["dataset"], body["period"]
