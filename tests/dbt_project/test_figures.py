"""Figures of the minimum dataset worked by hand from the inputs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sources.regional.catalogue import dataset_contracts
from tests.dbt_project.figures import NET, TOTAL, of, versions
from tests.dbt_project.national_inputs import APRIL, NIGHT_1, NIGHT_2, NIGHT_3, TURKU


def test_a_correction_and_a_restated_population_leave_the_earlier_figures_beside_the_current_one(warehouse):
    # 6 contacts of 2,000 sampled residents; 20 and one with HUS after the correction; 2,010 sampled residents after the restatement.
    assert versions(warehouse, "value, numerator, denominator", of("contacts_per_1000", "residence", "05")) == [
        (Decimal("3.0000"), 6, 2000, NIGHT_1, NIGHT_2),
        (Decimal("10.5000"), 21, 2000, NIGHT_2, NIGHT_3),
        (Decimal("10.4478"), 21, 2010, NIGHT_3, None),
    ]


def test_the_organiser_has_the_contacts_that_it_gave_to_residents_of_others(warehouse):
    # 20 of its residents and two of 06, and the one of its residents whom HUS saw for it.
    assert versions(warehouse, "value, numerator", of("contacts_per_1000", "organiser", "05"))[1] == (
        Decimal("11.5000"),
        23,
        NIGHT_2,
        NIGHT_3,
    )
    assert versions(warehouse, "value, numerator", of("contacts_per_1000", "residence", "06")) == [
        (Decimal("3.7500"), 3, NIGHT_1, NIGHT_2),
        (Decimal("6.2500"), 5, NIGHT_2, None),
    ]


def test_doctor_visits_are_realised_and_in_primary_care(warehouse):
    # Pori: one of three contacts with doctors is a realised visit in primary care. Turku: 20 visits, HUS is no primary care.
    assert versions(warehouse, "numerator", of("phc_doctor_visits_per_1000", "residence", "06")) == [(1, NIGHT_1, None)]
    assert versions(warehouse, "numerator", of("phc_doctor_visits_per_1000", "residence", "05"))[-1][0] == 20


def test_the_joint_authority_counts_in_the_county_it_serves_and_is_missed_there(warehouse):
    assert versions(warehouse, "value, coverage, comparability", of("contacts_per_1000", "organiser", "03")) == [
        (Decimal("1.3333"), Decimal("0.5000"), "caution", NIGHT_1, NIGHT_2),
        (Decimal("3.3333"), Decimal("1.0000"), "comparable", NIGHT_2, None),
    ]
    assert versions(warehouse, "coverage", of("phc_doctor_visits_per_1000", "organiser", "03")) == [(1, NIGHT_1, None)]


def test_a_county_whose_delivery_was_rejected_is_missing_and_not_zero(warehouse):
    assert versions(
        warehouse, "value, value_status, coverage, comparability_reason", of("contacts_per_1000", "residence", "17")
    ) == [(None, "missing", Decimal(0), "1 of 1 expected deliveries missing", NIGHT_1, None)]
    groups = f"select count(*) from mart.minimum_dataset where region_code = '17' and period_grain = 'month' and not ({TOTAL})"
    assert warehouse.execute(groups).fetchone() == (0,)


def test_a_county_that_is_missing_leaves_both_sides_of_the_rate_of_its_area(warehouse):
    # 05 and 06 are there, 17 is not: 26 contacts of 2,800 sampled residents.
    assert versions(
        warehouse, "value, denominator, coverage, comparability", of("contacts_per_1000", "residence", "4")
    )[1] == (
        Decimal("9.2857"),
        2800,
        Decimal("0.6667"),
        "caution",
        NIGHT_2,
        NIGHT_3,
    )
    # Mainland: 36 contacts (not the one of Åland) of 5,810 sampled residents; 4 of 23 senders.
    assert versions(
        warehouse, "value, numerator, coverage, comparability_reason", of("contacts_per_1000", "residence", "FI1")
    )[-1] == (
        Decimal("6.1962"),
        36,
        Decimal("0.1739"),
        "19 of 23 expected deliveries missing",
        NIGHT_3,
        None,
    )


def test_a_quarter_is_complete_or_missing(warehouse):
    quarter = {"period": "2026-07-01", "grain": "quarter"}
    assert versions(warehouse, "value, numerator", of("contacts_per_1000", "residence", "05", **quarter)) == [
        (Decimal("4.5000"), 9, NIGHT_1, NIGHT_2),
        (Decimal("12.0000"), 24, NIGHT_2, NIGHT_3),
        (Decimal("11.9403"), 24, NIGHT_3, None),
    ]
    assert versions(warehouse, "value_status, coverage", of("contacts_per_1000", "residence", "06", **quarter)) == [
        ("missing", Decimal("0.3333"), NIGHT_1, None)
    ]


def test_contacts_of_unknown_sex_stand_in_a_group_of_their_own_without_a_rate(warehouse):
    group = "sex = 'unknown'"
    assert versions(
        warehouse, "value, numerator, value_status", of("contacts_per_1000", "residence", "05", group=group)
    ) == [(None, 1, "not_applicable", NIGHT_1, NIGHT_2)]


@pytest.mark.parametrize("split", ["sex", "age_group", "language_status", "municipality_type"])
def test_groups_add_up_to_the_total(warehouse, split):
    others = " and ".join(
        f"{s} = 'total'" for s in ("sex", "age_group", "language_status", "municipality_type") if s != split
    )
    # Of age there are two sets of groups, each of which is everybody.
    apart = warehouse.execute(
        f"""
        with figure as (select * from mart.minimum_dataset where known_to is null and numerator is not null and {others})
        select t.indicator_code, t.basis, t.region_code, t.period_start, t.period_grain, t.numerator, g.{split} in ('0-22', '23+') as is_of_law, sum(g.numerator)
        from figure t join figure g using (indicator_code, basis, region_level, region_code, period_start, period_grain)
        where t.{split} = 'total' and g.{split} <> 'total' group by all having t.numerator <> sum(g.numerator)"""
    ).fetchall()
    assert apart == []
    assert warehouse.execute(
        f"select count(*) > 0 from mart.minimum_dataset where {split} <> 'total' and {others}"
    ).fetchone() == (True,)


def test_age_groups_divide_by_their_own_residents(warehouse):
    # Two girls of Pori, of 80,000 * 20 % residents aged 0-17, half of them girls, sampled at 0.01.
    group = "sex = 'female' and age_group = '0-17'"
    assert versions(
        warehouse, "value, numerator, denominator", of("contacts_per_1000", "residence", "06", group=group)
    )[-1][:3] == (
        Decimal("25.0000"),
        2,
        80,
    )


def test_first_visits_are_judged_by_the_limit_of_their_age(warehouse):
    # Adults have three months; of two children who waited 14 and 15 days one was seen in time.
    share = "first_visit_within_limit_share"
    assert versions(warehouse, "value, numerator, denominator", of(share, "residence", "05"))[-1][:3] == (1, 20, 20)
    assert versions(warehouse, "value, numerator, denominator", of(share, "residence", "06"))[-1][:3] == (
        Decimal("0.5000"),
        1,
        2,
    )
    low, high = _wilson(21, 22)
    value, value_low, value_high = versions(warehouse, "value, value_low, value_high", of(share, "organiser", "05"))[
        -1
    ][:3]
    assert value == Decimal("0.9545")
    assert (float(value_low), float(value_high)) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def _wilson(events: int, n: int) -> tuple[float, float]:
    """Wilson's interval by its textbook form, which is not the one in the models."""
    z = 1.959964
    centre, half = events / n + z * z / (2 * n), z * (events / n * (1 - events / n) / n + z * z / (4 * n * n)) ** 0.5
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


