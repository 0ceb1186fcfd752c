"""How well the holds tell a mistake from an honest month: `python -m benchmarks.holds` prints recall and false alarms.

Belongs here: a home with thirteen months of every simulated sender, a year of clean deliveries after them, long thin histories for month factors, every mistake of
hold_faults.py by every sender, and what the real desk came to. Does not belong here: speed (bench.py).

Recall = mistakes that were held (by whichever rule) / mistakes delivered. False alarms = honest deliveries that were held, per sender, dataset and year of months.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.file_rules import file_rule
from sources.regional.intake import take_in
from sources.simulator.calendar import DATASETS, HELD, business_time, plan
from sources.simulator.deliver import deliver, deliver_history
from sources.simulator.hold_faults import HOLD_FAULTS, hold
from sources.simulator.parcel import Parcel, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders

NEW_MONTH, EARLIER_MONTH = "2026-10", "2026-08"
RECALL, FALSE_ALARMS = 0.99, 1.0


@dataclass
class Measured:
    """`held` and `delivered` mistakes by name; `alarms` among `honest` deliveries, which are `years` of a sender and dataset."""

    delivered: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    by_its_rule: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    honest: int = 0

    @property
    def recall(self) -> float:
        return sum(self.held.values()) / max(1, sum(self.delivered.values()))

    @property
    def alarms_per_year(self) -> float:
        """A year of a sender and dataset is twelve months delivered."""
        return len(self.alarms) / max(1, self.honest / 12)

    @property
    def is_good(self) -> bool:
        return self.recall >= RECALL and self.alarms_per_year < FALSE_ALARMS


class Desk:
    """A simulated home with the real intake."""

    def __init__(self, root: Path, codes: Iterable[str] | None = None) -> None:
        self.home = Home.open(root, "simulated")
        self.landing = Landing(self.home.landing)
        self.codes = list(codes or senders())

    def night(self, at: datetime) -> None:
        with Ledger(self.home.ledger) as ledger:
            if problems := take_in(self.home, ledger, self.landing, at=at).problems:
                raise RuntimeError(f"the desk did not get through the night: {problems[0]}")

    def put(self, parcel: Parcel) -> str:
        """Deliver; returns the manifest's name."""
        folder = self.home.inbox / parcel.organiser_code
        folder.mkdir(exist_ok=True, mode=0o700)
        for file in parcel.files:
            (folder / file.name).write_bytes(file.data)
        (folder / parcel.manifest_name).write_bytes(parcel.manifest_bytes())
        return parcel.manifest_name

    def outcomes(self) -> dict[tuple[str, str], tuple[str, list[str]]]:
        """(sender, manifest) → status, and the rules that hold it."""
        with Ledger(self.home.ledger) as ledger:
            judged = {e.subject: e.body for kind in ("hold", "verdict") for e in ledger.events(kind)}
            receipts = ledger.events("receipt")
        told = {e.subject: (e.body["organiser_code"], e.body["manifest_name"]) for e in receipts}
        return {
            told[receipt]: (body["status"], [held["rule"] for held in body.get("holds", ())])
            for receipt, body in judged.items()
        }

    def count_honest(self, measured: Measured, mistaken: set[tuple]) -> None:
        """Every delivery so far was honest, but for the mistaken: those of them that are held are false alarms."""
        with Ledger(self.home.ledger) as ledger:
            receipts = {e.subject: e.body for e in ledger.events("receipt")}
            for event in ledger.events("verdict"):
                measured.honest += event.body["status"] == "accepted"
            for event in ledger.events("hold"):
                sent = receipts[event.subject]
                if tuple(sent[k] for k in ("organiser_code", "dataset", "period", "sequence")) in mistaken:
                    continue
                measured.honest += 1
                where = f"{sent['organiser_code']} {sent['dataset']} {sent['period']}"
                measured.alarms.append(f"{where}: {event.body['rule']} {event.body['reason']}")


def measure_alarms(
    measured: Measured, root: Path, days: int, history: Iterable[str], say: Callable[[str], None]
) -> Desk:
    """Thirteen months of everyone, then `days` days of the calendar; the senders in `history` have two thin years before."""
    desk = Desk(root)
    if history := tuple(history):
        deliver_history(desk.home.inbox, SEED, desk.home.root / "simulator", history)
        desk.night(business_time(0) - timedelta(days=1))
    for day in range(days):
        if deliver(desk.home.inbox, day, SEED, desk.home.root / "simulator"):
            desk.night(business_time(day))
            say(f"day {day} taken in")
    planned = [d for day in range(days) for d in plan(day, SEED) if d.kind == HELD]
    desk.count_honest(measured, {(d.organiser_code, d.dataset, d.period, d.sequence) for d in planned})
    return desk


def measure_recall(measured: Measured, desk: Desk, at: datetime, faults: Iterable[str] = HOLD_FAULTS) -> None:
    """Every mistake by every sender of the desk, each as a delivery of its own; the desk must have the months before NEW_MONTH."""
    sent: list[tuple[str, str, str, str]] = []
    for dataset in DATASETS:
        for number, name in enumerate(n for n in faults if dataset in HOLD_FAULTS[n].datasets):
            period = EARLIER_MONTH if HOLD_FAULTS[name].replaces else NEW_MONTH
            for code in desk.codes:
                good = make_parcel(
                    code, period, number + 2, at - timedelta(hours=9), SEED, has_row_faults=False, dataset=dataset
                )
                sent.append((name, dataset, code, desk.put(hold(good, name))))
    desk.night(at)
    outcomes = desk.outcomes()
    for name, dataset, code, manifest in sent:
        status, rules = outcomes[code, manifest]
        measured.delivered[name] += 1
        measured.held[name] += status == "held"
        measured.by_its_rule[name] += file_rule(HOLD_FAULTS[name].rule).id in rules
        if status != "held":
            measured.missed.append(f"{name} of {code} {dataset}: {status}")


def lines(measured: Measured) -> list[str]:
    """What was measured, for a person."""
    told = [f"{'mistake':<26}{'delivered':>10}{'held':>8}{'by its rule':>13}"]
    for name, count in measured.delivered.items():
        told.append(f"{name:<26}{count:>10}{measured.held[name]:>8}{measured.by_its_rule[name]:>13}")
    told += [f"  missed: {line}" for line in measured.missed]
    told += [f"  false alarm: {line}" for line in measured.alarms]
    told.append(f"recall {measured.recall:.4f} (goal {RECALL})")
    years = measured.honest / 12
    told.append(
        f"false alarms {len(measured.alarms)} in {measured.honest} honest deliveries = {measured.alarms_per_year:.4f} per sender, dataset and year "
        f"({years:.0f} of them; goal below {FALSE_ALARMS:g})"
    )
    return told


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 0 when both goals are met."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.holds", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--days", type=int, default=360, help="days of the calendar after the first night, for false alarms (360)"
    )
    parser.add_argument(
        "--history", nargs="*", default=["01", "10", "90"], metavar="CODE", help="senders with a long thin history"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args(arguments)
    root = Path(tempfile.mkdtemp(prefix="sotevarasto-holds-"))
    measured = Measured()
    try:
        measure_alarms(measured, root / "honest", given.days, given.history, lambda line: None)
        desk = measure_alarms(Measured(), root / "mistaken", 1, (), lambda line: None)
        measure_recall(measured, desk, business_time(1))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    print("\n".join(lines(measured)))
    if given.json:
        figures = {
            "recall": measured.recall,
            "false_alarms_per_year": measured.alarms_per_year,
            "honest": measured.honest,
        }
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if measured.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
