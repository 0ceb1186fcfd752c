"""Sotkanet's regions, and which of them is which county, municipality and collaborative area.

Belongs here: `/regions` as rows (HVA-SOT-0-011 … 015). Codes of different systems collide: Sotkanet's 7 was Etelä-Karjala before 2024, Statistics Finland's 07 is
Kanta-Häme, and the region (maakunta) 07 is Päijät-Häme. A county is therefore told by its category and Sotkanet id, and its code only confirms it.
Does not belong here: other sources' codes of counties, which have their own tables.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

COUNTY_IDS = Path(__file__).parent / "county_ids.csv"
COUNTY, MUNICIPALITY, AREA, COUNTRY = "HYVINVOINTIALUE", "KUNTA", "YTA", "MAA"
_DIGITS = {MUNICIPALITY: 3, COUNTY: 2}
# How the Finnish name of each collaborative area begins: its code on the wire has not been seen, so name and code must agree.
AREA_NAMES = {"1": "Etelä", "2": "Itä", "3": "Sisä", "4": "Länsi", "5": "Pohjoi", "6": "Ahvenanmaa"}
FEWEST_MUNICIPALITIES = 250  # 308 in 2026; fewer than this is a part of the list
SYSTEM_NOW, SYSTEM_BEFORE = "2024", "before_2024"


@cache
def county_ids() -> pl.DataFrame:
    """Sotkanet's ids of counties: region_id, county_code_as_sent (without leading zeros), hva_code, county_system ('2024' or 'before_2024')."""
    import polars as pl

    with COUNTY_IDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    now = [(int(r["region_id"]), r["hva_code"].lstrip("0"), r["hva_code"], SYSTEM_NOW) for r in rows]
    before = [
        (int(r["region_id_before_2024"]), r["code_before_2024"], r["hva_code"], SYSTEM_BEFORE)
        for r in rows
        if r["region_id_before_2024"]
    ]
    columns = {
        "region_id": pl.Int32,
        "county_code_as_sent": pl.String,
        "hva_code": pl.String,
        "county_system": pl.String,
    }
    return pl.DataFrame(now + before, schema=columns, orient="row")


def region_rows(document: Any, simulated: bool) -> pl.DataFrame:
    """The list of regions as typed rows in the order of ids; codes are text, zero-padded where a system has a width. Raises SourceError."""
    import polars as pl

    sent = _sent(document)
    if (twice := sent.filter(pl.col("region_id").is_duplicated())).height:
        raise SourceError(
            f"HVA-SOT-0-012: region {twice['region_id'][0]} is listed twice: which one holds is not guessed"
        )
    bare = pl.col("code_as_sent").str.strip_chars_start("0")
    width = pl.col("region_category").replace_strict(_DIGITS, default=0, return_dtype=pl.UInt32)
    frame = (
        sent.join(county_ids(), on="region_id", how="left")
        .with_columns(
            region_code=pl.when(width > 0)
            .then(pl.col("code_as_sent").str.pad_start(width, "0"))
            .when(pl.col("region_category") == AREA)
            .then(bare)
            .otherwise("code_as_sent"),
            confirmed=bare == pl.col("county_code_as_sent"),
        )
        .with_columns(is_county=pl.col("region_category") == COUNTY)
    )
    _refuse_unknown_counties(frame)
    area_named = pl.col("region_code").replace_strict(AREA_NAMES, default=None, return_dtype=pl.String)
    return frame.select(
        "region_id",
        "region_category",
        "region_code",
        hva_code=pl.when("is_county").then("hva_code"),
        county_system=pl.when("is_county").then("county_system"),
        municipality_code=pl.when(pl.col("region_category") == MUNICIPALITY).then("region_code"),
        collaborative_area_code=pl.when(
            (pl.col("region_category") == AREA) & pl.col("name_fi").str.starts_with(area_named)
        ).then("region_code"),
        name_fi="name_fi",
        name_sv="name_sv",
        name_en="name_en",
        member_of="member_of",
        uri="uri",
        code_as_sent="code_as_sent",
        origin=pl.lit("synthetic" if simulated else "published"),
    ).sort("region_id")


