"""`make bench`: our row path against the floor, in one run, each in fresh processes, alternating; medians, ratio and peak memory.

Belongs here: timing and printing. Does not belong here: the two sides (ours.py, floor.py) and the deliveries (volume.py).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import resource
import statistics
import sys
import time

from benchmarks.volume import OUT, deliveries

SIDES = ("floor", "ours")


def _run(side: str, rows: int, answer) -> None:
    """One measured run in a process of its own. Imports and compiling count for us, as they do in a night."""
    folder, entries = deliveries(rows)
    begun, cpu = time.perf_counter(), time.process_time()
    if side == "ours":
        from benchmarks.ours import main
    else:
        from benchmarks.floor import main
    found = main(folder, entries, OUT / side)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    digests = {k: hashlib.sha256(repr(v).encode()).hexdigest()[:12] for k, v in found.items()}
    counted = {k: sum(row[-1] for row in v) for k, v in found.items()}
    answer.send(
        {"seconds": seconds, "cpu": time.process_time() - cpu, "peak_mib": peak, "digests": digests, "rows": counted}
    )


def measure(side: str, rows: int) -> dict:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(side, rows, sender))
    process.start()
    sender.close()
    try:
        result = receiver.recv()
    except EOFError:
        process.join()
        sys.exit(f"the {side} run ended without a result (exit {process.exitcode}); see the message above")
    process.join()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    deliveries(arguments.rows)
    results: dict[str, list[dict]] = {side: [] for side in SIDES}
    for number in range(arguments.runs):
        for side in SIDES:
            results[side].append(measure(side, arguments.rows))
            last = results[side][-1]
            print(
                f"run {number + 1} {side:6} {last['seconds']:7.1f} s  cpu {last['cpu']:7.1f} s  peak {last['peak_mib']:6.0f} MiB",
                flush=True,
            )
    medians = {side: statistics.median(r["seconds"] for r in results[side]) for side in SIDES}
    peaks = {side: max(r["peak_mib"] for r in results[side]) for side in SIDES}
    print(
        f"\n{arguments.rows:,} synthetic rows, {arguments.runs} runs each, {os.cpu_count()} cores, python {sys.version.split()[0]}"
    )
    print(f"{'':34}{'median s':>10}{'peak MiB':>10}{'ratio':>8}")
    names = {"floor": "floor: one process, plain DuckDB SQL", "ours": "our row path, bare"}
    for side in SIDES:
        print(f"{names[side]:34}{medians[side]:10.1f}{peaks[side]:10.0f}{medians[side] / medians['floor']:8.2f}")
    same = results["floor"][0]["digests"] == results["ours"][0]["digests"]
    print(
        "the aggregates of both are equal"
        if same
        else f"the aggregates differ: {json.dumps({s: results[s][0]['rows'] for s in SIDES})}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
