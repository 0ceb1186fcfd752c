"""Small real tables in a real DuckDB: contacts and a mart that are in order, for a test to break one thing in."""

import csv
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from expectations.gate import run_suite
from expectations.model import Known
from expectations.suites import read_bounds
from sources.national.key_figures.figures import MEASURES
from sources.national.sotkanet.catalogue import catalogue

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
INDICATORS = SEEDS / "raw__indicator.csv"
DERIVED = {
    row["indicator_code"]
    for row in csv.DictReader((SEEDS / "raw__derived_indicator.csv").read_text(encoding="utf-8").splitlines())
}
ORGANISERS = [f"{n:02d}" for n in range(1, 22)] + ["90", "HUS"]
PERIODS = ["2026-06", "2026-07", "2026-08"]
RESIDENTS = {code: 20_000 for code in ORGANISERS if code != "HUS"}
ROWS_PER_SLICE = 100  # at a sample share of 0.01: 100 * 12 / (20,000 * 0.01) = 6 contacts per resident and year

CONTACTS = f"""
create table accepted as
with slice as (
    select organiser_code, period, row_number() over (order by organiser_code, period) as nth
    from (values {", ".join(f"('{o}')" for o in ORGANISERS)}) o(organiser_code)
    cross join (values {", ".join(f"('{p}')" for p in PERIODS)}) p(period)),
numbered as (select *, range as i, nth * 1000 + range as n from slice cross join range({ROWS_PER_SLICE}))
select
    'contact-' || n as contact_id,
    md5((n // 2)::varchar) as client_id,
    1980 as birth_year,
    case when i % 3 = 0 then 20 + (i % 50) end as age_at_assessment_years,
    case when i % 20 = 0 then 'unknown' when i % 9 < 5 then 'female' else 'male' end as sex,
    lpad((n % 290)::varchar, 3, '0') as home_municipality_code,
    (2500 + i % 9)::varchar as service_class_code,
    ['onsite', 'onsite', 'phone', 'onsite', 'home', 'chat', 'onsite', 'video', 'phone', 'onsite'][1 + i % 10] as contact_mode,
    ['doctor', 'nurse', 'doctor', 'nurse', 'dentist', 'other', 'nurse', 'physiotherapist', 'doctor', 'social_worker'][1 + i % 10] as profession,
    ['emergency', 'urgent', 'non_urgent', 'non_urgent'][1 + (i // 5) % 4] as urgency,
    (period || '-03 08:15:00')::timestamp as contacted_at,
    case when i % 3 = 0 then contacted_at + interval 1 hour end as need_assessed_at,
    case when i % 2 = 0 then contacted_at + interval 2 hour end as booked_at,
    case when i % 8 > 0 then contacted_at + to_days((1 + i % 27)::integer) end as visited_at,
    case when i % 2 = 0 then 'J06.9' end as reason_code,
    case when i % 4 = 0 then 0.50 + (i % 3) * 0.25 end::decimal(5, 2) as visit_duration_hours,
    organiser_code, period, 'receipt-' || nth as receipt_id, 0.01::decimal(9, 6) as sample_share
from numbered"""

# 22 organisers in five collaborative areas, and Åland, which has residents and no contacts. Every figure in total and in each split; sex is not always known.
# What a resident costs in a month, in the middle of what is plausible.
COSTS = ", ".join(
    f"('{code}', {sum(about['plausible']) / 2})"
    for code, about in read_bounds()["indicators"].items()
    if "_per_resident_eur" in code
)

