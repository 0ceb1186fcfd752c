"""How the minimum dataset is judged: volumes, reconciliation of parts with wholes, and what values each indicator can have.

Belongs here: the SQL of each kind of check that bounds.yml may name for the suite minimum_dataset. Only current figures (`known_to` is null) are judged.
Does not belong here: bounds, texts and severities (bounds.yml, texts.yml), keys, code lists and relations of the mart (dbt tests).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expectations.contacts import ratio, rows_kept
from expectations.model import ROWS, Plan, Relation

CURRENT = "gx_current"
SPLITS = ("sex", "age_group", "language_status", "municipality_type")
# Age groups that the law names: they make up everybody on their own, beside the other age groups.
_LAW_AGES = ("0-22", "23+")
_GROUP = ", ".join(("indicator_code", "source_code", "basis", "period_start", "period_end", *SPLITS))
_WITHIN_REGION = "indicator_code, source_code, basis, region_level, region_code, period_start, period_end"
_PERIOD = "strftime(period_start, '%Y-%m') || '…' || strftime(period_end, '%Y-%m')"
_SPLIT_NAMES = ", ".join(f"nullif({s}, 'total')" for s in SPLITS)
_GROUP_NAME = f"concat_ws(' ', indicator_code, basis, {_PERIOD}, {_SPLIT_NAMES})"
_IS_TOTAL = "(" + " and ".join(f"{s} = 'total'" for s in SPLITS) + ")"
_ADDEND = "case adds when 'value' then value else numerator end"


def relations(indicators: Mapping[str, Mapping[str, Any]]) -> tuple[Relation, ...]:
    """The current rows, each with what bounds.yml says of its indicator (null where it says nothing), the months of its period, how much of the country's deliveries
    is there, and of a rate the cases that a county would have if it were like the country."""
    said = ", ".join(
        f"('{code}', {about.get('per', 'null')}, '{about['adds']}', {about.get('grows', about.get('per', 0) > 1)}, {about.get('lump', 1)})"
        for code, about in indicators.items()
    )
    return (
        Relation(
            CURRENT,
            f"""
            with said as (from (values {said}) as said(indicator_code, per, adds, grows, lump)),
            country as (
                select {_GROUP}, value as whole, coverage as country_coverage from {ROWS}
                where region_level = 'country' and known_to is null and {_IS_TOTAL})
            select r.*, said.per, said.adds, said.grows, date_diff('month', r.period_start, r.period_end + 1) as months,
                case when said.per > 1 and r.region_level = 'county' and whole > 0 then whole * r.denominator / (said.per * said.lump) end as cases,
                country_coverage
            from {ROWS} r left join said using (indicator_code) left join country using ({_GROUP})
            where r.known_to is null""",
        ),
    )


def _row_count(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectTableRowCountToBeBetween", {"min_value": entry["minimum"], "max_value": None})


def _indicators_present(entry: Mapping[str, Any]) -> Plan:
    wanted = ", ".join(f"('{code}')" for code in entry["indicators"])
    return Plan(
        CURRENT,
        figures=f"""
        select wanted.code as subject, count(c.value) as numerator, count(c.indicator_code) as denominator,
            count(c.value) as value, 1 as minimum, null as maximum
        from (values {wanted}) as wanted(code) left join {CURRENT} c on c.indicator_code = wanted.code group by wanted.code""",
    )


def _indicators_bounded(entry: Mapping[str, Any]) -> Plan:
    known = ", ".join(f"'{code}'" for code in entry["indicators"])
    return Plan(
        CURRENT,
        figures=f"""
        select indicator_code as subject, count(*) as numerator, count(*) as denominator,
            case when indicator_code in ({known}) then 0 else count(*) end as value, null as minimum, 0 as maximum
        from {CURRENT} group by indicator_code""",
    )


def _regions(entry: Mapping[str, Any]) -> Plan:
    bounds = ", ".join(f"('{level}', {low}, {high})" for level, (low, high) in entry["levels"].items())
    return Plan(
        CURRENT,
        figures=f"""
        select concat_ws(' ', indicator_code, basis, level) as subject, count(distinct region_code) as numerator,
            count(*) as denominator, count(distinct region_code) as value, minimum, maximum
        from {CURRENT} join (values {bounds}) as bound(level, minimum, maximum) on region_level = level
        group by indicator_code, basis, level, minimum, maximum""",
    )


def _value_possible(entry: Mapping[str, Any]) -> Plan:
    return Plan(CURRENT, figures=_extremes(entry, "possible", "value", "true"))


def _value_plausible(entry: Mapping[str, Any]) -> Plan:
    """Totals of the country and its counties. What grows with the length of the period is compared per month; counts at a moment, shares and days are not."""
    value = "case when grows then value / months else value end"
    where = f"region_level in ('country', 'county') and {_IS_TOTAL} and {_says_something(entry)}"
    return Plan(CURRENT, figures=_extremes(entry, "plausible", value, where))


def _says_something(entry: Mapping[str, Any]) -> str:
    """False of a county's figure to which a delivery is missing, as it says of itself; and of a county's rate where so few cases were to be expected that chance alone
    may take it out of its bounds."""
    return f"(region_level <> 'county' or coalesce(coverage, 1) >= 1) and coalesce(cases, {entry['cases']}) >= {entry['cases']}"


def _extremes(entry: Mapping[str, Any], bound: str, value: str, where: str) -> str:
    bounds = ", ".join(
        f"('{code}', {_number(about[bound][0])}, {_number(about[bound][1])})"
        for code, about in entry["indicators"].items()
    )
    return f"""
        with seen as (
            select indicator_code, region_level, min({value}) as lowest, max({value}) as highest, count(value) as n
            from {CURRENT} where {where} group by indicator_code, region_level),
        extreme as (unpivot seen on lowest, highest into name which value v)
        select concat_ws(' ', indicator_code, region_level, which) as subject, null as numerator, n as denominator,
            v as value, minimum, maximum
        from extreme join (values {bounds}) as bound(indicator_code, minimum, maximum) using (indicator_code)"""


def _regions_sum(entry: Mapping[str, Any]) -> Plan:
    measure, level = entry["measure"], entry["level"]
    adds = "value" if measure == "value" else "numerator"
    return Plan(
        CURRENT,
        figures=f"""
        with parts as (
            select {_GROUP}, sum({measure}) as total
            from {CURRENT} where region_level = '{level}' and adds = '{adds}' group by all),
        whole as (select {_GROUP}, {measure} as total from {CURRENT} where region_level = 'country' and adds = '{adds}')
        select {_GROUP_NAME} as subject, parts.total as numerator, whole.total as denominator,
            parts.total - whole.total as value, {entry["minimum"]} * whole.total as minimum, {entry["maximum"]} * whole.total as maximum
        from whole join parts using ({_GROUP})
        where parts.total is not null and whole.total is not null""",
    )


def _split_sum(entry: Mapping[str, Any]) -> Plan:
    split = entry["split"]
    others = " and ".join(f"{s} = 'total'" for s in SPLITS if s != split)
    return Plan(
        CURRENT,
        figures=f"""
        with parts as (
            select {_WITHIN_REGION}, {split} in {_LAW_AGES} as is_of_law, sum({_ADDEND}) as total,
                count(*) = count({_ADDEND}) as is_whole
            from {CURRENT} where {split} <> 'total' and {others} and adds <> 'nothing' group by all),
        whole as (select {_WITHIN_REGION}, {_ADDEND} as total from {CURRENT} where {_IS_TOTAL} and adds <> 'nothing')
        select concat_ws(' ', indicator_code, basis, region_level, region_code, {_PERIOD}) as subject,
            parts.total as numerator, whole.total as denominator, parts.total - whole.total as value,
            {entry["minimum"]} * whole.total as minimum, {entry["maximum"]} * whole.total as maximum
        from parts join whole using ({_WITHIN_REGION})
        where is_whole and whole.total is not null""",
    )


def _value_recomputed(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        CURRENT,
        figures=f"""
        select concat_ws(' ', indicator_code, region_level) as subject, null as numerator, count(*) as denominator,
            max(abs(value - per * numerator / denominator) / greatest(1, abs(value))) as value,
            null as minimum, {entry["maximum"]} as maximum
        from {CURRENT} where per is not null and value is not null and numerator is not null and denominator >= 1
        group by indicator_code, region_level""",
    )


def _country_within_counties(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        CURRENT,
        figures=f"""
        with county as (
            select {_GROUP}, min(value) as lowest, max(value) as highest, count(value) as n
            from {CURRENT} where region_level = 'county' and per is not null group by all
            having bool_and(value is not null or coalesce(numerator, 0) = 0))
        select {_GROUP_NAME} as subject, null as numerator, county.n as denominator, c.value as value,
            lowest - {entry["slack"]} as minimum, highest + {entry["slack"]} as maximum
        from {CURRENT} c join county using ({_GROUP})
        where c.region_level = 'country' and c.value is not null""",
    )


def _ordered_pair(entry: Mapping[str, Any]) -> Plan:
    on = "basis, region_level, region_code, period_start, period_end, " + ", ".join(SPLITS)
    return Plan(
        CURRENT,
        figures=f"""
        with low as (select * from {CURRENT} where indicator_code = '{entry["lower"]}'),
        high as (select * from {CURRENT} where indicator_code = '{entry["higher"]}')
        select concat_ws(' ', basis, region_level, region_code, {_PERIOD}, {_SPLIT_NAMES}) as subject, low.value as numerator,
            1 as denominator, high.value - low.value as value, 0 as minimum, null as maximum
        from low join high using ({on}) where low.value is not null and high.value is not null""",
    )


def _absent_share(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        CURRENT,
        figures=ratio(f"""
        select concat_ws(' ', indicator_code, region_level) as subject, count(*) - count(value) as numerator,
            count(*) as denominator, null as minimum, {entry["maximum"]} as maximum
        from {CURRENT} where {_IS_TOTAL} and value_status <> 'not_applicable'
            and coalesce(country_coverage, 1) >= {entry["country_coverage"]}
        group by indicator_code, region_level"""),
    )


def _county_beside_country(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        CURRENT,
        figures=f"""
        with country as (
            select indicator_code, basis, period_start, period_end, value as whole
            from {CURRENT} where region_level = 'country' and {_IS_TOTAL} and value > 0)
        select concat_ws(' ', indicator_code, basis, region_code, {_PERIOD}) as subject, c.value as numerator,
            coalesce(c.denominator, 0) as denominator, c.value / whole as value,
            {entry["minimum"]} as minimum, {entry["maximum"]} as maximum
        from {CURRENT} c join country using (indicator_code, basis, period_start, period_end)
        where c.region_level = 'county' and c.per is not null and c.value is not null and {_IS_TOTAL}
            and {_says_something(entry)}""",
    )


def _number(bound: float | None) -> str:
    return "null" if bound is None else str(bound)


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Plan]] = {
    "row_count": _row_count,
    "rows_kept": rows_kept,
    "indicators_present": _indicators_present,
    "indicators_bounded": _indicators_bounded,
    "regions": _regions,
    "value_possible": _value_possible,
    "value_plausible": _value_plausible,
    "regions_sum": _regions_sum,
    "split_sum": _split_sum,
    "value_recomputed": _value_recomputed,
    "country_within_counties": _country_within_counties,
    "ordered_pair": _ordered_pair,
    "absent_share": _absent_share,
    "county_beside_country": _county_beside_country,
}
