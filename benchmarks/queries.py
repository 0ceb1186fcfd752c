"""`make bench-queries`: the questions of meta.query_examples on the current release, each timed; the goal is 100 ms.

Belongs here: timing and printing. Does not belong here: the questions (dbt_project/seeds/raw__query_example.csv) and making the release (`make nightly`).
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

import duckdb

from sources.errors import SotevarastoError
from sources.home import Home, current_profile, default_home
from warehouse.read import open_release

GOAL_MS = 100


def measure(con: duckdb.DuckDBPyConnection, query: str, runs: int) -> tuple[list[float], int]:
    """Milliseconds of each run, from the text of the query to its last row, and the rows of the answer."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        rows = len(con.execute(query).fetchall())
        taken.append(1000 * (time.perf_counter() - begun))
    return taken, rows


def main() -> int:
    """Print the median of each question; 1 when one is over the goal or has no answer, 2 when there is no release to ask."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    home = Home(default_home(current_profile()))
    try:
        con = open_release(home)
    except SotevarastoError as error:
        print(f"the questions were not measured: {error}", file=sys.stderr)
        return 2
    with con:
        asked = con.execute("select query_id, question_en, sql from meta.query_examples order by query_id").fetchall()
        figures = con.execute("select count(*) from mart.minimum_dataset").fetchone()[0]
        release = con.execute("select release_id from marts.meta.release").fetchone()[0]
        print(
            f"\n{len(asked)} questions on release {release}: {figures:,} rows in mart.minimum_dataset, {arguments.runs} runs each, {os.cpu_count()} cores"
        )
        print(f"{'median ms':>10}{'max ms':>10}{'rows':>7}  question")
        failed = 0
        for number, question, query in asked:
            taken, rows = measure(con, query, arguments.runs)
            median = statistics.median(taken)
            failed += median > GOAL_MS or rows == 0
            print(f"{median:10.1f}{max(taken):10.1f}{rows:7}  {number}. {question}")
    print(
        f"goal: median under {GOAL_MS} ms; {'every one met it' if not failed else f'{failed} did not, or had no answer'}"
    )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