MART = f"""
create schema mart;
create table mart.minimum_dataset as
with county as (
    select lpad(range::varchar, 2, '0') as region_code, (1 + range % 5)::varchar as area, 1000 * (range + 200) as residents,
        150 * (range + 200) as visits, range % 7 as extra_wait
    from range(1, 23)
    union all
    select '91', null, 30000, null, null),
split as (select * from (values
    ('total', 'total', 'total', 'total', 100), ('female', 'total', 'total', 'total', 55), ('male', 'total', 'total', 'total', 42),
    ('unknown', 'total', 'total', 'total', 3),
    ('total', '0-17', 'total', 'total', 20), ('total', '18-64', 'total', 'total', 80),
    ('total', 'total', 'fi', 'total', 90), ('total', 'total', 'fi_sv', 'total', 10),
    ('total', 'total', 'total', 'urban', 70), ('total', 'total', 'total', 'rural', 30))
    s(sex, age_group, language_status, municipality_type, percent)),
region as (
    select 'county' as region_level, region_code, * exclude (region_code) from county
    union all
    select 'collaborative_area', area, area, sum(residents), sum(visits), 3 from county where area is not null group by area
    union all
    select 'country', 'FI', null, sum(residents), sum(visits), 3 from county),
month as (select make_date(2026, m, 1) as period_start, last_day(make_date(2026, m, 1)) as period_end from range(6, 9) r(m)),
cell as (
    select split.* exclude (percent), month.*, region_level, region_code, extra_wait, visits * percent / 100 as visits,
        case when region_level = 'country' then residents - 30000 else residents end * percent / 100 as residents
    from region, split, month where visits is not null),
cost as (select * from (values {COSTS}) c(code, euros)),
figure as (
    select 'phc_doctor_visits_per_1000' as indicator_code, visits as numerator, residents as denominator, 1000 * visits / residents as value, * from cell
    union all
    select 'contacts_per_1000', 3 * visits, residents, 3000 * visits / residents, * from cell
    union all
    select 'first_visit_within_limit_share', visits // 2, visits, (visits // 2) / visits, * from cell
    union all
    select 'first_visit_wait_days_median', null, visits, 10 + extra_wait, * from cell
    union all
    select 'first_visit_wait_days_p90', null, visits, 40 + extra_wait, * from cell
    union all
    select cost.code, cost.euros * residents, residents, cost.euros, cell.* from cell, cost
    where sex = 'total' and age_group = 'total' and language_status = 'total' and municipality_type = 'total'
    union all
    select counted.code, null, null, residents * case sex when 'male' then 45 else percent end / 100, split.* exclude (percent),
        make_date(year, 1, 1), make_date(year, 12, 31), region_level, region_code, null, null, null
    from region, split, (values ('population', 2025), ('projected_population', 2030)) counted(code, year) where sex <> 'unknown')
select indicator_code, case indicator_code when 'population' then 'statfin_population' when 'projected_population' then 'statfin_projection' else 'care_contacts' end as source_code, 'residence' as basis,
    region_level, region_code, period_start, period_end, sex, age_group, language_status, municipality_type,
    timestamp '2026-11-03 00:00:00' as known_from, value::decimal(18, 4) as value, numerator::decimal(18, 4) as numerator,
    denominator::decimal(18, 4) as denominator, 'value' as value_status, 1.0 as coverage, null::timestamp as known_to
from figure"""


@pytest.fixture
def contacts():
    """A connection with the table `accepted`, and what a night would know beside it."""
    with duckdb.connect() as con:
        con.execute(CONTACTS)
        yield con


# Of each published indicator the country's figure, in the middle of what is plausible: of Sotkanet's by their unit, of Sampo's and of the key figures by themselves.
PUBLISHED = [
    *(
        ("sotkanet", f"sotkanet_{one.indicator_id}", read_bounds()["published_indicators"][one.unit]["plausible"])
        for one in catalogue()
    ),
    *(
        ("sampo", code, about["plausible"])
        for code, about in read_bounds()["indicators"].items()
        if code.startswith("thl_")
    ),
    *(("statfin_key_figures", code, read_bounds()["indicators"][code]["plausible"]) for code in MEASURES),
    # Of what is made of events, and of other indicators, too: how its parts add up is judged alike for all.
    *(
        (row["source_code"], row["indicator_code"], read_bounds()["indicators"][row["indicator_code"]]["plausible"])
        for row in csv.DictReader(INDICATORS.read_text(encoding="utf-8").splitlines())
        if row["numerator_measure"] or row["indicator_code"] in {*DERIVED, "phc_continuity_of_care"}
    ),
]


@pytest.fixture
def mart():
    """A connection with the table `mart.minimum_dataset`."""
    with duckdb.connect() as con:
        con.execute(MART)
        con.execute(
            f"""insert into mart.minimum_dataset by name
                select *, 'residence' as basis, 'country' as region_level, 'FI' as region_code,
                    date '2024-01-01' as period_start, date '2024-12-31' as period_end, 'total' as sex, 'total' as age_group,
                    'total' as language_status, 'total' as municipality_type, timestamp '2026-11-03' as known_from,
                    'value' as value_status, 1.0 as coverage
                from (values {", ".join(f"('{source}', '{code}', {sum(plausible) / 2})" for source, code, plausible in PUBLISHED)})
                    published(source_code, indicator_code, value)"""
        )
        yield con


@pytest.fixture
def known():
    deliveries = {(o, p): ROWS_PER_SLICE for o in ORGANISERS for p in PERIODS}
    return Known(deliveries=deliveries, residents=RESIDENTS, previous_rows=sum(deliveries.values()))


def judged(con, suite, relation, known=None, only=None):
    """Outcomes by check id; `only` runs a single check of the suite, which is faster."""
    if only is not None:
        suite = replace(suite, expectations=tuple(c for c in suite.expectations if c.id == only))
    return {o.id: o for o in run_suite(con, suite, relation, known)}
