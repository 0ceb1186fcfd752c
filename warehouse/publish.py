"""Publishing: from the finished build to the current release, so that a reader sees the old one or the new one.

What belongs here: the order of the steps (export, verify, seal, rename, swap, record), each of which a crash may
follow. What does not: the checks that decide whether to publish at all (orchestration), mending after a crash
(warehouse/recover.py).
"""

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sources.durable import fsync_dir, fsync_file, kill_point, write_atomic
from sources.home import Home
from sources.ledger import Ledger
from sources.regional.catalogue import dataset_contracts
from warehouse.export import WORK, PublishError, Relation, built_relations, export, needed_by, person_relations
from warehouse.hashes import TableHash, table_hashes
from warehouse.registry import Staged
from warehouse.release import (
    FACTS,
    MARTS,
    WAREHOUSE,
    Release,
    current_release,
    point_current,
    prune,
    record_head,
    record_release,
    release_heads,
)
from warehouse.sql import literal, name, one_line_for_disk

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["PublishError", "Release", "current_release", "publish", "record_head", "release_heads"]

_META = "meta.release"
RELEASE_COLUMNS = {
    "release_id": ("VARCHAR", "Business time and digest of the content"),
    "released_at": ("TIMESTAMP", "Business time of the night that made the release, UTC"),
    "profile": ("VARCHAR", "simulated or live"),
    "ledger_seq": ("BIGINT", "Number of the newest ledger row that the release was made from"),
    "ledger_hash": ("VARCHAR", "Hash of that ledger row"),
    "code_fingerprint": ("VARCHAR", "SHA-256 of the code, models, contracts and pinned versions"),
    "input_fingerprint": ("VARCHAR", "SHA-256 of the code fingerprint and all delivery and snapshot facts"),
}
# Aggregates are for everyone who may enter the home; person rows for its owner. Nothing published is written to again.
_MODES = {MARTS: 0o444, WAREHOUSE: 0o400, FACTS: 0o444}


@one_line_for_disk(PublishError)
def publish(home: Home, ledger: Ledger, at: datetime, staged: Staged) -> Release:
    """Publish build/work.duckdb as the release of business time `at` (aware), made from what `staged` says.

    The id follows from `at` and the content, so publishing the same again ends in the same release. PublishError if
    the build cannot be published as it is, or does not read back as it was written; the old release then stays.
    """
    work = home.build / f"{WORK}.duckdb"
    if not work.is_file():
        raise PublishError(f"{work}: is missing: build before publishing")
    with _database(home) as con:
        con.execute(f"ATTACH {literal(work)} AS {WORK} (READ_ONLY)")
        relations = built_relations(con)
        hashes = table_hashes(con, WORK, (found for found, relation in relations.items() if relation.is_published))
        person = person_relations(relations, _person_columns(), home.build / "slices")
        release = _release(home, ledger, at, staged, hashes, person)
        standing = _standing(home, release.release_id)
        if standing is not None:
            release = standing
        else:
            _write_files(con, home, release, relations)
            _verify_files(home, release, hashes)
            _seal(home, release)
    point_current(home, release.release_id)
    kill_point("publish.swapped")
    record_release(ledger, release)
    kill_point("publish.recorded")
    record_head(home, ledger)
    kill_point("publish.head_kept")
    prune(home, ledger)
    return release


def _standing(home: Home, release_id: str) -> Release | None:
    """The release of this id if it was published before: then it holds just what would be written again."""
    folder = home.releases / release_id
    return None if folder.is_symlink() else Release.read(folder)


def _database(home: Home) -> "DuckDBPyConnection":
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET temp_directory = {literal(home.build / 'spill')}")
    return con


def _person_columns() -> set[str]:
    contracts = dataset_contracts().values()
    identifying = {column.name for contract in contracts for column in contract.columns if column.identifying}
    return identifying | {"value_as_sent", "row_key"}


