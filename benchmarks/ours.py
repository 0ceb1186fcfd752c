"""Our own path. Bare: pre-flight, strict reading, typing, row rules, balance, one staged Parquet a delivery, then the three aggregates. All in: the same in a Dagster
run, with pandera's validation of what was accepted, the Great Expectations suite and the aggregates as dbt models with their tests.

Belongs here: calling the rooms' own functions over many deliveries, two at a time as the intake does. Does not belong here: ledger and reports, which are not the row path.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import duckdb

from benchmarks.aggregates import AGGREGATES, DBT
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.judge import Delivery, SourceFile, stage_deliveries, validate_accepted
from sources.regional.rules import compile_rules
from sources.regional.scan import DeliveryContext
from sources.regional.staging import batches

CONTRACT = "care_contacts"


def stage_all(folder: Path, entries: list[dict], out: Path) -> None:
    """Judge every delivery into a Parquet file of its own. RuntimeError when one is refused: the benchmark's own are sound."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    contract, known = dataset_contract(CONTRACT), counties()
    rules = compile_rules(contract)
    mine = threading.local()

    def judged(batch: list[dict]) -> None:
        con = mine.con = getattr(mine, "con", None) or duckdb.connect(config={"threads": 1})
        dialect = known[batch[0]["organiser_code"]].dialects[CONTRACT]
        deliveries = [_delivery(folder, e, out) for e in batch]
        for delivery, done in zip(deliveries, stage_deliveries(con, contract, dialect, deliveries, rules), strict=True):
            if done.refusal:
                raise RuntimeError(f"{delivery.files[0].name}: {done.refusal.reason}")

    sizes = [(e["organiser_code"], sum((folder / f["name"]).stat().st_size for f in e["files"])) for e in entries]
    together = sorted(batches(sizes), key=lambda batch: -sum(sizes[n][1] for n in batch))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(judged, [[entries[n] for n in batch] for batch in together]))


def _delivery(folder: Path, entry: dict, out: Path) -> Delivery:
    receipt = f"{entry['organiser_code']}{entry['period']}"
    share = Decimal(entry["sample_share"])
    context = DeliveryContext(receipt, entry["organiser_code"], entry["period"], entry["sequence"], share)
    files = [SourceFile(folder / f["name"], f["name"]) for f in entry["files"]]
    return Delivery(files, context, out / f"{receipt}.parquet")


def accepted(out: Path) -> str:
    """The accepted rows as an SQL relation."""
    return f"(select * from read_parquet('{out}/*.parquet') where rule_mask = 0)"


def bare(folder: Path, entries: list[dict], out: Path) -> dict[str, list]:
    """Run the row path alone; returns the three aggregates' rows."""
    stage_all(folder, entries, out)
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"create view contacts as from {accepted(out)}")
    return {name: con.execute(sql).fetchall() for name, sql in AGGREGATES.items()}


def all_in(folder: Path, entries: list[dict], out: Path) -> dict[str, list]:
    """Run everything between files and aggregates in one Dagster run in this process; returns the three aggregates' rows."""
    import dagster as dg

    work = out / "work"

    @dg.asset
    def contacts() -> None:
        stage_all(folder, entries, out)
        work.mkdir()

    @dg.asset(deps=[contacts])
    def second_opinions() -> None:
        _second_opinions(out)

    @dg.asset(deps=[second_opinions])
    def aggregates() -> None:
        build_models(accepted(out), work)

    quiet = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([contacts, second_opinions, aggregates], instance=instance, run_config=quiet)
    return read_models(work)


def _second_opinions(out: Path) -> None:
    from expectations.gate import ERROR, run_suite
    from expectations.model import Known
    from expectations.suites import accepted_contacts

    con = duckdb.connect(config={"threads": 2})
    checked = validate_accepted(con, dataset_contract(CONTRACT), sorted(out.glob("*.parquet")))
    if not checked.passed:
        raise RuntimeError(f"pandera refuses what the mask accepted: {checked.failures}")
    con.execute(f"create view contacts as from {accepted(out)}")
    counted = con.execute("select organiser_code, period, count(*) from contacts group by all").fetchall()
    outcomes = run_suite(
        con, accepted_contacts(), "contacts", Known({(code, period): n for code, period, n in counted})
    )
    statuses = Counter(o.status for o in outcomes)
    if statuses[ERROR] or statuses.total() == statuses["N-A"]:
        raise RuntimeError(f"the Great Expectations suite did not run: {dict(statuses)}")


def build_models(relation: str, work: Path) -> None:
    """Run `dbt build` of the benchmark's project in this process. RuntimeError when a model or a test fails."""
    from dbt.cli.main import dbtRunner

    os.environ |= {"BENCH_CONTACTS": relation, "BENCH_DATABASE": str(work / "bench.duckdb")}
    places = ["--project-dir", str(DBT), "--profiles-dir", str(DBT), "--target-path", str(work / "target")]
    arguments = ["build", *places, "--log-path", str(work / "logs"), "--quiet", "--no-version-check"]
    result = dbtRunner().invoke(arguments)
    if not result.success:
        raise RuntimeError(f"dbt build failed: {result.exception or [r.message for r in result.result if r.failures]}")


def read_models(work: Path) -> dict[str, list]:
    """The rows of the three models that dbt built."""
    with duckdb.connect(str(work / "bench.duckdb"), read_only=True) as con:
        return {name: con.execute(f"from {name} order by all").fetchall() for name in AGGREGATES}
