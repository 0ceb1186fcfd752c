"""Great Expectations suites as asset checks.

Belongs here: one asset check an expectation, before dbt on the accepted contacts and after dbt on the mart, both blocking where the suite says error.
Does not belong here: suites, bounds and pages (expectations/). Great Expectations itself is imported only when a suite runs.
"""

from collections.abc import Iterator

import dagster as dg

from expectations.gate import CheckOutcome, run_suite, shorten
from expectations.model import Known
from expectations.suites import Suite, accepted_contacts, minimum_dataset
from orchestration import metadata
from orchestration.checks.names import check_name
from orchestration.night import Check, Night
from orchestration.resources import NightResource

FIGURES_SHOWN = 10  # of each check, those outside their bounds first; the page has more


def _specs(suite: Suite, asset: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            check_name(e.id),
            asset=asset,
            blocking=e.severity == "error",
            description=f"{e.id} · {e.text['en']} Mend: {e.fix['en']}",
            metadata={
                "engine": "great expectations",
                "id": e.id,
                "dimension": e.dimension,
                "severity": e.severity,
            },
        )
        for e in suite.expectations
    ]


def _results(n: Night, asset: str, suite: Suite, outcomes: list[CheckOutcome]) -> Iterator[dg.AssetCheckResult]:
    page = metadata.page(f"nights/{n.night_id}/gx/{suite.name}.html")
    for o in outcomes:
        passed = o.status in ("PASS", "N-A")
        n.checks.append(
            Check(
                o.id,
                "great_expectations",
                asset,
                o.status,
                o.severity == "error",
                o.reason if passed else f"expected: {o.text['en']} Found: {o.reason.rstrip('.')}. Mend: {o.fix['en']}",
                *_counted(o),
                _observed(o),
            )
        )
        yield dg.AssetCheckResult(
            asset_key=dg.AssetKey(asset),
            check_name=check_name(o.id),
            passed=passed,
            severity=dg.AssetCheckSeverity.ERROR if o.severity == "error" else dg.AssetCheckSeverity.WARN,
            metadata=_shown(o) | {"page (make dev)": page},
        )


def _counted(o: CheckOutcome) -> tuple[int | None, int | None]:
    """(failed, applicable): subjects where it judges subjects; else the rows it looked at, of which none is told apart."""
    if "judged" in o.denominators:
        return o.observed.get("outside"), int(o.denominators["judged"])
    return None, int(o.denominators["rows"]) if "rows" in o.denominators else None


def _observed(o: CheckOutcome) -> str | None:
    """The numbers in six significant digits: sums of many parts may differ in the last ones from run to run."""
    told = (f"{k} {v:.6g}" if isinstance(v, float) else f"{k} {v}" for k, v in o.observed.items())
    return ", ".join(told) or None


def _shown(o: CheckOutcome) -> dict[str, object]:
    shown = metadata.counts(o.status, *_counted(o))
    shown |= metadata.numbers(o.observed, "observed ")
    others = {k: v for k, v in o.denominators.items() if k not in ("judged", "rows")}
    shown |= metadata.numbers(others, "denominator: ")
    if any(v is not None for v in o.bounds.values()):
        shown["bounds"] = f"{shorten(o.bounds['minimum'])} – {shorten(o.bounds['maximum'])}"
    shown["why these bounds"] = o.bounds_reason
    if o.reason:
        shown["reason"] = o.reason
    if o.figures:
        shown["figures"] = metadata.table(o.figures[:FIGURES_SHOWN])
    return shown


def _judge(n: Night, asset: str, suite: Suite, connection, relation: str, known: Known) -> list[dg.AssetCheckResult]:
    from expectations.pages import write_pages

    outcomes = run_suite(connection, suite, relation, known)
    write_pages(n.home.reports, n.night_id, suite, outcomes, synthetic=n.profile == "simulated")
    return list(_results(n, asset, suite, outcomes))


# The accepted contacts as the registry links them: a blocking check there holds back dbt, and on the ingest asset it would wait for itself.
CONTACTS, MART = "raw__registry", "mart__minimum_dataset"


@dg.multi_asset_check(specs=_specs(accepted_contacts(), CONTACTS), name="gx_accepted_contacts")
def gx_accepted_contacts(context: dg.AssetCheckExecutionContext, night: NightResource):
    import duckdb

    from warehouse.known import accepted_rows, published_contacts, residents_by_county
    from warehouse.registry import current_contacts

    n = night.night
    with n.stage("Great Expectations: accepted contacts"), duckdb.connect() as connection:
        relation = current_contacts(connection, n.home.build)
        known = Known(
            deliveries=accepted_rows(connection, n.home.build, "care_contacts"),
            residents=residents_by_county(connection, n.home.build),
            previous_rows=published_contacts(n.home),
        )
        yield from _judge(n, CONTACTS, accepted_contacts(), connection, relation, known)


@dg.multi_asset_check(specs=_specs(minimum_dataset(), MART), name="gx_minimum_dataset")
def gx_minimum_dataset(context: dg.AssetCheckExecutionContext, night: NightResource):
    import duckdb

    from warehouse.publish import current_release

    n = night.night
    earlier = current_release(n.home)
    rows = next((t["rows"] for t in earlier.tables if t["name"] == "mart.minimum_dataset"), None) if earlier else None
    database = str(n.home.build / "work.duckdb")
    with n.stage("Great Expectations: minimum dataset"), duckdb.connect(database, read_only=True) as connection:
        yield from _judge(n, MART, minimum_dataset(), connection, "mart.minimum_dataset", Known(previous_rows=rows))
