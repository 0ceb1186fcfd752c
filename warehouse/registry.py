"""The registry: what the ledger says is known at a moment, as tables, with hard links to every slice it speaks of.

What belongs here: deriving deliveries, quarantine and snapshots from ledger events (in SQL), and laying them out in
the emptied build folder for dbt to read. What does not: judging a delivery (sources/regional) and modelling
(dbt_project).
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.durable import empty_folder
from sources.errors import SotevarastoError
from sources.freshness import Freshness, every_source
from sources.home import Home
from sources.ledger import Ledger
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.timeliness import timeliness
from sources.regional.unmapped import code_rules, with_nearest
from warehouse.checks import create_check_result
from warehouse.expected import create_delivery_status
from warehouse.field_counts import create_field_counts
from warehouse.fingerprint import code_fingerprint, input_fingerprint
from warehouse.shapes import AFTER, BEFORE, LINEAGE, NATIONAL, QUARANTINE, SOURCE, TOMBSTONE, UNMAPPED
from warehouse.sql import literal, one_line_for_disk, query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Every table of registry/.
TABLES = (
    "delivery",
    "delivery_status",
    "quarantine",
    "unmapped",
    "tombstone",
    "field_count",
    "reporting_unit",
    "rule_count",
    "period_lock",
    "snapshot",
    "delivery_file",
    "code_mapping",
    "check_result",
    "source",
    "correction",
    "build_moment",
)
_REDO = ", or run `sotevarasto delivery redo {}`"


class RegistryError(SotevarastoError):
    """What the ledger speaks of does not lie in the home."""


@dataclass(frozen=True)
class Staged:
    """What the build folder was laid out from. Equal `fingerprint`: a build would give what the release of that fingerprint holds."""

    fingerprint: str
    code_fingerprint: str
    counts: dict[str, int]


@one_line_for_disk(RegistryError)
def stage_registry(home: Home, ledger: Ledger, at: datetime) -> Staged:
    """Empty build/ and lay out in it all that was known at business time `at` (aware); later events are left out.

    registry/{delivery,delivery_status,quarantine,unmapped,tombstone,field_count,reporting_unit,rule_count,period_lock,snapshot,delivery_file,code_mapping,check_result,source,correction,build_moment}.parquet;
    slices/<dataset>/…, the slices of accepted and superseded deliveries; national/<object>/…. Every folder of slices also has an `_empty.parquet` of the same columns, so that
    a pattern over it always finds one. RegistryError names a file that the ledger speaks of and the home lacks.
    """
    import duckdb

    with duckdb.connect() as con:
        _load_events(con, ledger, at)
        _load_timeliness(con, ledger, at)
        for name in (
            "delivery",
            "snapshot",
            "period_lock",
            "delivery_file",
            "code_mapping",
            "correction",
            "build_moment",
        ):
            con.execute(f"CREATE TABLE {name} AS {query(name)}")
        create_delivery_status(con, ledger, at)
        empty_folder(home.build)
        for name in ("registry", "slices", "national"):
            (home.build / name).mkdir(mode=0o700)
        _link_slices(con, home)
        _link_national(con, home)
        _create_quarantine(con, home)
        create_field_counts(con, home)
        _create_tombstone(con, home)
        _create_unmapped(con)
        create_check_result(con, home, ledger, at, with_tonight=False)
        _create_source(con, every_source(ledger, at))
        counts = {}
        for name in TABLES:
            file = home.build / "registry" / f"{name}.parquet"
            con.execute(f"COPY (FROM {name} ORDER BY ALL) TO {literal(file)} (FORMAT parquet)")
            counts[name] = con.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        code = code_fingerprint()
        # A month that becomes due or late is news too, though nothing came in.
        kinds = ("delivery", "snapshot", "period_lock", "delivery_status", "correction")
        told = " UNION ALL ".join(f"SELECT to_json(t)::VARCHAR AS fact FROM {name} t" for name in kinds)
        facts = con.execute(f"{told} ORDER BY fact").fetchall()
    return Staged(input_fingerprint(code, (fact for (fact,) in facts)), code, counts)


def delivery_statuses(ledger: Ledger, at: datetime) -> list[dict[str, Any]]:
    """The rows of `delivery_status` as known at business time `at` (aware), by sender, dataset and month; for whoever tells them beside a release."""
    import duckdb

    with duckdb.connect() as con:
        _load_events(con, ledger, at)
        _load_timeliness(con, ledger, at)
        con.execute(f"CREATE TABLE delivery AS {query('delivery')}")
        create_delivery_status(con, ledger, at)
        found = con.execute("FROM delivery_status ORDER BY organiser_code, dataset, period")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def current_contacts(con: "DuckDBPyConnection", build: Path) -> str:
    """Make the view of all accepted care contacts of current deliveries over a staged build; returns its name."""
    slices = literal(build / "slices" / "care_contacts" / "**" / "*.parquet")
    delivery = literal(build / "registry" / "delivery.parquet")
    con.execute(
        f"""CREATE OR REPLACE VIEW current_contacts AS
        SELECT * EXCLUDE (rule_mask, sent)
        FROM read_parquet({slices}, union_by_name = true, hive_partitioning = false)
        WHERE rule_mask = 0 AND receipt_id IN (
            SELECT receipt_id FROM read_parquet({delivery}) WHERE status = 'accepted' AND known_to IS NULL)"""
    )
    return "current_contacts"


def _load_events(con: "DuckDBPyConnection", ledger: Ledger, at: datetime) -> None:
    """The ledger as the table `event`; `at` as the variable `horizon`, for the queries to look no further."""
    import pyarrow as pa

    rows = ledger.rows()
    types = {"seq": pa.int64(), "at": pa.string(), "kind": pa.string(), "subject": pa.string(), "body": pa.string()}
    con.register("stored", pa.table({name: pa.array([getattr(r, name) for r in rows], t) for name, t in types.items()}))
    con.execute(
        'CREATE TABLE event AS SELECT seq, "at"::TIMESTAMP AS happened_at, kind, subject, body::JSON AS body FROM stored'
    )
    con.unregister("stored")
    con.execute("SET VARIABLE horizon = ?::TIMESTAMP", [at.astimezone(UTC).replace(tzinfo=None)])


def _load_timeliness(con: "DuckDBPyConnection", ledger: Ledger, at: datetime) -> None:
    import pyarrow as pa

    found = timeliness(ledger, dataset_contracts(), at)
    columns = {"due_on": pa.date32(), "is_correction": pa.bool_(), "is_late": pa.bool_()}
    told = {name: pa.array([getattr(t, name) for t in found.values()], kind) for name, kind in columns.items()}
    con.register("told", pa.table({"receipt_id": pa.array(list(found), pa.string()), **told}))
    con.execute("CREATE TABLE timeliness AS FROM told")
    con.unregister("told")


def _link_slices(con: "DuckDBPyConnection", home: Home) -> None:
    slices = home.build / "slices"
    for contract in dataset_contracts().values():
        own = {column.name: column.sql_type for column in contract.columns}
        _write_empty(con, slices / contract.name, BEFORE | own | AFTER | LINEAGE)
    _link(home.parquet, slices, con.execute(query("slice_files")).fetchall(), _REDO)


def _link_national(con: "DuckDBPyConnection", home: Home) -> None:
    national = home.build / "national"
    for name, columns in NATIONAL.items():
        _write_empty(con, national / name, columns)
    _link(home.parquet, national, con.execute(query("snapshot_files")).fetchall())


def _write_empty(con: "DuckDBPyConnection", folder: Path, columns: Mapping[str, str]) -> None:
    folder.mkdir(mode=0o700)
    con.execute(f"COPY ({_no_rows(columns)}) TO {literal(folder / '_empty.parquet')} (FORMAT parquet)")


def _no_rows(columns: Mapping[str, str]) -> str:
    return "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items()) + " LIMIT 0"


def _link(store: Path, folder: Path, files: Iterable[tuple[str, str]], mend: str = "") -> None:
    """Hard-link (receipt or snapshot id, path) from the immutable store into the build: no bytes are copied."""
    for owner, path in files:
        target = folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(store / path, target)
        except FileNotFoundError:
            raise RegistryError(
                f"{store / path} of {owner} is missing: restore it from a backup{mend.format(owner)}"
            ) from None


def _create_quarantine(con: "DuckDBPyConnection", home: Home) -> None:
    """The union of all quarantine files, with the moment from which each row was known."""
    rows = _union_of(con, home.quarantine, "quarantine_files", QUARANTINE)
    con.execute(f"CREATE TABLE quarantined AS {rows}")
    con.execute(f"CREATE TABLE quarantine AS {query('quarantine')}")


def _create_tombstone(con: "DuckDBPyConnection", home: Home) -> None:
    """The tombstones of every delivery that ever held, while it held."""
    rows = _union_of(con, home.parquet, "tombstone_files", {"receipt_id": "VARCHAR"} | TOMBSTONE)
    con.execute(
        "CREATE TABLE tombstone AS SELECT d.organiser_code, d.dataset, d.period, t.*, d.known_from, d.known_to "
        f"FROM ({rows}) t JOIN delivery d USING (receipt_id)"
    )


def _union_of(con: "DuckDBPyConnection", folder: Path, files_query: str, columns: Mapping[str, str]) -> str:
    """SQL over the files that a query lists as (receipt_id, path under `folder`), of these columns; receipt_id is the file's, whether it has it or not.
    RegistryError when one is missing."""
    files = [(owner, folder / path) for owner, path in con.execute(query(files_query)).fetchall()]
    for owner, path in files:
        if not path.is_file():
            raise RegistryError(f"{path} of {owner} is missing: restore it from a backup{_REDO.format(owner)}")
    if not files:
        return _no_rows(columns)
    own = ", ".join(f'f."{name}"::{kind} AS "{name}"' for name, kind in columns.items() if name != "receipt_id")
    owners = ", ".join(f"({literal(owner)}, {literal(path)})" for owner, path in files)
    listed = "[" + ", ".join(literal(path) for _, path in files) + "]"
    return (
        f"SELECT o.receipt_id, {own} FROM read_parquet({listed}, union_by_name = true, hive_partitioning = false, filename = 'path_of_file') f "
        f"JOIN (VALUES {owners}) AS o(receipt_id, path) ON o.path = f.path_of_file"
    )


def _create_unmapped(con: "DuckDBPyConnection") -> None:
    """The values that wait for a mapping, each with the nearest one that its sender's dialect knows."""
    rules = list(code_rules(dataset_contracts()))
    waiting = con.execute(
        """SELECT DISTINCT organiser_code, rule_id, value_as_sent FROM quarantine
        WHERE known_to IS NULL AND list_contains(?, rule_id) ORDER BY ALL""",
        [rules],
    ).fetchall()
    con.execute(f"CREATE TABLE unmapped AS {_no_rows(UNMAPPED)}")
    if found := with_nearest(waiting, dataset_contracts(), counties()):
        con.executemany(f"INSERT INTO unmapped VALUES ({', '.join('?' * len(UNMAPPED))})", found)


def _create_source(con: "DuckDBPyConnection", sources: Iterable[Freshness]) -> None:
    """Each source with the moment of its newest usable answer; times in UTC."""
    import pyarrow as pa

    def utc(moment: datetime | None) -> datetime | None:
        return moment and moment.astimezone(UTC).replace(tzinfo=None)

    rows = [
        (s.source_code, s.organiser_code, s.within_days, utc(s.answered_at), utc(s.rows_known_from), utc(s.stale_after))
        for s in sources
    ]
    con.execute(f"CREATE TABLE source AS {_no_rows(SOURCE)}")
    con.register("told", pa.table(dict(zip(SOURCE, map(list, zip(*rows, strict=True)), strict=True))))
    con.execute("INSERT INTO source FROM told")
    con.unregister("told")