@pytest.mark.parametrize(
    ("basis", "region", "median", "p90"),
    [
        ("residence", "05", 10, 18),  # waits of 1 to 20 days
        ("organiser", "05", 11, 18),  # and of 14 and 15: the 11th and the 20th of 22
        ("residence", "06", None, None),  # two visits
    ],
)
def test_quantiles_are_waits_that_somebody_had(warehouse, basis, region, median, p90):
    assert versions(warehouse, "value", of("first_visit_wait_days_median", basis, region))[-1][0] == median
    assert versions(warehouse, "value", of("first_visit_wait_days_p90", basis, region))[-1][0] == p90


def test_quantiles_before_a_correction_are_those_of_the_visits_known_then(warehouse):
    assert versions(
        warehouse, "value, value_status, denominator", of("first_visit_wait_days_median", "residence", "05")
    ) == [
        (None, "not_applicable", 5, NIGHT_1, NIGHT_2),
        (10, "value", 20, NIGHT_2, None),
    ]


def test_population_sums_to_regions_with_aland_in_the_country_only(warehouse):
    where = f"indicator_code = 'population' and known_to is null and {TOTAL}"
    found = warehouse.execute(
        f"select region_level, region_code, value, period_start, period_end from mart.minimum_dataset where {where}"
    )
    assert {(level, code): int(value) for level, code, value, *_ in found.fetchall()} == {
        ("county", "03"): 300_000,
        ("county", "05"): 201_000,
        ("county", "06"): 80_000,
        ("county", "91"): 11_000,
        ("collaborative_area", "1"): 300_000,
        ("collaborative_area", "4"): 281_000,
        ("joint_authority", "HUS"): 300_000,
        ("country", "FI"): 592_000,
    }


