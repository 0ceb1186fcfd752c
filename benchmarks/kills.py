"""`make bench-kill`: hundreds of nights killed at random points and moments and run again; each must end like a night that nobody touched.

Belongs here: choosing the moments, killing, asking what must hold, counting, printing. Does not belong here: the short night (short_night.py), the process that is
killed (victim.py).

What is asked after each kill: the published release opens and answers as a whole, old or new; ledger and landing hold every receipt's bytes, and what has no
receipt lies in the inbox as it was. After the rerun: the ledger verifies, its events, every file, the release and its table hashes are those of the undisturbed
night, nothing unfinished is left and the build folder is empty. One rerun in four is killed too; one home in five is run once more, which must change nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks import short_night
from benchmarks.victim import Victim

KILLED_AGAIN, RUN_AGAIN, SKIPS_PANDERA = 0.25, 0.2, 0.7
_victim: list[Victim] = []


@dataclass(frozen=True)
class Undisturbed:
    """The home before the night, and what the night comes to when nothing happens to it."""

    template: str
    expected: dict[str, Any]
    old: tuple
    inbox: dict[str, str]
    points: tuple[str, ...]
    seconds: dict[bool, float]


@dataclass(frozen=True)
class Kill:
    """One kill: at a named point or at a moment, the last point passed, and which release a reader found right after it."""

    how: str
    last: str
    found: str


@dataclass
class Round:
    """One home's way from the first kill to the end. `faults` are what did not hold."""

    number: int
    kills: list[Kill] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def undisturbed(folder: Path) -> Undisturbed:
    """Prepare a home, and run the night on a copy of it."""
    template = folder / "template"
    short_night.prepare(template)
    seconds: dict[bool, float] = {}
    with Victim() as victim:
        for asks_pandera, name in ((True, "first"), (False, "second")):
            home = _copy(template, folder / name)
            ended = victim.run(home, asks_pandera=asks_pandera)
            seconds[asks_pandera] = ended.seconds
            if ended.code:
                sys.exit(f"the undisturbed night failed: {ended.said}")
    expected = short_night.facts(home)
    if expected["faults"] or expected["left over"] or expected != short_night.facts(folder / "first"):
        sys.exit(f"two undisturbed nights differ or left something: {expected['faults']} {expected['left over']}")
    points = tuple(f"{name}:{n}" for name, count in ended.passes.items() for n in range(1, count + 1))
    old = short_night.answers(template)
    return Undisturbed(str(template), expected, old, short_night.inbox_of(template), points, seconds)


def _copy(template: Path, home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)
    return Path(shutil.copytree(template, home, symlinks=True))


def one_round(number: int, seed: str, base: Undisturbed, folder: Path) -> Round:
    """Kill one night, perhaps its rerun too, run it to the end, and ask."""
    if not _victim:
        _victim.append(Victim())
    victim, rng, told = _victim[0], random.Random(f"{seed}-{number}"), Round(number)
    home = _copy(Path(base.template), folder / f"home-{number}")
    try:
        _kill(victim, rng, base, home, told)
        if told.kills and rng.random() < KILLED_AGAIN:
            # At a point only: a delivery whose reading ends the process twice may be refused for good.
            _kill(victim, rng, base, home, told, at_point=1.0)
        _finish(victim, base, home, told)
        if rng.random() < RUN_AGAIN:
            _finish(victim, base, home, told)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return told


def _kill(
    victim: Victim, rng: random.Random, base: Undisturbed, home: Path, told: Round, at_point: float = 0.5
) -> None:
    """Run the night and kill it; a night that was over sooner counts as no kill. `at_point` is the share of kills at named points."""
    asks_pandera = rng.random() > SKIPS_PANDERA
    if rng.random() < at_point:
        # By name first: there are many more writes of files than swaps.
        names = sorted({point.rpartition(":")[0] for point in base.points})
        name = rng.choice(names)
        how = rng.choice([point for point in base.points if point.rpartition(":")[0] == name])
        ended = victim.run(home, kill_at=how, asks_pandera=asks_pandera)
    else:
        how = "moment"
        moment = rng.uniform(0.01, 1.0) * base.seconds[asks_pandera]
        ended = victim.run(home, kill_after=moment, asks_pandera=asks_pandera)
    if not ended.was_killed:
        if ended.code:
            told.faults.append(f"ended by itself with {ended.code} when it was to be killed at {how}: {ended.said}")
        return
    broken = short_night.broken_promises(home, base.inbox)
    told.faults += [f"after a kill at {how} ({ended.last}): {one}" for one in broken]
    told.kills.append(Kill("moment" if how == "moment" else "point", ended.last, _found(base, home, told)))


