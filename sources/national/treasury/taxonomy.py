"""Taxonomies: what the cells of a package are called, in the versions that our documents use.

Belongs here: which taxonomies there are, whether one moved, and reading one out of its file with DuckDB, however large. Does not belong here: asking (collect.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sources.national.fields import NUMBER, TEXT, Codes, Field, kind_of, plain, require_fields
from sources.national.json_rows import frame_of, json_rows, quoted
from sources.national.outcome import SourceError
from sources.national.treasury.catalogue import ORIGIN_LABEL

if TYPE_CHECKING:
    import polars as pl

    from sources.http import Reply

_ANY = frozenset({TEXT, NUMBER, "true or false"})
_OPEN = Field(_ANY, may_be_absent=True)
_TRANSLATED = {"tunnusluku": "label", "tehtava": "task"}
_KNOWN = {
    "solutunniste": Field(frozenset({TEXT, NUMBER})),
    "tunnusluku": Field(),
    **dict.fromkeys(("tunnusluku_sv", "tunnusluku_en", "tehtava", "tehtava_sv", "tehtava_en"), _OPEN),
    **dict.fromkeys(("taso", "palvelu", "sektori", "entrypoint", "versio", "tekninen_versio"), _OPEN),
    **dict.fromkeys(("osakokonaisuus", "pakollisuus", "suojattu", ORIGIN_LABEL), _OPEN),
}
_CODES = Codes(gone="HVA-TRE-0-022", new="HVA-TRE-0-023", null="HVA-TRE-0-024", retyped="HVA-TRE-0-025")


def addresses(document: Any, packages: Iterable[str]) -> dict[str, str]:
    """Package → address of its taxonomy, of those asked for. Raises SourceError (HVA-TRE-0-021)."""
    if not isinstance(document, list) or not all(isinstance(one, str) for one in document):
        raise SourceError("HVA-TRE-0-021: the list of taxonomies is no list of addresses: the protocol has changed")
    named = {PurePosixPath(urlsplit(one).path).stem: one for one in document}
    return {package: named[package] for package in sorted(packages) if package in named}


def marker(reply: Reply) -> str:
    """What the server knows a taxonomy by."""
    return f"{reply.etag or ''}|{reply.last_modified or ''}|{reply.headers.get('Content-Length', '')}"


def taxonomy_rows(path: Path, package: str, versions: Iterable[str], is_simulated: bool) -> pl.DataFrame:
    """The cells of a taxonomy in the versions that documents name, in the order of subpackage and cell. Raises SourceError."""
    with json_rows([path]) as con:
        keys = con.execute(
            "select e.key, e.type, count(*) from sent, json_each(sent.json) as e group by all"
        ).fetchall()
        spelt = {plain(key): key for key, _, _ in keys}
        found: Counter[tuple[str, str]] = Counter()
        for key, json_type, count in keys:
            found[plain(key), kind_of(json_type)] += count
        rows = con.execute("select count(*) from sent").fetchone()[0]
        require_fields(f"rows of taxonomy {package}", found, rows, _KNOWN, _CODES)
        frame = frame_of(con, _select(spelt, package, sorted(versions), is_simulated))
    if frame.is_empty():
        raise SourceError(
            f"HVA-TRE-0-026: taxonomy {package} has no row of the versions that its documents name ({', '.join(sorted(versions))[:80]})"
        )
    doubled = frame.height - frame.select("taxonomy_version", "subpackage_code", "cell_code").n_unique()
    if doubled:
        raise SourceError(
            f"HVA-TRE-0-027: taxonomy {package} names {doubled} cells twice in one version: refused whole"
        )
    return frame


def _select(spelt: Mapping[str, str], package: str, versions: list[str], is_simulated: bool) -> str:
    def text(name: str) -> str:
        key = spelt.get(name)
        return f"""nullif(json->>'$."{key}"', '')""" if key else "cast(null as varchar)"

    named = [
        f"{text(sent + tail)} as {ours}_{language}"
        for sent, ours in _TRANSLATED.items()
        for tail, language in (("", "fi"), ("_sv", "sv"), ("_en", "en"))
    ]
    origin = (
        f"case when {text(ORIGIN_LABEL)} = 'published' then 'published' else 'synthetic' end"
        if is_simulated
        else "'published'"
    )
    listed = ", ".join(quoted(version) for version in versions)
    return f"""with said as (
        select {quoted(package)} as package_code, {text("osakokonaisuus")} as subpackage_code,
            {text("solutunniste")} as cell_code, {", ".join(named)},
            {text("taso")} as level_text, {text("palvelu")} as service_text, {text("sektori")} as sector_text,
            {text("versio")} as version, {text("tekninen_versio")} as technical_version, {origin} as origin
        from sent
    ), matched as (
        -- A document writes the version as one text; whether that is `versio`, `tekninen_versio` or both with a stroke between has not been seen.
        select said.* exclude (version, technical_version), v.version as taxonomy_version
        from said, (select unnest([{listed}]) as version) as v
        where v.version in (said.version, said.technical_version, said.version || '/' || said.technical_version)
    )
    select distinct * from matched order by taxonomy_version, subpackage_code, cell_code"""