def _sent(document: Any) -> pl.DataFrame:
    import polars as pl

    title = pl.Struct({"fi": pl.String, "sv": pl.String, "en": pl.String})
    schema = {
        "id": pl.Int32,
        "code": pl.String,
        "category": pl.String,
        "title": title,
        "memberOf": pl.List(pl.Int32),
        "uri": pl.String,
    }
    if not isinstance(document, list) or not document or not all(isinstance(entry, dict) for entry in document):
        raise SourceError("HVA-SOT-0-011: the list of regions is no list of objects: the protocol has changed")
    try:
        listed = pl.DataFrame(document, schema=schema)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(f"HVA-SOT-0-011: a region has another shape than before ({str(error)[:80]})") from error
    if listed.select(pl.any_horizontal(pl.col("id", "code", "category").is_null().any())).item():
        raise SourceError("HVA-SOT-0-011: a region has no id, code or category: the shape has changed")

    def name(language: str) -> pl.Expr:
        return pl.col("title").struct.field(language).str.strip_chars().replace("", None)

    return listed.select(
        region_id="id",
        region_category=pl.col("category").str.to_uppercase(),
        code_as_sent="code",
        name_fi=name("fi"),
        name_sv=name("sv"),
        name_en=name("en"),
        member_of=pl.col("memberOf").list.sort().cast(pl.List(pl.String)).list.join(";"),
        uri="uri",
    )


def _refuse_unknown_counties(frame: pl.DataFrame) -> None:
    import polars as pl

    wrong = frame.filter(pl.col("is_county") & ~pl.col("confirmed").fill_null(False))
    if wrong.height:
        first = wrong.sort("region_id").row(0, named=True)
        raise SourceError(
            f"HVA-SOT-0-013: county {first['region_id']} with code {first['code_as_sent']} ({first['name_fi']}) is not in county_ids.csv: "
            f"ids were renewed before; add it there (first of {wrong.height})"
        )
    counties = frame.filter(pl.col("is_county"))
    if (twice := counties.filter(pl.struct("hva_code", "county_system").is_duplicated())).height:
        raise SourceError(f"HVA-SOT-0-014: county {twice['hva_code'][0]} is listed twice")


def require_whole(frame: pl.DataFrame) -> None:
    """HVA-SOT-0-015: one country, every county by its present id, and most municipalities are listed."""
    import polars as pl

    counts = dict(frame.group_by("region_category").len().iter_rows())
    counties = set(frame.filter(pl.col("county_system") == SYSTEM_NOW)["hva_code"])
    lacking = sorted(set(county_ids()["hva_code"]) - counties)
    if lacking or counts.get(COUNTRY) != 1 or counts.get(MUNICIPALITY, 0) < FEWEST_MUNICIPALITIES:
        raise SourceError(
            f"HVA-SOT-0-015: the list of regions has {counts.get(COUNTRY, 0)} countries, {len(counties)} counties and "
            f"{counts.get(MUNICIPALITY, 0)} municipalities: it is a part of the list"
        )


def known_regions(frame: pl.DataFrame) -> pl.DataFrame:
    """What an observation's region may be: those listed, and the ids of counties that the list no longer has (or does not have yet)."""
    import polars as pl

    columns = ("region_id", "region_category", "region_code", "hva_code", "municipality_code")
    unlisted = (
        county_ids()
        .join(frame, on="region_id", how="anti")
        .select(
            "region_id",
            region_category=pl.lit(COUNTY),
            region_code=pl.col("county_code_as_sent").str.pad_start(2, "0"),
            hva_code="hva_code",
            municipality_code=pl.lit(None, dtype=pl.String),
        )
    )
    return pl.concat([frame.select(columns), unlisted])
