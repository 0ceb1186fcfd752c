"""The assets of the regional deliveries and their row-rule checks.

Belongs here: one asset a dataset for all its senders, with one asset check a row rule; they are made in one step, since one look at the inbox takes in
whatever has arrived. Does not belong here: the inbox, the reader and the judge (sources/regional). A county is data: a rejected delivery or a
quarantined row never fails an asset.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.checks.names import check_name
from orchestration.night import Check
from orchestration.resources import NightResource
from sources.contract import Contract
from sources.regional.catalogue import dataset_contracts

JUDGED = "accepted_rows_valid"
ASSETS = {name: f"raw__{name}" for name in dataset_contracts()}


def _asset_spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        ASSETS[contract.name],
        group_name="regional",
        owners=["team:data-engineering"],
        kinds={"python", "parquet", "duckdb"},
        description=f"{contract.label['en']} as the senders delivered them: received, landed, read as text, harmonised and judged row by row. "
        "Accepted rows stand in immutable slices by period and organiser, refused ones in quarantine with their reason. "
        f"{contract.description}",
    )


def _check_specs(contract: Contract) -> list[dg.AssetCheckSpec]:
    asset = ASSETS[contract.name]
    rules = [
        dg.AssetCheckSpec(
            check_name(r.id),
            asset=asset,
            description=f"{r.id} · {r.text['en']} Mend: {r.fix['en']}",
            metadata={"engine": "pandera"},
        )
        for r in contract.rules
    ]
    described = "pandera itself validates the rows that the mask accepted tonight."
    return [
        *rules,
        dg.AssetCheckSpec(JUDGED, asset=asset, blocking=True, description=described, metadata={"engine": "pandera"}),
    ]


@dg.multi_asset(
    name="regional_deliveries",
    specs=[_asset_spec(contract) for contract in dataset_contracts().values()],
    check_specs=[spec for contract in dataset_contracts().values() for spec in _check_specs(contract)],
)
def regional_deliveries(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[dg.MaterializeResult]:
    from sources.regional.intake import take_in

    n = night.night
    with n.stage("regional deliveries"):
        outcome = take_in(n.home, n.ledger, n.landing, at=n.at, say=n.say)
    n.regional = outcome.as_dict()
    for contract in dataset_contracts().values():
        yield _materialized(n, contract, outcome)


def _materialized(n, contract: Contract, outcome) -> dg.MaterializeResult:
    own = outcome.of(contract.name)
    results = [_rule_result(n, contract, rule, own.rule_counts.get(rule.id)) for rule in contract.rules]
    results.append(_judged_result(n, contract, own))
    return dg.MaterializeResult(
        asset_key=ASSETS[contract.name],
        metadata={
            "dagster/row_count": own.rows_accepted,
            "deliveries": dict(own.statuses),
            "rows accepted tonight": own.rows_accepted,
            "rows quarantined tonight": own.rows_quarantined,
            "dagster/column_schema": _schema(contract),
            "deliveries by sender": dg.MetadataValue.md(_table(own)),
        },
        check_results=results,
    )


def _schema(contract: Contract) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(c.name, c.sql_type, description=c.description) for c in contract.columns])


def _table(outcome) -> str:
    lines = [
        "| sender | period | sequence | status | received | accepted | quarantined | rule |",
        "|---|---|---|---|---|---|---|---|",
    ]
    shown = (
        "organiser_code",
        "period",
        "sequence",
        "status",
        "rows_received",
        "rows_accepted",
        "rows_quarantined",
        "rule",
    )
    lines += [
        "| " + " | ".join("" if d[k] is None else str(d[k]) for k in shown) + " |" for d in outcome.deliveries[:200]
    ]
    return "\n".join(lines)


def _rule_result(n, contract: Contract, rule, counts: tuple[int, int] | None) -> dg.AssetCheckResult:
    failed, applicable = counts or (0, 0)
    status = "N-A" if applicable == 0 else "FAIL" if failed else "PASS"
    n.checks.append(
        Check(
            rule.id,
            "pandera",
            ASSETS[contract.name],
            status,
            False,
            f"{failed:,} of {applicable:,} rows" if failed else "",
        )
    )
    return dg.AssetCheckResult(
        asset_key=ASSETS[contract.name],
        check_name=check_name(rule.id),
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "failed": failed,
            "applicable": applicable,
            "status": status,
            "handling": "failing rows are in quarantine, not in the warehouse",
        },
    )


def _judged_result(n, contract: Contract, outcome) -> dg.AssetCheckResult:
    result = outcome.validation
    n.checks.append(Check(JUDGED, "pandera", ASSETS[contract.name], result.status, True, result.reason))
    return dg.AssetCheckResult(
        asset_key=ASSETS[contract.name],
        check_name=JUDGED,
        passed=result.status in ("PASS", "N-A"),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"status": result.status, "rows": result.rows, "reason": result.reason or "none"},
    )
