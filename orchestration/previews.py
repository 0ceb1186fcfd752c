"""What a person sees of the mart without opening it.

Belongs here: choosing a few rows and one drawing from the finished build. Does not belong here: drawing (pictures.py) and Dagster's forms (metadata.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orchestration import metadata, pictures

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.night import Night

MART = "mart__minimum_dataset"
_ROWS = 8
_TOTALS = "known_to is null and " + " and ".join(
    f"{split} = 'total'" for split in ("sex", "age_group", "language_status", "municipality_type")
)
_SHOWN = "indicator_code, value, unit, value_status, region_name_fi as region, concat(period_start, '/', period_end) as period, origin"


def of_mart(night: Night, con: DuckDBPyConnection) -> dict[str, Any]:
    """A few current rows, one an indicator, and a picture of the figures by county of the newest period that most counties have; empty before there are any."""
    rows = con.execute(
        f"select {_SHOWN} from mart.minimum_dataset where {_TOTALS} "
        "qualify row_number() over (partition by indicator_code order by period_end desc, region_level = 'country' desc, basis desc, region_code, period_start) = 1 "
        f"order by indicator_code limit {_ROWS}"
    )
    names = [column[0] for column in rows.description]
    preview = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    if not preview:
        return {}
    shown = {"a few current rows": metadata.table(preview)}
    figures = con.execute(
        f"""
        with county as (
            select * from mart.minimum_dataset
            where {_TOTALS} and region_level = 'county' and basis = 'residence' and indicator_code = 'contacts_per_1000'
        ),
        fullest as (
            select period_start, period_end from county group by period_start, period_end
            order by count(value) desc, period_end desc, period_start limit 1
        )
        select region_name_fi, value::double, unit, origin, period_start::varchar, period_end::varchar
        from county semi join fullest using (period_start, period_end)
        order by value desc nulls last, region_code"""
    ).fetchall()
    if figures:
        _, _, unit, _, start, end = figures[0]
        note = f"{unit}, by residence; {start} – {end}"
        if any(row[3] == "synthetic" for row in figures):
            note += f"; {pictures.SYNTHETIC}"
        title = "Care contacts per 1 000 residents, by county"
        drawn = pictures.bars(title, {row[0]: row[1] for row in figures}, note=note, digits=1)
        shown["newest figures by county"] = metadata.picture(night, "contacts_per_1000", drawn, title)
    return shown
