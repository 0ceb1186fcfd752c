"""The dbt project as `make manifest` parsed it, for every run of dbt as long as it still is the project.

Belongs here: keeping dbt's own form of a parse, telling whether the project has changed since, and where its sources lie this time.
Does not belong here: parsing (orchestration/manifest.py), running (orchestration/dbt_runner.py).
dbt keeps a parse too, but ties it to the path of the database: each new home would parse the project anew, some seven seconds of CPU.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.paths import DBT_PROJECT, PARSED
from sources.durable import write_atomic

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# dbt's own work, which it writes while it parses and runs.
_NOT_PROJECT = {"target", "logs"}


def keep(manifest: Manifest, begun_ns: int) -> None:
    """Keep a parse that began at this moment; what changes later, also while it was parsed, is newer than it."""
    from dbt.parser.manifest import extended_mashumaro_encoder

    write_atomic(PARSED, manifest.to_msgpack(extended_mashumaro_encoder))
    os.utime(PARSED, ns=(begun_ns, begun_ns))


def parsed(build: Path) -> Manifest | None:
    """The project with its sources in the folder `build`; None when there is no parse, or the project or dbt is another since: dbt then parses it itself."""
    if not PARSED.exists() or _changed_at() > PARSED.stat().st_mtime_ns:
        return None
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt.version import __version__

    manifest = Manifest.from_msgpack(PARSED.read_bytes(), decoder=extended_mashumuro_decoder)
    if manifest.metadata.dbt_version != __version__:
        return None
    manifest.build_flat_graph()  # what macros see as `graph`
    put_sources(manifest, build)
    return manifest


def put_sources(manifest: Manifest, build: Path) -> None:
    """Let the sources lie in this build folder: of all that is parsed, they alone name it (models/stg/stg__sources.yml)."""
    quoted = str(build).replace("'", "''")
    for source in manifest.sources.values():
        for told in (source.meta, source.source_meta, source.config.meta):
            told["build"] = quoted


def _changed_at() -> int:
    """When the newest file or folder of the project changed, in nanoseconds. A file that is gone changed its folder."""
    return max(path.stat().st_mtime_ns for path in _project())


def _project() -> Iterator[Path]:
    for path in DBT_PROJECT.iterdir():
        if path.name not in _NOT_PROJECT:
            yield path
            yield from path.rglob("*")
