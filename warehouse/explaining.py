"""What one figure was made of, from the published release alone: its definition, rows, deliveries, snapshots, mappings, checks and earlier values.

What belongs here: gathering it as plain values, and proving the landed bytes when asked. What does not: finding the cell (cells.py), showing it (sotevarasto/explain.py).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.assets import DELIVERED, SOURCE_ASSETS
from warehouse.cells import GROUPS, MUNICIPALITY, CellError, Wanted, find_cell, rows_of
from warehouse.row_queries import row_query
from warehouse.sql import name, query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sources.landing import Landing

_KEY = ("indicator_code", "basis", "region_level", "region_code", "period_grain", "period_start")
_NEEDED = "meta.lineage"
# A delivery of one of these modes brings a part of the month; the rest is as it stood.
_DELTAS = ("delta", "delete")
_EXPECTED = re.compile("of ([0-9]+) expected deliveries missing")
VERIFIED, ABSENT, CHANGED = "verified", "absent", "changed"


def explain(con: DuckDBPyConnection, wanted: Wanted) -> dict[str, Any]:
    """All that the release tells of one figure, as plain values.

    Keys: cell, indicator, corrections, missing, rows, deliveries, snapshots, divisions, mappings, checks, refused, locks, versions, release. CellError when there is no such
    figure, or the release was made before lineage was kept.
    """
    _require_lineage(con)
    cell = find_cell(con, wanted)
    moment = _moment(wanted.at)
    told = {key: cell[key] for key in ("source_code", *_KEY)} | {"moment": moment}
    deliveries = _made_of(con, rows_of(con, query("explain_deliveries"), told))
    snapshots = rows_of(con, query("explain_snapshots"), told)
    divisions = _divisions(con, cell, moment)
    datasets = sorted({one["dataset"] for one in deliveries})
    objects = sorted({one["object"].split("/")[0] for one in (*snapshots, *divisions)})
    receipts = {"receipts": [one["receipt_id"] for one in deliveries]}
    return {
        "cell": cell,
        "indicator": rows_of(
            con, "select * from core.dim_indicator where indicator_code = $code", {"code": cell["indicator_code"]}
        )[0],
        "corrections": _corrections(con, cell, moment),
        "missing": _missing(con, cell, moment),
        "rows": {"count": _row_count(deliveries, snapshots), "sql": row_query(cell, wanted.at)},
        "deliveries": deliveries,
        "snapshots": snapshots,
        "divisions": divisions,
        "mappings": rows_of(con, query("explain_mappings"), receipts),
        "checks": rows_of(con, query("explain_checks"), {"assets": _assets(datasets, objects), "moment": moment}),
        "refused": rows_of(con, query("explain_refused"), receipts) if _has(con, "dq.quarantine") else [],
        "locks": _locks(con, datasets, cell),
        "versions": rows_of(
            con, query("explain_versions"), {key: cell[key] for key in ("source_code", *_KEY, *GROUPS)}
        ),
        "release": rows_of(con, "from meta.release limit 1")[0],
    }


def verify_bytes(explained: dict[str, Any], landing: Landing) -> None:
    """Read the landed bytes behind an explained figure again; each file and snapshot gets `bytes_are`: verified, absent or changed."""
    told = [part for delivery in explained["deliveries"] for part in (delivery, *delivery["made_of"])]
    files = [file for part in told for file in part["files"]]
    for one in (*files, *explained["snapshots"], *explained["divisions"]):
        one["bytes_are"] = _bytes_are(landing, one["sha256"])


def _bytes_are(landing: Landing, sha256: str) -> str:
    from sources.landing import Absent, file_sha256

    try:
        place: Path = landing.path(sha256)
    except Absent:
        return ABSENT
    return VERIFIED if file_sha256(place) == sha256 else CHANGED


def _require_lineage(con: DuckDBPyConnection) -> None:
    if not _has(con, _NEEDED):
        raise CellError(
            "the current release was made before lineage was kept; run `sotevarasto nightly`, then ask again"
        )


def _has(con: DuckDBPyConnection, relation: str) -> bool:
    schema, table = relation.split(".")
    there = "select count(*) from information_schema.tables where table_schema = $1 and table_name = $2"
    return con.execute(there, [schema, table]).fetchone()[0] > 0


def _moment(at: datetime | None) -> datetime:
    """The moment of which things are told; all that has not ended holds at the end of time."""
    return at.astimezone(UTC).replace(tzinfo=None) if at else datetime.max.replace(microsecond=0)


def _made_of(con: DuckDBPyConnection, deliveries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The deliveries, each that stands on others with `made_of`: which of them brought how many of its rows. Their rows are read, where this user may."""
    deltas = [one["receipt_id"] for one in deliveries if one["mode"] in _DELTAS]
    facts = con.execute(
        "select distinct schema_name, table_name from duckdb_columns() where schema_name = 'core' and column_name = 'row_receipt_id' order by all"
    ).fetchall()
    if not deltas or not facts:
        return [one | {"made_of": []} for one in deliveries]
    rows = " union all ".join(f"select receipt_id, row_receipt_id from {name(*fact)}" for fact in facts)
    brought = rows_of(con, query("explain_made_of").replace("{rows}", rows), {"receipts": deltas})
    return [
        one | {"made_of": [part for part in brought if part["made_receipt_id"] == one["receipt_id"]]}
        for one in deliveries
    ]


