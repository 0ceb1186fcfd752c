"""Assets of the national sources.

Belongs here: one asset a national dataset, and what its outcome looks like in Dagster. Does not belong here: protocols and parsing (sources/national).
A source that cannot be reached or sends what cannot be used never fails a night: its last good rows stay, the check `is_usable` warns, and the summary names it.
"""

import dagster as dg

from orchestration.night import Check, local_date
from orchestration.resources import NightResource
from sources.freshness import every_source, record_visit
from sources.national.outcome import SourceOutcome

OWNERS = ["team:data-engineering"]


def _check_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """What is asked of every national source."""
    told = {
        "is_usable": "The source answered tonight, and what it sent can be used.",
        "is_fresh": "The source has answered usably within the days that its settings allow.",
    }
    return [dg.AssetCheckSpec(name, asset=asset, description=text) for name, text in told.items()]


def _collected(context: dg.AssetExecutionContext, night: NightResource, outcome: SourceOutcome) -> dg.MaterializeResult:
    facts = night.night
    usable = outcome.status != "failed"
    if usable:
        record_visit(facts.ledger, outcome.source_code, facts.night_id, facts.at)
    fresh = next(f for f in every_source(facts.ledger, facts.at) if f.source_code == outcome.source_code)
    answered = local_date(fresh.answered_at) if fresh.answered_at else None
    is_stale = fresh.is_stale(facts.at)
    facts.sources.append(
        {
            **outcome.as_dict(),
            "rows_of": local_date(fresh.rows_known_from) if fresh.rows_known_from else None,
            "answered": answered,
            "is_stale": is_stale,
        }
    )
    asset = context.asset_key.to_user_string()
    why_stale = f"nothing usable since {answered or 'the beginning'}, allowed are {fresh.within_days} days"
    verdicts = {
        "is_usable": (usable, "" if usable else outcome.reason or "it gave nothing usable"),
        "is_fresh": (not is_stale, why_stale if is_stale else ""),
    }
    for name, (passed, message) in verdicts.items():
        status = "PASS" if passed else "FAIL"
        facts.checks.append(Check(f"{asset}.{name}", "source", asset, status, False, message, int(not passed), 1))
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
            "last answered": answered or "never",
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=name,
                passed=passed,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"reason": message or "none", "requests": outcome.requests_made},
            )
            for name, (passed, message) in verdicts.items()
        ],
    )


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
    check_specs=_check_specs("raw__population"),
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
    check_specs=_check_specs("raw__municipality_map"),
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
    check_specs=_check_specs("raw__sotkanet"),
)
def raw__sotkanet(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
    from sources.national.collect import collect_sotkanet

    n = night.night
    with n.stage("THL: Sotkanet"):
        outcome = collect_sotkanet(n.home, n.ledger, n.landing, n.addresses.get("sotkanet"), n.at)
    return _collected(context, night, outcome)
