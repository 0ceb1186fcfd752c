"""A batch of several senders' deliveries, the night that takes it in, and everything that the night leaves behind.

Belongs here: putting parcels into an inbox as senders do, running the intake, and reading slices, quarantine, verdicts, reports and the registry back from a home.
Does not belong here: what is wrong with a delivery (spoiled.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contract
from sources.regional.intake import take_in
from sources.regional.outcome import IntakeOutcome
from sources.simulator.parcel import Parcel, make_parcel
from sources.simulator.randomness import SEED
from tests.spoiled import CONTACTS, Spoiled

PERIOD = "2026-08"
ROWS = 240
# Latin-1 with semicolons, Latin-1 with commas, Latin-1 with pipes, UTF-16 with tabs, UTF-8 with a mark, UTF-8 with commas in two files.
SENDERS = ("05", "09", "11", "13", "17", "90")


@dataclass(frozen=True)
class Report:
    """The forms of one delivery's report: the JSONL's first line and its errors, the CSV, the page."""

    document: dict[str, Any]
    errors: list[dict[str, Any]]
    csv: str
    html: str

    @property
    def everything(self) -> str:
        return json.dumps([self.document, *self.errors], ensure_ascii=False) + self.csv + self.html


def parcel(sender: str, sequence: int, made: datetime, dataset: str = CONTACTS) -> Parcel:
    """A good delivery of the month; with each sequence some rows are corrected. Of contacts there are a few hundred, costs come whole."""
    return make_parcel(sender, PERIOD, sequence, made, SEED, revision=sequence, n_rows=ROWS, dataset=dataset)


@dataclass(frozen=True)
class Received:
    """A delivery as the ledger has it: the bodies of its receipt and its verdict."""

    receipt_id: str
    receipt: dict[str, Any]
    verdict: dict[str, Any]


class Batch:
    """A home and its inbox."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root, "simulated")
        self.landing = Landing(self.home.landing)

    def put(self, sent: Spoiled) -> None:
        """Deliver: data first, the manifest last."""
        folder = self.home.inbox / sent.parcel.organiser_code
        folder.mkdir(parents=True, exist_ok=True)
        for file in sent.parcel.files:
            if sent.is_link:
                content = self.home.root.parent / file.name
                content.write_bytes(file.data)
                (folder / file.name).symlink_to(content)
            else:
                (folder / file.name).write_bytes(file.data)
        (folder / sent.parcel.manifest_name).write_bytes(sent.manifest or sent.parcel.manifest_bytes())

    def night(self, at: datetime) -> IntakeOutcome:
        with Ledger(self.home.ledger) as ledger:
            return take_in(self.home, ledger, self.landing, at=at)

    def received(self, at: datetime) -> dict[str, Received]:
        """Of each sender that night's one delivery."""
        with Ledger(self.home.ledger) as ledger:
            receipts = [e for e in ledger.events("receipt") if e.at == at]
            assert len(receipts) == len({e.body["organiser_code"] for e in receipts})
            return {
                e.body["organiser_code"]: Received(e.subject, e.body, ledger.get("verdict", e.subject).body)
                for e in receipts
            }

    def faults_of_the_trail(self) -> list[str]:
        """What ledger and landing say against themselves."""
        with Ledger(self.home.ledger) as ledger:
            return [*ledger.verify([]), *self.landing.verify()]

    def quarantined(self, verdict: dict[str, Any]) -> list[tuple[str, int, str | None, str]]:
        """(file, physical line, column, rule) of each row in quarantine."""
        if not verdict["quarantine"]:
            return []
        rows = pl.read_parquet(self.home.quarantine / verdict["quarantine"]["path"])
        return list(rows.select("file_name", "line_number", "column_name", "rule_id").iter_rows())

    def values_in_quarantine(self) -> set[str]:
        """Everything as sent that any quarantine file of the home shows: analysts read it too."""
        files = list(self.home.quarantine.rglob("*.parquet"))
        return set(pl.concat(pl.read_parquet(f, columns=["value_as_sent"]) for f in files).to_series().drop_nulls())

    def slice_bytes(self, verdict: dict[str, Any]) -> str:
        """SHA-256 of the slice as it lies in the home."""
        return hashlib.sha256((self.home.parquet / verdict["slice"]["path"]).read_bytes()).hexdigest()

    def accepted(self, verdict: dict[str, Any]) -> pl.DataFrame:
        """The accepted rows in the contract's columns."""
        path = verdict["slice"]["path"]
        columns = dataset_contract(path.partition("/")[0]).column_names
        return pl.read_parquet(self.home.parquet / path).filter(pl.col("rule_mask") == 0).select(columns)

    def report(self, sender: str, receipt_id: str) -> Report:
        path = self.home.reports / sender / receipt_id
        read = {s: path.with_name(path.name + s).read_text(encoding="utf-8-sig") for s in (".jsonl", ".csv", ".html")}
        document, *errors = map(json.loads, read[".jsonl"].splitlines())
        return Report(document, errors, read[".csv"], read[".html"])

    def registry(self, at: datetime, sender: str) -> list[dict[str, Any]]:
        """What analysts see of a sender's deliveries, by sequence."""
        from warehouse.registry import stage_registry

        with Ledger(self.home.ledger) as ledger:
            stage_registry(self.home, ledger, at)
        rows = pl.read_parquet(self.home.build / "registry" / "delivery.parquet")
        return rows.filter(organiser_code=sender).sort("known_from", "sequence").to_dicts()

    def state(self) -> dict[str, str]:
        """Every file of the home but the emptied build folder, by its content; the ledger by its events."""
        with Ledger(self.home.ledger) as ledger:
            head = ledger.head()
        files = (p for p in self.home.root.rglob("*") if p.is_file() and p.is_relative_to(self.home.root))
        kept = (p for p in files if not p.is_relative_to(self.home.build) and not p.name.startswith("ledger.sqlite"))
        hashes = {str(p.relative_to(self.home.root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in kept}
        return {**hashes, "ledger": f"{head.seq} {head.hash}"}


def identities(parcels: Iterable[Parcel]) -> set[str]:
    """Every pseudonym of a client or professional in these parcels."""
    found: set[str] = set()
    for sent in parcels:
        places = [i for i, c in enumerate(sent.dialect.columns.values()) if c in ("client_id", "professional_id")]
        for file in sent.files:
            lines = file.data.decode(sent.dialect.encoding).split(sent.sender.line_end)[1:]
            fields = [line.split(sent.dialect.delimiter) for line in lines if line]
            found |= {f[i] for f in fields for i in places if i < len(f)}
    return {value for value in found if len(value) >= 16}
