"""One side of the benchmark, run once in a process of its own: `python -m benchmarks.side <name> <rows>`. The last line it prints is its answer as JSON.

Belongs here: our own sides by name. Does not belong here: measuring (measure.py), the peers, which have environments of their own (peers/).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.volume import OUT, deliveries


def digests(aggregates: dict[str, list]) -> dict[str, str]:
    """A short hash of each aggregate's rows and the number of contacts in it: equal when the sides came to the same."""
    return {
        name: f"{hashlib.sha256(repr(rows).encode()).hexdigest()[:12]} {sum(r[-1] for r in rows)}"
        for name, rows in aggregates.items()
    }


def _landing(folder: Path, entries: list[dict], out: Path) -> dict:
    """Copy every file into a landing as the receipt does: hashed, written, fsynced, renamed."""
    from sources.landing import Landing

    shutil.rmtree(out, ignore_errors=True)
    landing = Landing(out)
    stored = [landing.put_file(folder / f["name"]) for e in entries for f in e["files"]]
    shutil.rmtree(out)
    return {"files": len(stored)}


def _floor(folder: Path, entries: list[dict], out: Path) -> dict:
    from benchmarks.floor import main

    return digests(main(folder, entries, out))


def _bare(folder: Path, entries: list[dict], out: Path) -> dict:
    from benchmarks.ours import bare

    return digests(bare(folder, entries, out))


def _all_in(folder: Path, entries: list[dict], out: Path) -> dict:
    from benchmarks.ours import all_in

    return digests(all_in(folder, entries, out))


SIDES: dict[str, Callable[[Path, list[dict], Path], dict]] = {
    "landing": _landing,
    "floor": _floor,
    "bare": _bare,
    "all_in": _all_in,
}


def main() -> None:
    name, rows = sys.argv[1], int(sys.argv[2])
    folder, entries = deliveries(rows)
    answer = SIDES[name](folder, entries, OUT / name)
    print(json.dumps(answer), flush=True)
    # What libraries print while the interpreter is torn down is no part of the answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


if __name__ == "__main__":
    main()
