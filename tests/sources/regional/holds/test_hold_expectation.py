"""The formulas of volume and drift: worked figures, and what they do with a season, thin samples and few months."""

import math

import pytest

from sources.regional.holds.expectation import (
    FACTORS,
    LAST_YEAR,
    MIDDLE,
    Month,
    drift,
    expectation,
    month_factors,
    month_number,
)

NOW = month_number("2026-10")


def months(*rows: int, until: int = NOW - 1, **more) -> list[Month]:
    """Months of these rows, the last of them `until`."""
    first = until - len(rows) + 1
    return [Month(first + n, y, float(y), **more) for n, y in enumerate(rows)]


def test_months_are_counted_over_the_turn_of_the_year():
    assert month_number("2026-01") - month_number("2025-12") == 1


def test_the_worked_figure():
    """e = median(90, 100, 110) = 100; φ = max(1, median(1, 0, 1) / 0.455) = 1 / 0.455; z = −40 / sqrt(φ·100·(1 + 1.571·100/300))."""
    found = expectation(60, NOW, months(90, 100, 110))
    assert (found.expected, found.method, found.months) == (100, MIDDLE, 3)
    assert found.phi == pytest.approx(1 / 0.455)
    assert found.z == pytest.approx(-40 / math.sqrt(found.phi * 100 * (1 + 1.571 * 100 / 300)))
    assert found.change(60) == pytest.approx(-0.4)


def test_phi_is_never_below_one():
    assert expectation(100, NOW, months(100, 100, 100, 100)).phi == 1


def test_without_a_month_that_had_rows_nothing_is_expected():
    assert expectation(100, NOW, []) is None
    assert expectation(100, NOW, months(0, 0)) is None


def test_the_same_month_last_year_is_taken_where_there_are_no_two_years():
    rows = [50, *(100 for _ in range(11))]
    found = expectation(50, NOW, months(*rows))
    assert (found.expected, found.method) == (50, LAST_YEAR)


def test_month_factors_are_found_from_two_years_and_level_out_at_one():
    season = [1.1, 1.0, 1.1, 1.0, 1.0, 0.8, 0.6, 0.9, 1.1, 1.2, 1.1, 1.1]
    series = {NOW - 36 + n: 1000 * season[(NOW - 36 + n) % 12] for n in range(36)}
    factors = month_factors(series)
    assert sum(factors.values()) / 12 == pytest.approx(1)
    assert factors[6] == min(factors.values())
    history = [Month(n, round(y), y) for n, y in series.items()]
    october = expectation(1200, NOW, history)
    assert october.method == FACTORS
    assert october.expected == pytest.approx(1200, rel=0.02)
    july = expectation(600, month_number("2027-07"), history)
    assert abs(july.z) < 3.5


def test_a_level_that_has_moved_is_met_by_the_last_year_and_not_by_the_first():
    history = months(*(500 for _ in range(24)), *(1000 for _ in range(12)))
    assert expectation(1000, NOW, history).expected == pytest.approx(1000, rel=0.2)


def test_what_the_whole_country_does_is_no_irregularity_of_one_sender():
    """A summer that all senders share: with it known, the months agree and a loss shows; without it, they seem to vary at random."""
    summer = [1.0, 1.1, 1.2, 1.1, 0.8, 0.5, 0.7, 0.9, 1.2, 1.1, 1.0, 0.9]
    rows = [round(1000 * f) for f in summer]
    plain = months(*rows)
    known = [Month(m.number, m.rows, m.scaled, f) for m, f in zip(plain, summer, strict=True)]
    assert abs(expectation(600, NOW, known).z) > 3.5 > abs(expectation(600, NOW, plain).z)
    assert expectation(500, NOW, known[1:], season=0.5).expected == pytest.approx(500, rel=0.01)


def test_months_sampled_thinly_make_the_expectation_uncertain():
    thick = expectation(600, NOW, months(1000, 1000, 1000))
    thin = expectation(600, NOW, [Month(NOW - n, 10, 1000.0) for n in (1, 2, 3)])
    assert abs(thin.z) < abs(thick.z) / 3


def test_three_per_cent_a_month_over_a_year_is_a_drift_either_way():
    for rate in (1.03, 0.97):
        found = drift({NOW - 12 + n: 1000 * rate**n for n in range(13)})
        assert found.monthly == pytest.approx(rate - 1)
        assert found.total == pytest.approx(rate**12 - 1)
        assert abs(found.z) > 3.5


def test_a_season_or_single_odd_months_are_no_drift():
    season = [1.1, 1.0, 1.1, 1.0, 1.0, 0.8, 0.6, 0.9, 1.1, 1.2, 1.1, 1.1, 1.1]
    assert abs(drift({NOW - 12 + n: 1000 * f for n, f in enumerate(season)}).z) < 3.5
    jump = {NOW - 12 + n: 1000.0 for n in range(13)} | {NOW: 3000.0, NOW - 1: 2500.0}
    assert abs(drift(jump).z) < 3.5


def test_fewer_than_thirteen_months_or_an_empty_one_have_no_drift():
    assert drift({NOW - n: 1000.0 for n in range(12)}) is None
    assert drift({NOW - n: 1000.0 * (n != 5) for n in range(13)}) is None
