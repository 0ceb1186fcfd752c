"""A reply of key figures as typed rows, and what must hold of it before it is kept.

Belongs here: which of the table's measures and areas are taken, the meaning of its cells, and the checks of a reply as a whole (HVA-KEY-0-…). Does not belong here: asking (collect.py),
reading json-stat2 (statfin/cube.py), rules of single rows (key_figure.yml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError
from sources.national.statfin.cube import Cube
from sources.national.statfin.metadata import TOTAL, Variable, find_part, read_variables, variables_of
from sources.national.statfin.population import WITH_NUMBER, WITHOUT_NUMBER, origins

if TYPE_CHECKING:
    import polars as pl

# Indicator → tail of the table's content code.
MEASURES = {
    "demographic_dependency_ratio": "dem_huoltos",
    "economic_dependency_ratio": "tal_huoltos",
    "mean_age_years": "vaesto_keski_ika",
    "foreign_language_percent": "vaesto_kieli_ulk_p",
}
COLUMNS = ("year", "area_code", "indicator_code", "value", "value_status", "origin")
KEY = COLUMNS[:3]
# The whole country, and the wellbeing services counties: other levels would have to be added up, and shares cannot be.
_AREA = re.compile(rf"{TOTAL}|HVA([0-9]{{2}})")
_YEAR = re.compile(r"[0-9]{4}")


@dataclass(frozen=True)
class KeyFigureTable:
    """The three variables of the table. `measures` are content codes by indicator."""

    area: Variable
    time: Variable
    contents: Variable
    measures: dict[str, str]

    def selection(self, first_year: int) -> dict[str, tuple[str, ...]]:
        """Every cell that is taken: country and counties × measures × years from the first one."""
        return {
            self.area.code: tuple(value for value in self.area.values if _AREA.fullmatch(value)),
            self.contents.code: tuple(self.measures.values()),
            self.time.code: tuple(sorted(year for year in self.time.values if int(year) >= first_year)),
        }

    def probe(self) -> dict[str, tuple[str, ...]]:
        """The one cell that tells when the table was last released."""
        one = (next(iter(self.measures.values())),)
        return {self.area.code: (TOTAL,), self.contents.code: one, self.time.code: (max(self.time.values),)}


def key_figure_table(document: Any) -> KeyFigureTable:
    """Find the variables, areas and measures in the table's metadata. Raises SourceError when one is missing, ambiguous or coded otherwise."""
    variables = read_variables(document)
    area, contents = find_part(variables, "area"), find_part(variables, "contents")
    times = [variable for variable in variables if variable.time]
    if len(times) != 1 or len(variables) != 3:
        raise SourceError(
            f"HVA-KEY-0-001: the table has the variables {', '.join(v.code for v in variables)} instead of area, contents and time: its shape has changed"
        )
    found = {
        name: [c for c in contents.values if c == tail or c.endswith(f"-{tail}")] for name, tail in MEASURES.items()
    }
    if wrong := [MEASURES[name] for name, codes in found.items() if len(codes) != 1]:
        raise SourceError(
            f"HVA-KEY-0-002: content {wrong[0]} is not found once in {contents.code}: renamed? See the table's metadata"
        )
    if TOTAL not in area.values or not any(value.startswith("HVA") and _AREA.fullmatch(value) for value in area.values):
        raise SourceError(
            f"HVA-KEY-0-003: variable {area.code} has no {TOTAL} or no wellbeing services county (HVA…): area coding has changed"
        )
    if unknown := [year for year in times[0].values if not _YEAR.fullmatch(year)]:
        raise SourceError(f"HVA-KEY-0-004: variable {times[0].code} has the value {unknown[0]!r}, which is no year")
    return KeyFigureTable(area, times[0], contents, {name: codes[0] for name, codes in found.items()})


def key_figure_rows(cube: Cube, simulated: bool) -> pl.DataFrame:
    """The cells of a reply as rows `COLUMNS`, in the order of the key; `area_code` is SSS or a county's two digits. Raises SourceError."""
    import polars as pl

    variables = variables_of(cube)
    times = [variable.code for variable in variables if variable.time]
    if len(times) != 1:
        raise SourceError(f"HVA-KEY-0-005: the reply names {len(times)} dimensions as time instead of one")
    area, contents = find_part(variables, "area").code, find_part(variables, "contents").code
    measures = {code: name for name, tail in MEASURES.items() for code in cube.codes[contents] if _is_of(code, tail)}
    values, statuses = _judged(cube)

    def gathered(dimension: str, typed: list, dtype: type[pl.DataType]) -> pl.Series:
        return pl.Series(typed, dtype=dtype).gather(cube.positions(dimension))

    frame = pl.DataFrame(
        {
            "year": gathered(times[0], [int(code) for code in cube.codes[times[0]]], pl.Int16),
            "area_code": gathered(area, [code.removeprefix("HVA") for code in cube.codes[area]], pl.String),
            "indicator_code": gathered(contents, [measures[code] for code in cube.codes[contents]], pl.String),
            "value": values,
            "value_status": statuses,
            "origin": origins(cube, simulated),
        }
    )
    return frame.sort(KEY)


def _is_of(code: str, tail: str) -> bool:
    return code == tail or code.endswith(f"-{tail}")


def _judged(cube: Cube) -> tuple[pl.Series, pl.Series]:
    """Numbers, and what stands for each cell."""
    import numpy as np
    import polars as pl

    absent = np.isnan(cube.values)
    frame = pl.DataFrame(
        {
            "n": np.where(absent, 0, cube.values),
            "absent": absent,
            "symbol": pl.Series(cube.status.tolist(), dtype=pl.String),
        }
    ).with_columns(
        value_status=pl.when("absent")
        .then(pl.col("symbol").replace_strict(WITHOUT_NUMBER, default=None, return_dtype=pl.String))
        .otherwise(pl.col("symbol").replace_strict(WITH_NUMBER, default=None, return_dtype=pl.String))
    )
    if (unknown := frame.filter(pl.col("value_status").is_null())).height:
        raise SourceError(
            f"HVA-KEY-0-006: {unknown.height} cells carry {unknown['symbol'][0]!r}: its meaning is not known"
        )
    zero = (pl.col("n") == 0) & (pl.col("value_status") == "value")
    frame = frame.select(
        value=pl.when(~pl.col("absent") | (pl.col("value_status") == "true_zero")).then("n").cast(pl.Decimal(9, 4)),
        value_status=pl.when(zero).then(pl.lit("true_zero")).otherwise("value_status"),
    )
    return frame["value"], frame["value_status"]


def require_no_loss(frame: pl.DataFrame, before: dict[str, Any] | None) -> int:
    """How many figures there are: some, and no fewer than the last good snapshot had. Raises SourceError."""
    figures = frame["value"].count()
    if figures == 0:
        raise SourceError("HVA-KEY-0-007: the reply has no figure at all: the last good snapshot stays")
    if before is not None and figures < before["values"]:
        raise SourceError(
            f"HVA-KEY-0-008: {figures} figures where the last good snapshot had {before['values']}: that one stays"
        )
    return figures
