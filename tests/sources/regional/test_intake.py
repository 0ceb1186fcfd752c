"""A whole regional night: every delivery gets the verdict it deserves, and the order of deliveries holds."""

import hashlib

import duckdb
import pytest
from deliveries import AT, NEXT, ROWS, Desk, contacts, manifest, send_three, written

from sources.regional.catalogue import dataset_contracts
from sources.regional.file_rules import file_rule


def rejected_for(desk: Desk, code: str) -> dict:
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rule"]) == ("rejected", file_rule(code).id)
    assert verdict["slice"] is None
    assert desk.slices() == {}
    assert verdict["rows_accepted"] == 0
    return verdict


def test_a_good_delivery_becomes_a_slice_named_by_its_hash(desk, second_opinion):
    desk.send(contacts(ROWS))
    outcome = desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rule"], verdict["quarantine"]) == ("accepted", None, None)
    assert (verdict["rows_received"], verdict["rows_accepted"], verdict["rows_quarantined"]) == (ROWS, ROWS, 0)
    (receipt_id,) = desk.events("receipt")
    path = desk.home.parquet / verdict["slice"]["path"]
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert verdict["slice"] == {
        "path": f"care_contacts/2026-08/05-{receipt_id}-{sha256[:12]}.parquet",
        "sha256": sha256,
        "rows": ROWS,
    }
    assert path.stat().st_mode & 0o777 == 0o600
    row = duckdb.sql(
        f"select organiser_code, period, receipt_id, sequence, sample_share::varchar, file_name, min(line_number), count(*)"
        f" from '{path}' where rule_mask = 0 group by all"
    ).fetchall()[0]
    assert row == ("05", "2026-08", receipt_id, 1, "0.010000", "delivery.csv", 2, ROWS)
    assert outcome.statuses["accepted"] == 1
    assert outcome.rows_accepted == ROWS
    assert outcome.validation.status == "PASS"
    assert desk.left() == []


def test_a_contact_of_a_merged_municipality_is_quarantined_and_the_report_names_successor_and_day(desk):
    rows = contacts(ROWS)
    rows[7]["home_municipality_code"] = "588"
    desk.send(rows)
    desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", ROWS - 1, 1)
    (receipt_id,) = desk.events("receipt")
    found = duckdb.sql(
        f"select line_number, column_name, rule_id, value_as_sent from '{desk.home.quarantine / verdict['quarantine']['path']}'"
    ).fetchall()
    assert found == [(9, "home_municipality_code", "HVA-CC-1-042", "588")]
    report = desk.report(receipt_id)
    assert report["mend"][0]["fix"]["en"] == "Use the code that took its place. 588 → 507 (2025-01-01)"


def test_a_faulty_row_goes_to_quarantine_with_its_line_and_is_reported(desk):
    rows = contacts(ROWS)
    rows[7]["birth_year"] = "10.6"
    desk.send(rows)
    outcome = desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", ROWS - 1, 1)
    path = desk.home.quarantine / verdict["quarantine"]["path"]
    assert path.stat().st_mode & 0o777 == 0o600
    found = duckdb.sql(
        f"select receipt_id, organiser_code, dataset, period, sequence, file_name, line_number, column_name, rule_id, value_as_sent from '{path}'"
    ).fetchall()
    (receipt_id,) = desk.events("receipt")
    broken = [(c["rule"], c["failed"], c["applicable"]) for c in verdict["rule_counts"] if c["failed"]]
    assert found == [
        (receipt_id, "05", "care_contacts", "2026-08", 1, "delivery.csv", 9, "birth_year", broken[0][0], "10.6")
    ]
    assert broken[0][1:] == (1, ROWS)
    assert outcome.rule_counts[broken[0][0]] == (1, ROWS)
    report = desk.report(receipt_id)
    (error,) = report["errors"]
    told = [error[key] for key in ("file", "line", "record", "column", "value")]
    assert told == ["delivery.csv", 9, 8, "birth_year", "10.6"]


def test_running_the_night_again_changes_nothing(desk):
    desk.send(contacts(ROWS))
    first = desk.night()
    before = desk.tree()
    second = desk.night()
    assert desk.tree() == before
    assert second.as_dict() == first.as_dict()


# What is wrong with the delivery as a whole


