"""The order of deliveries: which one is new, which repeats, which comes too late, and what the next one changes.

Belongs here: what the ledger's accepted deliveries of one organiser, dataset and period say about the next one. Deliveries of a month are taken one after the other, in
the order of their sequences: each is held against the one before it. Does not belong here: reading the ledger (judging.py), changing rows (apply.py), and which delivery is in
force in the warehouse (it follows from the same events, and from the locks of periods).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sources.ledger import Event
from sources.regional.manifest import FULL, Refused

Key = tuple[str, str | None, str, str]
# What of a verdict the next delivery is held against.
_KEPT = ("slice", "tombstones", "made_of", "is_unchanged")


@dataclass(frozen=True)
class Duplicate:
    """The content was accepted before; nothing is loaded again."""

    first_receipt_id: str
    reason: str


@dataclass(frozen=True)
class Base:
    """The slice that the next delivery of the month replaces or changes. Paths are under the home's parquet folder; `made_of` are the receipts whose rows it has."""

    receipt_id: str
    path: str
    tombstones: str | None
    made_of: tuple[str, ...]
    sample_share: Decimal
    origin: str


@dataclass(frozen=True)
class _Accepted:
    receipt_id: str
    sequence: int
    content: tuple
    sample_share: Decimal
    origin: str
    verdict: dict[str, Any]
    is_annulled: bool = False
    is_erased: bool = False

    @property
    def is_unchanged(self) -> bool:
        return bool(self.verdict.get("is_unchanged"))

    @property
    def names(self) -> set[int | str]:
        """By what a later manifest may name it."""
        return {self.receipt_id, self.sequence}


def content_of(body: dict[str, Any]) -> tuple:
    """What makes two deliveries the same: the bytes of their data files under whatever names, and how they are to be understood."""
    files = tuple(sorted(file["sha256"] for file in body["files"]))
    share = Decimal(body["sample_share"]).normalize()
    return (files, share, body["contract_version"], body["origin"], _said(body, "mode") or FULL)


