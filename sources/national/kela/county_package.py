"""Kela's information package on the counties as typed rows.

Belongs here: reading dat_hva.json out of its file, and what must hold of it as a whole (HVA-KELA-0-02x). Does not belong here: rules of single rows (kela_county.yml),
fetching (collect.py). Only five of its fields are known; others are taken no notice of, and if one of them parts the rows further, their key stands twice.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sources.national.fields import NUMBER, TEXT, Codes, Field, kind_of, plain, require_fields
from sources.national.json_rows import frame_of, json_rows, quoted
from sources.national.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

_KNOWN = {
    "etuus": Field(),
    "indi": Field(),
    "vuosi": Field(frozenset({NUMBER, TEXT})),
    "arvo": Field(frozenset({NUMBER, TEXT}), may_be_null=True),
    "hyvinvointialue_name_fi": Field(),
}
_CODES = Codes(gone="HVA-KELA-0-021", new="HVA-KELA-0-022", null="HVA-KELA-0-023", retyped="HVA-KELA-0-024")
_VALUE = r"-?[0-9]{1,12}([.,][0-9]{1,20})?"


def county_rows(path: Path, is_simulated: bool) -> pl.DataFrame:
    """The rows of the package in the order of their key. Values carry six decimals, rounded half away from zero. Raises SourceError."""
    with json_rows([path]) as con:
        keys = con.execute(
            "select e.key, e.type, count(*) from sent, json_each(sent.json) as e group by all"
        ).fetchall()
        [(rows,)] = con.execute("select count(*) from sent").fetchall()
        found = Counter(
            {(plain(key), kind_of(json_type)): count for key, json_type, count in keys if plain(key) in _KNOWN}
        )
        require_fields("rows of the county package", found, rows, _KNOWN, _CODES)
        con.execute(
            """create temp table cell as select json->>'$.etuus' as benefit_code, json->>'$.indi' as measure_code, json->>'$.vuosi' as year,
            replace(nullif(nullif(json->>'$.arvo', ''), 'NA'), ',', '.') as value, json->>'$.hyvinvointialue_name_fi' as county_name from sent"""
        )
        [(years, values)] = con.execute(
            f"select count_if(not regexp_full_match(year, '[0-9]{{4}}')), count_if(not regexp_full_match(value, '{_VALUE}')) from cell"
        ).fetchall()
        if years or values:
            raise SourceError(
                f"HVA-KELA-0-025: {years} years and {values} values of the county package are not written as numbers"
            )
        origin = quoted("synthetic" if is_simulated else "published")
        return frame_of(
            con,
            f"""select benefit_code, measure_code, county_name, cast(year as bigint) as year,
                cast(value as decimal(18, 6)) as value,
                case when value is null then 'missing' when cast(value as decimal(18, 6)) = 0 then 'true_zero' else 'value' end as value_status,
                {origin} as origin
            from cell order by benefit_code, measure_code, county_name, year, value""",
        )
