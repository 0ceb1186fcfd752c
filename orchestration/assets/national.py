"""Assets of the national sources.

Belongs here: one asset a national dataset, and what its outcome looks like in Dagster. Does not belong here: protocols and parsing (sources/national).
A source that cannot be reached never fails a night: its last good rows stay, the check `is_reachable` warns, and the summary names it.
"""

import dagster as dg

from orchestration.night import Check, Night, local_date
from orchestration.resources import NightResource

OWNERS = ["team:data-engineering"]


def _collected(context: dg.AssetExecutionContext, night: NightResource, outcome) -> dg.MaterializeResult:
    facts = night.night
    facts.sources.append({**outcome.as_dict(), "rows_of": _newest_rows(facts, outcome.source_code)})
    reached = outcome.status != "failed"
    asset = context.asset_key.to_user_string()
    facts.checks.append(
        Check(
            f"{asset}.is_reachable",
            "source",
            asset,
            "PASS" if reached else "FAIL",
            False,
            "" if reached else outcome.reason or "it was not reached",
            failed=int(not reached),
            applicable=1,
        )
    )
    facts.say(
        f"  {outcome.source_code}: {outcome.status}, {outcome.rows:,} rows"
        + (f" ({outcome.reason})" if outcome.reason else "")
    )
    return dg.MaterializeResult(
        metadata={
            "status": outcome.status,
            "dagster/row_count": outcome.rows,
            "objects": outcome.objects,
            "requests made": outcome.requests_made,
            "requests needed at least": outcome.requests_minimum,
            "reason": outcome.reason or "none",
        },
        check_results=[
            dg.AssetCheckResult(
                check_name="is_reachable",
                passed=reached,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"reason": outcome.reason or "none", "requests": outcome.requests_made},
            )
        ],
    )


def _newest_rows(night: Night, source_code: str) -> str | None:
    """The night that brought the newest rows in use of a source, None when it has never given any."""
    found = [e.at for e in night.ledger.events("snapshot") if e.body["source_code"] == source_code]
    return local_date(max(found)) if found else None


@dg.asset(
    name="raw__population",
    group_name="national",
    owners=OWNERS,
    kinds={"python", "parquet"},
    description="Population on 31 December by municipality, age and sex, from Statistics Finland's PxWeb table 11re. One Parquet file a year and vintage.",
    metadata={
        "source": dg.MetadataValue.url("https://pxdata.stat.fi/PxWeb/pxweb/fi/StatFin/StatFin__vaerak/11re.px/"),
        "licence": "CC BY 4.0",
    },
    check_specs=[
        dg.AssetCheckSpec("is_reachable", asset="raw__population", description="The source answered tonight.")
    ],
)
def raw__population(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.national.collect import collect_population

    n = night.night
    with n.stage("Statistics Finland: population"):
        outcome = collect_population(n.home, n.ledger, n.landing, n.addresses.get("pxweb"), n.at)
    return _collected(context, night, outcome)


@dg.asset(
    name="raw__municipality_map",
    group_name="national",
    owners=OWNERS,
    kinds={"python", "parquet"},
    description="Municipality → wellbeing services county → collaborative area by year, from Statistics Finland's classification service.",
    metadata={"source": dg.MetadataValue.url("https://stat.fi/en/luokitukset"), "licence": "CC BY 4.0"},
    check_specs=[
        dg.AssetCheckSpec("is_reachable", asset="raw__municipality_map", description="The source answered tonight.")
    ],
)
def raw__municipality_map(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.national.collect import collect_municipality_map

    n = night.night
    with n.stage("Statistics Finland: classifications"):
        outcome = collect_municipality_map(n.home, n.ledger, n.landing, n.addresses.get("classifications"), n.at)
    return _collected(context, night, outcome)


@dg.asset(
    name="raw__sotkanet",
    group_name="national",
    owners=OWNERS,
    kinds={"python", "parquet"},
    description="Published indicators by region, year and sex, with their descriptions and the list of regions, from THL's Sotkanet. "
    "A night probes one indicator in seven and fetches the rows of those that moved.",
    metadata={"source": dg.MetadataValue.url("https://sotkanet.fi"), "licence": "CC BY 4.0"},
    check_specs=[dg.AssetCheckSpec("is_reachable", asset="raw__sotkanet", description="The source answered tonight.")],
)
def raw__sotkanet(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.national.collect import collect_sotkanet

    n = night.night
    with n.stage("THL: Sotkanet"):
        outcome = collect_sotkanet(n.home, n.ledger, n.landing, n.addresses.get("sotkanet"), n.at)
    return _collected(context, night, outcome)
