"""Prepares dbt's manifest, from which the definitions are read: `python -m orchestration.manifest`, called by make.

Belongs here: `dbt parse`, once, before anything loads the definitions. Does not belong here: running models (orchestration/dbt_runner.py).
Parsing never happens at import: several processes would race for the same file.
"""

from __future__ import annotations

import os
import sys
import time

from orchestration.parsed import keep
from orchestration.paths import DBT_PROJECT, MANIFEST, PREPARED, dbt_places
from sources.durable import write_atomic


def main() -> int:
    """Write target/prepared/manifest.json and manifest.msgpack; returns the exit code."""
    from dbt.cli.main import dbtRunner

    begun = time.time_ns()
    # The place of a home is not known here and does not enter the manifest's keys; dbt only needs the variable to exist.
    os.environ.setdefault("SOTEVARASTO_BUILD", str(PREPARED / "no-build"))
    result = dbtRunner().invoke(["parse", "--quiet", *dbt_places(PREPARED, DBT_PROJECT / "logs")])
    if not result.success:
        reason = str(result.exception) if result.exception else "see the messages above"
        print(
            f"dbt parse failed: {' '.join(reason.split())[:300]}; mend the dbt project and run make manifest",
            file=sys.stderr,
        )
        return 1
    MANIFEST.parent.mkdir(exist_ok=True)
    keep(result.result, begun)
    write_atomic(MANIFEST, (PREPARED / "manifest.json").read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
