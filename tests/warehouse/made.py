"""A small home made by hand: receipts, verdicts, slices and snapshots as ingest leaves them, and a build as dbt leaves it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import duckdb

from sources.home import Home
from sources.landing import Landing
from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contract
from warehouse.publish import publish
from warehouse.registry import Staged, stage_registry
from warehouse.release import Release

TYPES = {
    "record_number": "BIGINT",
    "line_number": "BIGINT",
    "file_name": "VARCHAR",
    "organiser_code": "VARCHAR",
    "period": "VARCHAR",
    "receipt_id": "VARCHAR",
    "sequence": "INTEGER",
    "sample_share": "DECIMAL(9,6)",
    "rule_mask": "UBIGINT",
    "sent": "VARCHAR[]",
}


def night(day: int, hour: int = 0) -> datetime:
    """The business time of a night of November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


@dataclass
class World:
    """A home with an open ledger, and the few ways in which things come into it."""

    home: Home
    ledger: Ledger

    def receive(self, receipt_id: str, at: datetime, organiser: str = "05", period: str = "2026-08", sequence: int = 1):
        """A receipt whose bytes are in the landing."""
        stored = Landing(self.home.landing).put_bytes(f"bytes of {receipt_id}".encode())
        body = {
            "organiser_code": organiser,
            "dataset": "care_contacts",
            "period": period,
            "sequence": sequence,
            "manifest_name": f"{receipt_id}.manifest.json",
            "manifest_sha256": "ab" * 32,
            "manifest": None,
            "files": [{"name": f"{receipt_id}.csv", "sha256": stored.sha256, "bytes": stored.bytes}],
            "contract_version": "1.0.0",
            "sample_share": "0.01",
            "origin": "synthetic",
            "arrival": {"inode": 0, "mtime_ns": 0},
        }
        self.ledger.append("receipt", receipt_id, body, at)
        return stored.sha256

    def accept(self, receipt_id: str, at: datetime, rows: int = 6, facts: dict | None = None, **where) -> str:
        """A delivery received and accepted in one night, every third row quarantined; `facts` are further ones of its verdict. Returns its data file's hash."""
        facts = facts or {}
        sha256 = self.receive(receipt_id, at, **where)
        body = self.ledger.get("receipt", receipt_id).body
        path = f"care_contacts/{body['period']}/{body['organiser_code']}-{receipt_id}-0123456789ab.parquet"
        write_slice(self.home.parquet / path, receipt_id, body, rows)
        self.verdict(receipt_id, at, "accepted", rows=rows, slice_path=path, **facts)
        return sha256

    def verdict(
        self,
        receipt_id: str,
        at: datetime,
        status: str,
        rows: int = 0,
        rule=None,
        reason=None,
        slice_path=None,
        **facts,
    ):
        """A verdict; with rows, a third of them lie in quarantine."""
        bad = rows // 3
        quarantine = None
        if bad:
            quarantine = {"path": f"care_contacts/{receipt_id}.parquet", "rows": bad}
            write_quarantine(self.home.quarantine / quarantine["path"], receipt_id, bad)
        body = {
            "status": status,
            "rule": rule,
            "reason": reason,
            "rows_received": rows,
            "rows_accepted": rows - bad,
            "rows_quarantined": bad,
            "slice": {"path": slice_path, "sha256": "", "rows": rows} if slice_path else None,
            "quarantine": quarantine,
            "rule_counts": [],
            "first_receipt_id": None,
            **facts,
        }
        self.ledger.append("verdict", receipt_id, body, at)

    def snapshot(
        self, snapshot_id: str, at: datetime, source: str = "statfin_population", name: str = "population/2025"
    ):
        """A national snapshot of one row."""
        folder = name.split("/")[0]
        path = f"{folder}/{snapshot_id}.parquet"
        _copy(
            self.home.parquet / path,
            f"SELECT '{snapshot_id}' AS snapshot_id, 2025::SMALLINT AS year, 'SSS' AS area_code",
        )
        body = {
            "source_code": source,
            "object": name,
            "address": "http://127.0.0.1/px",
            "request": None,
            "sha256": "cd" * 32,
            "bytes": 10,
            "licence": "CC BY 4.0",
            "source_updated": "2026-04-01",
            "parquet": {"path": path, "rows": 1},
            "origin": "published",
        }
        self.ledger.append("snapshot", snapshot_id, body, at)

    def release(self, at: datetime) -> Release:
        """Stage, build and publish what is known at `at`."""
        staged = self.stage(at)
        build_work(self.home)
        return publish(self.home, self.ledger, at, staged)

    def stage(self, at: datetime) -> Staged:
        """What is known at `at`, laid out by code that does not change while the tests run."""
        with patch("warehouse.registry.code_fingerprint", return_value="c0de" * 16):
            return stage_registry(self.home, self.ledger, at)


