"""A small build folder whose figures can be worked by hand.

Belongs here: the inputs, told as rows. Does not belong here: what is expected of them (the tests).

Three nights, and a first of April on which the populations became known:
night 1: county 05 delivers July to September, 06 and 03 deliver September, 17's September is rejected, 18 begins to upload;
night 2: 05 corrects September, HUS delivers September; night 3: the population of Turku is restated.
Costs of September: 05, 03 and HUS deliver on night 1, 05 corrects on night 2; its need factor is restated on night 3.
Specialised care and hospital episodes (hospital_inputs.py), social services and long-term care (social_inputs.py) of September: 05 delivers on night 1.
Complaints, answers of clients, personnel, outcomes and development work: 05 delivers July to September on night 1 (staff_inputs.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sources.regional.catalogue import dataset_contracts
from tests.dbt_project.hospital_inputs import hospital_deliveries, hospital_slices
from tests.dbt_project.national_inputs import (
    ESPOO,
    MARIEHAMN,
    NEED_FACTORS,
    NIGHT_1,
    NIGHT_2,
    PORI,
    RESIDENTS,
    TURKU,
    Rows,
    innokyla,
    kela,
    key_figures,
    municipality_map,
    need_factors,
    population,
    projection,
    sampo,
    snapshots,
    sotkanet,
    treasury,
)
from tests.dbt_project.registry_inputs import (
    build_moment,
    check_results,
    code_mappings,
    delivery_files,
    delivery_statuses,
    field_counts,
    reporting_units,
    rule_counts,
    sources,
)
from tests.dbt_project.shapes import (
    BUILD_MOMENT,
    CHECK_RESULT,
    CODE_MAPPING,
    CONTACT,
    CORRECTION,
    COST,
    DELIVERY,
    DELIVERY_FILE,
    DELIVERY_STATUS,
    MAP,
    NATIONAL,
    NEED_FACTOR,
    PERIOD_LOCK,
    POPULATION,
    QUARANTINE,
    SNAPSHOT,
    SOURCE,
    TOMBSTONE,
    UNMAPPED,
    slice_shape,
)
from tests.dbt_project.social_inputs import social_deliveries, social_slices
from tests.dbt_project.staff_inputs import staff_deliveries, staff_slices
from warehouse.shapes import FIELD_COUNT, REPORTING_UNIT, RULE_COUNT


def write_empty(build: Path) -> None:
    """A build folder before anything was ever received: every file is there, with its columns and no rows."""
    for name, columns in (
        ("delivery", DELIVERY),
        ("delivery_status", DELIVERY_STATUS),
        ("quarantine", QUARANTINE),
        ("tombstone", TOMBSTONE),
        ("field_count", FIELD_COUNT),
        ("reporting_unit", REPORTING_UNIT),
        ("rule_count", RULE_COUNT),
        ("period_lock", PERIOD_LOCK),
        ("unmapped", UNMAPPED),
        ("snapshot", SNAPSHOT),
        ("delivery_file", DELIVERY_FILE),
        ("code_mapping", CODE_MAPPING),
        ("source", SOURCE),
        ("check_result", CHECK_RESULT),
        ("build_moment", BUILD_MOMENT),
        ("correction", CORRECTION),
    ):
        _write(build / "registry" / f"{name}.parquet", columns, [])
    _write(build / "slices" / "care_contacts" / "_empty.parquet", CONTACT, [])
    _write(build / "slices" / "costs" / "_empty.parquet", COST, [])
    for dataset in dataset_contracts().keys() - {"care_contacts", "costs"}:
        _write(build / "slices" / dataset / "_empty.parquet", slice_shape(dataset), [])
    for name, columns in NATIONAL.items():
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
        _write(path, CONTACT, turn(contacts))
    costs = _costs()
    for receipt_id, rows in costs.items():
        path = build / "slices" / "costs" / rows[0]["period"] / f"{rows[0]['organiser_code']}-{receipt_id}-aa.parquet"
        _write(path, COST, turn(rows))
    for snapshot_id, factors in NEED_FACTORS.items():
        path = build / "national" / "need_factors" / f"{snapshot_id}.parquet"
        _write(path, NEED_FACTOR, turn(need_factors(snapshot_id, factors)))
    of_05 = {
        receipt: (dataset, "2026-09", rows)
        for receipt, (dataset, rows) in (hospital_slices() | social_slices()).items()
    }
    for receipt_id, (dataset, period, rows) in (of_05 | staff_slices()).items():
        _write(build / "slices" / dataset / period / f"05-{receipt_id}-aa.parquet", slice_shape(dataset), turn(rows))
    of_themes = [*hospital_deliveries(), *social_deliveries(), *staff_deliveries()]
    delivered = [*deliveries(slices), *_cost_deliveries(costs), *of_themes]
    _write(build / "registry" / "delivery.parquet", DELIVERY, turn(delivered))
    _write(build / "registry" / "delivery_file.parquet", DELIVERY_FILE, turn(delivery_files(delivered)))
    _write(build / "registry" / "code_mapping.parquet", CODE_MAPPING, turn(code_mappings()))
    _write(build / "registry" / "delivery_status.parquet", DELIVERY_STATUS, turn(delivery_statuses()))
    _write(build / "registry" / "field_count.parquet", FIELD_COUNT, turn(field_counts()))
    _write(build / "registry" / "rule_count.parquet", RULE_COUNT, turn(rule_counts()))
    _write(build / "registry" / "reporting_unit.parquet", REPORTING_UNIT, turn(reporting_units()))
    _write(build / "registry" / "quarantine.parquet", QUARANTINE, turn(_quarantine()))
    _write(build / "registry" / "snapshot.parquet", SNAPSHOT, turn(snapshots()))
    _write(build / "registry" / "check_result.parquet", CHECK_RESULT, turn(check_results()))
    _write(build / "registry" / "source.parquet", SOURCE, turn(sources()))
    _write(build / "registry" / "build_moment.parquet", BUILD_MOMENT, [build_moment()])
    for snapshot_id, residents in (("p1", RESIDENTS), ("p2", RESIDENTS | {TURKU: 201_000})):
        _write(
            build / "national" / "population" / f"{snapshot_id}.parquet",
            POPULATION,
            turn(population(snapshot_id, residents)),
        )
    _write(
        build / "national" / "population_projection" / "j1.parquet",
        NATIONAL["population_projection"],
        turn(projection("j1", RESIDENTS)),
    )
    _write(build / "national" / "municipality_map" / "m1.parquet", MAP, turn(municipality_map()))
    for name, snapshot_id, rows in (*key_figures(), *sotkanet(), *sampo(), *treasury(), *kela(), *innokyla()):
        _write(build / "national" / name / f"{snapshot_id}.parquet", NATIONAL[name], turn(rows))


def write_chosen(build: Path, slices: dict[str, Rows], snapshots: Rows, populations: dict[str, Rows]) -> None:
    """These slices by receipt (see `delivered`), snapshots and populations by snapshot, and no row of anything else."""
    write_empty(build)
    for receipt_id, contacts in slices.items():
        first = contacts[0]
        name = f"{first['organiser_code']}-{receipt_id}-aa.parquet"
        _write(build / "slices" / "care_contacts" / first["period"] / name, CONTACT, contacts)
    _write(build / "registry" / "delivery.parquet", DELIVERY, deliveries(slices))
    _write(build / "registry" / "snapshot.parquet", SNAPSHOT, snapshots)
    for snapshot_id, rows in populations.items():
        _write(build / "national" / "population" / f"{snapshot_id}.parquet", POPULATION, rows)


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
        "c05": _delivered("c05", "05", "2026-07", 1, [_met("p1"), _met("p1")]),
        "d05": _delivered("d05", "05", "2026-08", 1, [_met("p2")]),
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


def _met(professional_id: str) -> dict[str, Any]:
    """A visit of the one client who is followed over the quarter."""
    return _contact(TURKU, client_id="k1", professional_id=professional_id)


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
            "rows_in_force": len(rows),
            "rows_quarantined": 0,
            "known_from": NIGHT_2 if receipt_id == "l05" else NIGHT_1,
            "known_to": NIGHT_2 if receipt_id == "k05" else None,
            "contract_version": "1.0.0",
            "sample_share": "1",
            "origin": "synthetic",
        }
        for receipt_id, rows in costs.items()
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
                "rows_in_force": accepted,
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


def _write(path: Path, columns: dict[str, str], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
        if rows:
            con.executemany(
                f"insert into t values ({', '.join('?' * len(columns))})", [[r.get(c) for c in columns] for r in rows]
            )
        con.execute(f"copy t to '{path}' (format parquet)")
