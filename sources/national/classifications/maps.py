"""Correspondence maps as typed rows, and what must hold of them before they are kept (HVA-MAP-0-…).

Belongs here: reading map objects in each language and joining county and collaborative area of one year. Does not belong here: asking for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

LANGUAGES = ("fi", "sv", "en")
COLUMNS = (
    "year",
    "municipality_code",
    "municipality_name_fi",
    "municipality_name_sv",
    "hva_code",
    "hva_name_fi",
    "hva_name_sv",
    "hva_name_en",
    "collaborative_area_code",
    "collaborative_area_name_fi",
    "collaborative_area_name_sv",
    "collaborative_area_name_en",
    "origin",
)
Documents = dict[str, Any]


def municipality_map(year: int, counties: Documents, areas: Documents, tables: tuple[str, str]) -> pl.DataFrame:
    """The map of one year as rows `COLUMNS`, in the order of municipality codes; a name that the source lacks is null.

    `counties` and `areas` hold the map objects of the two `tables` by language. Codes are text: three digits for municipalities, two for counties, one
    for collaborative areas. Raises SourceError.
    """
    import polars as pl

    county = _joined(counties, tables[0], "hva", 2)
    area = _joined(areas, tables[1], "collaborative_area", 1).drop("municipality_name_fi", "municipality_name_sv")
    if set(county["municipality_code"]) != set(area["municipality_code"]):
        odd = sorted(set(county["municipality_code"]) ^ set(area["municipality_code"]))
        raise SourceError(
            f"HVA-MAP-0-004: {year}: municipality {odd[0]} stands in one of {tables[0]} and {tables[1]} only"
        )
    return (
        county.join(area, on="municipality_code")
        .with_columns(pl.lit(year, dtype=pl.Int16).alias("year"), pl.lit("published").alias("origin"))
        .select(COLUMNS)
        .sort("municipality_code")
    )


def _joined(documents: Documents, table: str, target: str, digits: int) -> pl.DataFrame:
    """One table with its names in every language. All languages must hold the same pairs of codes."""
    frame = None
    for language in LANGUAGES:
        one = _frame(documents[language], table, target, digits, language)
        if frame is not None and not frame.select("municipality_code", f"{target}_code").equals(
            one.select("municipality_code", f"{target}_code")
        ):
            raise SourceError(
                f"HVA-MAP-0-003: {table} has other codes in {language} than in fi: it changed while it was read"
            )
        frame = one if frame is None else frame.with_columns(one.select(_name_columns(target, language)))
    return frame


def _name_columns(target: str, language: str) -> list[str]:
    """The name columns that one language's reply brings; municipalities have no English names."""
    return [f"{target}_name_{language}"] + ([] if language == "en" else [f"municipality_name_{language}"])


def _frame(document: Any, table: str, target: str, digits: int, language: str) -> pl.DataFrame:
    import polars as pl

    if not isinstance(document, list) or not document or not all(isinstance(entry, dict) for entry in document):
        raise SourceError(
            f"HVA-MAP-0-001: {table} gives no list of map objects: it is empty, or the # of its name was lost"
        )
    item = pl.Struct(
        {"code": pl.String, "classificationItemNames": pl.List(pl.Struct({"lang": pl.String, "name": pl.String}))}
    )
    schema = {"correspondenceTable": pl.Struct({"localId": pl.String}), "sourceItem": item, "targetItem": item}
    try:
        maps = pl.DataFrame(document, schema=schema)
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        raise SourceError(f"HVA-MAP-0-001: {table} gives map objects of another shape ({str(error)[:80]})") from error
    frame = maps.select(
        table=pl.col("correspondenceTable").struct.field("localId"),
        municipality_code=_code("sourceItem").str.zfill(3),
        **{f"{target}_code": _code("targetItem").str.strip_chars_start("0").str.zfill(digits)},
        **{f"municipality_name_{language}": _name("sourceItem", language)},
        **{f"{target}_name_{language}": _name("targetItem", language)},
    ).sort("municipality_code")
    _refuse_wrong(frame, table, f"{target}_code", digits)
    return frame.select("municipality_code", f"{target}_code", *_name_columns(target, language))


def _code(item: str) -> pl.Expr:
    import polars as pl

    return pl.col(item).struct.field("code")


def _name(item: str, language: str) -> pl.Expr:
    """The name in one language without the blanks that some end in; null where the list is empty or holds other languages only."""
    import polars as pl

    named = pl.col(item).struct.field("classificationItemNames")
    return (
        named.list.eval(pl.element().filter(pl.element().struct.field("lang") == language))
        .list.first()
        .struct.field("name")
        .str.strip_chars()
    )


def _refuse_wrong(frame: pl.DataFrame, table: str, target: str, digits: int) -> None:
    import polars as pl

    if (strangers := frame.filter(pl.col("table").ne_missing(table))).height:
        raise SourceError(f"HVA-MAP-0-001: {table} was asked, maps of {strangers['table'][0]} came")
    good = pl.col("municipality_code").str.contains(r"^[0-9]{3}$") & pl.col(target).str.contains(
        rf"^[0-9]{{{digits}}}$"
    )
    if (bad := frame.filter(~good.fill_null(False))).height:
        first = bad.row(0, named=True)
        raise SourceError(
            f"HVA-MAP-0-002: {table} maps {first['municipality_code']!r} to {first[target]!r}: no codes of this project (first of {bad.height})"
        )
    if (twice := frame.filter(pl.col("municipality_code").is_duplicated())).height:
        raise SourceError(
            f"HVA-MAP-0-002: {table} maps municipality {twice['municipality_code'][0]} twice: it belongs to one only"
        )


def require_no_loss(frame: pl.DataFrame, before: dict[str, Any]) -> None:
    """HVA-MAP-0-005: a year's municipalities do not become fewer. `before` is the body of its last good snapshot's event."""
    if frame.height < before["parquet"]["rows"]:
        had = before["parquet"]["rows"]
        raise SourceError(
            f"HVA-MAP-0-005: {frame.height} municipalities where the last good snapshot had {had}: that one stays"
        )