def _release(
    home: Home, ledger: Ledger, at: datetime, staged: Staged, hashes: dict[str, TableHash], person: set[str]
) -> Release:
    tables = tuple(
        {"name": found, "rows": one.rows, "hash": one.hash, "file": WAREHOUSE if found in person else MARTS}
        for found, one in hashes.items()
    )
    content = json.dumps([home.profile, staged.fingerprint, tables], sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return Release(
        release_id=f"{at.astimezone(UTC):%Y%m%dT%H%MZ}-{digest}",
        at=at.astimezone(UTC),
        profile=home.profile,
        ledger=ledger.head(),
        code_fingerprint=staged.code_fingerprint,
        input_fingerprint=staged.fingerprint,
        tables=tables,
    )


def _write_files(con: "DuckDBPyConnection", home: Home, release: Release, relations: dict[str, Relation]) -> None:
    """Write marts.duckdb and warehouse.duckdb into build/, their views reading where the release will lie."""
    final = home.releases / release.release_id
    final.unlink(missing_ok=True)
    # Views are bound to their files when they are made: until the rename, the final place is a link to the build.
    os.symlink(home.build, final)
    slices = (home.build / "slices", final / "slices")
    for file in (MARTS, WAREHOUSE):
        (home.build / file).unlink(missing_ok=True)
        published = (table["name"] for table in release.tables if table["file"] == file)
        export(con, home.build / file, needed_by(relations, published), slices)
        _write_meta(con, release)
        con.execute("USE memory")
        con.execute(f"DETACH {name(Path(file).stem)}")
        kill_point("publish.file_written")
    con.execute(f"DETACH {WORK}")
    kill_point("publish.exported")


def _write_meta(con: "DuckDBPyConnection", release: Release) -> None:
    """The release's facts as the one row of meta.release, in the database in use."""
    values = [
        release.release_id,
        release.at.replace(tzinfo=None),
        release.profile,
        *release.ledger,
        release.code_fingerprint,
        release.input_fingerprint,
    ]
    columns = ", ".join(f"?::{kind} AS {column}" for column, (kind, _) in RELEASE_COLUMNS.items())
    con.execute(f"CREATE TABLE {_META} AS SELECT {columns}", values)
    con.execute(f"COMMENT ON TABLE {_META} IS 'One row: this release, and what it was made from'")
    for column, (_, comment) in RELEASE_COLUMNS.items():
        con.execute(f"COMMENT ON COLUMN {_META}.{column} IS {literal(comment)}")


def _verify_files(home: Home, release: Release, hashes: dict[str, TableHash]) -> None:
    """Open both files again, read-only, and compare every relation in them with what dbt built."""
    seen: set[str] = set()
    with _database(home) as con:
        for file in (MARTS, WAREHOUSE):
            catalog = Path(file).stem
            con.execute(f"ATTACH {literal(home.releases / release.release_id / file)} AS {name(catalog)} (READ_ONLY)")
            relations = built_relations(con, catalog).values()
            written = {relation.name for relation in relations if relation.is_published} - {_META}
            for found, one in table_hashes(con, catalog, written).items():
                if hashes[found] != one:
                    raise PublishError(
                        f"{found} in {file} reads back otherwise than it was built: {one} for {hashes[found]}; build again"
                    )
            seen |= written
    if missing := sorted(hashes.keys() - seen):
        raise PublishError(f"{missing[0]} was built but is in neither file of the release: build again")
    kill_point("publish.verified")


def _seal(home: Home, release: Release) -> None:
    """Leave only the release's own files in build/, make them durable and unwritable, and rename it to its place."""
    write_atomic(home.build / FACTS, json.dumps(release.as_dict(), ensure_ascii=False, indent=1) + "\n")
    for entry in list(home.build.iterdir()):
        if entry.name in _MODES:
            entry.chmod(_MODES[entry.name])
            fsync_file(entry)
        elif entry.name != "slices":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for folder, _, _ in os.walk(home.build):
        fsync_dir(Path(folder))
    final = home.releases / release.release_id
    kill_point("publish.sealed")
    final.unlink()
    os.rename(home.build, final)
    kill_point("publish.moved")
    fsync_dir(home.releases)
    home.build.mkdir(mode=0o700)
    fsync_dir(home.root)
    kill_point("publish.renamed")
