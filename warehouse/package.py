"""A release as a package for analysts: Parquet files with a Frictionless datapackage.json and a page, in one sealed folder.

What belongs here: which tables go out, and writing the folder so that it is whole or not there. What does not: the descriptor and the page (package_words.py), and
any disclosure control: there is none, so every package says that it is internal, and none is made for the public. Person rows never go out.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.durable import TEMP_PREFIX, alone_in, fsync_dir, fsync_file, kill_point, write_atomic
from sources.errors import SotevarastoError
from sources.home import Home
from warehouse.cells import near
from warehouse.package_words import CLASSIFICATION, MARK, PREFIX, descriptor, field, package_name, readme
from warehouse.release import MARTS, Release, current_release, standing_releases
from warehouse.sql import literal, name, one_line_for_disk

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DESCRIPTOR, PAGE, DATA = "datapackage.json", "README.md", "data"
PUBLIC = (
    "release export --public: refused, since figures of small groups are not protected: no disclosure control is built, and no one has taken the decision that these may be published; "
    "export without --public for internal use"
)


class PackageError(SotevarastoError):
    """A package of a release cannot be made."""


def release_of(home: Home, release_id: str | None) -> Release:
    """The release of an id, of the beginning of one, or the current one. PackageError when there is none such."""
    if release_id is None:
        if (current := current_release(home)) is None:
            raise PackageError(f"{home.root}: holds no release yet: run `sotevarasto nightly`")
        return current
    standing = {release.release_id: release for release in standing_releases(home)} if home.releases.is_dir() else {}
    meant = [one for one in standing if one == release_id] or [one for one in standing if one.startswith(release_id)]
    if len(meant) != 1:
        told = f"begins {len(meant)} releases" if meant else "is no release that stands"
        hint = ", ".join(meant or near(release_id, standing) or list(standing)) or "none, run `sotevarasto nightly`"
        raise PackageError(f"{release_id!r} {told}; there is {hint}")
    return standing[meant[0]]


@one_line_for_disk(PackageError)
def export_package(home: Home, target: Path, release: Release) -> Path:
    """Write the package of a release as a new folder in `target`; returns that folder, mode 0700.

    Killed midway it leaves a folder of another name without a descriptor, which the next export removes. PackageError when the package is there already, when `target` lies in the
    home, or when another export works there.
    """
    if target.resolve().is_relative_to(home.root):
        raise PackageError(f"{target}: lies in the home: name a folder elsewhere")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = PackageError(f"{target}: another export works there: wait until it has ended")
    with alone_in(target, taken), _opened(home, release) as con:
        is_synthetic = release.profile == "simulated" or _holds_synthetic(con)
        final = target / package_name(release, is_synthetic)
        if final.exists():
            raise PackageError(f"{final}: is there already: remove it, or name another folder")
        tmp = target / f"{TEMP_PREFIX}{final.name}"
        for leftover in target.glob(f"{TEMP_PREFIX}{PREFIX}*"):
            shutil.rmtree(leftover)
        (tmp / DATA).mkdir(mode=0o700, parents=True)
        tmp.chmod(0o700)
        resources = [_resource(con, tmp, table) for table in release.tables if table["file"] == MARTS]
        described = descriptor(release, resources, _sources(con), is_synthetic)
        write_atomic(tmp / PAGE, readme(described))
        # Last: a folder without it is no package.
        write_atomic(tmp / DESCRIPTOR, json.dumps(described, ensure_ascii=False, indent=1) + "\n")
        kill_point("package.sealed")
        fsync_dir(tmp / DATA)
        os.rename(tmp, final)
        fsync_dir(target)
    kill_point("package.renamed")
    return final


@contextmanager
def _opened(home: Home, release: Release) -> Iterator[DuckDBPyConnection]:
    import duckdb

    with duckdb.connect() as con:
        con.execute(f"ATTACH {literal(home.releases / release.release_id / MARTS)} AS marts (READ_ONLY)")
        con.execute("USE marts")
        yield con


def _holds_synthetic(con: DuckDBPyConnection) -> bool:
    return con.execute("SELECT count(*) FROM mart.minimum_dataset WHERE origin = 'synthetic'").fetchone()[0] > 0


def _resource(con: DuckDBPyConnection, folder: Path, table: dict[str, Any]) -> dict[str, Any]:
    """Write one table and tell of it."""
    from sources.landing import file_sha256

    schema, relation = table["name"].split(".")
    path = f"{DATA}/{schema}__{relation}.{MARK}.parquet"
    said = ", ".join(f"classification_{language}: {literal(text)}" for language, text in CLASSIFICATION.items())
    con.execute(
        f"COPY (FROM {name(schema, relation)} ORDER BY ALL) TO {literal(folder / path)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{said}}})"
    )
    (folder / path).chmod(0o600)
    fsync_file(folder / path)
    kill_point("package.table_written")
    return {
        "name": f"{schema}.{relation}",
        "type": "table",
        "path": path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "title": table["name"],
        "description": _comment(con, schema, relation),
        "bytes": (folder / path).stat().st_size,
        "hash": f"sha256:{file_sha256(folder / path)}",
        "rows": table["rows"],
        "table_hash": table["hash"],
        "schema": {"fields": _fields(con, schema, relation)},
    }


def _comment(con: DuckDBPyConnection, schema: str, relation: str) -> str:
    both = "SELECT table_name, comment, schema_name, database_name FROM duckdb_tables() UNION ALL SELECT view_name, comment, schema_name, database_name FROM duckdb_views()"
    found = con.execute(
        f"SELECT comment FROM ({both}) WHERE database_name = 'marts' AND schema_name = $1 AND table_name = $2",
        [schema, relation],
    ).fetchone()
    return found[0] or ""


def _fields(con: DuckDBPyConnection, schema: str, relation: str) -> list[dict[str, Any]]:
    """The columns with their types, labels, units and codes, as the release's own dictionary tells them."""
    there = con.execute(
        """SELECT c.column_name, c.data_type, c.comment, d.unit, d.code_list, d.label_fi, d.label_sv, d.label_en
        FROM duckdb_columns() c
        LEFT JOIN meta.dictionary d
            ON d.kind = 'table' AND d.object_name = c.schema_name || '.' || c.table_name AND d.column_name = c.column_name
        WHERE c.database_name = 'marts' AND c.schema_name = $1 AND c.table_name = $2
        ORDER BY c.column_index""",
        [schema, relation],
    ).fetchall()
    return [field(*row) for row in there]


def _sources(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Each address that a national source was asked at, with its licence, of the snapshots in force."""
    found = con.execute(
        """SELECT source_code, licence, address, count(*), max(known_from), list(sha256 ORDER BY object)
        FROM meta.snapshot WHERE known_to IS NULL GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    return [
        {
            "title": source,
            **({"path": address} if str(address).startswith(("http://", "https://")) else {"address": address}),
            "licence": licence,
            "snapshots": count,
            "fetched_at": f"{fetched:%Y-%m-%dT%H:%M:%SZ}",
            "sha256": hashes,
        }
        for source, licence, address, count, fetched, hashes in found
    ]
