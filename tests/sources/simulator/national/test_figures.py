"""The simulated population: real where it is known, adding up everywhere, the same for the same seed and day."""

import csv

import numpy as np
import pytest

from sources.simulator.national.figures import FIGURES, YEARS, apportion, by_name, population, read


def _total(found, area, year):
    return int(found.counts[found.areas.index(area), 0, 0, YEARS.index(year)])


@pytest.mark.parametrize("restated", [False, True])
def test_totals_are_sums_of_their_parts_in_every_direction(restated):
    counts = population(7, restated).counts
    assert (counts[0] == counts[1:].sum(axis=0)).all()
    assert (counts[:, 0] == counts[:, 1:].sum(axis=1)).all()
    assert (counts[:, :, 0] == counts[:, :, 1:].sum(axis=2)).all()
    assert counts.min() >= 0


def test_real_figures_are_served_as_they_are_and_labelled():
    found = population(7, False)
    real = {row["municipality_code"]: row for row in read("municipality")}
    assert _total(found, "SSS", 2022) == 5_563_970
    assert _total(found, "091", 2022) == int(real["091"]["population_2022"])
    assert _total(found, "507", 2022) == int(real["507"]["population_2022"]) + int(real["588"]["population_2022"])
    assert [_total(found, code, 2025) for code in ("049", "091", "092")] == [325716, 694392, 252956]
    by_year = found.published.sum(axis=(0, 1, 2)).tolist()
    assert dict(zip(YEARS, by_year, strict=True)) == dict.fromkeys(range(2018, 2022), 0) | {
        2022: 309,
        2023: 0,
        2024: 1,
        2025: 3,
    }
    assert not found.published[:, 1:].any() and not found.published[:, :, 1:].any()


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021, 2023, 2024])
def test_synthetic_municipalities_add_up_to_each_countys_real_total(year):
    found = population(7, False)
    county = {row["municipality_code"]: row["hva_code"] for row in read("municipality")}
    for row in read("county"):
        if row[f"population_{year}"]:
            members = [code for code in found.areas[1:] if county[code] == row["hva_code"]]
            assert sum(_total(found, code, year) for code in members) == int(row[f"population_{year}"])


def test_every_year_is_served_on_the_newest_division_and_without_a_leap():
    found = population(7, False)
    dissolved = {row["municipality_code"] for row in read("municipality") if row["dissolved_on"]}
    assert dissolved == {"588"} and not dissolved & set(found.areas)
    yearly = found.counts[:, 0, 0, 1:] / found.counts[:, 0, 0, :-1]
    assert np.abs(yearly - 1).max() < 0.1


def test_people_of_65_and_over_are_near_each_countys_real_share():
    found = population(7, False)
    county = {row["municipality_code"]: row["hva_code"] for row in read("municipality")}
    year = YEARS.index(2023)
    for row in read("county"):
        if row["population_65plus_2023"]:
            at = [i for i, code in enumerate(found.areas) if county.get(code) == row["hva_code"]]
            old = found.counts[at, 66:, 0, year].sum() / found.counts[at, 0, 0, year].sum()
            assert old == pytest.approx(int(row["population_65plus_2023"]) / int(row["population_2023"]), rel=0.1)


def test_the_seed_moves_synthetic_figures_only():
    one, other = population(7, False), population(8, False)
    assert (one.counts[one.published] == other.counts[one.published]).all()
    assert (one.counts != other.counts).mean() > 0.3
    again = population.__wrapped__(7, False)
    assert (one.counts == again.counts).all()


def test_a_restatement_counts_a_few_municipalities_of_2025_anew_and_nothing_else():
    before, after = population(7, False), population(7, True)
    moved = before.counts != after.counts
    assert not moved[..., :-1].any()
    areas = {before.areas[i] for i in np.flatnonzero(moved.any(axis=(1, 2, 3)))}
    assert "SSS" in areas and len(areas) == 5
    assert not moved[before.published].any()


@pytest.mark.parametrize("total", [0, 1, 7, 1000])
def test_apportioned_shares_are_whole_and_add_up(total):
    weights = np.random.default_rng(1).random((4, 9)) + 1e-9
    shares = apportion(weights, np.full(4, total))
    assert shares.sum(axis=1).tolist() == [total] * 4
    assert np.abs(shares - weights / weights.sum(axis=1, keepdims=True) * total).max() < 1


def test_areas_are_in_the_order_of_their_finnish_names():
    names = [row["name_fi"] for row in by_name(read("municipality"))]
    assert names[:3] == ["Akaa", "Alajärvi", "Alavieska"]
    assert names[-3:] == ["Ypäjä", "Ähtäri", "Äänekoski"]


def test_codes_in_the_figures_keep_their_zeros_and_every_municipality_has_a_county():
    with (FIGURES / "municipality.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 309
    assert {len(row["municipality_code"]) for row in rows} == {3}
    assert {row["hva_code"] for row in rows} == {row["hva_code"] for row in read("county")}
