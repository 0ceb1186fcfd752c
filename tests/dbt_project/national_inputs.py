"""What the national sources have published in the small build folder.

Belongs here: their rows, told as in the sources' own shapes. Does not belong here: deliveries, and when what became known (inputs.py).
"""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
APRIL, NIGHT_1, NIGHT_2, NIGHT_3 = (datetime(2026, m, d) for m, d in ((4, 1), (11, 3), (11, 4), (11, 5)))
TURKU, PORI, ESPOO, MARIEHAMN = "853", "609", "049", "478"
RESIDENTS = {TURKU: 200_000, PORI: 80_000, ESPOO: 300_000, MARIEHAMN: 11_000}
# Shares of residents by a year of age that stands for its group, in per cent; of each half are men.
AGES = {10: 20, 45: 60, 70: 10, 80: 10}

Rows = list[dict[str, Any]]
# Total need factors by data year and county, of two editions.
NEED_FACTORS = {
    "n1": {(2022, "05"): "1.1", (2023, "05"): "1.0", (2022, "03"): "0.8", (2023, "03"): "0.8", (2023, "FI"): "1.0"},
    "n2": {(2022, "05"): "1.1", (2023, "05"): "1.25", (2022, "03"): "0.8", (2023, "03"): "0.8", (2023, "FI"): "1.0"},
}
# Cubes of THL and, of each, the counts of county 05 and of the mainland in August 2026 by category.
SAMPO = {
    "specialised_care_waiting": {"total": (4000, 90_000), "days_over_180": (300, 9000)},
    "referral_handling": {"total": (2000, 50_000), "days_over_21": (None, 1000)},
    "primary_care_waiting": {"total": (5000, 100_000), "days_15_90": (900, 20_000), "days_over_90": (100, 5000)},
    "primary_care_visits": {"total": (70_000, 1_500_000)},
}


def need_factors(snapshot_id: str, factors: dict[tuple[int, str], str]) -> Rows:
    return [
        {
            "snapshot_id": snapshot_id,
            "vintage": snapshot_id,
            "data_year": year,
            "county_code": county,
            "sector": "TOTAL",
            "need_factor": factor,
            "population": 100_000,
            "population_65plus": 20_000,
            "origin": "published",
        }
        for (year, county), factor in factors.items()
    ]


def snapshots() -> Rows:
    def snapshot(snapshot_id: str, source: str, name: str, known_from: datetime) -> dict[str, Any]:
        return {
            "snapshot_id": snapshot_id,
            "source_code": source,
            "object": name,
            "known_from": known_from,
            "origin": "published",
        }

    return [
        snapshot("p1", "statfin_population", "population/2025", APRIL),
        snapshot("p2", "statfin_population", "population/2025", NIGHT_3),
        snapshot("j1", "statfin_projection", "population_projection/2024/2030", APRIL),
        snapshot("f1", "statfin_key_figures", "key_figure/all", APRIL),
        snapshot("f2", "statfin_key_figures", "key_figure/all", NIGHT_3),
        snapshot("m1", "statfin_classification", "municipality_map/2026", APRIL),
        snapshot("sr", "sotkanet", "sotkanet_region/all", APRIL),
        snapshot("si", "sotkanet", "sotkanet_indicator/6411", APRIL),
        snapshot("s1", "sotkanet", "sotkanet_observation/6411", APRIL),
        snapshot("s2", "sotkanet", "sotkanet_observation/6411", NIGHT_3),
        *(snapshot(f"c{i}", "sampo", f"sampo_observation/{topic}", APRIL) for i, topic in enumerate(SAMPO)),
        snapshot("k1", "kela", "kela_benefit/r-1", APRIL),
        snapshot("k2", "kela", "kela_benefit/r-1", NIGHT_3),
        snapshot("kc", "kela", "kela_county/all", APRIL),
        snapshot("i1", "innokyla", "innokyla_page/operating_model/a", APRIL),
        snapshot("i2", "innokyla", "innokyla_page/operating_model/a", NIGHT_3),
        snapshot("i3", "innokyla", "innokyla_page/project/b", APRIL),
        snapshot("tx", "treasury", "treasury_taxonomy/HHKNR", APRIL),
        snapshot("tb", "treasury", "treasury_cell/HTAS/2026", APRIL),
        snapshot("t3", "treasury", "treasury_cell/HHKNR/2026C03", NIGHT_1),
        snapshot("t6", "treasury", "treasury_cell/HHKNR/2026C06", NIGHT_1),
        snapshot("u6", "treasury", "treasury_cell/HHKNR/2026C06", NIGHT_3),
        snapshot("n1", "thl_need_factors", "need_factors", APRIL),
        snapshot("n2", "thl_need_factors", "need_factors", NIGHT_3),
    ]


