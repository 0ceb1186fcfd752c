"""Observations of one indicator as typed rows, and what must hold of a reply before it is kept (HVA-SOT-0-021 … 027).

Belongs here: `/json` rows split by the category of their region. A reply mixes all levels, so its rows must never be summed; a region that has no row stays
without one, since suppressed and missing cannot be told apart. Does not belong here: asking (collect.py), and rules of single rows (sotkanet_observation.yml).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError
from sources.national.sotkanet.cleaning import SEXES
from sources.national.sotkanet.metadata import ORIGIN_LABEL

if TYPE_CHECKING:
    import polars as pl

COLUMNS = (
    "indicator_id",
    "region_id",
    "region_category",
    "region_code",
    "hva_code",
    "municipality_code",
    "year",
    "sex",
    "value",
    "abs_value",
    "value_status",
    "origin",
)
LARGEST = 1e11  # what DECIMAL(18,6) holds with room to spare; the country's yearly costs in euros are below it
# Mergers of municipalities and mended figures take some rows away; a broken reply takes most of them.
LEAST_SHARE_OF_BEFORE = 0.8


class UnknownRegionError(SourceError):
    """Rows are of a region that the list of regions lacks; a newer list may have it."""


@dataclass(frozen=True)
class Asked:
    """What one request asked for."""

    indicator_id: int
    years: tuple[int, ...]
    sexes: tuple[str, ...]


def observation_rows(document: Any, asked: Asked, regions: pl.DataFrame, simulated: bool) -> pl.DataFrame:
    """The rows `COLUMNS` of a reply in the order region, year, sex. `regions` are those of `known_regions`.

    A row without `value` is kept with its `absValue` and the status missing. In a simulated home a row is synthetic unless it says that it is published.
    Raises SourceError.
    """
    import polars as pl

    sent = _sent(document)
    _require_asked(sent, asked)
    placed = sent.join(regions, on="region_id", how="left")
    if (strangers := placed.filter(pl.col("region_category").is_null())).height:
        raise UnknownRegionError(
            f"HVA-SOT-0-023: {strangers.height} rows are of region {strangers['region_id'][0]}, which the list of regions lacks"
        )
    ids_of_county = pl.col("region_id").n_unique().over("hva_code", "year", "sex")
    in_two = placed.filter(pl.col("hva_code").is_not_null() & (ids_of_county > 1))
    if in_two.height:
        first = in_two.row(0, named=True)
        raise SourceError(
            f"HVA-SOT-0-024: county {first['hva_code']} has two rows for {first['year']} {first['sex']}, one by an earlier id: "
            "which one holds is not guessed"
        )
    published = pl.lit(True) if not simulated else pl.col("label") == "published"
    shaped = placed.with_columns(
        pl.col("indicator_id").cast(pl.Int32),
        pl.col("year").cast(pl.Int16),
        pl.col("value", "abs_value").cast(pl.Decimal(18, 6)),
        value_status=pl.when(pl.col("value").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("value") == 0)
        .then(pl.lit("true_zero"))
        .otherwise(pl.lit("value")),
        origin=pl.when(published.fill_null(False)).then(pl.lit("published")).otherwise(pl.lit("synthetic")),
    )
    return shaped.select(COLUMNS).sort("region_id", "year", "sex")


def _sent(document: Any) -> pl.DataFrame:
    """The rows as sent, each field of its own type."""
    import polars as pl

    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise SourceError("HVA-SOT-0-021: the reply is no list of rows: the protocol has changed")
    columns: dict[str, pl.Series] = {}
    for name, field, kinds in (
        ("indicator_id", "indicator", {int}),
        ("region_id", "region", {int}),
        ("year", "year", {int}),
        ("sex", "gender", {str}),
        ("value", "value", {int, float, type(None)}),
        ("abs_value", "absValue", {int, float, type(None)}),
        ("label", ORIGIN_LABEL, {str, type(None)}),
    ):
        given = [row.get(field) for row in document]
        if strange := sorted(kind.__name__ for kind in {type(value) for value in given} - kinds):
            raise SourceError(f"HVA-SOT-0-021: the reply gives `{field}` as {strange[0]}: its form has changed")
        dtype = pl.Float64 if float in kinds else pl.String if str in kinds else pl.Int32
        try:
            columns[name] = pl.Series(given, dtype=dtype)
        except (pl.exceptions.PolarsError, ValueError, OverflowError, TypeError) as error:
            raise SourceError(f"HVA-SOT-0-021: a `{field}` cannot be held ({str(error)[:60]})") from error
        if dtype == pl.Float64 and (columns[name].abs().max() or 0) > LARGEST:
            raise SourceError(f"HVA-SOT-0-021: the reply holds a `{field}` above {LARGEST:g}: it cannot be right")
    return pl.DataFrame(columns)


def _require_asked(sent: pl.DataFrame, asked: Asked) -> None:
    """HVA-SOT-0-022: every row is of the indicator, years and sexes that were asked for."""
    wanted = {"indicator_id": {asked.indicator_id}, "year": set(asked.years), "sex": set(asked.sexes) & set(SEXES)}
    for column, values in wanted.items():
        if strangers := set(sent[column].unique()) - values:
            raise SourceError(
                f"HVA-SOT-0-022: rows of {column} {sorted(strangers)[0]!r} came, which was not asked for: another reply?"
            )


def require_some(frame: pl.DataFrame, before: dict[str, Any] | None) -> None:
    """HVA-SOT-0-025: there are rows, and not far fewer figures than the last good snapshot (`before`, its event's body) had."""
    found = frame["value"].count()
    if frame.height == 0:
        raise SourceError("HVA-SOT-0-025: the reply has no row at all: discontinued, or its id has moved")
    if before is not None and found < LEAST_SHARE_OF_BEFORE * before["values"]:
        raise SourceError(
            f"HVA-SOT-0-025: {found} figures where the last good snapshot had {before['values']}: that one stays"
        )
