"""From what a delivery says to the month as it then is: the slice is always the whole of dataset, month and organiser.

Belongs here: a delta or a delete put onto the slice in force, tombstones, and how many rows stayed, changed, came and went. Does not belong here: reading and judging
the files (staging.py, judge.py), which slice is in force (sequence.py).

Equal inputs give equal bytes: rows are ordered by their key. Each row says by `row_receipt_id` which delivery brought it; file and line are of that delivery.
A tombstone says which delivery took a key away; it stands in the file beside the slice until a later delta brings the key back, or a full month begins anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract
from sources.durable import kill_point, replace_file, temp_path
from sources.home import Home
from sources.landing import file_sha256
from sources.regional.admission import Admitted
from sources.regional.county import Dialect
from sources.regional.harmoniser import identifier, identifiers, quoted
from sources.regional.keys_only import with_unknown_key
from sources.regional.manifest import DELETE, FULL
from sources.regional.sequence import Base
from sources.regional.staging import Connections, Staged

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from sources.regional.rules import CompiledRules

UNCHANGED, LATE_AFTER_LOCK = "UNCHANGED", "LATE_AFTER_LOCK"
_PLACE = ("record_number", "line_number", "file_name")
COUNTS = ("rows_before", "rows_added", "rows_changed", "rows_unchanged", "rows_removed")


@dataclass(frozen=True)
class Applied:
    """A judged delivery with the month as it is after it, under temporary names. `counts` are COUNTS; `made_of` the receipts whose rows the slice has."""

    staged: Staged
    base: Base | None
    counts: dict[str, int]
    made_of: tuple[str, ...]
    tombstones: Path | None = None
    tombstone_rows: int = 0

    @property
    def rows_in_force(self) -> int:
        return self.counts["rows_added"] + self.counts["rows_changed"] + self.counts["rows_unchanged"]

    @property
    def is_unchanged(self) -> bool:
        """True when the month was known in just this way already: of the same rows, of the same part of the residents, of the same origin."""
        manifest, base = self.staged.admitted.manifest, self.base
        if base is None or self.staged.refusal is not None:
            return False
        is_alike = (manifest.sample_share.normalize(), manifest.origin) == (base.sample_share, base.origin)
        return is_alike and self.counts["rows_unchanged"] == self.counts["rows_before"] == self.rows_in_force

    def keep(self, home: Home) -> dict[str, Any]:
        """As `Staged.keep`, with what the delivery did to the month. One that changed nothing leaves no slice: the one in force goes on."""
        staged = self.staged
        facts: dict[str, Any] = {"mode": staged.admitted.manifest.mode}
        if staged.refusal is not None:
            return facts | staged.keep(home)
        if self.is_unchanged:
            _remove(staged.slice)
            staged = replace(staged, slice=None)
        kept = self._keep_tombstones(home)
        facts |= staged.keep(home) | self.counts | {"rows_in_force": self.rows_in_force}
        if self.is_unchanged:
            notice(facts, UNCHANGED)
            return facts | {"is_unchanged": True, "first_receipt_id": self.base.receipt_id}
        facts["slice"]["rows"] = self.rows_in_force
        return facts if staged.admitted.manifest.mode == FULL else facts | kept | {"made_of": list(self.made_of)}

    def _keep_tombstones(self, home: Home) -> dict[str, Any]:
        if self.tombstones is None or self.is_unchanged:
            _remove(self.tombstones)
            return {"tombstones": None}
        admitted, sha256 = self.staged.admitted, file_sha256(self.tombstones)
        name = f"{admitted.organiser_code}-{admitted.receipt_id}-{sha256[:12]}.tombstones.parquet"
        relative = f"{admitted.contract.name}/{admitted.manifest.period}/{name}"
        replace_file(self.tombstones, home.parquet / relative)
        kill_point("tombstones.written")
        return {"tombstones": {"path": relative, "sha256": sha256, "rows": self.tombstone_rows}}


def notice(facts: dict[str, Any], code: str) -> None:
    """Tell the sender, in the report on the first file, something that refuses nothing."""
    facts["files"][0]["notices"].append(code)


def apply(connections: Connections, staged: Staged, rules: CompiledRules, base: Base | None) -> Applied:
    """Put a judged delivery onto the slice that it replaces or changes. A delta or a delete needs a base.

    OSError or duckdb.Error when the machine fails, or the base's file is gone.
    """
    admitted, home = staged.admitted, connections.home
    nothing = Applied(staged, base, dict.fromkeys(COUNTS, 0), (admitted.receipt_id,))
    if staged.refusal is not None:
        return nothing
    if base is None:
        return replace(nothing, counts=nothing.counts | {"rows_added": staged.judgement.rows_accepted})
    with connections.of_this_thread() as con:
        work = _Work(con, admitted, staged.slice, home.parquet / base.path)
        if admitted.manifest.mode == FULL:
            return replace(nothing, counts=work.counts(staged.slice))
        if admitted.manifest.mode == DELETE:
            staged = _without_unknown(con, home, staged, rules, work)
            if staged.refusal is not None:
                return replace(nothing, staged=staged)
        whole, tombstones, rows = work.changed(home.parquet / base.tombstones if base.tombstones else None)
        _remove(staged.slice)
        staged = replace(staged, slice=whole)
        made_of = tuple(dict.fromkeys((*base.made_of, admitted.receipt_id)))
        return Applied(staged, base, work.counts(whole), made_of, tombstones, rows)


@dataclass(frozen=True)
class _Work:
    """The SQL over one delivery's judged rows and the slice that they change."""

    con: DuckDBPyConnection
    admitted: Admitted
    staged: Path
    base: Path

    @property
    def contract(self) -> Contract:
        """The whole contract, also where a delete was read by its keys."""
        return self.admitted.whole_contract

    @property
    def key(self) -> str:
        return identifiers(self.contract.key)

    @property
    def row_key(self) -> str:
        """The key as one text."""
        return f"concat_ws(' | ', {', '.join(f'{identifier(name)}::varchar' for name in self.contract.key)})"

    def counts(self, after: Path) -> dict[str, int]:
        """Rows by what became of them, told by key and content."""
        content = f"hash({identifiers(self.contract.column_names)})"
        sides = [f"select {self.key}, {content} as content from ({self._rows(path)})" for path in (self.base, after)]
        found = self.con.execute(
            f"""
            select count(b.content), count(*) filter (b.content is null), count(*) filter (a.content <> b.content),
                count(*) filter (a.content = b.content), count(*) filter (a.content is null)
            from ({sides[0]}) as b full join ({sides[1]}) as a using ({self.key})
            """
        ).fetchall()[0]
        return dict(zip(COUNTS, found, strict=True))

    def changed(self, tombstones: Path | None) -> tuple[Path, Path | None, int]:
        """Write the month as it is after the delivery, and the tombstones that then hold (None when there are none), with their number."""
        whole, graves = temp_path(self.staged), temp_path(self.staged)
        manifest = self.admitted.manifest
        upserted = "" if manifest.mode == DELETE else f"union all by name {self._rows(self.staged)}"
        self._write(
            f"""
            select {", ".join(_PLACE)}, {identifiers(self.contract.column_names)},
                {quoted(self.admitted.organiser_code)} as organiser_code, {quoted(manifest.period)} as period,
                {quoted(self.admitted.receipt_id)} as receipt_id, {manifest.sequence}::integer as sequence,
                {str(manifest.sample_share)}::decimal(9,6) as sample_share, 0::ubigint as rule_mask, null::varchar[] as sent, row_receipt_id
            from (select * from ({self._rows(self.base)}) anti join ({self._keys()}) using ({self.key}) {upserted})
            order by {self.key}
            """,
            whole,
        )
        rows = self._write(f"select * from ({self._tombstones(tombstones)}) order by row_key", graves)
        if not rows:
            _remove(graves)
        return whole, graves if rows else None, rows

    def _tombstones(self, earlier: Path | None) -> str:
        none = "select null::varchar as row_key, null::varchar as deleted_by, null::varchar as file_name, null::bigint as line_number limit 0"
        held = f"select * from {_parquet(earlier)}" if earlier else none
        named = f"select {self.row_key} as row_key, {quoted(self.admitted.receipt_id)} as deleted_by, file_name, line_number from {_parquet(self.staged)} where rule_mask = 0"
        if self.admitted.manifest.mode == DELETE:
            return f"{held} union all {named}" if earlier else named
        return f"select * from ({held}) anti join (select row_key from ({named})) using (row_key)"

    def _keys(self) -> str:
        return f"select {self.key} from {_parquet(self.staged)} where rule_mask = 0"

    def _rows(self, path: Path) -> str:
        """The accepted rows of a slice, each with the receipt that brought it. A column that an older slice lacks is null."""
        there = {*self.contract.column_names}
        if path != self.staged or self.admitted.manifest.mode != FULL:
            there = {row[0] for row in self.con.execute(f"describe select * from {_parquet(path)}").fetchall()}
        columns = [
            identifier(c.name) if c.name in there else f"null::{c.sql_type} as {identifier(c.name)}"
            for c in self.contract.columns
        ]
        brought = "coalesce(row_receipt_id, receipt_id)" if "row_receipt_id" in there else "receipt_id"
        return f"select {', '.join(_PLACE)}, {', '.join(columns)}, {brought} as row_receipt_id from {_parquet(path)} where rule_mask = 0"

    def _write(self, query: str, out: Path) -> int:
        from sources.regional.scan import PARQUET

        rows = self.con.execute(f"copy ({query}) to {quoted(str(out))} {PARQUET}").fetchall()[0][0]
        os.chmod(out, 0o600)
        return rows


