"""Real deliveries for tests: a home, files written in a sender's own dialect, and their manifests."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import counties
from sources.regional.intake import take_in
from sources.regional.outcome import IntakeOutcome

AT = datetime(2026, 9, 12, 0, 0, tzinfo=UTC)
NEXT = AT + timedelta(days=1)
PERIOD = "2026-08"
ROWS = 40
# A month of which some twenty rows may go without a hold.
MANY = 120


def manifest(files: dict[str, tuple[bytes, int]], organiser_code: str = "05", **changes) -> dict:
    """A sound manifest of these files (name → content, rows); `changes` replace its keys."""
    listed = [
        {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "rows": rows}
        for name, (data, rows) in files.items()
    ]
    return {
        "manifest_version": "1.0",
        "organiser_code": organiser_code,
        "dataset": "care_contacts",
        "contract_version": "1.0.0",
        "period": PERIOD,
        "sequence": 1,
        "mode": "full",
        "created_at": "2026-09-10T08:15:00+03:00",
        "sample_share": "0.01",
        "origin": "synthetic",
        "files": listed,
        "empty_reason": None,
    } | changes


def contact(number: int, **changes) -> dict:
    """One sound care contact in contract terms; times are datetimes, absent values None."""
    day = datetime(2026, 8, 3, 9, 30) + timedelta(hours=number % 400)
    return {
        "contact_id": f"C-2026-{number:08d}",
        "client_id": hashlib.md5(str(number).encode()).hexdigest(),
        "birth_year": 1980,
        "age_at_assessment_years": 46,
        "sex": "female",
        "home_municipality_code": "853",
        "service_class_code": "2612",
        "contact_mode": "onsite",
        "profession": "doctor",
        "professional_id": f"{number % 50:016x}",
        "unit_id": "unit-01",
        "urgency": "non_urgent",
        "contacted_at": day,
        "need_assessed_at": day,
        "booked_at": day,
        "visited_at": day + timedelta(days=1),
        "reason_code": None,
        "visit_duration_hours": "0.50",
    } | changes


def contacts(count: int, start: int = 1) -> list[dict]:
    return [contact(number) for number in range(start, start + count)]


def written(rows: list[dict], organiser_code: str = "05") -> bytes:
    """The rows as this sender writes them: its header, codes, times, decimal mark, delimiter and encoding."""
    dialect = counties()[organiser_code].dialects["care_contacts"]
    lines = [dialect.delimiter.join(dialect.columns)]
    for row in rows:
        lines.append(dialect.delimiter.join(_cell(dialect, column, row[column]) for column in dialect.columns.values()))
    return ("\n".join(lines) + "\n").encode(dialect.encoding)


def _cell(dialect, column: str, value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime(dialect.timestamp_format)
    if column == "visit_duration_hours":
        return value.replace(".", dialect.decimal)
    as_sent = {code: sent for sent, code in dialect.codes.get(column, {}).items()}
    return as_sent.get(str(value), str(value))


class Desk:
    """A home and its inbox. `put` delivers as a sender would: data first, the manifest last."""

    def __init__(self, root: Path) -> None:
        self.home = Home.open(root, "simulated")
        self.landing = Landing(self.home.landing)

    def folder(self, box: str = "05") -> Path:
        folder = self.home.inbox / box
        folder.mkdir(exist_ok=True)
        return folder

    def put(self, files: dict[str, tuple[bytes, int]], box: str = "05", name: str = "delivery", **changes) -> Path:
        """Put these files (name → content, rows) and their manifest into this sender's box; `changes` replace keys of the manifest."""
        for file_name, (data, _) in files.items():
            (self.folder(box) / file_name).write_bytes(data)
        return self.put_manifest(manifest(files, **({"organiser_code": box} | changes)), box, name)

    def put_manifest(self, document: dict | bytes, box: str = "05", name: str = "delivery") -> Path:
        path = self.folder(box) / f"{name}.manifest.json"
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return path

    def send(self, rows: list[dict], box: str = "05", name: str = "delivery", **changes) -> Path:
        """Deliver these contacts in one file, written as this sender writes."""
        return self.put({f"{name}.csv": (written(rows, box), len(rows))}, box, name, **changes)

    def left(self) -> list[str]:
        """What lies in the inbox, as organiser/name."""
        return sorted(f"{p.parent.name}/{p.name}" for p in self.home.inbox.glob("*/*") if os.path.lexists(p))

    def ledger(self) -> Ledger:
        return Ledger(self.home.ledger)

    def events(self, kind: str) -> dict[str, dict]:
        with self.ledger() as ledger:
            return {event.subject: event.body for event in ledger.events(kind)}

    def night(self, at: datetime = AT) -> IntakeOutcome:
        """One intake at this business time."""
        with self.ledger() as ledger:
            return take_in(self.home, ledger, self.landing, at=at)

    def verdicts(self) -> list[dict]:
        """The bodies of all verdicts, in the order of the ledger."""
        return list(self.events("verdict").values())

    def verdict(self) -> dict:
        """The only verdict."""
        (verdict,) = self.verdicts()
        return verdict

    def statuses(self) -> list[str]:
        return [verdict["status"] for verdict in self.verdicts()]

    def report(self, receipt_id: str, box: str = "05") -> dict:
        """The first line of a report's JSONL, and under `errors` the others."""
        text = (self.home.reports / box / f"{receipt_id}.jsonl").read_text(encoding="utf-8")
        document, *errors = map(json.loads, text.splitlines())
        return document | {"errors": errors}

    def slices(self) -> dict[str, str]:
        """Every slice by name → its hash."""
        files = sorted(self.home.parquet.glob("care_contacts/*/*.parquet"))
        return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}

    def leftovers(self) -> list[str]:
        """Unfinished files anywhere in the home."""
        return sorted(p.name for p in self.home.root.rglob(".tmp-*"))

    def tree(self) -> dict[str, str]:
        """Every finished file that an intake leaves behind → its hash."""
        folders = (self.home.parquet, self.home.quarantine, self.home.reports, self.home.landing)
        files = [p for folder in folders for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".tmp-")]
        return {str(p.relative_to(self.home.root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    def facts(self) -> dict:
        """What two nights on equal input have in common: all but the times and the identity of the files that arrived."""
        with self.ledger() as ledger:
            events = [(e.kind, e.subject, {k: v for k, v in e.body.items() if k != "arrival"}) for e in ledger.events()]
        return {"events": events, "left": self.left(), "files": self.tree()}


def send_three(desk: Desk) -> None:
    faulty = contacts(ROWS)
    faulty[3]["sex"] = "other"
    desk.send(faulty)
    desk.send(contacts(ROWS + 5), name="correction", sequence=2)
    desk.put({"poison.csv": (b"<html>", 1)}, "06")
