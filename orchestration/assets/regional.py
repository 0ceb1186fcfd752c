"""The assets of the regional deliveries and their row-rule checks.

Belongs here: one asset a dataset for all its senders, with one asset check a row rule; they are made in one step, since one look at the inbox takes in
whatever has arrived. Does not belong here: the inbox, the reader and the judge (sources/regional). A county is data: a rejected delivery or a
quarantined row never fails an asset.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration import delivery_calendar, metadata, pictures
from orchestration.checks import row_rules
from orchestration.night import Night
from orchestration.resources import NightResource
from sources.contract import Contract
from sources.regional.catalogue import dataset_contracts
from sources.regional.outcome import IntakeOutcome
from warehouse.assets import DELIVERED


def _asset_spec(contract: Contract) -> dg.AssetSpec:
    return dg.AssetSpec(
        DELIVERED[contract.name],
        group_name="regional",
        owners=["team:data-engineering"],
        kinds={"python", "parquet", "duckdb"},
        description=f"{contract.label['en']} as the senders delivered them: received, landed, read as text, harmonised and judged row by row. "
        "Accepted rows stand in immutable slices by period and organiser, refused ones in quarantine with their reason. "
        f"{contract.description}",
    )


@dg.multi_asset(
    name="regional_deliveries",
    specs=[_asset_spec(contract) for contract in dataset_contracts().values()],
    check_specs=[
        spec
        for contract in dataset_contracts().values()
        for spec in row_rules.specs(contract, DELIVERED[contract.name])
    ],
)
def regional_deliveries(context: dg.AssetExecutionContext, night: NightResource) -> Iterator[dg.MaterializeResult]:
    from sources.regional.intake import take_in

    n = night.night
    with n.stage("regional deliveries"):
        outcome = take_in(n.home, n.ledger, n.landing, at=n.at, say=n.say)
    n.regional = outcome.as_dict()
    calendar = delivery_calendar.write_page(n)
    for contract in dataset_contracts().values():
        yield _materialized(n, contract, outcome, calendar)


def _materialized(n: Night, contract: Contract, outcome: IntakeOutcome, calendar: str) -> dg.MaterializeResult:
    own = outcome.of(contract.name)
    return dg.MaterializeResult(
        asset_key=DELIVERED[contract.name],
        metadata={
            "dagster/row_count": own.rows_accepted,
            "deliveries": dict(own.statuses),
            **own.kinds,
            "rows accepted tonight": own.rows_accepted,
            "rows quarantined tonight": own.rows_quarantined,
            "dagster/column_schema": _schema(contract),
            **_pictures(n, contract, outcome.names),
            "deliveries by sender": dg.MetadataValue.md(_table(own)),
            "calendar of deliveries (make dev)": metadata.page(calendar),
        },
        check_results=row_rules.results(n, DELIVERED[contract.name], contract, own),
    )


def _schema(contract: Contract) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(c.name, c.sql_type, description=c.description) for c in contract.columns])


def _table(outcome: IntakeOutcome) -> str:
    lines = [
        "| sender | period | sequence | status | correction | late | received | accepted | quarantined | rule |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    shown = (
        "organiser_code",
        "period",
        "sequence",
        "status",
        "is_correction",
        "is_late",
        "rows_received",
        "rows_accepted",
        "rows_quarantined",
        "rule",
    )
    lines += ["| " + " | ".join(_shown(d[k]) for k in shown) + " |" for d in outcome.deliveries[:200]]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)


def _pictures(n: Night, contract: Contract, names: dict[str, str]) -> dict[str, dg.MetadataValue]:
    """What is held by sender and month, and how many deliveries each night brought."""
    from sources.regional.holdings import holdings

    held = holdings(n.ledger, contract.name, n.at)
    note = pictures.SYNTHETIC if held.is_synthetic else ""
    rows = {f"{code} {name}": held.rows.get(code, {}) for code, name in names.items()}
    title = "Accepted rows in force, by sender and month"
    by_month = pictures.months(title, held.periods, rows, note=f"{note}; × no accepted delivery; own scale a sender")
    by_night = pictures.sparkline("Deliveries received, by night", held.by_night, note=note)
    return {
        "rows by sender and month": metadata.picture(n, f"{contract.name}_by_month", by_month, title),
        "deliveries by night": metadata.picture(n, f"{contract.name}_by_night", by_night, "Deliveries received"),
    }
