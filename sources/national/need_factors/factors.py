"""The workbook's rows, typed, and what must hold of them as a whole.

Belongs here: reading the dropped CSV and the checks HVA-NF-0-…. Does not belong here: rules of single rows (need_factors.yml), provenance (drop.py).
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from sources.national.need_factors.drop import Provenance
from sources.national.outcome import SourceError
from sources.reference import code_list

if TYPE_CHECKING:
    import polars as pl

# As in the file → as in the contract. The Finnish name is for whoever reads the file.
COLUMNS = {
    "data_year": "data_year",
    "hva_code": "county_code",
    "name_fi": None,
    "sector": "sector",
    "need_factor": "need_factor",
    "population_31_12": "population",
    "population_65plus": "population_65plus",
}
CONTENT = ("vintage", "data_year", "county_code", "sector", "need_factor", "population", "population_65plus", "origin")
KEY = ["data_year", "county_code", "sector"]
COUNTRY = "FI"
# The published total is health, social and older people's care so weighted (agrees with every published row to the last digit but one).
WEIGHTS = {"TH": "0.5886", "SH": "0.2139", "VH": "0.1975"}
TOLERANCE = 0.000002


def factor_rows(provenance: Provenance, data: bytes) -> pl.DataFrame:
    """The rows of a file as columns CONTENT in the order of KEY; a number that cannot be read is null, for the contract to refuse.

    Raises SourceError (HVA-NF-0-003) when the file is no CSV with the agreed header.
    """
    import polars as pl

    try:
        text = pl.read_csv(io.BytesIO(data), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise SourceError(f"HVA-NF-0-003: {provenance.file} is no CSV ({' '.join(str(error).split())[:120]})") from None
    if text.columns != list(COLUMNS):
        raise SourceError(f"HVA-NF-0-003: {provenance.file} has the columns {text.columns} instead of {list(COLUMNS)}")
    kinds = {
        "data_year": pl.Int16,
        "need_factor": pl.Decimal(9, 6),
        "population": pl.Int64,
        "population_65plus": pl.Int64,
    }
    typed = [
        pl.col(sent).cast(kinds.get(name, pl.String), strict=False).alias(name)
        for sent, name in COLUMNS.items()
        if name
    ]
    said = [pl.lit(provenance.vintage).alias("vintage"), pl.lit(provenance.origin).alias("origin")]
    return text.select(*typed, *said).select(CONTENT).sort(KEY)


def require_whole(frame: pl.DataFrame) -> None:
    """HVA-NF-0-004: each year and sector has every area once; HVA-NF-0-005: the country is 1 and its residents are the areas' sum; HVA-NF-0-006: each total is
    its weighted sectors. Raises SourceError.
    """
    import polars as pl

    areas = len(code_list("organiser_or_country"))
    counted = frame.group_by("data_year", "sector").agg(pl.col("county_code").n_unique().alias("areas"))
    lacking = counted.filter(pl.col("areas") != areas).sort("data_year", "sector")
    sectors = frame.group_by("data_year").agg(pl.col("sector").n_unique().alias("sectors"))
    if lacking.height or sectors.filter(pl.col("sectors") != len(WEIGHTS) + 1).height:
        where = "/".join(map(str, lacking.row(0))) if lacking.height else "a year"
        raise SourceError(
            f"HVA-NF-0-004: {where}: not every one of {areas} areas and {len(WEIGHTS) + 1} sectors is there"
        )
    is_country = pl.col("county_code") == COUNTRY
    sums = frame.group_by("data_year", "sector").agg(
        factor=pl.col("need_factor").filter(is_country).first(),
        apart=pl.col("population").filter(~is_country).sum() - pl.col("population").filter(is_country).first(),
    )
    if (wrong := sums.filter((pl.col("factor") != 1) | (pl.col("apart") != 0)).sort("data_year", "sector")).height:
        raise SourceError(
            f"HVA-NF-0-005: {wrong['data_year'][0]}: the country is not 1, or its residents are not the areas' sum"
        )
    wide = frame.pivot("sector", index=["data_year", "county_code"], values="need_factor")
    total = sum(pl.col(sector).cast(pl.Float64) * float(weight) for sector, weight in WEIGHTS.items())
    apart = wide.filter((total - pl.col("TOTAL").cast(pl.Float64)).abs() > TOLERANCE).sort("data_year", "county_code")
    if apart.height:
        raise SourceError(
            f"HVA-NF-0-006: {apart['data_year'][0]}, {apart['county_code'][0]}: the total is not its sectors weighted "
            f"{', '.join(f'{s} {w}' for s, w in WEIGHTS.items())} (first of {apart.height})"
        )


def content_digest(frame: pl.DataFrame) -> str:
    """SHA-256 of the figures alone: equal for two files that say the same under other names."""
    return hashlib.sha256(frame.drop("vintage").write_csv().encode("utf-8")).hexdigest()