class Accepted:
    """The accepted deliveries so far. A rejected one is not in it: it displaces nothing and uses up no number. An annulled one keeps its number."""

    def __init__(self) -> None:
        self._by_key: dict[Key, list[_Accepted]] = defaultdict(list)

    @classmethod
    def of(
        cls,
        receipts: Iterable[Event],
        verdicts: dict[str, dict[str, Any]],
        annulled: Iterable[str],
        erased: Iterable[str],
    ) -> Accepted:
        """As the ledger has them: verdict bodies by receipt id; ids of what was annulled, and of whose rows were erased."""
        accepted, annulled, erased = cls(), set(annulled), set(erased)
        for receipt in receipts:
            verdict = verdicts.get(receipt.subject)
            if verdict is not None and verdict["status"] == "accepted":
                accepted.add(receipt.subject, receipt.body, verdict)
                own = accepted._by_key[_key(receipt.body)]
                own[-1] = replace(own[-1], is_annulled=receipt.subject in annulled, is_erased=receipt.subject in erased)
        return accepted

    def add(self, receipt_id: str, body: dict[str, Any], verdict: dict[str, Any] | None = None) -> None:
        """Note an accepted delivery by the bodies of its receipt and its verdict."""
        share = Decimal(body["sample_share"]).normalize()
        kept = {name: verdict[name] for name in _KEPT if name in verdict} if verdict else {}
        one = _Accepted(receipt_id, body["sequence"], content_of(body), share, body["origin"], kept)
        self._by_key[_key(body)].append(one)

    def judge(self, body: dict[str, Any]) -> Duplicate | None:
        """What the accepted deliveries say about a receipt: None = new, Duplicate = the same again.

        A lower or equal sequence with other content raises Refused (SEQ). A higher sequence is a duplicate only of the delivery in force: a sender may
        go back to an earlier content. Refused too: SUPERSEDES, when it names another than the one in force; NO_BASE and BASE_DIFFERS, when there is nothing that a delta or a
        delete could change.
        """
        earlier, content = self._by_key[_key(body)], content_of(body)
        in_force = self._in_force(body)
        last = max(earlier, key=lambda a: a.sequence, default=None)
        if last is not None:
            is_higher = body["sequence"] > last.sequence
            rivals = [a for a in (in_force,) if a] if is_higher else earlier
            if same := next((a for a in rivals if a.content == content), None):
                return Duplicate(same.receipt_id, _repeated(same))
            if not is_higher:
                raise Refused(
                    "SEQ",
                    f"sequence {body['sequence']} has other content, but {last.sequence} is accepted already "
                    f"(receipt {last.receipt_id}); a correction needs {last.sequence + 1} or more",
                    declared=body["sequence"],
                    found=last.sequence,
                )
        self._refuse_other_predecessor(body, in_force)
        self._refuse_baseless(body)
        return None

    def base(self, body: dict[str, Any]) -> Base | None:
        """The slice that a delivery of this receipt replaces or changes; None when there is none, or its rows were erased."""
        holder = self._holder(body)
        if holder is None or holder.is_erased or not holder.verdict.get("slice"):
            return None
        verdict = holder.verdict
        tombstones = (verdict.get("tombstones") or {}).get("path")
        made_of = tuple(verdict.get("made_of") or (holder.receipt_id,))
        return Base(
            holder.receipt_id, verdict["slice"]["path"], tombstones, made_of, holder.sample_share, holder.origin
        )

    def _in_force(self, body: dict[str, Any]) -> _Accepted | None:
        standing = [a for a in self._by_key[_key(body)] if not a.is_annulled]
        return max(standing, key=lambda a: a.sequence, default=None)

    def _holder(self, body: dict[str, Any]) -> _Accepted | None:
        """The delivery whose rows are in force: one that changed nothing has none of its own."""
        standing = [a for a in self._by_key[_key(body)] if not a.is_annulled and not a.is_unchanged]
        return max(standing, key=lambda a: a.sequence, default=None)

    def _refuse_other_predecessor(self, body: dict[str, Any], in_force: _Accepted | None) -> None:
        named = _said(body, "supersedes")
        known = {name for a in (in_force, self._holder(body)) if a for name in a.names}
        if named is None or named in known:
            return
        found = f"receipt {in_force.receipt_id}, sequence {in_force.sequence}" if in_force else "none"
        reason = f"the manifest says that it supersedes {named}, but in force is {found}"
        raise Refused("SUPERSEDES", reason, declared=named, found=found)

    def _refuse_baseless(self, body: dict[str, Any]) -> None:
        mode = _said(body, "mode") or FULL
        if mode == FULL:
            return
        base = self.base(body)
        if base is None:
            erased = self._holder(body) is not None
            why = "the rows of the month were erased" if erased else "no full delivery of the month is in force"
            raise Refused("NO_BASE", f"a {mode} has nothing to change: {why}", declared=mode, found="none")
        declared = (Decimal(body["sample_share"]).normalize(), body["origin"])
        if declared != (base.sample_share, base.origin):
            told = [f"share {share:f}, {origin}" for share, origin in (declared, (base.sample_share, base.origin))]
            reason = f"a {mode} of {told[0]} cannot change what is in force of the month, which is of {told[1]}"
            raise Refused("BASE_DIFFERS", reason, declared=told[0], found=told[1])


def _repeated(same: _Accepted) -> str:
    told = f"the same content was accepted with receipt {same.receipt_id}"
    return f"{told}, which was annulled; a higher sequence brings it back" if same.is_annulled else told


def _said(body: dict[str, Any], name: str) -> Any:
    """What the manifest said; receipts of before it could say so have no such key."""
    return (body.get("manifest") or {}).get(name)


def _key(body: dict[str, Any]) -> Key:
    return body["organiser_code"], _said(body, "as_organiser"), body["dataset"], body["period"]
