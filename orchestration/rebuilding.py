"""A release of the past built again from landing, ledger and code, and compared table by table with what the ledger recorded of it.

Belongs here: choosing the release of a date, building what was known then, and telling which tables differ. Does not belong here: laying out what was known (warehouse/registry.py),
publishing: what is built here is compared and thrown away, and no reader ever sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sources.durable import empty_folder
from sources.errors import SotevarastoError
from sources.home import Home
from sources.ledger import Event, Ledger
from warehouse.hashes import TableHash


class RebuildError(SotevarastoError):
    """A release of the past cannot be built again."""


@dataclass(frozen=True)
class Rebuilt:
    """`at` is the business time that was built anew (aware). `differing` are the tables whose rows or hash are not those recorded; `erasures` counts those since."""

    release_id: str
    at: datetime
    is_same_code: bool
    tables: dict[str, TableHash]
    differing: tuple[str, ...]
    erasures: int

    @property
    def is_proof_broken(self) -> bool:
        """The same code made other tables of the same inputs, and no erasure explains it."""
        return bool(self.differing) and self.is_same_code and not self.erasures


def rebuild(home: Home, ledger: Ledger, moment: datetime, build: Callable[[Home], None] | None = None) -> Rebuilt:
    """Build again the newest release of `moment` (aware) or before. The caller holds the home's lock; build/ is empty afterwards.

    Also of releases whose files are pruned: the ledger keeps their hashes. RebuildError when there was none yet, or dbt cannot build.
    """
    from warehouse.checks import complete_build
    from warehouse.fingerprint import code_fingerprint
    from warehouse.registry import stage_registry

    event = _release_of(ledger, moment)
    try:
        stage_registry(home, ledger, event.at)
        (build or _dbt)(home)
        complete_build(home, ledger, event.at)
        tables = _hashes(home)
    finally:
        empty_folder(home.build)
    recorded = {table["name"]: TableHash(table["rows"], table["hash"]) for table in event.body["tables"]}
    return Rebuilt(
        release_id=event.subject,
        at=event.at,
        is_same_code=event.body["code_fingerprint"] == code_fingerprint(),
        tables=tables,
        differing=tuple(
            sorted(name for name in recorded.keys() | tables.keys() if recorded.get(name) != tables.get(name))
        ),
        erasures=sum(one.seq > event.seq for one in ledger.events("erasure")),
    )


def _release_of(ledger: Ledger, moment: datetime) -> Event:
    events = ledger.events("release")
    if not events:
        raise RebuildError("no release was ever published; run `sotevarasto nightly` first")
    before = [event for event in events if event.at <= moment]
    if not before:
        raise RebuildError(
            f"no release was published by {moment:%Y-%m-%d %H:%M} UTC; the first is of {events[0].at:%Y-%m-%d %H:%M} UTC"
        )
    return max(before, key=lambda event: (event.at, event.seq))


def _dbt(home: Home) -> None:
    from orchestration import dbt_runner

    # Its tests were passed by the night that made the release; here the hashes judge.
    left_out = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    outcome = dbt_runner.run(home, command=("build", *left_out))
    if outcome.error or outcome.failed:
        reason = outcome.error or f"{outcome.failed[0].name}: {outcome.failed[0].message}"
        raise RebuildError(f"dbt could not build what was known then ({reason}); use the code of that time")


def _hashes(home: Home) -> dict[str, TableHash]:
    import duckdb

    from warehouse.export import WORK, built_relations
    from warehouse.hashes import table_hashes
    from warehouse.sql import literal

    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(home.build / f'{WORK}.duckdb')} AS {WORK} (READ_ONLY)")
        published = [name for name, relation in built_relations(con).items() if relation.is_published]
        return table_hashes(con, WORK, published)