def test_the_country_of_what_organisers_deliver_is_the_mainland_and_what_is_published_has_aland(warehouse):
    regions = warehouse.execute(
        "select distinct source_code, region_code from mart.minimum_dataset where region_level = 'country' order by all"
    ).fetchall()
    whole, mainland = (
        ("sotkanet", "statfin_key_figures", "statfin_population", "statfin_projection"),
        (
            "care_contacts",
            "care_periods",
            "complaints",
            "costs",
            "customer_feedback",
            "development",
            "hospital_episodes",
            "outcomes",
            "personnel",
            "sampo",
            "social_services",
            "specialised_care",
        ),
    )
    assert regions == sorted([*((source, "FI1") for source in mainland), *((source, "FI") for source in whole)])
    # Not a resident of Åland stands in the mainland's denominator: Turku, Pori and Espoo, sampled at 0.01.
    assert versions(warehouse, "denominator", of("contacts_per_1000", "residence", "FI1"))[-1][0] == 2010 + 800 + 3000


def test_the_area_of_the_joint_authority_is_not_the_collaborative_area_that_holds_it(warehouse):
    members = "select list(county_code order by county_code) from core.region_county_assn where region_level = ? and region_code = ?"
    served = warehouse.execute(members, ["joint_authority", "HUS"]).fetchone()[0]
    area = warehouse.execute(members, ["collaborative_area", "1"]).fetchone()[0]
    assert served == ["01", "02", "03", "04", "90"]
    assert area == ["01", "02", "03", "04", "09", "10", "11", "90"]
    sets = warehouse.execute(
        "select region_level, region_code, list(county_code order by county_code) from core.region_county_assn group by all"
    ).fetchall()
    assert [(level, code) for level, code, counties in sets if counties == served] == [("joint_authority", "HUS")]
    assert {(level, code) for level, code, counties in sets if "91" in counties} == {
        ("county", "91"),
        ("country", "FI"),
    }


def test_every_population_says_how_many_of_its_municipalities_it_is_made_of(warehouse):
    where = f"indicator_code = 'population' and known_to is null and region_code in ('90', '05', 'FI') and {TOTAL}"
    found = warehouse.execute(
        f"select region_code, coverage, comparability, comparability_reason, derivation from mart.minimum_dataset where {where} order by 1"
    ).fetchall()
    assert found == [
        ("05", Decimal("0.0370"), "caution", "26 of 27 municipalities have no figure", "summed"),
        ("FI", Decimal("0.0130"), "caution", "304 of 308 municipalities have no figure", "summed"),
    ]


@pytest.mark.parametrize(
    ("system", "code", "region"),
    [
        ("sotkanet_county_code_before_2024", "7", ("county", "11")),
        ("statfin_classification", "07", ("county", "07")),
        ("statfin_pxweb", "HVA07", ("county", "07")),
        ("sotkanet_region_id", "963", ("county", "07")),
        ("sotkanet_region_id_before_2024", "883", ("county", "07")),
        ("statfin_collaborative_area", "1", ("collaborative_area", "1")),
        ("ministry_of_finance_funding", "31", ("county", "90")),
        ("statfin_pxweb", "MA1", ("country", "FI1")),
    ],
)
def test_a_code_means_what_its_own_system_means_by_it(warehouse, system, code, region):
    query = "select region_level, region_code from core.region_code_map where code_system = ? and external_code = ?"
    assert warehouse.execute(query, [system, code]).fetchall() == [region]


@pytest.mark.parametrize(
    ("system", "counties"),
    [
        ("statfin_classification", 23),
        ("statfin_pxweb", 23),
        ("sotkanet_region_id", 23),
        ("sotkanet_region_id_before_2024", 22),
        ("sotkanet_county_code", 23),
        ("sotkanet_county_code_before_2024", 22),
    ],
)
def test_a_system_of_counties_is_mapped_whole_and_one_to_one(warehouse, system, counties):
    """Åland had no id in Sotkanet before 2024."""
    found = warehouse.execute(
        "select count(*), count(distinct region_code) from core.region_code_map where code_system = ? and region_level = 'county'",
        [system],
    ).fetchone()
    assert found == (counties, counties)


def test_a_figure_is_synthetic_as_soon_as_one_input_is(warehouse):
    delivered = ", ".join(f"'{dataset}'" for dataset in dataset_contracts())
    origins = f"select source_code not in ({delivered}), list(distinct origin) from mart.minimum_dataset where value is not null group by 1 order by 1"
    assert warehouse.execute(origins).fetchall() == [(False, ["synthetic"]), (True, ["published"])]


