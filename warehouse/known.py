"""Facts of a staged build that table checks compare with.

Belongs here: small look-ups over the registry and the national inputs of build/. Does not belong here: judging them (expectations/).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sources.home import Home
from warehouse.release import current_release
from warehouse.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def accepted_rows(con: DuckDBPyConnection, build: Path, dataset: str) -> dict[tuple[str, str], int]:
    """Rows in force by (organiser_code, period) of one dataset, as the verdicts of the deliveries in force say."""
    delivery = literal(build / "registry" / "delivery.parquet")
    rows = con.execute(
        f"select organiser_code, period, rows_in_force from read_parquet({delivery}) where status = 'accepted' and dataset = $1",
        [dataset],
    ).fetchall()
    return {(organiser, period): accepted for organiser, period, accepted in rows}


def residents_by_county(con: DuckDBPyConnection, build: Path) -> dict[str, int] | None:
    """Residents by county code: the latest year of the snapshots in force; None while a national source has never answered."""
    snapshot = literal(build / "registry" / "snapshot.parquet")
    population = literal(build / "national" / "population" / "*.parquet")
    municipality_map = literal(build / "national" / "municipality_map" / "*.parquet")
    rows = con.execute(
        f"""
        with in_force as (select snapshot_id from read_parquet({snapshot}) where known_to is null),
        population as (
            select area_code as municipality_code, year, population
            from read_parquet({population}, union_by_name = true) semi join in_force using (snapshot_id)
            where sex = 'total' and age_years is null and area_code <> 'SSS'
            qualify year = max(year) over ()
        ),
        counties as (
            select municipality_code, hva_code
            from read_parquet({municipality_map}, union_by_name = true) semi join in_force using (snapshot_id)
            qualify year = max(year) over ()
        )
        select hva_code, sum(population)::bigint from population join counties using (municipality_code) group by hva_code
        """
    ).fetchall()
    return dict(rows) or None


def published_contacts(home: Home) -> int | None:
    """Care contacts in force in the current release; None before the first."""
    from warehouse.read import open_release

    if current_release(home) is None:
        return None
    with open_release(home) as con:
        return con.execute("select count(*) from core.fct_care_contact where known_to is null").fetchone()[0]
