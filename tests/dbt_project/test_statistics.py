"""Statistical macros that stand in no model yet, on worked figures; the table of exact limits; the standard population; the documentation of each macro.

Those that models use are tried there: intervals in int__current_figure, control limits in int__funnel, the trend in int__trend, quantiles in int__wait_quantile.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import exp, factorial

import duckdb
import pytest
import yaml

from tests.dbt_project.conftest import PROJECT

STATISTICS = PROJECT / "macros" / "statistics"
D = Decimal


@pytest.fixture(scope="module")
def worked(dbt, tmp_path_factory) -> Callable[[str], list[tuple]]:
    """Answers a query that is written with the project's macros, as dbt compiles it."""
    folder = tmp_path_factory.mktemp("statistics")

    def ask(sql: str) -> list[tuple]:
        made = dbt(folder, "compile", "--inline", sql)
        assert made.success, made.exception
        with duckdb.connect() as con:
            return con.execute(made.result.results[0].node.compiled_code).fetchall()

    return ask


def at_most(events: int, mean: float) -> float:
    """Probability of at most so many events where the mean is that."""
    return sum(exp(-mean) * mean**k / factorial(k) for k in range(events + 1))


@pytest.fixture(scope="module")
def limits(worked) -> dict[int, tuple[Decimal, Decimal]]:
    rows = worked(
        "select n, {{ poisson_limit('n', '-') }}, {{ poisson_limit('n', '+') }} from range(0, 101) as t (n) order by n"
    )
    return {n: (low, high) for n, low, high in rows}


@pytest.mark.parametrize("events", range(10))
def test_an_exact_limit_gives_the_count_its_probability(limits, events):
    low, high = map(float, limits[events])
    assert at_most(events, high) == pytest.approx(0.025, abs=1e-6)
    assert low == 0 if events == 0 else 1 - at_most(events - 1, low) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("events", [10, 24, 50, 100])
def test_byars_limits_are_near_the_exact_ones(limits, events):
    low, high = map(float, limits[events])
    assert 1 - at_most(events - 1, low) == pytest.approx(0.025, abs=0.001)
    assert at_most(events, high) == pytest.approx(0.025, abs=0.001)


def test_a_directly_standardised_rate_weighs_its_strata_and_needs_ten_events(worked):
    """Two strata, weights 70 and 30: 10 of 1,000 and 20 of 500. Rate (70 * 0.01 + 30 * 0.04) / 100 = 19 per 1,000. Var = (0.049 + 0.072) / 100^2.
    Byar's limits of 30 are 20.2369 and 42.8284; root(0.0000121 / 30) = 0.000635085."""
    strata = """with strata as (
        select * from (values ('a', 10, 1000, 70), ('a', 20, 500, 30), ('few', 4, 1000, 70), ('few', 5, 500, 30),
            ('empty', 10, 1000, 70), ('empty', 0, 0, 30)) as t (figure, events, n, weight))
    select figure, {{ standardised_rate("events", "n", "weight", 1000) }},
        {{ standardised_rate_limit("events", "n", "weight", 1000, "-") }}, {{ standardised_rate_limit("events", "n", "weight", 1000, "+") }}
    from strata group by figure order by figure"""
    (rated, *none) = worked(strata)
    assert rated == ("a", D("19.0000"), D("12.7996"), D("27.1471"))
    assert none == [("empty", None, None, None), ("few", None, None, None)]


def test_an_indirectly_standardised_ratio_has_the_limits_of_its_count(worked):
    ratios = """select {{ standardised_ratio("o", "e") }}, {{ standardised_ratio_limit("o", "e", "-") }}, {{ standardised_ratio_limit("o", "e", "+") }}
    from (values (24, 20.0), (5, 10.0), (5, 0.0)) as t (o, e)"""
    assert worked(ratios) == [
        (D("1.2000"), D("0.7686"), D("1.7856")),
        (D("0.5000"), D("0.1623"), D("1.1668")),
        (None, None, None),
    ]


def test_the_slope_index_is_the_weighted_line_over_ordered_groups(worked):
    """even: equal fifths at ranks 0.1 to 0.9, values 10 + 20 * rank. uneven: shares 0.1, 0.3, 0.6 at ranks 0.05, 0.25, 0.7, values 5, 10, 10: slope 0.225 / 0.063, fitted
    7.714286 at 0 and 11.285714 at 1. Two groups make no line, and neither does one without a value."""
    groups = """with groups as (select * from (values
        ('even', 1, 50, 12), ('even', 2, 50, 16), ('even', 3, 50, 20), ('even', 4, 50, 24), ('even', 5, 50, 28),
        ('uneven', 3, 600, 10), ('uneven', 1, 100, 5), ('uneven', 2, 300, 10), ('two', 1, 50, 1), ('two', 2, 50, 2),
        ('hole', 1, 50, 1), ('hole', 2, 50, null), ('hole', 3, 50, 3)) as t (figure, axis_order, population, value))
    select * from ({{ slope_index("groups", ["figure"]) }}) as lines order by figure"""
    assert worked(groups) == [("even", 5, D("20.0000"), D("3.0000")), ("uneven", 3, D("3.5714"), D("1.4630"))]


def test_quintiles_hold_fifths_of_the_people_not_of_the_places(worked):
    places = """select place, {{ population_quintile("axis", "people", "place", "year") }}
    from (values (2025, 'a', 1.0, 100), (2025, 'b', 2.0, 100), (2025, 'c', 3.0, 600), (2025, 'd', 4.0, 200)) as t (year, place, axis, people) order by place"""
    assert worked(places) == [("a", 1), ("b", 1), ("c", 3), ("d", 5)]


def test_groups_without_an_order_have_a_highest_and_a_lowest(worked):
    unordered = "select {{ highest_to_lowest_ratio('v') }}, {{ highest_to_lowest_difference('v') }} from (values (12), (20), (15)) as t (v)"
    assert worked(unordered) == [(D("1.6667"), D("8.0000"))]


def test_continuity_of_care_agrees_with_the_published_example_and_has_a_floor(worked):
    """Visits of 4, 1 and 1 to three providers: (18 - 6) / 30 = 0.40. Two visits are below the usual floor of three."""
    clients = """select {{ continuity_of_care("squares", "visits") }}, {{ continuity_of_care("squares", "visits", 2) }}
    from (values (18, 6), (36, 6), (6, 6), (4, 2), (1, 1)) as t (squares, visits)"""
    assert worked(clients) == [
        (D("0.4000"), D("0.4000")),
        (D("1.0000"), D("1.0000")),
        (D("0.0000"), D("0.0000")),
        (None, D("1.0000")),
        (None, None),
    ]


def test_the_standard_population_has_every_age_once_and_adds_up(warehouse):
    groups = warehouse.execute(
        "select age_from_years::int, age_to_years::int, weight::int from raw.standard_population where standard = 'ESP2013' order by 1"
    ).fetchall()
    assert sum(weight for *_, weight in groups) == 100_000
    assert groups[0][0] == 0 and groups[-1] == (90, None, 1000)
    assert [start for start, *_ in groups[1:]] == [end + 1 for _, end, _ in groups[:-1]]


def test_every_statistical_macro_says_what_it_is():
    written = {
        name
        for path in STATISTICS.glob("*.sql")
        for name in re.findall(r"{% macro (\w+)\(", path.read_text(encoding="utf-8"))
    }
    told = yaml.safe_load((STATISTICS / "statistics.yml").read_text(encoding="utf-8"))["macros"]
    assert {macro["name"] for macro in told} == written
    assert all(macro["description"].rstrip().endswith(".") for macro in told)
