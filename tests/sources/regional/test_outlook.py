"""An outlook tells what the sender's month would come to if it closed now, as known at its verdict, beside the months before."""

import json
from datetime import datetime, timedelta

import pytest
from deliveries import AT, NEXT, Desk, contacts

from sources.regional.catalogue import dataset_contracts
from sources.regional.outlook import MONTHS, figures


def of_month(count: int, back_days: int, clients: int) -> list[dict]:
    """Contacts of a month that many days before August, of so many clients, with an assessment a week before the visit."""
    rows = []
    for row in contacts(count):
        moved = {k: v - timedelta(days=back_days) if isinstance(v, datetime) else v for k, v in row.items()}
        moved |= {"client_id": f"{int(row['contact_id'][-8:]) % clients:032x}"}
        moved["age_at_assessment_years"] = moved["contacted_at"].year - 1980
        rows.append(moved | {"contact_id": f"{row['contact_id']}-{back_days}"})
    return rows


def outlooks(desk: Desk) -> list[dict]:
    """In the order of receipts."""
    return [
        json.loads((desk.home.reports / "05" / f"{receipt}.outlook.json").read_text("utf-8"))
        for receipt in desk.events("receipt")
    ]


def figure(outlook: dict, name: str) -> dict:
    return next(f for f in outlook["figures"] if f["figure"] == name)


def test_the_month_is_told_beside_the_one_before_and_the_one_a_year_ago(desk):
    desk.send(of_month(20, 365, 10), name="year", period="2025-08")
    desk.send(of_month(40, 31, 20), name="july", period="2026-07")
    desk.night()
    desk.send(of_month(30, 0, 15), name="august")
    desk.night(NEXT)
    *_, august = outlooks(desk)
    rows = figure(august, "rows")
    assert (rows["now"], rows["last_month"], rows["last_year"]) == (30, 40, 20)
    assert (rows["change_from_last_month_percent"], rows["change_from_last_year_percent"]) == ("-25.0", "50.0")
    clients = figure(august, "clients")
    assert (clients["now"], clients["last_month"], clients["last_year"]) == (15, 20, 10)
    assert figure(august, "median_wait_days")["now"] == 1
    months = {m["period"]: m["figures"]["rows"] for m in august["months"]}
    assert len(months) == MONTHS and list(months)[0] == "2025-08" and list(months)[-1] == "2026-08"
    assert {period for period, value in months.items() if value is not None} == {"2025-08", "2026-07", "2026-08"}


def test_a_rejected_delivery_leaves_the_good_one_in_the_outlook_and_a_correction_takes_its_place(desk):
    desk.send(contacts(40))
    desk.night()
    desk.put({"bad.csv": (b"<html>", 1)}, name="bad", sequence=2)
    desk.night(NEXT)
    desk.send(contacts(45), name="again", sequence=3)
    desk.night(NEXT + timedelta(days=1))
    first, second, third = outlooks(desk)
    receipts = list(desk.events("receipt"))
    assert [o["status"] for o in (first, second, third)] == ["accepted", "rejected", "accepted"]
    assert [o["in_force_receipt_id"] for o in (first, second, third)] == [receipts[0], receipts[0], receipts[2]]
    assert [figure(o, "rows")["now"] for o in (first, second, third)] == [40, 40, 45]


def test_where_nothing_was_accepted_nothing_is_told_and_never_nought(desk):
    desk.put({"bad.csv": (b"<html>", 1)})
    desk.night()
    (outlook,) = outlooks(desk)
    assert outlook["in_force_receipt_id"] is None
    assert {f["now"] for f in outlook["figures"]} == {None}
    (receipt,) = desk.events("receipt")
    assert "What is missing is not nought." in (desk.home.reports / "05" / f"{receipt}.outlook.html").read_text("utf-8")


def test_only_accepted_rows_count(desk):
    rows = contacts(40)
    rows[3]["sex"] = "other"
    desk.send(rows)
    desk.night()
    assert figure(outlooks(desk)[0], "rows")["now"] == 39


def test_written_again_it_is_the_same_although_more_was_accepted_since(desk):
    desk.send(contacts(40))
    desk.night()
    (receipt,) = desk.events("receipt")
    paths = [desk.home.reports / "05" / f"{receipt}.outlook{suffix}" for suffix in (".json", ".html")]
    before = [path.read_bytes() for path in paths]
    desk.send(contacts(50), name="more", sequence=2)
    paths[1].unlink()
    desk.night(NEXT)
    assert [path.read_bytes() for path in paths] == before


def test_a_delivery_of_unknown_content_has_no_outlook(desk):
    desk.put_manifest(b"{}")
    desk.night(AT)
    assert list(desk.home.reports.rglob("*.outlook.*")) == []


@pytest.mark.parametrize("dataset", dataset_contracts())
def test_every_dataset_has_figures_in_three_languages(dataset):
    assert {"rows"} < set(figures()[dataset])
    for entry in figures()[dataset].values():
        assert set(entry["label"]) == {"fi", "sv", "en"}
