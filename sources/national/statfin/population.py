"""A population reply as typed rows, and what must hold of it before it is kept.

Belongs here: the meaning of the dimensions, ages, sexes and symbols of the population table, and the checks of one year's reply as a whole (HVA-POP-0-…).
Does not belong here: fetching (collect.py), reading json-stat2 (cube.py), and rules of single rows (population.yml).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError
from sources.national.statfin.cube import Cube
from sources.national.statfin.metadata import SEXES, TOTAL, find_part, variables_of
from sources.national.statfin.planner import Selection

if TYPE_CHECKING:
    import polars as pl

KEY = ("year", "area_code", "sex", "age_years")
CONTENT = (*KEY, "population", "value_status", "origin")

# The symbols that PxWeb puts in place of a number, and beside one. Their meanings are Statistics Finland's general ones; none was seen in this table.
WITHOUT_NUMBER = {"": "missing", ".": "not_applicable", "..": "missing", "...": "suppressed", "-": "true_zero"}
WITH_NUMBER = {"": "value", "*": "provisional"}

# A new municipal division drops a handful of municipalities (the largest reform, 2009, dropped 16 %); a broken reply drops most of them.
LEAST_SHARE_AFTER_NEW_DIVISION = 0.8


def population_rows(cube: Cube, simulated: bool) -> pl.DataFrame:
    """The cells of a reply as rows `CONTENT`: year, area_code ('SSS' or three digits), sex, age_years (null = all ages, 100 = 100 and over),
    population (persons, null where there is no number), value_status, origin.

    A simulated source must say which of its cells are real; without that label its reply is refused. Raises SourceError.
    """
    import polars as pl

    area, age, sex, time = _parts(cube)
    values, statuses = _judged(cube)
    return pl.DataFrame(
        {
            "year": _gathered(cube, time, [int(code) for code in cube.codes[time]], pl.Int16),
            "area_code": _gathered(cube, area, [code.removeprefix("KU") for code in cube.codes[area]], pl.String),
            "sex": _gathered(cube, sex, [SEXES[code] for code in cube.codes[sex]], pl.String),
            "age_years": _gathered(cube, age, [_age(code) for code in cube.codes[age]], pl.Int16),
            "population": values,
            "value_status": statuses,
            "origin": origins(cube, simulated),
        }
    )


def _gathered(cube: Cube, dimension: str, typed: list, dtype: type[pl.DataType]) -> pl.Series:
    import polars as pl

    return pl.Series(typed, dtype=dtype).gather(cube.positions(dimension))


def _age(code: str) -> int | None:
    return None if code == TOTAL else int(code.removesuffix("-"))


def _parts(cube: Cube) -> tuple[str, str, str, str]:
    """Area, age, sex and time dimensions: by role where the reply gives one, else by prefix or text."""
    variables = variables_of(cube)
    times = [v.code for v in variables if v.time]
    if len(times) != 1:
        raise SourceError(f"the reply names {len(times)} dimensions as time instead of one: its roles have changed")
    geo = cube.roles.get("geo", ())
    area = geo[0] if len(geo) == 1 and geo[0] in cube.codes else find_part(variables, "area").code
    return area, find_part(variables, "age").code, find_part(variables, "sex").code, times[0]


def _judged(cube: Cube) -> tuple[pl.Series, pl.Series]:
    """Numbers as whole persons, and what stands for each cell. HVA-POP-0-002 and HVA-POP-0-003."""
    import numpy as np
    import polars as pl

    absent = np.isnan(cube.values)
    whole = np.where(absent, 0, cube.values)
    if ((whole < 0) | (whole != np.floor(whole))).any():
        raise SourceError(
            "HVA-POP-0-002: the reply holds a population that is negative or no whole number: refused whole"
        )
    symbols = pl.Series(cube.status.tolist(), dtype=pl.String)
    frame = pl.DataFrame({"n": whole, "absent": absent, "symbol": symbols}).select(
        pl.col("n").cast(pl.Int64),
        "absent",
        "symbol",
        status=pl.when("absent")
        .then(pl.col("symbol").replace_strict(WITHOUT_NUMBER, default=None, return_dtype=pl.String))
        .otherwise(pl.col("symbol").replace_strict(WITH_NUMBER, default=None, return_dtype=pl.String)),
    )
    if (unknown := frame.filter(pl.col("status").is_null())).height:
        beside = "in place of" if unknown["absent"][0] else "beside"
        raise SourceError(
            f"HVA-POP-0-003: {unknown.height} cells carry {unknown['symbol'][0]!r} {beside} a number: its meaning is not known"
        )
    zero = (pl.col("n") == 0) & (pl.col("status") == "value")
    has_number = ~pl.col("absent") | (pl.col("status") == "true_zero")
    frame = frame.select(
        population=pl.when(has_number).then("n"),
        value_status=pl.when(zero).then(pl.lit("true_zero")).otherwise("status"),
    )
    return frame["population"], frame["value_status"]


def origins(cube: Cube, simulated: bool) -> pl.Series:
    """Of each cell whether a body published it or the simulator made it. Raises SourceError where a simulated reply does not say."""
    import polars as pl

    if not simulated:
        return pl.repeat("published", len(cube.values), dtype=pl.String, eager=True)
    if cube.published is None:
        raise SourceError(
            "the simulator's reply does not say which cells are real: it may not be taken for published data"
        )
    return pl.Series(cube.published).replace_strict({True: "published", False: "synthetic"}, return_dtype=pl.String)


def require_asked(cube: Cube, part: Selection) -> None:
    """HVA-POP-0-001: the reply holds exactly the cells that were asked for, in whatever order."""
    if set(cube.codes) != set(part):
        raise SourceError(f"HVA-POP-0-001: the reply has the dimensions {list(cube.codes)} instead of {list(part)}")
    for code, values in part.items():
        if set(cube.codes[code]) != set(values):
            raise SourceError(
                f"HVA-POP-0-001: the reply has {len(cube.codes[code])} values of {code} where {len(values)} others were asked"
            )


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in their one order: year, area, sex, age with the total first."""
    return frame.select(CONTENT).sort(KEY, nulls_last=False)