def population(snapshot_id: str, residents: dict[str, int]) -> Rows:
    rows = []
    for area, total in (residents | {"SSS": sum(residents.values())}).items():
        for sex, half in (("total", 1), ("male", 2), ("female", 2)):
            for age, percent in {None: 100, **AGES}.items():
                population = total * percent // (100 * half)
                rows.append(
                    {
                        "snapshot_id": snapshot_id,
                        "year": 2025,
                        "area_code": area,
                        "sex": sex,
                        "age_years": age,
                        "population": population,
                        "value_status": "value",
                        "origin": "published",
                    }
                )
    return rows


def projection(snapshot_id: str, residents: dict[str, int]) -> Rows:
    own = {"edition": 2024, "division_year": 2024, "year": 2030}
    return [row | own for row in population(snapshot_id, residents)]


def key_figures() -> list[tuple[str, str, Rows]]:
    """Of county 05 and the country; on night 3 the county's mean age is restated."""
    county = {
        "mean_age_years": "44.1",
        "demographic_dependency_ratio": "62.0",
        "economic_dependency_ratio": "128.4",
        "foreign_language_percent": "9.3",
    }
    first = {("05", indicator): value for indicator, value in county.items()} | {("SSS", "mean_age_years"): "43.9"}
    return [
        (
            "key_figure",
            snapshot_id,
            [
                {
                    "snapshot_id": snapshot_id,
                    "year": 2025,
                    "area_code": area,
                    "indicator_code": indicator,
                    "value": value,
                    "value_status": "value",
                    "origin": "published",
                }
                for (area, indicator), value in figures.items()
            ],
        )
        for snapshot_id, figures in (("f1", first), ("f2", first | {("05", "mean_age_years"): "44.3"}))
    ]


def municipality_map() -> Rows:
    with (SEEDS / "raw__municipality.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                "snapshot_id": "m1",
                "year": 2026,
                "municipality_code": seed["municipality_code"],
                "municipality_name_fi": seed["name_fi"],
                "hva_code": seed["hva_code"],
                "collaborative_area_code": seed["collaborative_area_code"],
                "origin": "published",
            }
            for seed in csv.DictReader(file)
            if not seed["dissolved_on"]
        ]


def sotkanet() -> list[tuple[str, str, Rows]]:
    """Waits of county 05, of its area and of the country; on night 3 the county's 2024 is restated and one row more is there."""
    title = {
        "title_fi": "Odotusaika yli 7 pv, %",
        "title_sv": "Väntetid över 7 dagar, %",
        "title_en": "Wait over 7 days, %",
    }
    described = {"snapshot_id": "si", "indicator_id": 6411, "value_type": "PROS", "decimals": 1, "origin": "published"}
    area = {"snapshot_id": "sr", "region_id": 983, "region_category": "YTA", "collaborative_area_code": "4"}
    county, municipality = (978, "HYVINVOINTIALUE", "05", "05"), (200, "KUNTA", "853", None)
    first = [(county, 2022, "55.7"), (county, 2024, "39.5"), (municipality, 2024, "41.0")]
    first += [((983, "YTA", "4", None), 2024, "38.4"), ((658, "MAA", "358", None), 2024, "43.4")]
    second = [cell if cell[:2] != (county, 2024) else (county, 2024, "41.5") for cell in first] + [
        (county, 2025, "57.9")
    ]
    return [
        ("sotkanet_region", "sr", [area]),
        ("sotkanet_indicator", "si", [described | title]),
        ("sotkanet_observation", "s1", [_published("s1", *cell) for cell in first]),
        ("sotkanet_observation", "s2", [_published("s2", *cell) for cell in second]),
    ]


def sampo() -> list[tuple[str, str, Rows]]:
    """Counts of each cube; a withheld one is null."""
    return [
        (
            "sampo_observation",
            f"c{i}",
            [
                {
                    "snapshot_id": f"c{i}",
                    "topic": topic,
                    "region_code": region,
                    "period_start": "2026-08-01",
                    "category": category,
                    "measure": "count",
                    "value": count,
                    "value_status": "suppressed" if count is None else "value",
                    "origin": "published",
                }
                for category, counts in categories.items()
                for region, count in zip(("05", "FI1"), counts, strict=True)
            ],
        )
        for i, (topic, categories) in enumerate(SAMPO.items())
    ]


