"""The asset of the regional deliveries and its row-rule checks.

Belongs here: one asset for all senders' care contacts, with one asset check a row rule. Does not belong here: the inbox, the reader and the judge
(sources/regional). A county is data: a rejected delivery or a quarantined row never fails the asset.
"""

import dagster as dg

from orchestration.checks.names import check_name
from orchestration.night import Check
from orchestration.resources import NightResource
from sources.regional.catalogue import dataset_contract

ASSET = "raw__care_contacts"
CONTRACT = dataset_contract("care_contacts")
JUDGED = "accepted_rows_valid"


def _rule_specs() -> list[dg.AssetCheckSpec]:
    rules = [
        dg.AssetCheckSpec(
            check_name(r.id),
            asset=ASSET,
            description=f"{r.id} · {r.text['en']} Mend: {r.fix['en']}",
            metadata={"engine": "pandera"},
        )
        for r in CONTRACT.rules
    ]
    described = "pandera itself validates the rows that the mask accepted tonight."
    return [
        *rules,
        dg.AssetCheckSpec(JUDGED, asset=ASSET, blocking=True, description=described, metadata={"engine": "pandera"}),
    ]


@dg.asset(
    name=ASSET,
    group_name="regional",
    owners=["team:data-engineering"],
    kinds={"python", "parquet", "duckdb"},
    deps=[],
    description="Care contacts as every organiser and HUS delivered them: received, landed, read as text, harmonised and judged row by row. "
    "Accepted rows stand in immutable slices by period and organiser, refused ones in quarantine with their reason.",
    check_specs=_rule_specs(),
)
def raw__care_contacts(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.regional.intake import take_in

    n = night.night
    with n.stage("regional deliveries"):
        outcome = take_in(n.home, n.ledger, n.landing, at=n.at, say=n.say)
    n.regional = outcome.as_dict()
    results = [_rule_result(n, rule, outcome.rule_counts.get(rule.id)) for rule in CONTRACT.rules]
    results.append(_judged_result(n, outcome))
    rows = outcome.rows_accepted
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "deliveries": dict(outcome.statuses),
            "rows accepted tonight": rows,
            "rows quarantined tonight": outcome.rows_quarantined,
            "dagster/column_schema": _schema(),
            "deliveries by sender": dg.MetadataValue.md(_table(outcome)),
        },
        check_results=results,
    )


def _schema() -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(c.name, c.sql_type, description=c.description) for c in CONTRACT.columns])


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


def _rule_result(n, rule, counts: tuple[int, int] | None) -> dg.AssetCheckResult:
    failed, applicable = counts or (0, 0)
    status = "N-A" if applicable == 0 else "FAIL" if failed else "PASS"
    n.checks.append(
        Check(rule.id, "pandera", ASSET, status, False, f"{failed:,} of {applicable:,} rows" if failed else "")
    )
    return dg.AssetCheckResult(
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


def _judged_result(n, outcome) -> dg.AssetCheckResult:
    result = outcome.validation
    n.checks.append(Check(JUDGED, "pandera", ASSET, result.status, True, result.reason))
    return dg.AssetCheckResult(
        check_name=JUDGED,
        passed=result.status in ("PASS", "N-A"),
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"status": result.status, "rows": result.rows, "reason": result.reason or "none"},
    )
