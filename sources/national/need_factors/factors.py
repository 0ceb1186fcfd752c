"""The workbook's rows, typed, and what must hold of them as a whole.

Belongs here: reading the dropped CSV and the checks HVA-NF-0-…. Does not belong here: rules of single rows (need_factors.yml), provenance (drop.py).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sources.national.need_factors.drop import Provenance
from sources.national.outcome import SourceError
from sources.reference import code_list
from sources.regional.shown import shown, unseen

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
_COUNT = "-?[0-9]{1,18}"
_NUMBERS = {
    "data_year": ("year", "[0-9]{4}"),
    "need_factor": ("factor", r"-?(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?"),
    "population": ("count", _COUNT),
    "population_65plus": ("count", _COUNT),
}
# The published workbook as CSV has 40 kB.
MAX_BYTES = 5_000_000
_EXPECTED = {ord(sign): None for sign in "\r\n\ufeff"}
CONTENT = ("vintage", "data_year", "county_code", "sector", "need_factor", "population", "population_65plus", "origin")
KEY = ["data_year", "county_code", "sector"]
COUNTRY = "FI"
# The published total is health, social and older people's care so weighted (agrees with every published row to the last digit but one).
WEIGHTS = {"TH": "0.5886", "SH": "0.2139", "VH": "0.1975"}
TOLERANCE = 0.000002


def factor_rows(provenance: Provenance, data: bytes) -> pl.DataFrame:
    """The rows of a file as columns CONTENT in the order of KEY; a number that is not written as agreed is null, for the contract to refuse.

    Raises SourceError (HVA-NF-0-003) when the file is no CSV with the agreed header, in any order of columns.
    """
    import polars as pl

    if len(data) > MAX_BYTES:
        raise SourceError(f"HVA-NF-0-003: {provenance.file} has {len(data)} bytes; the limit is {MAX_BYTES}")
    try:
        if unseen(data.decode("utf-8").translate(_EXPECTED)):
            raise SourceError(
                f"HVA-NF-0-003: {provenance.file} holds control characters or others that do not show; save the sheet itself as CSV in UTF-8"
            )
        text = pl.read_csv(io.BytesIO(data), infer_schema=False)
    except (UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise SourceError(f"HVA-NF-0-003: {provenance.file} is no CSV ({shown(error, 120)})") from None
    if sorted(text.columns) != sorted(COLUMNS):
        found, agreed = (shown(", ".join(names), 160) for names in (text.columns, COLUMNS))
        raise SourceError(f"HVA-NF-0-003: {provenance.file} has the columns {found} instead of {agreed}")
    typed = [_typed(pl.col(sent), name).alias(name) for sent, name in COLUMNS.items() if name]
    said = [pl.lit(provenance.vintage).alias("vintage"), pl.lit(provenance.origin).alias("origin")]
    return text.select(*typed, *said).select(CONTENT).sort(KEY)


def _typed(sent: pl.Expr, name: str) -> pl.Expr:
    """A text as its column's type. polars alone would round what has more decimals, and take exponents and signs."""
    import polars as pl

    if name not in _NUMBERS:
        return sent
    kind, form = _NUMBERS[name]
    types = {"year": pl.Int16, "count": pl.Int64, "factor": pl.Decimal(9, 6)}
    return pl.when(sent.str.contains(f"^(?:{form})$")).then(sent).cast(types[kind], strict=False)


def require_whole(frame: pl.DataFrame) -> None:
    """HVA-NF-0-004: there are rows, and each year and sector has every area once; HVA-NF-0-005: the country is 1 and its residents are the areas' sum; HVA-NF-0-006: each total is
    its weighted sectors. Raises SourceError.
    """
    import polars as pl

    if frame.is_empty():
        raise SourceError("HVA-NF-0-004: the file has a header and no rows")
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
