"""A short night: the same steps as a night's, without Dagster, dbt and Great Expectations, small enough to be killed hundreds of times.

Belongs here: the home before that night, the night itself (recover, erase, answer a hold, take in, a dropped file, registry, a small build, results of checks,
publish), and what can be said of a home afterwards. Does not belong here: killing it (kills.py) and running it in a process that can be killed (victim.py).
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sources.durable import TEMP_PREFIX, empty_folder, kill_point
from sources.home import Home
from sources.landing import Landing, erase, missing_bytes
from sources.ledger import Ledger

FIRST = datetime(2026, 11, 3, 0, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(days=1)
PERIOD, NEXT_PERIOD = "2026-08", "2026-09"
ROWS = 40
ERASED_FROM = "11"
HELD_FROM, HOLDS_NOW, DELTA_FROM, DELETE_FROM = "02", "04", "18", "01"
WITNESS = "core.fct_care_contact"

_BUILD = """
CREATE VIEW stg.delivery AS SELECT * FROM read_parquet('{build}/registry/delivery.parquet');
CREATE VIEW stg.care_contact AS SELECT * EXCLUDE (sent, rule_mask) FROM read_parquet(
    '{build}/slices/care_contacts/**/*.parquet', union_by_name = true, hive_partitioning = false) WHERE rule_mask = 0;
CREATE VIEW core.fct_care_contact AS
    SELECT c.receipt_id, c.organiser_code, c.contact_id, c.client_id, c.birth_year, d.known_from, d.known_to
    FROM work.stg.care_contact c JOIN work.stg.delivery d ON c.receipt_id = d.receipt_id;
CREATE TABLE dq.delivery AS FROM stg.delivery;
CREATE TABLE dq.quarantine AS FROM read_parquet('{build}/registry/quarantine.parquet');
CREATE TABLE dq.check_result AS FROM read_parquet('{build}/registry/check_result.parquet');
CREATE TABLE meta.snapshot AS FROM read_parquet('{build}/registry/snapshot.parquet');
CREATE TABLE mart.minimum_dataset AS
    SELECT organiser_code AS region_code, count(*) AS value, count(DISTINCT receipt_id) AS deliveries, known_from, known_to
    FROM core.fct_care_contact GROUP BY ALL;
