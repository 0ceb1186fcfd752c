"""How the accepted care contacts are judged: volumes, shares, distributions and waits.

Belongs here: the SQL of each kind of check that bounds.yml may name for the suite accepted_contacts, and the tallies they read.
Does not belong here: bounds, texts and severities (bounds.yml, texts.yml), row rules (the contract). Figures are by organiser or code, never by person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from expectations.model import ROWS, Plan, Relation
from sources.contract import Contract

SLICE, NULLS, CODES, WAIT, BY_SLICE = "gx_slice", "gx_nulls", "gx_codes", "gx_wait", "gx_by_slice"


def nullable_columns(contract: Contract) -> tuple[str, ...]:
    """Columns whose absence is allowed row by row, so that only their share can be judged."""
    return tuple(c.name for c in contract.columns if not c.required)


def coded_columns(contract: Contract) -> tuple[str, ...]:
    """Columns with a short list of codes in the contract itself; long reference lists are judged by how many codes are in use."""
    return tuple(c.name for c in contract.columns if c.codes)


def relations(contract: Contract) -> tuple[Relation, ...]:
    """The tallies: one pass over the rows each, a few hundred rows as result whatever the volume."""
    counted = ", ".join(f'count(*) - count("{c}") as "{c}"' for c in nullable_columns(contract))
    listed = ", ".join(f'"{c}"' for c in nullable_columns(contract))
    coded = " union all ".join(
        f"select organiser_code, '{c}' as column_name, \"{c}\" as code, count(*) as n from {ROWS} group by all"
        for c in coded_columns(contract)
    )
    return (
        Relation(SLICE, f"select organiser_code, period, sample_share, count(*) as n from {ROWS} group by all"),
        Relation(
            NULLS,
            f"unpivot (select organiser_code, count(*) as n, {counted} from {ROWS} group by organiser_code) "
            f"on {listed} into name column_name value nulls",
        ),
        Relation(CODES, coded),
        Relation(
            WAIT,
            f"select date_diff('day', need_assessed_at, visited_at) as wait_days from {ROWS} "
            "where urgency = 'non_urgent' and need_assessed_at is not null and visited_at is not null",
            is_table=False,
        ),
        Relation(
            BY_SLICE,
            "select s.organiser_code, s.period, sum(s.n) as n, "
            "sum(r.residents * s.sample_share / 12.0) as expected_person_years "
            f"from {SLICE} s join gx_resident r using (organiser_code) group by all",
        ),
    )


def ratio(figures: str) -> str:
    """Figures without a value, with the value numerator / denominator."""
    return f"select *, numerator / denominator as value from ({figures})"


def _row_count(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectTableRowCountToBeBetween", _between(entry))


def _rows_as_accepted(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        SLICE,
        needs="deliveries",
        figures=f"""
        with held as (select organiser_code, period, sum(n) as n from {SLICE} group by all)
        select organiser_code || ' ' || period as subject, coalesce(h.n, 0) as numerator, coalesce(d.n, 0) as denominator,
            coalesce(h.n, 0) - coalesce(d.n, 0) as value, 0 as minimum, 0 as maximum
        from held h full join gx_deliveries d using (organiser_code, period)""",
    )


def rows_kept(entry: Mapping[str, Any]) -> Plan:
    """Rows now as a share of the rows in the release before."""
    return Plan(
        ROWS,
        needs="previous_rows",
        figures=ratio(f"""
        select 'rows' as subject, now.n as numerator, gx_previous.n as denominator, {entry["minimum"]} as minimum, null as maximum
        from gx_previous cross join (select count(*) as n from {ROWS}) as now"""),
    )


def _organisers(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectColumnUniqueValueCountToBeBetween", {"column": "organiser_code"} | _between(entry))


def _organiser_share(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        BY_SLICE,
        needs="residents",
        figures=ratio(f"""
        select organiser_code || ' ' || period as subject, n as numerator,
            sum(n) over month * expected_person_years / sum(expected_person_years) over month as denominator,
            {entry["minimum"]} as minimum, {entry["maximum"]} as maximum
        from {BY_SLICE} window month as (partition by period)"""),
    )


def _contact_rate(entry: Mapping[str, Any]) -> Plan:
    """One figure for the country. Its name tells which slices lie furthest from the middle one, if by more than a factor of three: whom to ask."""
    return Plan(
        BY_SLICE,
        needs="residents",
        figures=ratio(f"""
        with rate as (
            select organiser_code || ' ' || period as slice, n / expected_person_years as rate,
                abs(ln(n / expected_person_years / median(n / expected_person_years) over ())) as distance
            from {BY_SLICE}),
        far as (
            select array_to_string(list(slice || ': ' || round(rate, 2) order by distance desc, slice)[:3], ', ') as slices
            from rate where distance > ln(3))
        select concat('all organisers', ' (furthest from the others: ' || far.slices || ')') as subject, whole.* from (
            select sum(n) as numerator, sum(expected_person_years) as denominator,
                {entry["minimum"]} as minimum, {entry["maximum"]} as maximum
            from {BY_SLICE} having count(*) > 0) as whole cross join far"""),
    )


def _filled_share(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectColumnProportionOfNonNullValuesToBeBetween", {"column": entry["column"]} | _between(entry))


def _organiser_filled(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        NULLS,
        figures=ratio(f"""
        select organiser_code || ' ' || column_name as subject, n - nulls as numerator, n as denominator,
            {entry["minimum"]} as minimum, null as maximum
        from {NULLS}"""),
    )


def _code_shares(entry: Mapping[str, Any]) -> Plan:
    bounds = ", ".join(f"('{code}', {low}, {high})" for code, (low, high) in entry["shares"].items())
    return Plan(
        CODES,
        figures=ratio(f"""
        with tally as (select code, sum(n) as n from {CODES} where column_name = '{entry["column"]}' group by code)
        select bound.code as subject, coalesce(tally.n, 0) as numerator, whole.n as denominator, bound.minimum, bound.maximum
        from (values {bounds}) as bound(code, minimum, maximum)
        cross join (select sum(n) as n from tally) as whole
        left join tally using (code)"""),
    )


def _organiser_single_code(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        CODES,
        figures=ratio(f"""
        select organiser_code || ' ' || column_name as subject, max(n) as numerator, sum(n) as denominator,
            null as minimum, {entry["maximum"]} as maximum
        from {CODES} group by organiser_code, column_name"""),
    )


def _codes_in_use(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectColumnUniqueValueCountToBeBetween", {"column": entry["column"]} | _between(entry))


def _unique_share(entry: Mapping[str, Any]) -> Plan:
    return Plan(ROWS, "ExpectColumnProportionOfUniqueValuesToBeBetween", {"column": entry["column"]} | _between(entry))


def _column_mean(entry: Mapping[str, Any]) -> Plan:
    column = entry["column"]
    return Plan(ROWS, "ExpectColumnMeanToBeBetween", {"column": column} | _between(entry), f'count("{column}")')


def _wait_mean(entry: Mapping[str, Any]) -> Plan:
    return Plan(WAIT, "ExpectColumnMeanToBeBetween", {"column": "wait_days"} | _between(entry))


def _wait_quantiles(entry: Mapping[str, Any]) -> Plan:
    ranges = {
        "quantiles": [float(q) for q in entry["quantiles"]],
        "value_ranges": [list(r) for r in entry["quantiles"].values()],
    }
    return Plan(WAIT, "ExpectColumnQuantileValuesToBeBetween", {"column": "wait_days", "quantile_ranges": ranges})


def _midnight_share(entry: Mapping[str, Any]) -> Plan:
    return Plan(
        ROWS,
        figures=ratio(f"""
        select organiser_code as subject,
            count(*) filter (where contacted_at = date_trunc('day', contacted_at)) as numerator,
            count(*) as denominator, null as minimum, {entry["maximum"]} as maximum
        from {ROWS} group by organiser_code"""),
    )


def _between(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"min_value": entry.get("minimum"), "max_value": entry.get("maximum")}


KINDS: Mapping[str, Callable[[Mapping[str, Any]], Plan]] = {
    "row_count": _row_count,
    "rows_as_accepted": _rows_as_accepted,
    "rows_kept": rows_kept,
    "organisers": _organisers,
    "organiser_share": _organiser_share,
    "contact_rate": _contact_rate,
    "filled_share": _filled_share,
    "organiser_filled": _organiser_filled,
    "code_shares": _code_shares,
    "organiser_single_code": _organiser_single_code,
    "codes_in_use": _codes_in_use,
    "unique_share": _unique_share,
    "column_mean": _column_mean,
    "wait_mean": _wait_mean,
    "wait_quantiles": _wait_quantiles,
    "midnight_share": _midnight_share,
}