def test_a_wrong_hash_is_rejected_with_both_hashes(desk):
    data = written(contacts(ROWS))
    document = manifest({"a.csv": (data, ROWS)})
    document["files"][0]["sha256"] = "0" * 64
    (desk.folder() / "a.csv").write_bytes(data)
    desk.put_manifest(document)
    desk.night()
    verdict = rejected_for(desk, "HASH")
    assert verdict["values"] == {"declared": "0" * 64, "found": hashlib.sha256(data).hexdigest(), "file": "a.csv"}
    assert verdict["rows_received"] is None


def test_a_wrong_size_is_rejected_with_both_sizes(desk):
    data = written(contacts(ROWS))
    document = manifest({"a.csv": (data, ROWS)})
    (desk.folder() / "a.csv").write_bytes(data[:-100])
    desk.put_manifest(document)
    desk.night()
    assert rejected_for(desk, "SIZE")["values"] == {"declared": len(data), "found": len(data) - 100, "file": "a.csv"}


def test_a_wrong_row_count_is_rejected_with_both_counts(desk):
    desk.put({"a.csv": (written(contacts(ROWS)), ROWS + 1)})
    desk.night()
    assert rejected_for(desk, "ROWS")["values"] == {"declared": ROWS + 1, "found": ROWS, "file": "a.csv"}


@pytest.mark.parametrize(
    ("changes", "code", "declared", "found"),
    [
        ({"organiser_code": "06"}, "ORGANISER", "06", "05"),
        ({"organiser_code": "TEST"}, "TEST_ORGANISER", "TEST", "05"),
        ({"dataset": "ward_days"}, "DATASET", "ward_days", ", ".join(dataset_contracts())),
        ({"contract_version": "0.9.0"}, "CONTRACT_VERSION", "0.9.0", "1.0.0"),
        ({"period": "2026-10"}, "PERIOD", "2026-10", "2026-09"),
        ({"created_at": "2026-09-14T00:00:00+03:00"}, "MANIFEST_TIME", "2026-09-14T00:00:00+03:00", AT.isoformat()),
    ],
)
def test_a_manifest_that_does_not_fit_is_rejected_under_its_own_rule(desk, changes, code, declared, found):
    desk.send(contacts(ROWS), **changes)
    desk.night()
    values = rejected_for(desk, code)["values"]
    assert (values["declared"], values["found"]) == (declared, found)


def test_data_without_a_manifest_and_a_manifest_without_data_wait(desk):
    (desk.folder("06") / "lone.csv").write_bytes(b"a;b\n")
    desk.put_manifest(manifest({"absent.csv": (b"x", 1)}))
    outcome = desk.night()
    assert desk.verdicts() == []
    assert outcome.statuses == {"waiting": 2}
    assert {w.label for w in outcome.waiting} == {"lone.csv", "delivery.manifest.json"}
    assert len(desk.left()) == 2


def test_an_empty_month_is_accepted_only_with_a_reason(desk, second_opinion):
    header = written([])
    desk.put({"a.csv": (header, 0)}, name="a")
    desk.night()
    rejected_for(desk, "HEADER_ONLY")
    desk.put({"b.csv": (header, 0)}, name="b", empty_reason="the unit was closed for renovation")
    desk.night(NEXT)
    assert [(v["status"], v["rows_accepted"]) for v in desk.verdicts()] == [("rejected", 0), ("accepted", 0)]


# The order of deliveries


def test_the_same_bytes_again_are_a_duplicate_that_quotes_the_first_receipt(desk):
    desk.send(contacts(ROWS))
    desk.night()
    (first,) = desk.events("receipt")
    desk.send(contacts(ROWS))
    desk.send(contacts(ROWS), name="other name")
    desk.night(NEXT)
    assert desk.statuses() == ["accepted", "duplicate", "duplicate"]
    assert [v["first_receipt_id"] for v in desk.verdicts()] == [None, first, first]
    assert len(desk.slices()) == 1


def test_a_duplicate_within_one_night_is_found_too(desk):
    desk.send(contacts(ROWS), name="a")
    desk.send(contacts(ROWS), name="b")
    desk.night()
    assert desk.statuses() == ["accepted", "duplicate"]
    assert len(desk.slices()) == 1
    assert desk.leftovers() == []


