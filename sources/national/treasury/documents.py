"""Documents of one package and period as typed cells.

Belongs here: reading documents out of their files with DuckDB, text to DECIMAL, and what must hold of them as a whole (HVA-TRE-0-01x). Does not belong here: rules of
single rows (treasury_cell.yml), fetching (collect.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.national.fields import LIST, Codes, Field, kind_of, plain, require_fields
from sources.national.json_rows import frame_of, json_rows
from sources.national.outcome import SourceError
from sources.national.treasury.catalogue import ORIGIN_LABEL, STAGES

if TYPE_CHECKING:
    import polars as pl

KEY = ("business_id", "package_code", "period_code", "stage", "subpackage_code", "cell_code")
_ALIASES = {"hyvaksyntapvm": "hyvaksymispvm"}
_KNOWN = {
    "ytunnus": Field(),
    "raportointikokonaisuus": Field(),
    "osakokonaisuus": Field(),
    "raportointikausi": Field(),
    "alkupvm": Field(may_be_absent=True),
    "hyvaksymisvaihe": Field(),
    "hyvaksymispvm": Field(may_be_null=True),
    "taksonomia": Field(),
    "tunnusluku": Field(),
    "arvo": Field(may_be_null=True),
    "kommentti": Field(may_be_absent=True),
    "tarkastushavainnot": Field(frozenset({LIST}), may_be_absent=True),
    "kieli": Field(may_be_absent=True),
    ORIGIN_LABEL: Field(may_be_absent=True),
}
_CODES = Codes(gone="HVA-TRE-0-011", new="HVA-TRE-0-012", null="HVA-TRE-0-013", retyped="HVA-TRE-0-014")
_AMOUNT = r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$"
_STAGE = "replace(replace(lower(strip_accents({})), ' ', ''), '-', '')"


def document_rows(documents: Sequence[tuple[Path, Mapping[str, str]]], is_simulated: bool) -> pl.DataFrame:
    """The cells of documents, each a file and what the catalogue says it is (business_id, package, period, stage), in the order of KEY.

    A cell that a document repeats is summed, as the service advises; how often is in `cell_count`. Raises SourceError.
    """
    with json_rows([path for path, _ in documents]) as con:
        known = _KNOWN if is_simulated else {name: field for name, field in _KNOWN.items() if name != ORIGIN_LABEL}
        spelt = _spellings(con, known)
        con.execute(f"create temp table cell as {_select(spelt)}")
        _require_identity(con, documents)
        _require_amounts(con)
        return frame_of(con, _TYPED.format(origin=_origin(is_simulated)))


def _spellings(con: Any, known: Mapping[str, Field]) -> dict[str, list[str]]:
    """Known field → how the documents spell it, once all fields are as they should be."""
    keys = con.execute("select e.key, e.type, count(*) from sent, json_each(sent.json) as e group by all").fetchall()
    rows = con.execute("select count(*) from sent").fetchone()[0]
    found: Counter[tuple[str, str]] = Counter()
    spelt: dict[str, list[str]] = {}
    for key, json_type, count in keys:
        name = _ALIASES.get(plain(key), plain(key))
        found[name, kind_of(json_type)] += count
        if key not in spelt.setdefault(name, []):
            spelt[name].append(key)
    require_fields("cells", found, rows, known, _CODES)
    return {name: sorted(spelt.get(name, ())) for name in known}


def _select(spelt: Mapping[str, list[str]]) -> str:
    def text(name: str) -> str:
        paths = [f"""json->>'$."{key}"'""" for key in spelt.get(name, ())]
        return f"coalesce({', '.join(paths)})" if paths else "cast(null as varchar)"

    return f"""select file,
        {text("ytunnus")} as business_id, {text("raportointikokonaisuus")} as package_code,
        {text("raportointikausi")} as period_code, {_STAGE.format(text("hyvaksymisvaihe"))} as stage,
        {text("osakokonaisuus")} as subpackage_code, {text("tunnusluku")} as cell_code,
        {text("taksonomia")} as taxonomy_version, {text("hyvaksymispvm")} as approved_at,
        nullif({text("arvo")}, '') as amount, nullif({text("kommentti")}, '') as comment_text,
        {text("tarkastushavainnot")} as findings, {text(ORIGIN_LABEL)} as label
    from sent"""


def _require_identity(con: Any, documents: Sequence[tuple[Path, Mapping[str, str]]]) -> None:
    """HVA-TRE-0-015: each document has cells, all of the county, package, period and stage that the catalogue named."""
    facts = ("business_id", "package", "period", "stage")
    con.execute(
        "create temp table named (file varchar, business_id varchar, package varchar, period varchar, stage varchar)"
    )
    con.executemany(
        "insert into named values (?, ?, ?, ?, ?)", [[str(p), *(f[n] for n in facts)] for p, f in documents]
    )
    wrong = con.execute(
        """select n.business_id, n.period, n.stage, count(c.file) as cells,
            count_if((c.business_id, c.package_code, c.period_code, c.stage) is distinct from (n.business_id, n.package, n.period, n.stage)) as strange
        from named as n left join cell as c using (file)
        group by all having cells = 0 or strange > 0 order by all limit 1"""
    ).fetchone()
    if wrong is not None:
        business_id, period, stage, cells, strange = wrong
        came = "no cell" if cells == 0 else f"{strange} of {cells} cells of another document"
        raise SourceError(
            f"HVA-TRE-0-015: the document of {business_id}, {period}, {stage} has {came}: the last good one stays"
        )


def _require_amounts(con: Any) -> None:
    """HVA-TRE-0-016: each amount is a number with two decimals at most; nothing is rounded."""
    wrong = con.execute(
        f"select count(*), min(cell_code) from cell where not regexp_matches(amount, '{_AMOUNT}')"
    ).fetchone()
    if wrong[0]:
        raise SourceError(
            f"HVA-TRE-0-016: {wrong[0]} cells have an `arvo` that is no number of two decimals (first: cell {wrong[1][:20]})"
        )


def _origin(is_simulated: bool) -> str:
    return (
        "case when bool_and(label = 'published') then 'published' else 'synthetic' end"
        if is_simulated
        else "'published'"
    )


_TYPED = f"""select
    business_id, package_code, period_code,
    cast(substr(period_code, 1, 4) as bigint) as year,
    cast(coalesce(nullif(substr(period_code, 6, 2), ''), '12') as bigint) as last_month,
    stage, cast(list_position({list(STAGES)!r}, stage) as bigint) as stage_rank,
    subpackage_code, cell_code, max(taxonomy_version) as taxonomy_version, max(approved_at) as approved_at,
    cast(sum(cast(amount as decimal(17, 2))) as decimal(18, 2)) as amount,
    case
        when count(amount) = 0 then 'missing'
        when sum(cast(amount as decimal(17, 2))) = 0 then 'true_zero'
        else 'value'
    end as value_status,
    count(*) as cell_count,
    min(comment_text) as comment_text,
    cast(count_if(json_array_length(findings) > 0) as bigint) as finding_count,
    {{origin}} as origin
from cell
group by business_id, package_code, period_code, stage, subpackage_code, cell_code
order by {", ".join(KEY)}"""


def require_no_loss(frame: pl.DataFrame, before: dict[str, Any] | None) -> None:
    """HVA-TRE-0-017: not far fewer figures than the last good snapshot (`before`, its event's body) had."""
    found = frame["amount"].count()
    if before is not None and found < before["values"] / 2:
        raise SourceError(
            f"HVA-TRE-0-017: {found} figures where the last good snapshot had {before['values']}: that one stays"
        )