def _row_count(deliveries: list[dict[str, Any]], snapshots: list[dict[str, Any]]) -> int:
    given = [one["row_count"] for one in snapshots if one["input_role"] == "rows"]
    return sum(one["row_count"] for one in deliveries) + sum(given)


def _corrections(con: DuckDBPyConnection, cell: dict[str, Any], moment: datetime) -> list[dict[str, Any]]:
    """The known errors put right that the figure says of itself."""
    if not cell["comparability_reason"] or not _has(con, "dq.correction"):
        return []
    return rows_of(con, query("explain_corrections"), {"reason": cell["comparability_reason"], "moment": moment})


def _missing(con: DuckDBPyConnection, cell: dict[str, Any], moment: datetime) -> list[dict[str, Any]]:
    """The months of deliveries that the figure waits for in vain, each with its sender; none where all are there, or where the figure is not made of deliveries."""
    if cell["source_code"] not in DELIVERED or cell["coverage"] in (None, 1) or not _has(con, "dq.delivery_status"):
        return []
    told = {key: cell[key] for key in ("source_code", "region_level", "region_code", "period_start", "period_end")}
    if cell["region_level"] == MUNICIPALITY:
        told |= {"region_level": "county", "region_code": _county_of(con, cell)}
    awaited = rows_of(con, query("explain_missing"), told | {"moment": moment})
    own = [one for one in awaited if not one["is_joint"]]
    # What the joint authority sends counts in some figures alone: not where the figure says that it expects the organisers' deliveries and no more.
    expected = _EXPECTED.search(cell["comparability_reason"] or "")
    if expected and int(expected[1]) == len(own):
        awaited = own
    return [one for one in awaited if one["is_missing"]]


def _county_of(con: DuckDBPyConnection, cell: dict[str, Any]) -> str:
    """The county whose deliveries a municipality's figure is made of."""
    place = {"code": cell["region_code"], "year": cell["period_start"].year}
    county = "select county_code from core.dim_municipality where municipality_code = $code and year = $year"
    return con.execute(county, place).fetchone()[0]


def _divisions(con: DuckDBPyConnection, cell: dict[str, Any], moment: datetime) -> list[dict[str, Any]]:
    """The municipal division by which parts were summed to the region; none where the publisher did that."""
    if cell["derivation"] != "summed" or cell["source_code"] in ("sotkanet", "sampo", "treasury"):
        return []
    return rows_of(con, query("explain_divisions"), {"year": cell["period_start"].year, "moment": moment})


def _assets(datasets: list[str], objects: list[str]) -> list[str]:
    """The assets whose checks bear on the figure: what came in, and the mart."""
    ingested = {SOURCE_ASSETS[one] for one in (*datasets, *objects) if one in SOURCE_ASSETS}
    return sorted(ingested | {"core__fct_observation", "mart__minimum_dataset", "meta__lineage"})


def _locks(con: DuckDBPyConnection, datasets: list[str], cell: dict[str, Any]) -> list[dict[str, Any]]:
    months = {"datasets": datasets, "first": f"{cell['period_start']:%Y-%m}", "last": f"{cell['period_end']:%Y-%m}"}
    locked = "from dq.period_lock where dataset in (select unnest($datasets::varchar[])) and period between $first and $last order by dataset, period"
    return rows_of(con, locked, months)
