"""Reading figures of the minimum dataset off a build, for tests of what they come to."""

from __future__ import annotations

import duckdb

NET, ADJUSTED = "net_costs_per_resident_eur", "need_adjusted_net_costs_per_resident_eur"
TOTAL = "sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'"


def versions(con: duckdb.DuckDBPyConnection, columns: str, where: str) -> list[tuple]:
    """The versions of one figure, oldest first: the columns, known_from, known_to."""
    query = f"select {columns}, known_from, known_to from mart.minimum_dataset where {where} order by known_from"
    return con.execute(query).fetchall()


def of(
    indicator: str, basis: str, region: str, period: str = "2026-09-01", grain: str = "month", group: str = TOTAL
) -> str:
    return (
        f"indicator_code = '{indicator}' and basis = '{basis}' and region_code = '{region}'"
        f" and period_start = '{period}' and period_grain = '{grain}' and {group}"
    )