def test_every_accepted_contact_of_now_is_counted_once(warehouse):
    counted = warehouse.execute(
        f"""select sum(numerator)::bigint from mart.minimum_dataset where indicator_code = 'contacts_per_1000' and known_to is null
        and basis = 'organiser' and region_level = 'county' and period_grain = 'month' and {TOTAL}"""
    ).fetchone()[0]
    rows, aland = warehouse.execute(
        "select count(*), count(*) filter (home_municipality_code = '478') from core.fct_care_contact where known_to is null"
    ).fetchone()
    assert (counted, aland) == (rows - aland, 1)


def test_every_version_of_a_contact_stays_and_what_was_quarantined_is_not_there(warehouse):
    found = "select receipt_id, count(*) from core.fct_care_contact where organiser_code = '05' and period = '2026-09' group by all order by all"
    assert warehouse.execute(found).fetchall() == [("a05", 6), ("b05", 22)]
    quarantine = "select organiser_code, file_name, line_number, column_name, rule_id, value_as_sent from dq.quarantine"
    assert warehouse.execute(quarantine).fetchall() == [
        ("05", "contacts.csv", 24, "birth_year", "HVA-CC-1-006", "10.6")
    ]
    statuses = "select status, count(*) from dq.delivery group by all order by all"
    assert warehouse.execute(statuses).fetchall() == [
        ("accepted", 28),
        ("rejected", 1),
        ("superseded", 2),
        ("waiting", 1),
    ]


def test_a_published_figure_is_shown_as_delivered_with_what_was_known_before(warehouse):
    columns = (
        "region_level, period_start::varchar, value, unit, derivation, comparability, comparability_reason, origin"
    )
    summed = "before 2023 municipal figures summed to the counties of today"
    rows = warehouse.execute(
        f"select {columns}, known_from, known_to from mart.minimum_dataset where indicator_code = 'sotkanet_6411' order by all"
    ).fetchall()
    percent = ("percent",)
    plain = ("reported", "comparable", None, "published")
    assert rows == [
        ("collaborative_area", "2024-01-01", Decimal("38.4"), *percent, *plain, APRIL, None),
        ("country", "2024-01-01", Decimal("43.4"), *percent, *plain, APRIL, None),
        ("county", "2022-01-01", Decimal("55.7"), *percent, "summed", "caution", summed, "published", APRIL, None),
        ("county", "2024-01-01", Decimal("39.5"), *percent, *plain, APRIL, NIGHT_3),
        ("county", "2024-01-01", Decimal("41.5"), *percent, *plain, NIGHT_3, None),
        ("county", "2025-01-01", Decimal("57.9"), *percent, *plain, NIGHT_3, None),
    ]


def test_every_indicator_of_the_source_is_in_the_catalogue_with_names_in_three_languages(warehouse):
    named = warehouse.execute(
        """select indicator_name_fi, indicator_name_sv, indicator_name_en, decimals, theme, notes from core.dim_indicator
        where source_code = 'sotkanet' and indicator_code = 'sotkanet_6411'"""
    ).fetchone()
    assert named[:5] == ("Odotusaika yli 7 pv, %", "Väntetid över 7 dagar, %", "Wait over 7 days, %", 1, "availability")
    assert "known by seen_label" in named[5]
    count = "select count(*), count(distinct indicator_code) from core.dim_indicator where source_code = 'sotkanet'"
    assert warehouse.execute(count).fetchone() == (98, 98)


def test_only_what_moved_is_a_revision(warehouse):
    factors = "select figure_key, old_value, new_value, difference, known_from from dq.revisions where table_name = 'core.fct_need_factor'"
    assert warehouse.execute(factors).fetchall() == [
        ("data_year=2023; county_code=05; sector=TOTAL", Decimal(1), Decimal("1.25"), Decimal("0.25"), NIGHT_3)
    ]
    people = "select region_code, sum(difference)::int from dq.revisions where table_name = 'core.fct_population' and figure_key like '%sex=total; age_code=total' group by all"
    assert warehouse.execute(people).fetchall() == [(TURKU, 1000)]
    figures = f"select old_value, new_value, known_from from dq.revisions where figure_key like 'indicator_code={NET};%region_code=05;%' order by known_from"
    assert warehouse.execute(figures).fetchall() == [
        (Decimal("0.7"), Decimal("0.71"), NIGHT_2),
        (Decimal("0.71"), Decimal("0.7065"), NIGHT_3),
    ]
