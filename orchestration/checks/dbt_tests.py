"""dbt tests as asset checks.

Belongs here: what one test came to, with the rows that it looked at. Does not belong here: running dbt (orchestration/dbt_runner.py) and the events of
models (orchestration/assets/warehouse.py).
"""

from __future__ import annotations

import dagster as dg

from orchestration import metadata
from orchestration.dbt_runner import NodeOutcome
from orchestration.night import Check, Night


def result(night: Night, node: NodeOutcome, key: dg.AssetCheckKey, rows: int | None) -> dg.AssetCheckResult:
    """The check of a test that ran; noted in the night too. `rows` is how many the tested relation has: a test of an empty one judged nothing."""
    status = {"pass": "PASS", "warn": "FAIL", "fail": "FAIL"}.get(node.status, "ERROR")
    message = node.message if status != "PASS" else ""
    if status == "PASS" and rows == 0:
        status, message = "N-A", "the tested table has no rows"
    warns = node.status == "warn"
    failed = None if status == "ERROR" else node.failures
    asset = key.asset_key.to_user_string()
    night.checks.append(Check(node.name, "dbt", asset, status, not warns, message, failed, rows))
    shown = metadata.counts(status, None, rows) | {"failing rows": node.failures, "seconds": node.seconds}
    if message:
        shown["message"] = message
    if status in ("FAIL", "ERROR") and node.sql:
        shown["compiled SQL"] = metadata.sql(node.sql)
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=status in ("PASS", "N-A"),
        severity=dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR,
        metadata=shown,
    )
