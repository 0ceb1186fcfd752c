"""Codes and organisations as typed rows, and what must hold of a list before it is kept. Shared by both code servers.

Belongs here: dates, the tree of broader codes, comparing with the last good list. Does not belong here: the servers' replies (csapi.py, sources/national/codelist).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

ITEM = "code_list_item"
ORGANISATION = "care_organisation"
ITEM_COLUMNS = (
    *("code_system", "code", "code_name_fi", "code_name_sv", "code_name_en", "parent_code"),
    *("status", "valid_from", "valid_to", "origin"),
)
ORGANISATION_COLUMNS = (
    *("organisation_code", "organisation_name_fi", "abbreviation", "parent_organisation_code", "sector_code"),
    *("municipality_code", "business_id", "is_social_care_unit", "is_health_care_unit", "topi_code"),
    *("status", "valid_from", "valid_to", "origin"),
)
# The most of a list that may be gone at once; more is a list cut short.
MOST_LOST = 0.1


def typed(rows: list[dict[str, Any]], columns: tuple[str, ...], what: str, simulated: bool) -> pl.DataFrame:
    """Rows of texts as a frame: blanks are nothing, dates are dates, truths are truths. In the order of the first two columns. Raises SourceError."""
    import polars as pl

    sent = [name for name in columns if name != "origin"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(sent, pl.String)).with_columns(
        pl.col(pl.String).str.strip_chars().replace("", None)
    )
    for name in ("valid_from", "valid_to"):
        # A date, or the date of a moment.
        day = frame[name].str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$").str.to_date(strict=False)
        wrong = frame.filter(frame[name].is_not_null() & day.is_null())
        if wrong.height:
            raise SourceError(f"HVA-COD-0-001: {what}: {wrong[name][0][:30]!r} of {wrong[columns[0]][0]} is no date")
        frame = frame.with_columns(day.alias(name))
    for name in (name for name in sent if name.startswith("is_")):
        frame = frame.with_columns(pl.col(name).replace_strict({"T": "true", "F": "false"}, default=None))
    origin = pl.lit("synthetic" if simulated else "published").alias("origin")
    return frame.with_columns(origin).select(columns).sort(columns[:2], nulls_last=True)


def require_list(frame: pl.DataFrame, before: dict[str, Any] | None, what: str) -> None:
    """Some rows, no code twice, periods that end after they begin, and hardly fewer rows than the last good list had. Raises SourceError."""
    import polars as pl

    if frame.is_empty():
        raise SourceError(f"HVA-COD-0-002: {what}: the list is empty: the last good one stays")
    backwards = frame.filter(pl.col("valid_to") < pl.col("valid_from"))
    if backwards.height:
        raise SourceError(
            f"HVA-COD-0-003: {what}: {backwards.row(0)[:2]} ends before it begins (first of {backwards.height})"
        )
    had = before["parquet"]["rows"] if before is not None else 0
    if frame.height < had * (1 - MOST_LOST):
        raise SourceError(
            f"HVA-COD-0-004: {what}: {frame.height} rows where the last good list had {had}: that one stays"
        )
