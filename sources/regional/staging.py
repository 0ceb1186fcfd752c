"""Staging: one admitted delivery from its landed bytes to files that wait for their names.

Belongs here: a DuckDB of its own for each worker, the judge's call, the row counts against the manifest, the quarantine file, and moving what is
kept to its place. Does not belong here: admission (admission.py), judging (judge.py), the ledger (intake.py).
Everything is written under temporary names first; only `keep` gives final ones, so that a delivery decided otherwise leaves nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sources.contract import Contract
from sources.durable import replace_file, temp_path
from sources.home import Home
from sources.landing import file_sha256
from sources.memory import allowed_mib
from sources.regional.admission import Admitted
from sources.regional.limits import limits
from sources.regional.manifest import Refused, together

if TYPE_CHECKING:
    import duckdb

    from sources.regional.judge import AcceptedCheck
    from sources.regional.rules import CompiledRules
    from sources.regional.scan import DeliveryContext
    from sources.regional.verdict import FileRead, Judgement

# Together with the interpreter the workers stay under 4 GiB; where less is allowed, the interpreter and its libraries come first.
_MEMORY_MIB, _LEAST_MIB, _INTERPRETER_MIB = 2_400, 96, 352
# A scan is planned once for all that are read together, in 20 ms; beyond this many bytes of CSV that is nothing, and what is in memory at a time stays little.
_TOGETHER_BYTES = 48 << 20


@dataclass(frozen=True)
class Staged:
    """A judged delivery under temporary names. `refusal` is set when the delivery as a whole is refused; then `slice` is not kept."""

    admitted: Admitted
    judgement: Judgement
    refusal: Refused | None
    slice: Path | None
    quarantine: Path | None
    quarantine_rows: int

    def keep(self, home: Home) -> dict[str, Any]:
        """Give the slice (if accepted) and the quarantine their final names, durably. Returns the facts for the verdict; paths are relative to the home's
        parquet and quarantine folders."""
        judged = self.judgement
        facts: dict[str, Any] = {
            "rows_received": judged.rows_received,
            "rows_accepted": 0 if self.refusal else judged.rows_accepted,
            "rows_quarantined": judged.rows_quarantined,
            "rule_counts": [dict(count) for count in judged.rule_counts],
            "files": [_facts_of(file) for file in judged.files],
            "slice": None,
            "quarantine": None,
        }
        if self.quarantine is not None:
            relative = f"{self.admitted.contract.name}/{self.admitted.receipt_id}.parquet"
            replace_file(self.quarantine, home.quarantine / relative)
            facts["quarantine"] = {"path": relative, "rows": self.quarantine_rows}
        if self.refusal is None and self.slice is not None:
            facts["slice"] = self._keep_slice(home)
        else:
            _remove(self.slice)
        return facts

    def _keep_slice(self, home: Home) -> dict[str, Any]:
        sha256 = file_sha256(self.slice)
        name = f"{self.admitted.organiser_code}-{self.admitted.receipt_id}-{sha256[:12]}.parquet"
        relative = f"{self.admitted.contract.name}/{self.admitted.manifest.period}/{name}"
        replace_file(self.slice, home.parquet / relative)
        return {"path": relative, "sha256": sha256, "rows": self.judgement.rows_accepted}

    def discard(self) -> None:
        """Remove what was staged: another delivery decided this one."""
        _remove(self.slice)
        _remove(self.quarantine)


def _remove(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)


def _facts_of(file: FileRead) -> dict[str, Any]:
    return {
        "name": file.name,
        "lines": file.lines,
        "records": file.records,
        "extra_lines": file.extra_lines,
        "notices": list(file.notices),
    }


class Connections:
    """A DuckDB in memory for each thread that asks, for as long as the context lasts; `workers` of them share the machine.

    One that saw a failure is thrown away: what a delivery did to it no other delivery feels. They spill to build/, which every build empties.
    """

    def __init__(self, home: Home, workers: int) -> None:
        self.home = home
        self._workers = workers
        self._local = threading.local()
        self._open: list[duckdb.DuckDBPyConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for con in self._open:
            con.close()

    @contextmanager
    def of_this_thread(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """This thread's connection; a new one after a failure. What takes longer than a delivery may is broken off, with InterruptException."""
        con = getattr(self._local, "con", None) or self._connect()
        self._local.con = con
        watch = threading.Timer(60 * limits().reading_minutes, con.interrupt)
        watch.daemon = True
        watch.start()
        try:
            yield con
        except BaseException:
            self._local.con = None
            con.close()
            raise
        finally:
            watch.cancel()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        memory = max(_LEAST_MIB, min(_MEMORY_MIB, allowed_mib() - _INTERPRETER_MIB))
        config = {
            "threads": max(1, (os.cpu_count() or 1) // self._workers),
            "memory_limit": f"{memory // self._workers}MiB",
            "temp_directory": str(self.home.build / "spill"),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
        }
        con = duckdb.connect(config=config)
        self._open.append(con)
        return con


def stage(connections: Connections, admitted: Admitted, rules: CompiledRules, *, keeps_accepted: bool = True) -> Staged:
    """Read and judge one delivery by its contract's compiled rules; may run in a thread. Where accepted rows are not kept, the slice holds the refused ones alone.

    A fault of the delivery is in the result's `refusal`. OSError or duckdb.Error when the machine fails.
    """
    return stage_together(connections, [admitted], rules, keeps_accepted=keeps_accepted)[0]


def stage_together(
    connections: Connections, batch: Sequence[Admitted], rules: CompiledRules, *, keeps_accepted: bool = True
) -> list[Staged]:
    """`stage` for deliveries of one sender and dataset (`batches`), each of which comes to what it would come to alone; what fails by the machine fails for all."""
    from sources.regional.judge import Delivery, SourceFile, stage_deliveries

    first, home = batch[0], connections.home
    deliveries = [
        Delivery(
            [SourceFile(path, declared.name) for declared, path in a.files],
            _context(a),
            _slice(home, a),
            keeps_accepted,
        )
        for a in batch
    ]
    with connections.of_this_thread() as con:
        judgements = stage_deliveries(con, first.contract, first.dialect, deliveries, rules)
        try:
            quarantines = [_quarantine(con, home, *each, rules) for each in zip(batch, judgements, strict=True)]
        except BaseException:
            for delivery in deliveries:
                _remove(delivery.out)
            raise
    return [
        Staged(a, judged, judged.refusal or _other_row_count(a, judged), judged.staged, *quarantine)
        for a, judged, quarantine in zip(batch, judgements, quarantines, strict=True)
    ]


def batches(sizes: Iterable[tuple[Hashable, int]]) -> list[list[int]]:
    """Which deliveries are read together: those of one sender and dataset, in their order, up to so many bytes. `sizes` has for each delivery whose it is and its bytes;
    the result has their positions."""
    made: list[list[int]] = []
    begun: dict[Hashable, tuple[list[int], int]] = {}
    for number, (whose, size) in enumerate(sizes):
        batch, held = begun.get(whose, ([], _TOGETHER_BYTES))
        if held + size > _TOGETHER_BYTES:
            batch, held = [], 0
            made.append(batch)
        batch.append(number)
        begun[whose] = batch, held + size
    return made


def _context(admitted: Admitted) -> DeliveryContext:
    from sources.regional.scan import DeliveryContext

    manifest = admitted.manifest
    return DeliveryContext(
        receipt_id=admitted.receipt_id,
        organiser_code=admitted.organiser_code,
        period=manifest.period,
        sequence=manifest.sequence,
        sample_share=manifest.sample_share,
        is_empty_explained=bool(manifest.empty_reason) and not any(f.rows for f in manifest.files),
    )


def _slice(home: Home, admitted: Admitted) -> Path:
    return temp_path(_folder(home.parquet / admitted.contract.name / admitted.manifest.period) / "slice")


def _quarantine(
    con: duckdb.DuckDBPyConnection, home: Home, admitted: Admitted, judgement: Judgement, rules: CompiledRules
) -> tuple[Path | None, int]:
    """The quarantine of one judged delivery and its rows."""
    from sources.regional.quarantine import write_quarantine

    folder = _folder(home.quarantine / admitted.contract.name)
    if judgement.staged is None or not judgement.rows_quarantined:
        return None, 0
    out = temp_path(folder / "quarantine")
    names = [declared.name for declared, _ in admitted.files]
    return out, write_quarantine(con, admitted.contract, rules, judgement.staged, names, out)


def validate(connections: Connections, contract: Contract, staged: list[Path]) -> AcceptedCheck:
    """pandera's own opinion of the rows that the mask accepted in these staged files."""
    from sources.regional.judge import validate_accepted

    with connections.of_this_thread() as con:
        return validate_accepted(con, contract, staged)


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _other_row_count(admitted: Admitted, judgement: Judgement) -> Refused | None:
    """The manifest's count may be of records or of all lines below the header: blank lines and repeated headers are in one count and not in the other."""
    wrong = []
    for (declared, _), found in zip(admitted.files, judgement.files, strict=False):
        if declared.rows not in (found.records, found.lines - 1 - found.extra_lines):
            reason = f"{found.name}: the manifest says {declared.rows} rows, the file has {found.records}"
            wrong.append(Refused("ROWS", reason, declared=declared.rows, found=found.records, file=found.name))
    return together(wrong) if wrong else None