def write_slice(path: Path, receipt_id: str, receipt: dict, rows: int) -> None:
    """A staged slice with the contract's columns; record 3, 6, … carries a mask that is not zero."""
    given = {
        "record_number": "i",
        "line_number": "i + 1",
        "file_name": f"'{receipt_id}.csv'",
        "organiser_code": f"'{receipt['organiser_code']}'",
        "period": f"'{receipt['period']}'",
        "receipt_id": f"'{receipt_id}'",
        "sequence": str(receipt["sequence"]),
        "sample_share": receipt["sample_share"],
        "rule_mask": "if(i % 3 = 0, 4, 0)",
        "sent": "if(i % 3 = 0, ['as', 'sent'], NULL)",
        "contact_id": "'c' || i",
        "client_id": "md5(i::VARCHAR)",
        "birth_year": "1950 + i",
    }
    own = {column.name: column.sql_type for column in dataset_contract("care_contacts").columns}
    types = dict(list(TYPES.items())[:3]) | own | dict(list(TYPES.items())[3:])
    columns = ", ".join(f"({given.get(name, 'NULL')})::{kind} AS {name}" for name, kind in types.items())
    _copy(path, f"SELECT {columns} FROM range(1, {rows} + 1) r(i)")


def write_quarantine(path: Path, receipt_id: str, rows: int) -> None:
    _copy(
        path,
        f"""SELECT '{receipt_id}' AS receipt_id, '05' AS organiser_code, 'care_contacts' AS dataset, '2026-08' AS period,
            1::INTEGER AS sequence, '{receipt_id}.csv' AS file_name, i * 3 + 1 AS line_number, 'birth_year' AS column_name,
            'HVA-CC-1-003' AS rule_id, '10.6' AS value_as_sent FROM range(1, {rows} + 1) r(i)""",
    )


def _copy(path: Path, select: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.sql(f"COPY ({select}) TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)")
    path.chmod(0o600)


def build_work(home: Home) -> None:
    """What dbt leaves in build/work.duckdb, small: views over Parquet, tables with constraints and descriptions."""
    build = str(home.build).replace("'", "''")
    with duckdb.connect(str(home.build / "work.duckdb")) as con:
        for schema in ("raw", "stg", "int", "core", "mart", "dq", "meta"):
            con.execute(f"CREATE SCHEMA {schema}")
        con.execute(
            f"""
            CREATE VIEW stg.delivery AS SELECT * FROM read_parquet('{build}/registry/delivery.parquet');
            CREATE VIEW stg.care_contact AS SELECT * EXCLUDE (sent, rule_mask) FROM read_parquet(
                '{build}/slices/care_contacts/**/*.parquet', union_by_name = true, hive_partitioning = false)
                WHERE rule_mask = 0;
            CREATE TABLE int.step_on_the_way AS SELECT client_id FROM stg.care_contact;

            CREATE VIEW core.fct_care_contact AS
                WITH contacts AS (SELECT * FROM work.stg.care_contact)
                SELECT c.receipt_id, c.organiser_code, c.contact_id, c.client_id, c.birth_year, d.known_from, d.known_to
                FROM contacts c JOIN work.stg.delivery d ON c.receipt_id = d.receipt_id;
            COMMENT ON VIEW core.fct_care_contact IS 'One row per accepted contact';
            COMMENT ON COLUMN core.fct_care_contact.client_id IS 'Pseudonym of the client';

            CREATE TABLE core.dim_region (region_code VARCHAR NOT NULL, region_name_fi VARCHAR);
            INSERT INTO core.dim_region VALUES ('21', 'Päijät-Häme'), ('05', 'Pohjois-Savon ''alue''');
            COMMENT ON TABLE core.dim_region IS 'Regions; the county''s own names';
            COMMENT ON COLUMN core.dim_region.region_code IS 'Two digits';
            CREATE TABLE dq.delivery AS FROM stg.delivery;
            CREATE TABLE dq.quarantine AS FROM read_parquet('{build}/registry/quarantine.parquet');
            CREATE TABLE meta.snapshot AS FROM read_parquet('{build}/registry/snapshot.parquet');
            CREATE TABLE mart.minimum_dataset AS
                SELECT organiser_code AS region_code, count(*) AS value, known_from, known_to
                FROM core.fct_care_contact GROUP BY ALL;
            CREATE VIEW mart.minimum_dataset_current AS
                SELECT m.*, r.region_name_fi FROM mart.minimum_dataset m LEFT JOIN core.dim_region r USING (region_code)
                WHERE known_to IS NULL;
            """
        )
