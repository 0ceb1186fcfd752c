"""The asset of the regional deliveries and its row-rule checks.

Belongs here: one asset for all senders' care contacts, with one asset check a row rule. Does not belong here: the inbox, the reader and the judge
(sources/regional). A county is data: a rejected delivery or a quarantined row never fails the asset.
"""

import dagster as dg

from orchestration import metadata, pictures
from orchestration.checks import row_rules
from orchestration.night import Night
from orchestration.resources import NightResource
from sources.regional.catalogue import dataset_contract

ASSET = "raw__care_contacts"
CONTRACT = dataset_contract("care_contacts")


@dg.asset(
    name=ASSET,
    group_name="regional",
    owners=["team:data-engineering"],
    kinds={"python", "parquet", "duckdb"},
    deps=[],
    description="Care contacts as every organiser and HUS delivered them: received, landed, read as text, harmonised and judged row by row. "
    "Accepted rows stand in immutable slices by period and organiser, refused ones in quarantine with their reason.",
    check_specs=row_rules.specs(CONTRACT, ASSET),
)
def raw__care_contacts(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.regional.intake import take_in

    n = night.night
    with n.stage("regional deliveries"):
        outcome = take_in(n.home, n.ledger, n.landing, at=n.at, say=n.say)
    n.regional = outcome.as_dict()
    rows = outcome.rows_accepted
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "deliveries": dict(outcome.statuses),
            "rows accepted tonight": rows,
            "rows quarantined tonight": outcome.rows_quarantined,
            "dagster/column_schema": _schema(),
            **_pictures(n, outcome.names),
            "deliveries by sender": dg.MetadataValue.md(_table(outcome)),
        },
        check_results=row_rules.results(n, ASSET, CONTRACT, outcome),
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


def _pictures(n: Night, names: dict[str, str]) -> dict[str, dg.MetadataValue]:
    """What is held by sender and month, and how many deliveries each night brought."""
    from sources.regional.holdings import holdings

    held = holdings(n.ledger, CONTRACT.name, n.at)
    note = pictures.SYNTHETIC if held.is_synthetic else ""
    rows = {f"{code} {name}": held.rows.get(code, {}) for code, name in names.items()}
    title = "Accepted rows in force, by sender and month"
    by_month = pictures.months(title, held.periods, rows, note=f"{note}; × no accepted delivery; own scale a sender")
    by_night = pictures.sparkline("Deliveries received, by night", held.by_night, note=note)
    return {
        "rows by sender and month": metadata.picture(n, f"{CONTRACT.name}_by_month", by_month, title),
        "deliveries by night": metadata.picture(n, f"{CONTRACT.name}_by_night", by_night, "Deliveries received"),
    }
