"""What a night's judging asks of the holds: the profiles of what was read, and what keeps a delivery waiting.

Belongs here: putting a case together from a staged delivery and the history. Does not belong here: the rules (judge.py), recording anything (judging.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from sources.contract import Contract
from sources.home import Home
from sources.regional.holds.expectation import month_number
from sources.regional.holds.history import History, Seen
from sources.regional.holds.judge import Case, Finding, findings, removed_rows
from sources.regional.holds.profile import Profile, profiles
from sources.regional.sender import TEST_ORGANISER, is_test
from sources.regional.staging import Connections, Staged

# Slices whose profiles one query works out: enough to spread its cost, few enough for its memory.
_AT_ONCE = 64


class Holds:
    """The history of one pass over the receipts, and the profiles of the deliveries read in it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._history = History()
        self._profiles: dict[str, Profile] = {}

    def add(self, receipt_id: str, sent: Mapping[str, Any], verdict: Mapping[str, Any]) -> None:
        """Note an accepted delivery by the bodies of its receipt and its verdict. One that changed nothing says nothing new, a test nothing about anyone."""
        if not is_test(sent) and not verdict.get("is_unchanged"):
            self._history.add(receipt_id, sent, verdict)

    def waits(self, receipt_id: str, sent: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        """Note a delivery that is held already: what is usual among senders follows from it too."""
        if is_test(sent):
            return
        seen = Seen(sent["period"], held["profile"]["rows"], Decimal(sent["sample_share"]))
        self._history.seen(receipt_id, sent["organiser_code"], sent["dataset"], seen)

    def measure(self, connections: Connections, read: Iterable[Staged]) -> None:
        """Work out the profiles of staged months (of a delta or a delete: the month as it makes it), those of a dataset in one query."""
        by_contract: dict[str, list[Staged]] = {}
        for staged in read:
            by_contract.setdefault(staged.admitted.contract.name, []).append(staged)
        for group in by_contract.values():
            slices = [s.slice for s in group if s.slice is not None]
            found: dict[Path, Profile] = {}
            with connections.of_this_thread() as con:
                for part in _parts(slices):
                    found |= profiles(con, group[0].admitted.contract, part)
            for staged in group:
                self._note(staged, found.get(staged.slice, Profile(0)))

    def _note(self, staged: Staged, profile: Profile) -> None:
        admitted = staged.admitted
        self._profiles[admitted.receipt_id] = profile
        if admitted.organiser_code != TEST_ORGANISER:
            seen = Seen(admitted.manifest.period, profile.rows, admitted.manifest.sample_share)
            self._history.seen(admitted.receipt_id, admitted.organiser_code, admitted.contract.name, seen)

    def profile(self, receipt_id: str) -> dict[str, Any]:
        """The profile of a measured delivery, for its verdict."""
        return self._profiles[receipt_id].as_dict()

    def judge(self, connections: Connections, staged: Staged) -> list[Finding]:
        """What keeps a measured delivery waiting; empty when nothing does. duckdb.Error or OSError when a slice cannot be read."""
        admitted, manifest = staged.admitted, staged.admitted.manifest
        if admitted.organiser_code == TEST_ORGANISER:
            return []
        series = (admitted.organiser_code, admitted.contract.name)
        replaced = self._history.in_force(*series, manifest.period)
        removed = 0
        before = self._home.parquet / replaced.slice if replaced is not None and replaced.slice else None
        # Rows that were erased cannot go once more.
        if before is not None and before.exists():
            with connections.of_this_thread() as con:
                removed = removed_rows(con, admitted.contract, before, staged.slice)
        case = Case(
            contract=admitted.contract,
            number=month_number(manifest.period),
            sample_share=manifest.sample_share,
            profile=self._profiles[admitted.receipt_id],
            rows_received=staged.judgement.rows_received or 0,
            others=self._history.others(*series, manifest.period),
            replaced=replaced,
            removed=removed,
            outside=_outside(admitted.contract, staged),
            peers=self._history.peers(*series),
        )
        return findings(case)


def _parts(slices: Sequence[Path]) -> Iterator[Sequence[Path]]:
    return (slices[at : at + _AT_ONCE] for at in range(0, len(slices), _AT_ONCE))


def _outside(contract: Contract, staged: Staged) -> int:
    """Rows that the row rules found to be of another month."""
    rules = {rule.id for rule in contract.rules if rule.check == "in_period"}
    return max((int(c["failed"]) for c in staged.judgement.rule_counts if c["rule"] in rules), default=0)