def _without_unknown(con: DuckDBPyConnection, home: Home, staged: Staged, rules: CompiledRules, work: _Work) -> Staged:
    """Rows that name a key which is not in force go to quarantine, each with its line; too many refuse the delivery as any other fault does."""
    from sources.regional.quarantine import write_quarantine
    from sources.regional.rules import CompiledRules
    from sources.regional.verdict import over_share

    contract = with_unknown_key(staged.admitted.contract)
    rules = CompiledRules(contract, rules.verdicts)
    bit = rules.bits[-1]
    unknown = f"rule_mask = 0 and not exists (select 1 from {_parquet(work.base)} as b where b.rule_mask = 0 and {_same(contract.key)})"
    found = con.execute(f"select count(*) from {_parquet(work.staged)} as s where {unknown}").fetchall()[0][0]
    judged = staged.judgement
    counts = ({"rule": bit.rule_id, "column": bit.column, "failed": found, "applicable": judged.rows_accepted},)
    if not found:
        return replace(staged, judgement=replace(judged, rule_counts=(*judged.rule_counts, *counts)))
    marked = temp_path(work.staged)
    sent = f"[{', '.join(_as_sent(name, staged.admitted.dialect) for name in contract.column_names)}]"
    work._write(
        f"""
        select * exclude (is_unknown) replace (
            case when is_unknown then {1 << bit.bit}::ubigint else rule_mask end as rule_mask,
            case when is_unknown then {sent} else sent end as sent)
        from (select *, {unknown} as is_unknown from {_parquet(work.staged)} as s)
        order by file_name, line_number
        """,
        marked,
    )
    os.replace(marked, work.staged)
    quarantine = staged.quarantine or temp_path(home.quarantine / contract.name / "quarantine")
    names = [file.name for file in judged.files]
    written = write_quarantine(con, contract, rules, work.staged, names, quarantine)
    judged = replace(
        judged,
        rows_accepted=judged.rows_accepted - found,
        rows_quarantined=judged.rows_quarantined + found,
        rule_counts=(*judged.rule_counts, *counts),
    )
    refusal = over_share(con, work.staged, judged.records)
    return replace(staged, judgement=judged, quarantine=quarantine, quarantine_rows=written, refusal=refusal)


def _same(key: tuple[str, ...]) -> str:
    return " and ".join(f"b.{identifier(name)} = s.{identifier(name)}" for name in key)


def _as_sent(column: str, dialect: Dialect) -> str:
    """The text of a key as its sender wrote it: accepted rows keep only the contract's own."""
    codes = {ours: sent for sent, ours in dialect.codes.get(column, {}).items()}
    text = f"{identifier(column)}::varchar"
    branches = " ".join(f"when {quoted(ours)} then {quoted(sent)}" for ours, sent in codes.items())
    return f"case {text} {branches} else {text} end" if codes else text


def _parquet(path: Path) -> str:
    return f"read_parquet({quoted(str(path))})"


def _remove(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)
