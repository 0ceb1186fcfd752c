"""dlt + dbt: each sender's files become a table of text in DuckDB, and dbt types, judges and counts.

Runs in an environment of its own and knows nothing of the project but plan.json: `python pipeline.py <folder with plan.json>`. Set up as dlt's pages advise for
volume: Arrow tables from DuckDB's reader, Parquet as loader format, DuckDB as destination.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import dlt
import duckdb

WORK = Path(sys.argv[1])
PLAN = json.loads((WORK / "plan.json").read_text(encoding="utf-8"))
DATABASE = WORK / "dlt.duckdb"
CHUNK = 100_000


def table_of(code: str, organiser: dict):
    """A resource of one sender's files."""

    @dlt.resource(name=f"contacts_{code.lower()}", write_disposition="replace")
    def contacts():
        with duckdb.connect() as con:
            for file in organiser["files"]:
                read = f"read_csv('{file['path']}', {organiser['read_csv']})"
                yield from con.sql(f"select *, '{file['period']}' as period from {read}").to_arrow_reader(CHUNK)

    return contacts()


def main() -> None:
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(WORK / "pipelines"),
        destination=dlt.destinations.duckdb(str(DATABASE)),
        dataset_name="raw",
    )
    resources = [table_of(code, organiser) for code, organiser in PLAN["organisers"].items()]
    pipeline.run(resources, loader_file_format="parquet").raise_on_failed_jobs()
    dbt = [str(Path(sys.executable).with_name("dbt")), "build", "--quiet", "--no-version-check"]
    places = ["--project-dir", str(WORK / "project"), "--profiles-dir", str(WORK / "project")]
    subprocess.run([*dbt, *places], check=True, env=os.environ | {"BENCH_DATABASE": str(DATABASE)})
    with duckdb.connect(str(DATABASE), read_only=True) as con:
        counted = {
            name: con.execute(f"select sum(n) from main.{name}").fetchone()[0] for name in ("by_service", "by_wait")
        }
    print(json.dumps({name: int(n) for name, n in counted.items()}))


main()