def require_totals(frame: pl.DataFrame) -> None:
    """HVA-POP-0-004: where all cells are numbers, each total is the sum of its parts: over areas, over sexes, over ages."""
    import polars as pl

    totals = {
        "area_code": pl.col("area_code") == TOTAL,
        "sex": pl.col("sex") == "total",
        "age_years": pl.col("age_years").is_null(),
    }
    for column, is_total in totals.items():
        rest = [name for name in KEY if name != column]
        sums = frame.group_by(rest).agg(
            whole=pl.col("population").filter(is_total).sum(),
            parts=pl.col("population").filter(~is_total).sum(),
            known=pl.col("population").is_not_null().all(),
        )
        if (wrong := sums.filter(pl.col("known") & (pl.col("whole") != pl.col("parts")))).height:
            first = wrong.sort(rest).row(0, named=True)
            raise SourceError(
                f"HVA-POP-0-004: total over {column} is {first['whole']} but its parts sum to {first['parts']} (first of {wrong.height})"
            )


def require_no_loss(frame: pl.DataFrame, before: dict[str, Any], area_variable: str) -> None:
    """HVA-POP-0-005: no fewer numbers than the last good snapshot of the year (`before`, its event's body) had.

    A new municipal division, told by a new stamp on the area variable, may drop some municipalities.
    """
    found, had = frame["population"].count(), before["values"]
    share = 1.0 if before["area_variable"] == area_variable else LEAST_SHARE_AFTER_NEW_DIVISION
    if found < share * had:
        raise SourceError(f"HVA-POP-0-005: {found} figures where the last good snapshot had {had}: that one stays")