def _published(snapshot_id: str, region: tuple[int, str, str, str | None], year: int, value: str) -> dict[str, Any]:
    region_id, category, code, county = region
    return {
        "snapshot_id": snapshot_id,
        "indicator_id": 6411,
        "region_id": region_id,
        "region_category": category,
        "region_code": code,
        "hva_code": county,
        "year": year,
        "sex": "total",
        "value": value,
        "value_status": "value",
        "origin": "published",
    }


# Expenditure and income of county 03 (300,000 residents of 2025), in millions: snapshot, package, period, stage → both.
REPORTED = {
    ("tb", "HTAS", "2026", "lopullinen"): (30, 6),
    ("t3", "HHKNR", "2026C03", "hyvaksytty"): (4, 1),
    ("t6", "HHKNR", "2026C06", "alustava"): (9, 2),
    ("u6", "HHKNR", "2026C06", "alustava"): (9, 2),
    ("u6", "HHKNR", "2026C06", "hyvaksytty"): ("9.3", 2),
}
_STAGES = ("alustava", "hyvaksytty", "lopullinen", "jalkikorjattu")


def treasury() -> list[tuple[str, str, Rows]]:
    """Budget and quarters of county 03; on night 3 the second quarter is approved, with another figure."""
    labels = {"1": "Toimintamenot", "2": "Toimintatulot"}
    names = [
        {
            "snapshot_id": "tx",
            "package_code": package,
            "taxonomy_version": "v/1",
            "subpackage_code": "h-t01",
            "cell_code": code,
            "label_fi": label,
            "origin": "published",
        }
        for package in ("HTAS", "HHKNR")
        for code, label in labels.items()
    ]
    cells: dict[str, Rows] = {}
    for (snapshot_id, package, period, stage), millions in REPORTED.items():
        for code, amount in zip(labels, millions, strict=True):
            cells.setdefault(snapshot_id, []).append(
                {
                    "snapshot_id": snapshot_id,
                    "business_id": "3221347-3",
                    "package_code": package,
                    "period_code": period,
                    "year": int(period[:4]),
                    "last_month": int(period[5:] or 12),
                    "stage": stage,
                    "stage_rank": _STAGES.index(stage) + 1,
                    "subpackage_code": "h-t01",
                    "cell_code": code,
                    "taxonomy_version": "v/1",
                    "amount": str(float(amount) * 1_000_000),
                    "value_status": "value",
                    "cell_count": 1,
                    "origin": "published",
                }
            )
    return [("treasury_taxonomy", "tx", names), *(("treasury_cell", name, rows) for name, rows in cells.items())]


def kela() -> list[tuple[str, str, Rows]]:
    """A benefit of Turku by year and by month, of which the year is restated on night 3, and a figure of county 03."""

    def benefits(snapshot_id: str, paid: int) -> Rows:
        common = {"snapshot_id": snapshot_id, "municipality_code": TURKU, "benefit_name": "Kuntoutus", "year": 2025}
        common |= {"recipients": 10, "origin": "published"}
        year = common | {"period_grain": "year", "paid_eur": paid, "eur_per_recipient": paid / 10}
        return [
            year,
            common | {"period_grain": "month", "month": 12, "paid_eur": "-5.50", "eur_per_recipient": "-0.55"},
        ]

    figure = {"benefit_code": "Kuntoutus", "measure_code": "saajat", "year": 2025, "value": 1, "value_status": "value"}
    named = {"snapshot_id": "kc", "county_name": "Länsi-Uudenmaan hyvinvointialue", "origin": "published"}
    return [
        ("kela_benefit", "k1", benefits("k1", 100)),
        ("kela_benefit", "k2", benefits("k2", 120)),
        ("kela_county", "kc", [figure | named]),
    ]


def innokyla() -> list[tuple[str, str, Rows]]:
    """An operating model of county 05 that is edited on night 3, and a project of the whole country."""

    def page(snapshot_id: str, kind: str, slug: str, county: str, modified_on: str) -> Rows:
        row = {"snapshot_id": snapshot_id, "development_kind": kind, "slug": slug, "county_code": county}
        row |= {"page_address": f"https://innokyla.fi/fi/{slug}", "development_name": slug.upper()}
        goal = "access" if kind == "operating_model" else None
        row |= {"programme_goal": goal, "created_on": "2024-03-10", "modified_on": modified_on, "origin": "published"}
        return [row]

    return [
        ("innokyla_page", "i1", page("i1", "operating_model", "a", "05", "2026-03-01")),
        ("innokyla_page", "i2", page("i2", "operating_model", "a", "05", "2026-11-04")),
        ("innokyla_page", "i3", page("i3", "project", "b", "FI", "2026-03-01")),
    ]
