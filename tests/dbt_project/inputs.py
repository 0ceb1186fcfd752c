"""A small build folder whose figures can be worked by hand.

Belongs here: the inputs, told as rows. Does not belong here: what is expected of them (the tests).

Three nights, and a first of April on which the populations became known:
night 1: county 05 delivers July to September, 06 and 03 deliver September, 17's September is rejected, 18 begins to upload;
night 2: 05 corrects September, HUS delivers September; night 3: the population of Turku is restated.
Costs of September: 05, 03 and HUS deliver on night 1, 05 corrects on night 2; its need factor is restated on night 3.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
APRIL, NIGHT_1, NIGHT_2, NIGHT_3 = (datetime(2026, m, d) for m, d in ((4, 1), (11, 3), (11, 4), (11, 5)))
TURKU, PORI, ESPOO, MARIEHAMN = "853", "609", "049", "478"
RESIDENTS = {TURKU: 200_000, PORI: 80_000, ESPOO: 300_000, MARIEHAMN: 11_000}
# Shares of residents by a year of age that stands for its group, in per cent; of each half are men.
AGES = {10: 20, 45: 60, 70: 10, 80: 10}

_CONTACT = {
    "record_number": "bigint",
    "line_number": "bigint",
    "file_name": "varchar",
    "contact_id": "varchar",
    "client_id": "varchar",
    "birth_year": "smallint",
    "age_at_assessment_years": "smallint",
    "sex": "varchar",
    "home_municipality_code": "varchar",
    "service_class_code": "varchar",
    "contact_mode": "varchar",
    "profession": "varchar",
    "professional_id": "varchar",
    "unit_id": "varchar",
    "urgency": "varchar",
    "contacted_at": "timestamp",
    "need_assessed_at": "timestamp",
    "booked_at": "timestamp",
    "visited_at": "timestamp",
    "reason_code": "varchar",
    "visit_duration_hours": "decimal(5,2)",
    "organiser_code": "varchar",
    "period": "varchar",
    "receipt_id": "varchar",
    "sequence": "integer",
    "sample_share": "decimal(9,6)",
    "rule_mask": "ubigint",
    "sent": "varchar[]",
}
_COST = {
    "record_number": "bigint",
    "line_number": "bigint",
    "file_name": "varchar",
    "cost_month": "date",
    "service_class_code": "varchar",
    "account_code": "varchar",
    "production_mode": "varchar",
    "item_scope": "varchar",
    "hus_share": "varchar",
    "amount_eur": "decimal(18,2)",
    "organiser_code": "varchar",
    "period": "varchar",
    "receipt_id": "varchar",
    "sequence": "integer",
    "sample_share": "decimal(9,6)",
    "rule_mask": "ubigint",
    "sent": "varchar[]",
}
_NEED_FACTOR = {
    "snapshot_id": "varchar",
    "vintage": "varchar",
    "data_year": "smallint",
    "county_code": "varchar",
    "sector": "varchar",
    "need_factor": "decimal(9,6)",
    "population": "bigint",
    "population_65plus": "bigint",
    "origin": "varchar",
}
_DELIVERY = {
    "receipt_id": "varchar",
    "organiser_code": "varchar",
    "dataset": "varchar",
    "period": "varchar",
    "sequence": "integer",
    "status": "varchar",
    "rows_received": "bigint",
    "rows_accepted": "bigint",
    "rows_quarantined": "bigint",
    "sha256": "varchar",
    "rule": "varchar",
    "reason": "varchar",
    "known_from": "timestamp",
    "known_to": "timestamp",
    "contract_version": "varchar",
    "sample_share": "decimal(9,6)",
    "origin": "varchar",
    "due_on": "date",
    "is_correction": "boolean",
    "is_late": "boolean",
}
_QUARANTINE = {
    "receipt_id": "varchar",
    "organiser_code": "varchar",
    "dataset": "varchar",
    "period": "varchar",
    "sequence": "integer",
    "file_name": "varchar",
    "line_number": "bigint",
    "column_name": "varchar",
    "rule_id": "varchar",
    "value_as_sent": "varchar",
    "known_from": "timestamp",
}
_SOURCE = {
    "source_code": "varchar",
    "organiser_code": "varchar",
    "fresh_within_days": "integer",
    "answered_at": "timestamp",
    "rows_known_from": "timestamp",
    "stale_after": "timestamp",
}
_SNAPSHOT = {
    "snapshot_id": "varchar",
    "source_code": "varchar",
    "object": "varchar",
    "address": "varchar",
    "sha256": "varchar",
    "bytes": "bigint",
    "licence": "varchar",
    "source_updated": "varchar",
    "known_from": "timestamp",
    "known_to": "timestamp",
    "origin": "varchar",
}
_CHECK_RESULT = {
    "night_id": "varchar",
    "check_id": "varchar",
    "engine": "varchar",
    "asset": "varchar",
    "dimension": "varchar",
    "severity": "varchar",
    "status": "varchar",
    "is_blocking": "boolean",
    "failed": "bigint",
    "applicable": "bigint",
    "observed": "varchar",
    "message": "varchar",
    "attempt": "integer",
    "known_from": "timestamp",
}
_POPULATION = {
    "snapshot_id": "varchar",
    "year": "smallint",
    "area_code": "varchar",
    "sex": "varchar",
    "age_years": "smallint",
    "population": "bigint",
    "value_status": "varchar",
    "origin": "varchar",
}
_MAP = {
    "snapshot_id": "varchar",
    "year": "smallint",
    "municipality_code": "varchar",
    "municipality_name_fi": "varchar",
    "municipality_name_sv": "varchar",
    "hva_code": "varchar",
    "hva_name_fi": "varchar",
    "hva_name_sv": "varchar",
    "hva_name_en": "varchar",
    "collaborative_area_code": "varchar",
    "collaborative_area_name_fi": "varchar",
    "collaborative_area_name_sv": "varchar",
    "collaborative_area_name_en": "varchar",
    "origin": "varchar",
}

_SOTKANET_OBSERVATION = {
    "snapshot_id": "varchar",
    "indicator_id": "integer",
    "region_id": "integer",
    "region_category": "varchar",
    "region_code": "varchar",
    "hva_code": "varchar",
    "municipality_code": "varchar",
    "year": "smallint",
    "sex": "varchar",
    "value": "decimal(18,6)",
    "abs_value": "decimal(18,6)",
    "value_status": "varchar",
    "origin": "varchar",
}
_SOTKANET_TEXTS = ("title", "description", "interpretation", "limits", "legislation", "notices")
_SOTKANET_INDICATOR = {
    "snapshot_id": "varchar",
    "indicator_id": "integer",
    "data_updated": "date",
    "first_year": "smallint",
    "last_year": "smallint",
    **{f"{text}_{language}": "varchar" for text in _SOTKANET_TEXTS for language in ("fi", "sv", "en")},
    "value_type": "varchar",
    "decimals": "smallint",
    "sexes": "varchar",
    "region_categories": "varchar",
    "region_categories_as_sent": "varchar",
    "organization_name_fi": "varchar",
    "defects": "varchar",
    "as_sent": "varchar",
    "origin": "varchar",
}
_SOTKANET_REGION = {
    "snapshot_id": "varchar",
    "region_id": "integer",
    "region_category": "varchar",
    "region_code": "varchar",
    "hva_code": "varchar",
    "county_system": "varchar",
    "municipality_code": "varchar",
    "collaborative_area_code": "varchar",
    "name_fi": "varchar",
    "name_sv": "varchar",
    "name_en": "varchar",
    "member_of": "varchar",
    "uri": "varchar",
    "code_as_sent": "varchar",
    "origin": "varchar",
}
_NATIONAL = {
    "population": _POPULATION,
    "municipality_map": _MAP,
    "need_factors": _NEED_FACTOR,
    "sotkanet_observation": _SOTKANET_OBSERVATION,
    "sotkanet_indicator": _SOTKANET_INDICATOR,
    "sotkanet_region": _SOTKANET_REGION,
}

Rows = list[dict[str, Any]]


def write_empty(build: Path) -> None:
    """A build folder before anything was ever received: every file is there, with its columns and no rows."""
    for name, columns in (
        ("delivery", _DELIVERY),
        ("quarantine", _QUARANTINE),
        ("snapshot", _SNAPSHOT),
        ("source", _SOURCE),
        ("check_result", _CHECK_RESULT),
    ):
        _write(build / "registry" / f"{name}.parquet", columns, [])
    _write(build / "slices" / "care_contacts" / "_empty.parquet", _CONTACT, [])
    _write(build / "slices" / "costs" / "_empty.parquet", _COST, [])
    for name, columns in _NATIONAL.items():
        _write(build / "national" / name / "_empty.parquet", columns, [])


def write_inputs(build: Path, backwards: bool = False) -> None:
    """The three nights. `backwards` writes the rows of every file in the other order, which must change nothing."""
    turn = (lambda rows: rows[::-1]) if backwards else (lambda rows: rows)
    write_empty(build)
    slices = _slices()
    for receipt_id, contacts in slices.items():
        path = (
            build
            / "slices"
            / "care_contacts"
            / contacts[0]["period"]
            / f"{contacts[0]['organiser_code']}-{receipt_id}-aa.parquet"
        )
        _write(path, _CONTACT, turn(contacts))
    costs = _costs()
    for receipt_id, rows in costs.items():
        path = build / "slices" / "costs" / rows[0]["period"] / f"{rows[0]['organiser_code']}-{receipt_id}-aa.parquet"
        _write(path, _COST, turn(rows))
    for snapshot_id, factors in NEED_FACTORS.items():
        path = build / "national" / "need_factors" / f"{snapshot_id}.parquet"
        _write(path, _NEED_FACTOR, turn(_need_factors(snapshot_id, factors)))
    _write(build / "registry" / "delivery.parquet", _DELIVERY, turn([*deliveries(slices), *_cost_deliveries(costs)]))
    _write(build / "registry" / "quarantine.parquet", _QUARANTINE, turn(_quarantine()))
    _write(build / "registry" / "snapshot.parquet", _SNAPSHOT, turn(_snapshots()))
    _write(build / "registry" / "check_result.parquet", _CHECK_RESULT, turn(_check_results()))
    _write(build / "registry" / "source.parquet", _SOURCE, turn(_sources()))
    for snapshot_id, residents in (("p1", RESIDENTS), ("p2", RESIDENTS | {TURKU: 201_000})):
        _write(
            build / "national" / "population" / f"{snapshot_id}.parquet",
            _POPULATION,
            turn(_population(snapshot_id, residents)),
        )
    _write(build / "national" / "municipality_map" / "m1.parquet", _MAP, turn(_map()))
    for name, snapshot_id, rows in _sotkanet():
        _write(build / "national" / name / f"{snapshot_id}.parquet", _NATIONAL[name], turn(rows))


def write_chosen(build: Path, slices: dict[str, Rows], snapshots: Rows, populations: dict[str, Rows]) -> None:
    """These slices by receipt (see `delivered`), snapshots and populations by snapshot, and no row of anything else."""
    write_empty(build)
    for receipt_id, contacts in slices.items():
        first = contacts[0]
        name = f"{first['organiser_code']}-{receipt_id}-aa.parquet"
        _write(build / "slices" / "care_contacts" / first["period"] / name, _CONTACT, contacts)
    _write(build / "registry" / "delivery.parquet", _DELIVERY, deliveries(slices))
    _write(build / "registry" / "snapshot.parquet", _SNAPSHOT, snapshots)
    for snapshot_id, rows in populations.items():
        _write(build / "national" / "population" / f"{snapshot_id}.parquet", _POPULATION, rows)


def _slices() -> dict[str, Rows]:
    """Contacts by receipt."""
    first_visits = [_contact(TURKU, wait_days=days) for days in range(1, 21)]
    return {
        "a05": _delivered("a05", "05", "2026-09", 1, [*first_visits[:5], _contact(TURKU, sex="unknown")]),
        "b05": _delivered(
            "b05",
            "05",
            "2026-09",
            2,
            [
                *first_visits,
                _contact(PORI, wait_days=14, sex="female", birth_year=2015, profession="nurse"),
                _contact(PORI, wait_days=15, sex="female", birth_year=2015, profession="nurse"),
                _contact(TURKU, rule_mask=4),
            ],
        ),
        "c05": _delivered("c05", "05", "2026-07", 1, [_contact(TURKU), _contact(TURKU)]),
        "d05": _delivered("d05", "05", "2026-08", 1, [_contact(TURKU)]),
        "e06": _delivered(
            "e06",
            "06",
            "2026-09",
            1,
            [_contact(PORI), _contact(PORI, visited_at=None), _contact(PORI, service_class_code="2545")],
        ),
        "f03": _delivered("f03", "03", "2026-09", 1, [_contact(ESPOO)] * 4),
        "gHUS": _delivered(
            "gHUS",
            "HUS",
            "2026-09",
            1,
            [_contact(home, service_class_code="2612") for home in [ESPOO] * 6 + [TURKU, MARIEHAMN]],
        ),
    }


def _contact(home: str, wait_days: int | None = None, **other: Any) -> dict[str, Any]:
    """A visit to a doctor in primary care on the 25th; with `wait_days` a first visit after so many days."""
    birth_year = other.get("birth_year", 1980)
    contact = {
        "birth_year": birth_year,
        "sex": "male",
        "home_municipality_code": home,
        "service_class_code": "2536",
        "contact_mode": "onsite",
        "profession": "doctor",
        "urgency": "non_urgent",
        "rule_mask": 0,
    }
    if wait_days is not None:
        contact["wait_days"] = wait_days
        contact["age_at_assessment_years"] = 2026 - birth_year
    return contact | other


def _delivered(receipt_id: str, organiser: str, period: str, sequence: int, contacts: Rows) -> Rows:
    visited = datetime.fromisoformat(f"{period}-25T09:00:00")
    rows = []
    for number, contact in enumerate(contacts, start=1):
        waited = contact.get("wait_days")
        times = {
            "contacted_at": visited - timedelta(days=waited or 0),
            "need_assessed_at": None if waited is None else visited - timedelta(days=waited),
            "visited_at": visited,
        }
        identity = {
            "record_number": number,
            "line_number": number + 1,
            "file_name": "contacts.csv",
            "contact_id": f"{receipt_id}-{number:08}",
            "organiser_code": organiser,
            "period": period,
            "receipt_id": receipt_id,
            "sequence": sequence,
            "sample_share": "0.01",
        }
        rows.append(identity | times | contact)
    return rows


def _costs() -> dict[str, Rows]:
    """Cost rows by receipt: salaries and fees, rescue services, what units of 05 buy from each other, and what 03 pays to HUS."""

    def of(receipt_id: str, organiser: str, sequence: int, *rows: tuple) -> Rows:
        names = ("service_class_code", "account_code", "production_mode", "item_scope", "hus_share", "amount_eur")
        return [
            {
                "record_number": number,
                "line_number": number + 1,
                "file_name": "costs.csv",
                "cost_month": "2026-09-01",
                "organiser_code": organiser,
                "period": "2026-09",
                "receipt_id": receipt_id,
                "sequence": sequence,
                "sample_share": "1",
                "rule_mask": 0,
            }
            | dict(zip(names, row, strict=True))
            for number, row in enumerate(rows, start=1)
        ]

    def own(salaries: str) -> list[tuple]:
        return [
            ("2536", "4000", "own", "external", "none", salaries),
            ("2536", "3200", "own", "external", "none", "-10000.00"),
            ("4801", "4000", "own", "external", "none", "6000.00"),
            ("2536", "4340", "own", "internal", "none", "500.00"),
            ("2612", "3100", "own", "internal", "none", "-500.00"),
        ]

    return {
        "k05": of("k05", "05", 1, *own("150000.00")),
        "l05": of("l05", "05", 2, *own("152000.00")),
        "m03": of(
            "m03",
            "03",
            1,
            ("2612", "4300", "bought", "external", "hus", "90000.00"),
            ("2536", "4000", "own", "external", "none", "120000.00"),
        ),
        "nHUS": of(
            "nHUS",
            "HUS",
            1,
            ("2612", "3100", "own", "external", "none", "-90000.00"),
            ("2612", "4000", "own", "external", "none", "95000.00"),
        ),
    }


def _cost_deliveries(costs: dict[str, Rows]) -> Rows:
    return [
        {
            "receipt_id": receipt_id,
            "organiser_code": rows[0]["organiser_code"],
            "dataset": "costs",
            "period": "2026-09",
            "sequence": rows[0]["sequence"],
            "status": "superseded" if receipt_id == "k05" else "accepted",
            "rows_received": len(rows),
            "rows_accepted": len(rows),
            "rows_quarantined": 0,
            "known_from": NIGHT_2 if receipt_id == "l05" else NIGHT_1,
            "known_to": NIGHT_2 if receipt_id == "k05" else None,
            "contract_version": "1.0.0",
            "sample_share": "1",
            "origin": "synthetic",
        }
        for receipt_id, rows in costs.items()
    ]


# Total need factors by data year and county, of two editions.
NEED_FACTORS = {
    "n1": {(2022, "05"): "1.1", (2023, "05"): "1.0", (2022, "03"): "0.8", (2023, "03"): "0.8", (2023, "FI"): "1.0"},
    "n2": {(2022, "05"): "1.1", (2023, "05"): "1.25", (2022, "03"): "0.8", (2023, "03"): "0.8", (2023, "FI"): "1.0"},
}


def _need_factors(snapshot_id: str, factors: dict[tuple[int, str], str]) -> Rows:
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


def deliveries(slices: dict[str, Rows]) -> Rows:
    nights = {"b05": NIGHT_2, "gHUS": NIGHT_2}
    rows = []
    for receipt_id, contacts in slices.items():
        accepted = sum(c["rule_mask"] == 0 for c in contacts)
        first = contacts[0]
        rows.append(
            {
                "receipt_id": receipt_id,
                "organiser_code": first["organiser_code"],
                "dataset": "care_contacts",
                "period": first["period"],
                "sequence": first["sequence"],
                "status": "superseded" if receipt_id == "a05" else "accepted",
                "rows_received": len(contacts),
                "rows_accepted": accepted,
                "rows_quarantined": len(contacts) - accepted,
                "known_from": nights.get(receipt_id, NIGHT_1),
                "known_to": NIGHT_2 if receipt_id == "a05" else None,
                "contract_version": "1.0.0",
                "sample_share": "0.01",
                "origin": "synthetic",
            }
        )
    unfit = {
        "receipt_id": "x17",
        "organiser_code": "17",
        "dataset": "care_contacts",
        "period": "2026-09",
        "sequence": 1,
        "known_from": NIGHT_1,
    }
    waiting = {"receipt_id": "waiting-1", "organiser_code": "18", "status": "waiting", "known_from": NIGHT_1}
    return [
        *rows,
        unfit | {"status": "rejected", "rule": "HVA-FILE-0-001", "sample_share": "0.01", "origin": "synthetic"},
        waiting,
    ]


def _check_results() -> Rows:
    """Of one night: a pass, a check that failed and then passed, and one that had nothing to judge."""
    told = [("c1", "PASS", 1, 10), ("c2", "FAIL", 1, 4), ("c2", "PASS", 2, 4), ("c3", "N-A", 1, 0)]
    return [
        {
            "night_id": "2026-11-01",
            "check_id": check_id,
            "engine": "dbt",
            "asset": "core__dim_region",
            "dimension": "uniqueness",
            "severity": "error",
            "status": status,
            "is_blocking": True,
            "failed": int(status == "FAIL"),
            "applicable": applicable,
            "observed": None,
            "message": "" if status == "PASS" else "said so",
            "attempt": attempt,
            "known_from": "2026-11-01 00:00:00",
        }
        for check_id, status, attempt, applicable in told
    ]


def _quarantine() -> Rows:
    return [
        {
            "receipt_id": "b05",
            "organiser_code": "05",
            "dataset": "care_contacts",
            "period": "2026-09",
            "sequence": 2,
            "file_name": "contacts.csv",
            "line_number": 24,
            "column_name": "birth_year",
            "rule_id": "HVA-CC-1-006",
            "value_as_sent": "10.6",
            "known_from": NIGHT_2,
        }
    ]


def _snapshots() -> Rows:
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
        snapshot("m1", "statfin_classification", "municipality_map/2026", APRIL),
        snapshot("sr", "sotkanet", "sotkanet_region/all", APRIL),
        snapshot("si", "sotkanet", "sotkanet_indicator/6411", APRIL),
        snapshot("s1", "sotkanet", "sotkanet_observation/6411", APRIL),
        snapshot("s2", "sotkanet", "sotkanet_observation/6411", NIGHT_3),
        snapshot("n1", "thl_need_factors", "need_factors", APRIL),
        snapshot("n2", "thl_need_factors", "need_factors", NIGHT_3),
    ]


def _sources() -> Rows:
    """A source that answers every night, a sender that sent once, one that never did."""
    return [
        {
            "source_code": "statfin_population",
            "fresh_within_days": 3,
            "answered_at": NIGHT_3,
            "rows_known_from": NIGHT_3,
            "stale_after": NIGHT_3 + timedelta(days=3),
        },
        {
            "source_code": "care_contacts",
            "organiser_code": "06",
            "fresh_within_days": 45,
            "answered_at": NIGHT_1,
            "rows_known_from": NIGHT_1,
            "stale_after": NIGHT_1 + timedelta(days=45),
        },
        {"source_code": "care_contacts", "organiser_code": "17", "fresh_within_days": 45},
    ]


def _population(snapshot_id: str, residents: dict[str, int]) -> Rows:
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


def _map() -> Rows:
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


def _sotkanet() -> list[tuple[str, str, Rows]]:
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


def _write(path: Path, columns: dict[str, str], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        if rows:
            con.executemany(
                f"insert into t values ({', '.join('?' * len(columns))})", [[r.get(c) for c in columns] for r in rows]
            )
        con.execute(f"copy t to '{path}' (format parquet)")
