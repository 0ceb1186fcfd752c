"""`make bench`: our regional path beside the floor and the peers, in one run, each in fresh processes, alternating; start-ups; and the rules against the faults put in.

Belongs here: which is run how often, the goals, the table. Does not belong here: the sides (side.py, peers/), measuring (measure.py).
Exit code 0 when every goal was met, 1 when one was not, 2 when something could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import holds
from benchmarks.measure import BenchmarkError, Run, measure_side, median
from benchmarks.peers.environment import NoEnvironment, versions
from benchmarks.peers.run import PEERS, measure_peer
from benchmarks.starts import HERE, Line, starts
from benchmarks.truth import Agreement, agreement
from benchmarks.volume import OUT, deliveries, injected, size_mib

NAMES = {
    "floor": "floor: one process, plain DuckDB SQL",
    "bare": "ours, bare",
    "all_in": "ours, all in (+ Dagster, pandera, GX, dbt tests)",
    "landing": "landing + fsync, on its own",
    **PEERS,
}


@dataclass(frozen=True)
class Goal:
    """`side` must take at most `limit` times (or, where `faster`, at least `limit` times less than) `beside`, in wall seconds."""

    side: str
    beside: str
    limit: float
    faster: bool = False

    def told(self, ratio: float) -> str:
        met = ratio >= self.limit if self.faster else ratio <= self.limit
        want = f"≥ {self.limit:g} × faster" if self.faster else f"≤ {self.limit:g} ×"
        return f"{want} {'met' if met else 'NOT MET'}"


@dataclass
class Results:
    """What was measured: runs by (side, rows)."""

    rows: int
    runs: dict[tuple[str, int], list[Run]] = field(default_factory=dict)
    starts: list[Line] = field(default_factory=list)
    truth: Agreement | None = None
    problems: list[str] = field(default_factory=list)

    def ratio(self, goal: Goal, rows: int, of: str = "seconds") -> float | None:
        """How many times longer `side` takes than `beside`, or for `faster` the reverse; None when one was not measured at that volume."""
        if not (self.runs.get((goal.side, rows)) and self.runs.get((goal.beside, rows))):
            return None
        side, beside = median(self.runs[goal.side, rows], of), median(self.runs[goal.beside, rows], of)
        return beside / side if goal.faster else side / beside


GOALS = (
    Goal("bare", "floor", 1.3),
    Goal("all_in", "floor", 1.6),
    Goal("all_in", "usual", 10, faster=True),
    Goal("bare", "dlt", 3, faster=True),
)


def say(line: str) -> None:
    print(f"  {line}", flush=True)


def run_sides(results: Results, sides: tuple[str, ...], rows: int, runs: int) -> None:
    """Measure the sides in turn, `runs` times round."""
    for number in range(runs):
        for side in sides:
            if len(results.runs.get((side, rows), ())) > number:
                continue
            try:
                run = measure_peer(side, rows, say) if side in PEERS else measure_side(side, rows, HERE)
            except (BenchmarkError, NoEnvironment) as error:
                results.problems.append(f"{NAMES[side]} at {rows:,} rows: {error}")
                say(f"{side} could not be run; see below")
                continue
            results.runs.setdefault((side, rows), []).append(run)
            say(
                f"{rows:>10,} rows, run {number + 1}: {side:8}{run.seconds:8.1f} s {run.cpu:8.1f} s CPU {run.peak_mib:7.0f} MiB   load {os.getloadavg()[0]:.1f}"
            )


def show(results: Results) -> list[str]:
    """The table, line by line."""
    lines = []
    for rows in sorted({r for _, r in results.runs}, reverse=True):
        lines += [
            "",
            f"{rows:,} rows",
            f"{'':50}{'n':>3}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'÷ floor':>9}{'CPU':>7}",
        ]
        for side, name in NAMES.items():
            if runs := results.runs.get((side, rows)):
                beside = Goal(side, "floor", 0)
                ratios = [results.ratio(beside, rows, of) for of in ("seconds", "cpu")]
                told = "".join(f"{r:{w}.2f}" if r else "" for r, w in zip(ratios, (9, 7), strict=True))
                peak = max(r.peak_mib for r in runs)
                lines.append(f"{name:50}{len(runs):3}{median(runs):9.1f}{median(runs, 'cpu'):9.1f}{peak:10.0f}{told}")
        for goal in GOALS:
            if (ratio := results.ratio(goal, rows)) is not None:
                cpu = results.ratio(goal, rows, "cpu")
                lines.append(
                    f"  {goal.side} against {goal.beside}: {ratio:.2f} × wall, {cpu:.2f} × CPU; goal {goal.told(ratio)}"
                )
        counted = {
            s: r[0].answer["by_service"]
            for (s, n), r in results.runs.items()
            if n == rows and s in ("floor", "bare", "all_in")
        }
        if len(counted) > 1:
            lines.append(
                "  the aggregates are equal"
                if len(set(counted.values())) == 1
                else f"  THE AGGREGATES DIFFER: {counted}"
            )
    if results.starts:
        lines += ["", f"{'starts':50}{'n':>3}{'median':>9}{'goal':>9}"]
        for line in results.starts:
            goal = "" if line.goal is None else f"{line.goal:9g} {'met' if line.is_met else 'NOT MET'}"
            lines.append(f"{line.name:50}{len(line.runs):3}{line.figure:9.2f}{goal}")
    if truth := results.truth:
        lines += [
            "",
            f"rules against the faults put in: {truth.injected:,} put in, {truth.found:,} found; recall {truth.recall:.6f}, precision {truth.precision:.6f}",
        ]
    return lines + ["", *(f"NOT RUN: {problem}" for problem in results.problems)]


def failed(results: Results) -> bool:
    """Whether a goal was measured and not met."""
    ratios = [(g, results.ratio(g, rows)) for g in GOALS for rows in {r for _, r in results.runs}]
    return any("NOT" in g.told(r) for g, r in ratios if r is not None) or any(not s.is_met for s in results.starts)


def keep(results: Results, path: Path) -> None:
    """Write every run as JSON, for whoever wants more than medians."""
    runs = [{"side": s, "rows": n, **asdict(r)} for (s, n), every in results.runs.items() for r in every]
    begun = [{"name": s.name, "figure": s.figure, "goal": s.goal} for s in results.starts]
    document = {"runs": runs, "starts": begun, "truth": asdict(results.truth) if results.truth else None}
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000, help="volume for the floor, ours and dlt")
    parser.add_argument(
        "--usual-rows",
        type=int,
        default=1_000_000,
        help="volume for the usual way, which is slow; ours is measured there too",
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("sides", "peers", "starts", "holds"), help="one part alone")
    parser.add_argument("--keep", action="store_true", help="keep the deliveries for the next time")
    arguments = parser.parse_args()
    results = Results(arguments.rows)
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}"
    )
    print(
        "CPU seconds are of all processes; wall seconds are what is compared, and mean little while other work loads the machine"
    )
    for peer in PEERS:
        print(f"{NAMES[peer]}: {versions(peer)}")
    try:
        if arguments.only not in ("starts", "holds"):
            _measure_volumes(results, arguments)
        if arguments.only in (None, "starts"):
            results.starts = starts(max(arguments.runs, 3), OUT / "starts", say)
    except BenchmarkError as error:
        results.problems.append(str(error))
    finally:
        _clean_up(arguments.keep)
    print("\n".join(show(results)))
    keep(results, OUT / "results.json")
    has_failed = failed(results)
    if arguments.only in (None, "holds"):
        has_failed |= bool(holds.main([]))
    return 2 if results.problems else int(has_failed)


def _measure_volumes(results: Results, arguments: argparse.Namespace) -> None:
    volumes = {arguments.rows, *((arguments.usual_rows,) if arguments.only != "sides" else ())}
    for rows in sorted(volumes):
        folder, entries = deliveries(rows)
        print(f"{rows:,} rows: {len(entries)} deliveries, {size_mib(folder, entries):,.0f} MiB", flush=True)
    if arguments.only != "peers":
        run_sides(results, ("landing", "floor", "bare", "all_in"), arguments.rows, arguments.runs)
        results.truth = agreement(OUT / "bare", injected(deliveries(arguments.rows)[0]))
    if arguments.only != "sides":
        run_sides(results, ("bare", "dlt"), arguments.rows, arguments.runs)
        run_sides(results, ("floor", "all_in", "usual"), arguments.usual_rows, arguments.runs)


def _clean_up(keep_deliveries: bool) -> None:
    """Remove what the sides wrote, and the deliveries too unless they are to be kept."""
    for path in OUT.iterdir() if OUT.exists() else ():
        if path.is_dir() and not (keep_deliveries and path.name.startswith("deliveries-")):
            shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