@pytest.mark.parametrize("sequence", [1, 2])
def test_a_used_or_lower_sequence_with_other_bytes_is_rejected(desk, sequence):
    desk.send(contacts(ROWS), sequence=2)
    desk.night()
    desk.send(contacts(ROWS + 1), sequence=sequence)
    desk.night(NEXT)
    assert desk.statuses() == ["accepted", "rejected"]
    assert desk.verdicts()[1]["rule"] == file_rule("SEQ").id
    assert desk.verdicts()[1]["values"] == {"declared": sequence, "found": 2}
    assert len(desk.slices()) == 1


def test_a_newer_sequence_is_accepted_and_both_slices_stay(desk):
    desk.send(contacts(ROWS), sequence=1)
    desk.send(contacts(ROWS - 1), name="correction", sequence=2)
    desk.night()
    assert desk.statuses() == ["accepted", "accepted"]
    assert len(desk.slices()) == 2


def test_a_sender_may_go_back_to_an_earlier_content_in_one_night_or_two(desk, tmp_path):
    other = Desk(tmp_path / "other")
    for box, times in ((desk, (AT, AT, AT)), (other, (AT, NEXT, NEXT.replace(day=20)))):
        for sequence, rows in ((1, ROWS), (2, ROWS + 1), (3, ROWS)):
            box.send(contacts(rows), name=f"d{sequence}", sequence=sequence)
            if times[0] != times[1]:
                box.night(times[sequence - 1])
        if times[0] == times[1]:
            box.night()
        assert box.statuses() == ["accepted", "accepted", "accepted"]
    assert desk.slices() == other.slices()


def test_a_rejected_resend_displaces_nothing_and_uses_up_no_number(desk):
    desk.send(contacts(ROWS))
    desk.night()
    before = desk.slices()
    desk.put({"bad.csv": (b"<html></html>", 1)}, name="bad", sequence=2)
    desk.night(NEXT)
    assert desk.statuses() == ["accepted", "rejected"]
    assert desk.slices() == before
    desk.send(contacts(ROWS + 2), name="good", sequence=2)
    desk.night(NEXT.replace(day=20))
    assert desk.statuses() == ["accepted", "rejected", "accepted"]


def test_what_was_rejected_is_judged_anew_when_it_comes_again(desk):
    desk.send(contacts(ROWS), contract_version="2.0.0")
    desk.send(contacts(ROWS), name="again")
    desk.night()
    assert sorted(desk.statuses()) == ["accepted", "rejected"]


# Several files


def test_the_files_of_a_delivery_are_accepted_together_and_their_rows_add_up(desk):
    files = {f"part-{n}.csv": (written(contacts(ROWS, start=1 + n * ROWS)), ROWS) for n in (2, 0, 1)}
    desk.put(files)
    desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rows_received"], verdict["rows_accepted"]) == ("accepted", 3 * ROWS, 3 * ROWS)
    path = desk.home.parquet / verdict["slice"]["path"]
    found = duckdb.sql(
        f"select file_name, count(*), min(line_number), max(line_number) from '{path}' group by all order by 1"
    )
    assert found.fetchall() == [(f"part-{n}.csv", ROWS, 2, ROWS + 1) for n in range(3)]


def test_one_bad_file_rejects_the_whole_delivery(desk):
    desk.put({"good.csv": (written(contacts(ROWS)), ROWS), "empty.csv": (b"", 0)})
    desk.night()
    verdict = rejected_for(desk, "EMPTY")
    assert "empty.csv" in verdict["reason"]


def test_a_key_repeated_in_another_file_of_the_delivery_is_quarantined(desk):
    one, two = contacts(ROWS), contacts(ROWS, start=ROWS)
    desk.put({"one.csv": (written(one), ROWS), "two.csv": (written(two), ROWS)})
    desk.night()
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", 2 * ROWS - 1, 1)
    path = desk.home.quarantine / verdict["quarantine"]["path"]
    found = duckdb.sql(f"select file_name, line_number, column_name, value_as_sent from '{path}'").fetchall()
    assert found == [("two.csv", 2, "contact_id", f"C-2026-{ROWS:08d}")]


def test_the_summary_counts_each_sender(desk):
    send_three(desk)
    outcome = desk.night()
    lines = {line["organiser_code"]: line for line in outcome.by_sender()}
    assert len(lines) == 23
    assert (lines["05"]["received"], lines["05"]["accepted"], lines["05"]["rows_quarantined"]) == (2, 2, 1)
    assert (lines["06"]["received"], lines["06"]["rejected"]) == (1, 1)
    assert lines["90"]["received"] == 0
