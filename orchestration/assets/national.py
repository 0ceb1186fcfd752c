"""Assets of the national sources.

Belongs here: one asset a national dataset, all made alike, and what its outcome looks like in Dagster. Does not belong here: protocols and parsing (sources/national).
A source that cannot be reached or sends what cannot be used never fails a night: its last good rows stay, the check `is_usable` warns, and the summary names it.
"""

from dataclasses import dataclass

import dagster as dg

from orchestration.night import Check, local_date
from orchestration.resources import NightResource
from sources.freshness import Freshness, every_source, record_visit
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
    unknown = Freshness(outcome.source_code, None, None, None, None)
    known = {f.source_code: f for f in every_source(facts.ledger, facts.at) if f.organiser_code is None}
    fresh = known.get(outcome.source_code, unknown)
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
        applicable = int(name != "is_fresh" or fresh.within_days is not None)
        status = ("PASS" if passed else "FAIL") if applicable else "N-A"
        failed = int(not passed)
        facts.checks.append(Check(f"{asset}.{name}", "source", asset, status, False, message, failed, applicable))
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
            "requests that the limit allowed": outcome.requests_allowed or 0,
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


@dataclass(frozen=True)
class _Source:
    """What one national asset has of its own. `host` is its address in a night; None where nothing is asked."""

    name: str
    source_code: str
    host: str | None
    stage: str
    description: str
    origin: dg.MetadataValue
    licence: str = "CC BY 4.0"


_SOURCES = (
    _Source(
        "raw__population",
        "statfin_population",
        "pxweb",
        "Statistics Finland: population",
        "Population on 31 December by municipality, age and sex, from Statistics Finland's PxWeb table 11re. One Parquet file a year and vintage.",
        dg.MetadataValue.url("https://pxdata.stat.fi/PxWeb/pxweb/fi/StatFin/StatFin__vaerak/11re.px/"),
    ),
    _Source(
        "raw__population_projection",
        "statfin_projection",
        "pxweb",
        "Statistics Finland: projection",
        "Projected population on 31 December by municipality, age and sex, from Statistics Finland's PxWeb table 14wx, on the municipal division of its edition. "
        "One Parquet file an edition, year and vintage.",
        dg.MetadataValue.url("https://pxdata.stat.fi/PxWeb/pxweb/fi/StatFin/StatFin__vaenn/14wx.px/"),
    ),
    _Source(
        "raw__key_figures",
        "statfin_key_figures",
        "pxweb",
        "Statistics Finland: key figures",
        "Dependency ratios, mean age and the share of speakers of foreign languages by wellbeing services county and year, from Statistics Finland's PxWeb table 11ra.",
        dg.MetadataValue.url("https://pxdata.stat.fi/PxWeb/pxweb/fi/StatFin/StatFin__vaerak/11ra.px/"),
    ),
    _Source(
        "raw__municipality_map",
        "statfin_classification",
        "classifications",
        "Statistics Finland: classifications",
        "Municipality → wellbeing services county → collaborative area by year, from Statistics Finland's classification service.",
        dg.MetadataValue.url("https://stat.fi/en/luokitukset"),
    ),
    _Source(
        "raw__sotkanet",
        "sotkanet",
        "sotkanet",
        "THL: Sotkanet",
        "Published indicators by region, year and sex, with their descriptions and the list of regions, from THL's Sotkanet. "
        "A night probes one indicator in seven and fetches the rows of those that moved.",
        dg.MetadataValue.url("https://sotkanet.fi"),
    ),
    _Source(
        "raw__sampo",
        "sampo",
        "sampo",
        "THL: Sampo",
        "Waiting for specialised care, handling of referrals, waiting in primary care and visits, by county and month, from THL's cubes. "
        "A night asks for each cube's newest run and fetches the figures of those that have another one than before.",
        dg.MetadataValue.url("https://sampo.thl.fi"),
    ),
    _Source(
        "raw__codeserver",
        "codeserver",
        "codeserver",
        "THL: code server",
        "Service classes, contact modes, specialties and the register of care organisations, from THL's code server. A night asks whether a list was modified "
        "and reads it anew only then.",
        dg.MetadataValue.url("https://koodistopalvelu.kanta.fi"),
    ),
    _Source(
        "raw__codelist",
        "codelist",
        "codelist",
        "Interoperability platform: code lists",
        "Occupations, of which professions are a part, from koodistot.suomi.fi. A night asks whether the list was modified and reads it anew only then.",
        dg.MetadataValue.url("https://koodistot.suomi.fi"),
    ),
    _Source(
        "raw__treasury",
        "treasury",
        "treasury",
        "State Treasury: finances of the counties",
        "Budgets and outcomes that the wellbeing services counties report, every stage of approval, with the taxonomies that name their cells, from the State "
        "Treasury's register. Documents are fetched when the catalogue dates them anew. One Parquet file a package and period.",
        dg.MetadataValue.url("https://www.tutkihallintoa.fi"),
    ),
    _Source(
        "raw__kela",
        "kela",
        "kela",
        "Kela: benefits",
        "Recipients and euros of Kela's benefits by municipality, from the files of the open data portal, and Kela's information package on the counties. "
        "Files are fetched when the portal dates them anew and read from where they lie.",
        dg.MetadataValue.url("https://www.avoindata.fi"),
    ),
    _Source(
        "raw__innokyla",
        "innokyla",
        "innokyla",
        "Innokylä",
        "Projects, operating models and evaluations of co-development by county and programme goal, from the listed pages of Innokylä, which has no interface. A "
        "night reads robots.txt and a seventh of the pages, by their labels. The author is not kept. One Parquet file a page and version.",
        dg.MetadataValue.url("https://innokyla.fi"),
        "not verified",
    ),
    _Source(
        "raw__need_factors",
        "thl_need_factors",
        None,
        "THL: need factors",
        "Need factors of the counties by data year and sector, from THL's published workbook, which has no interface: a file and its provenance, "
        "dropped into inbox/national/need_factors. One Parquet file an edition.",
        dg.MetadataValue.text("THL, hyvinvointialueiden tarvekertoimet"),
    ),
)


def _asset_of(source: _Source) -> dg.AssetsDefinition:
    @dg.asset(
        name=source.name,
        group_name="national",
        owners=OWNERS,
        kinds={"python", "parquet"},
        description=source.description,
        metadata={"source": source.origin, "licence": source.licence},
        check_specs=_check_specs(source.name),
    )
    def collected(context: dg.AssetExecutionContext, night: NightResource) -> dg.MaterializeResult:
        from sources.national.collect import collect_hosted
        from sources.national.need_factors.collect import collect_need_factors

        n = night.night
        with n.stage(source.stage):
            if source.host is None:
                outcome = collect_need_factors(n.home, n.ledger, n.landing, n.at)
            else:
                address = n.addresses.get(source.host)
                outcome = collect_hosted(source.source_code, n.home, n.ledger, n.landing, address, n.at)
        return _collected(context, night, outcome)

    return collected


NATIONAL = [_asset_of(source) for source in _SOURCES]
