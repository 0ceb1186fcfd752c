"""The row rules of a dataset as asset checks.

Belongs here: one asset check a rule of the contract, with its counts and a few examples, and pandera's second opinion. Does not belong here: judging
(sources/regional), the asset that carries the checks (orchestration/assets/regional.py).
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration import metadata
from orchestration.checks.names import check_name
from orchestration.night import Check, Night
from sources.contract import Contract, Rule

JUDGED = "accepted_rows_valid"


def specs(contract: Contract, asset: str) -> list[dg.AssetCheckSpec]:
    """One check a rule, which never blocks, since the rows it refuses are in quarantine; and one that blocks, of what was accepted."""
    rules = [
        dg.AssetCheckSpec(
            check_name(rule.id),
            asset=asset,
            description=f"{rule.id} · {rule.text['en']} Mend: {rule.fix['en']}",
            metadata={"engine": "pandera", "id": rule.id, "dimension": rule.dimension, "severity": rule.severity},
        )
        for rule in contract.rules
    ]
    described = "pandera itself validates the rows that the mask accepted tonight."
    return [
        *rules,
        dg.AssetCheckSpec(JUDGED, asset=asset, blocking=True, description=described, metadata={"engine": "pandera"}),
    ]


def results(night: Night, asset: str, contract: Contract, outcome: Any) -> list[dg.AssetCheckResult]:
    """The checks of `specs`, from the `rule_counts` and the `validation` of tonight's deliveries of the dataset; noted in the night too."""
    from sources.regional.examples import quarantined_examples

    examples = quarantined_examples(night.home, night.ledger, contract, night.at)
    told = [
        _rule_result(night, asset, rule, outcome.rule_counts.get(rule.id), examples.get(rule.id, []))
        for rule in contract.rules
    ]
    return [*told, _judged_result(night, asset, outcome.validation)]


def _rule_result(
    night: Night, asset: str, rule: Rule, counted: tuple[int, int] | None, examples: list[dict[str, Any]]
) -> dg.AssetCheckResult:
    failed, applicable = counted or (0, 0)
    status = "N-A" if applicable == 0 else "FAIL" if failed else "PASS"
    message = {"N-A": "no row to judge tonight", "FAIL": f"{failed:,} of {applicable:,} rows"}.get(status, "")
    night.checks.append(Check(rule.id, "pandera", asset, status, False, message, failed, applicable))
    shown = metadata.counts(status, failed, applicable)
    if failed:
        shown["examples (masked)"] = metadata.table(examples)
        shown["handling"] = "failing rows are in quarantine (dq.quarantine), not in the warehouse"
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=check_name(rule.id),
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata=shown,
    )


def _judged_result(night: Night, asset: str, found: Any) -> dg.AssetCheckResult:
    failed = 0 if found.status == "PASS" else None
    night.checks.append(Check(JUDGED, "pandera", asset, found.status, True, found.reason, failed, found.rows))
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=JUDGED,
        passed=found.status in ("PASS", "N-A"),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata=metadata.counts(found.status, failed, found.rows) | {"reason": found.reason or "none"},
    )