"""


def prepare(root: Path) -> None:
    """A home with one release, and an inbox that holds a delivery of every kind for the night after it."""
    from sources.national.need_factors.drop import folder_of
    from sources.simulator.amendments import amended
    from sources.simulator.calendar import DELETE, DELTA, PlannedDelivery
    from sources.simulator.drops import drop_need_factors
    from sources.simulator.faults import spoil
    from sources.simulator.parcel import make_parcel
    from sources.simulator.randomness import SEED

    home = Home.open(root, "simulated")
    sent = FIRST - timedelta(days=1)
    for organiser in ("05", "08", ERASED_FROM, HELD_FROM, HOLDS_NOW):
        put(home, _parcel(organiser, 1, sent))
    for organiser in (DELTA_FROM, DELETE_FROM):
        put(home, make_parcel(organiser, PERIOD, 1, sent, SEED, has_row_faults=False))
    put(home, _parcel(HELD_FROM, 2, sent, rows=ROWS // 4))
    run(root, FIRST, is_first=True)
    again = _parcel("08", 1, sent)
    put(home, again, manifest_name=f"again-{again.manifest_name}")
    put(home, _parcel("05", 2, SECOND))
    put(home, _parcel("90", 1, SECOND, NEXT_PERIOD))
    put(home, _parcel(HOLDS_NOW, 2, SECOND, rows=ROWS // 4))
    for organiser, kind in ((DELTA_FROM, DELTA), (DELETE_FROM, DELETE)):
        put(home, amended(PlannedDelivery(1, "care_contacts", organiser, PERIOD, 2, kind, 2, SECOND), SEED))
    put(home, spoil(_parcel("13", 1, SECOND), "renamed_column"))
    put(home, spoil(_parcel("17", 1, SECOND), "decimal_in_integer"))
    (home.inbox / "17" / "unfinished.csv").write_bytes(b"a file without a manifest")
    drop_need_factors(folder_of(home), home.root / "simulator")


def _parcel(organiser: str, sequence: int, made: datetime, period: str = PERIOD, rows: int = ROWS):
    from sources.simulator.parcel import make_parcel
    from sources.simulator.randomness import SEED

    return make_parcel(organiser, period, sequence, made, SEED, revision=sequence, n_rows=rows)


def put(home: Home, parcel, manifest_name: str = "") -> None:
    folder = home.inbox / parcel.organiser_code
    folder.mkdir(exist_ok=True, mode=0o700)
    for file in parcel.files:
        (folder / file.name).write_bytes(file.data)
    (folder / (manifest_name or parcel.manifest_name)).write_bytes(parcel.manifest_bytes())


def run(root: Path, at: datetime = SECOND, is_first: bool = False, asks_pandera: bool = True) -> str:
    """The night of business time `at`; returns the id of the release that is current then. LockHeld when another works on the home.

    Before any night but the first an operator erases a delivery and answers what the night before held.

    pandera's second opinion takes half of the night and writes nothing; without it more nights can be killed in the same time.
    """
    from sources.national.need_factors.collect import collect_need_factors
    from sources.regional.intake import take_in
    from warehouse.checks import CheckResult, complete_build, record_checks
    from warehouse.lock import NightLock
    from warehouse.publish import current_release, publish, record_head
    from warehouse.recover import recover
    from warehouse.registry import stage_registry

    if not asks_pandera:
        from sources.regional import judging
        from sources.regional.judge import AcceptedCheck

        judging.validate = lambda *_: AcceptedCheck(0, {})
    home = Home.open(root, "simulated")
    with NightLock(home), Ledger(home.ledger) as ledger:
        recover(home, ledger)
        ledger.append("night", f"{at:%Y-%m-%d}", {"day": at.day, "profile": "simulated"}, at)
        if not is_first:
            erase(home, ledger, _bytes_to_erase(ledger), "sent by mistake", "the operator", at)
            _answer_holds(ledger, at)
        collect_need_factors(home, ledger, Landing(home.landing), at)
        outcome = take_in(home, ledger, Landing(home.landing), at=at)
        print(*outcome.problems, sep="\n")
        kill_point("night.taken_in")
        staged = stage_registry(home, ledger, at)
        kill_point("night.staged")
        standing = current_release(home)
        if standing is not None and standing.input_fingerprint == staged.fingerprint:
            empty_folder(home.build)
            record_head(home, ledger)
            return standing.release_id
        build(home)
        kill_point("night.built")
        told = CheckResult(
            "short.accepted", "source", WITNESS, "volume", "error", "PASS", True, 0, outcome.rows_accepted
        )
        record_checks(home, ledger, at, f"{at:%Y-%m-%d}", [told])
        complete_build(home, ledger, at)
        kill_point("night.completed")
        return publish(home, ledger, at, staged).release_id


def _bytes_to_erase(ledger: Ledger) -> str:
    receipts = (e for e in ledger.events("receipt") if e.body["organiser_code"] == ERASED_FROM)
    return next(receipts).body["files"][0]["sha256"]


def _answer_holds(ledger: Ledger, at: datetime) -> None:
    """Release what an earlier night held; what this one holds waits, however often it is run."""
    from sources.regional.catalogue import counties
    from sources.regional.holds.answers import Person, answer, waiting

    for held in waiting(ledger):
        if held.receipt.at < at:
            answer(
                ledger, counties(), held.receipt.subject, "release", "the unit was closed", Person("desk", "desk"), at
            )


def build(home: Home) -> None:
    """What dbt leaves in build/work.duckdb, in small: views over slices, tables, one aggregate."""
    import duckdb

    from warehouse.publish import PublishError
    from warehouse.sql import one_line_for_disk

    with one_line_for_disk(PublishError), duckdb.connect(str(home.build / "work.duckdb")) as con:
        for schema in ("stg", "core", "dq", "mart", "meta"):
            con.execute(f"CREATE SCHEMA {schema}")
        con.execute(_BUILD.format(build=str(home.build).replace("'", "''")))


def facts(root: Path) -> dict[str, Any]:
    """What two homes that went through the same night have in common, however often it was killed; and the faults that the home tells of itself."""
    from warehouse.publish import current_release, release_heads

    home = Home(root)
    with Ledger(home.ledger) as ledger:
        events = [(e.kind, e.subject, e.at.isoformat(), _lasting(e.body)) for e in ledger.events()]
        faults = [*ledger.verify(release_heads(home)), *missing_bytes(home, ledger), *Landing(home.landing).verify()]
    release = current_release(home)
    return {
        "events": events,
        "files": _tree(home),
        "inbox": _names(home.inbox),
        "releases": sorted(p.name for p in home.releases.iterdir()),
        "release": release.release_id,
        "tables": {t["name"]: (t["rows"], t["hash"]) for t in release.tables},
        "answers": answers(root),
        "left over": [str(p.relative_to(root)) for p in root.rglob(f"{TEMP_PREFIX}*")] + _names(home.build),
        "faults": faults,
    }


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    # Inodes and times of the files that arrived are each home's own.
    return {k: v for k, v in body.items() if k != "arrival"}


def _tree(home: Home) -> dict[str, str]:
    folders = (home.landing, home.parquet, home.quarantine, home.checks, home.reports)
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    return {str(p.relative_to(home.root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if not p.is_dir() or p.parent == folder)


def answers(root: Path) -> tuple:
    """What a reader is told by the current release: its id, rows of person data, rows of the aggregate. All of one release, or this is a mix."""
    from warehouse.read import open_release

    with open_release(Home(root)) as con:
        return con.execute(
            """SELECT (SELECT release_id FROM meta.release),
                      (SELECT count(*) FROM core.fct_care_contact), (SELECT sum(value)::BIGINT FROM mart.minimum_dataset),
                      (SELECT count(*) FROM dq.delivery), (SELECT count(*) FROM dq.quarantine)"""
        ).fetchone()


def broken_promises(root: Path, inbox_before: dict[str, str]) -> list[str]:
    """What may not be true of a home at any moment, asked of one whose night has just died; nothing in it is changed.

    `inbox_before` is each file of the inbox by its hash. A receipt means that the bytes are in the landing; without one the file is still in the inbox.
    """
    home = Home(root)
    with tempfile.TemporaryDirectory() as aside:
        for file in root.glob("ledger.sqlite*"):
            shutil.copy(file, aside)
        try:
            with Ledger(Path(aside) / home.ledger.name) as ledger:
                faults = [*ledger.verify(), *missing_bytes(home, ledger)]
                receipts = ledger.events("receipt") + ledger.events("snapshot")
        except sqlite3.Error as error:
            return [f"the ledger cannot be opened: {error}"]
    landed = {p.name for p in home.landing.glob("**/sha256/*/*")}
    lying = {
        str(p.relative_to(home.inbox)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in home.inbox.rglob("*")
        if p.is_file()
    }
    for name, digest in inbox_before.items():
        if lying.get(name, digest) != digest:
            faults.append(f"inbox/{name} was changed")
        if name not in lying and digest not in landed:
            faults.append(f"inbox/{name} is gone and its bytes are not in the landing")
    if len({e.subject for e in receipts}) != len(receipts):
        faults.append("a receipt stands twice")
    return faults


def inbox_of(root: Path) -> dict[str, str]:
    """Each file of the inbox by its hash."""
    inbox = Home(root).inbox
    return {
        str(p.relative_to(inbox)): hashlib.sha256(p.read_bytes()).hexdigest() for p in inbox.rglob("*") if p.is_file()
    }
