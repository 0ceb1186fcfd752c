"""Our row path bare: pre-flight with hash, strict reading, typing, row rules, balance, one staged Parquet a delivery, then the same three aggregates.

Belongs here: calling the judge over many deliveries as the intake does, two at a time. Does not belong here: landing, ledger and reports, which are not the row path.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import duckdb

from benchmarks.aggregates import AGGREGATES
from sources.regional.catalogue import counties, dataset_contract
from sources.regional.judge import SourceFile, stage_files
from sources.regional.rules import compile_rules
from sources.regional.scan import DeliveryContext


def main(folder: Path, entries: list[dict], out: Path) -> dict[str, list]:
    """Run the row path; returns the three aggregates' rows. Raises RuntimeError when a delivery is refused: the benchmark's own are sound."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    contract, known = dataset_contract("care_contacts"), counties()
    rules = compile_rules(contract)

    def judged(share: list[dict]) -> None:
        con = duckdb.connect(config={"threads": 1})
        for e in share:
            context = DeliveryContext(
                f"{e['organiser_code']}{e['period']}",
                e["organiser_code"],
                e["period"],
                e["sequence"],
                Decimal(e["sample_share"]),
            )
            files = [SourceFile(folder / f["name"], f["name"]) for f in e["files"]]
            dialect = known[e["organiser_code"]].dialects["care_contacts"]
            done = stage_files(con, contract, dialect, files, rules, context, out / f"{context.receipt_id}.parquet")
            if done.refusal:
                raise RuntimeError(f"{files[0].name}: {done.refusal.reason}")

    # Longest first, dealt to two workers, as two threads of the intake would take them.
    ordered = sorted(entries, key=lambda e: -sum(f["rows"] for f in e["files"]))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(judged, (ordered[0::2], ordered[1::2])))
    con = duckdb.connect(config={"threads": 2})
    con.execute(f"create view contacts as select * from read_parquet('{out}/*.parquet') where rule_mask = 0")
    return {name: con.execute(sql).fetchall() for name, sql in AGGREGATES.items()}