def _found(base: Undisturbed, home: Path, told: Round) -> str:
    try:
        answers = short_night.answers(home)
    except Exception as error:
        told.faults.append(f"the published release could not be read: {error}")
        return "none"
    if answers == base.old:
        return "old"
    if answers == base.expected["answers"]:
        return "new"
    told.faults.append(f"a reader was told {answers}, neither the old release nor the new one")
    return "mix"


def _finish(victim: Victim, base: Undisturbed, home: Path, told: Round) -> None:
    ended = victim.run(home, asks_pandera=False)
    if ended.code:
        told.faults.append(f"the rerun ended with {ended.code}: {ended.said}")
        return
    found = short_night.facts(home)
    told.faults += [f"{name} differ after the rerun" for name, value in base.expected.items() if found[name] != value]


def rounds(
    base: Undisturbed, kills: int, seed: str, jobs: int, folder: Path, tell: Callable[[list[Round]], None]
) -> list[Round]:
    """Rounds until so many kills have struck, some side by side; `tell` is called after each."""
    done: list[Round] = []
    numbers: Iterator[int] = iter(range(10 * kills))
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(one_round, next(numbers), seed, base, folder) for _ in range(jobs)}
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                done.append(future.result())
                tell(done)
                if struck(done) + len(running) < kills:
                    running.add(pool.submit(one_round, next(numbers), seed, base, folder))
    return sorted(done, key=lambda r: r.number)


def struck(done: list[Round]) -> int:
    """How many kills struck."""
    return sum(len(r.kills) for r in done)


def table(done: list[Round]) -> str:
    """Kills by the last step passed: how they were aimed, what a reader found, and whether the rerun came to the same."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for one in done:
        for kill in one.kills:
            counts[kill.last].update([kill.how, kill.found, "differs" if one.faults else "same"])
    columns = ("point", "moment", "old", "new", "same", "differs")
    titles = ("at the point", "at a moment", "old release", "new release", "ends the same", "does not")
    lines = [f"{'last step passed':24}" + "".join(f"{title:>15}" for title in titles)]
    lines += [f"{step:24}" + "".join(f"{counts[step][c]:15}" for c in columns) for step in sorted(counts)]
    total = sum(counts.values(), Counter())
    lines.append(f"{'all':24}" + "".join(f"{total[c]:15}" for c in columns))
    return "\n".join(lines)


def _progress(kills: int) -> Callable[[list[Round]], None]:
    begun = time.monotonic()
    state = {"told": 0}

    def tell(done: list[Round]) -> None:
        now = struck(done)
        if now // 25 > state["told"] or done[-1].faults:
            state["told"] = now // 25
            passed = time.monotonic() - begun
            left = passed / max(now, 1) * max(kills - now, 0)
            faulty = sum(1 for r in done if r.faults)
            print(
                f"{now} of {kills} kills, {faulty} homes with a fault, {passed:.0f} s, about {left:.0f} s left",
                flush=True,
            )
            for fault in done[-1].faults:
                print(f"  round {done[-1].number}: {fault}", flush=True)

    return tell


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=520)
    parser.add_argument(
        "--nights", type=int, default=4, help="whole nights through the command line, killed at random moments"
    )
    parser.add_argument("--seed", default="612")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-kill-") as name:
        folder = Path(name)
        base = undisturbed(folder)
        print(
            f"an undisturbed short night: {base.seconds[False]:.1f} s, {base.seconds[True]:.1f} s with pandera's second opinion; {len(base.points)} passes of {_steps(base)} kill points",
            flush=True,
        )
        done = rounds(base, arguments.kills, arguments.seed, arguments.jobs, folder, _progress(arguments.kills))
        faults = [fault for one in done for fault in one.faults]
        print(f"\n{table(done)}\n\n{_summary(base, done)}", flush=True)
        if arguments.nights:
            from benchmarks.killed_nights import killed_nights

            faults += killed_nights(folder, arguments.nights, arguments.seed)
    print(
        f"{len(faults)} promises broken; {time.monotonic() - begun:.0f} s in all, {arguments.jobs} at a time, seed {arguments.seed}"
    )
    return 1 if faults else 0


def _steps(base: Undisturbed) -> int:
    return len({point.rpartition(":")[0] for point in base.points})


def _summary(base: Undisturbed, done: list[Round]) -> str:
    twice = sum(1 for r in done if len(r.kills) > 1)
    hit = {kill.last for r in done for kill in r.kills if kill.how == "point"}
    return (
        f"{struck(done)} kills on {len(done)} homes ({twice} killed twice); {len(hit)} of {_steps(base)} named points struck; "
        f"{sum(1 for r in done if r.faults)} homes ended otherwise than the undisturbed one"
    )


if __name__ == "__main__":
    sys.exit(main())
