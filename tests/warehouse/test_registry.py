"""The registry says of each delivery and snapshot what the ledger knew at that moment."""

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sources.landing import erase
from sources.national.sotkanet.metadata import metadata_rows, read_metadata
from sources.national.sotkanet.observations import Asked, observation_rows
from sources.national.sotkanet.regions import known_regions, region_rows
from tests.warehouse.made import World, night
from warehouse.registry import RegistryError, current_contacts
from warehouse.sql import literal


def table(world: World, name: str, columns: str = "*", where: str = "true") -> list[tuple]:
    file = literal(world.home.build / "registry" / f"{name}.parquet")
    return duckdb.sql(f"SELECT {columns} FROM {file} WHERE {where} ORDER BY ALL").fetchall()


def statuses(world: World, at: datetime) -> dict[str, str]:
    world.stage(at)
    return dict(table(world, "delivery", "receipt_id, status"))


def slices(world: World) -> list[str]:
    folder = world.home.build / "slices" / "care_contacts"
    return sorted(path.name for path in folder.rglob("*.parquet"))


def local(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def test_a_slice_that_the_ledger_speaks_of_and_the_home_lost_stops_the_build(world: World) -> None:
    world.accept("r1", night(3))
    slice_path = next((world.home.parquet / "care_contacts").rglob("*.parquet"))
    slice_path.unlink()
    with pytest.raises(RegistryError, match=r"05-r1-0123456789ab\.parquet of r1 is missing"):
        world.stage(night(3))


def test_a_lost_quarantine_file_stops_the_build(world: World) -> None:
    world.accept("r1", night(3))
    (world.home.quarantine / "care_contacts" / "r1.parquet").unlink()
    with pytest.raises(RegistryError, match=r"r1\.parquet of r1 is missing"):
        world.stage(night(3))


def test_a_newer_accepted_sequence_supersedes_from_its_night_on(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.accept("r2", night(5), sequence=2)
    world.accept("other-month", night(3), period="2026-09", sequence=1)
    world.accept("other-sender", night(3), organiser="07", sequence=1)
    assert statuses(world, night(5)) == {
        "r1": "superseded",
        "r2": "accepted",
        "other-month": "accepted",
        "other-sender": "accepted",
    }
    assert table(world, "delivery", "receipt_id, known_from, known_to", "receipt_id IN ('r1', 'r2')") == [
        ("r1", local(night(3)), local(night(5))),
        ("r2", local(night(5)), None),
    ]
    assert len(slices(world)) == 5  # all four stay queryable, and the empty one


def test_a_rejected_resend_displaces_nothing(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.receive("r2", night(4), sequence=2)
    world.verdict("r2", night(4), "rejected", rule="HVA-FILE-0-001", reason="the file is empty")
    assert statuses(world, night(4)) == {"r1": "accepted", "r2": "rejected"}
    columns = "status, rows_accepted, rule, reason, known_to, sequence, contract_version, sample_share::VARCHAR, origin"
    assert table(world, "delivery", columns, "receipt_id = 'r2'") == [
        ("rejected", 0, "HVA-FILE-0-001", "the file is empty", None, 2, "1.0.0", "0.010000", "synthetic")
    ]


def test_an_older_sequence_accepted_late_never_holds(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.accept("r3", night(4), sequence=3)
    world.accept("r2", night(6), sequence=2)
    assert statuses(world, night(6)) == {"r1": "superseded", "r2": "superseded", "r3": "accepted"}
    assert table(world, "delivery", "receipt_id, known_from, known_to") == [
        ("r1", local(night(3)), local(night(4))),
        ("r2", local(night(6)), local(night(6))),
        ("r3", local(night(4)), None),
    ]


def test_what_was_known_on_a_past_date_can_be_laid_out_again(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    world.snapshot("s1", night(3))
    before = world.stage(night(4))
    world.accept("r2", night(5), sequence=2)
    world.snapshot("s2", night(5))
    assert statuses(world, night(4)) == {"r1": "accepted"}
    assert table(world, "snapshot", "snapshot_id, known_to") == [("s1", None)]
    assert world.stage(night(4)) == before
    assert world.stage(night(5)).fingerprint != before.fingerprint


def test_what_is_incomplete_waits_until_a_receipt_names_it(world: World) -> None:
    for subject in ("05/r1.csv", "05/r2.manifest.json", "07/r1.csv", "05/ä/b.csv"):
        world.ledger.append("sighting", subject, {}, night(3))
    assert set(statuses(world, night(3)).values()) == {"waiting"}
    assert table(world, "delivery", "organiser_code, reason, known_from", "reason LIKE '%ä%'") == [
        ("05", "seen incomplete in the inbox: ä/b.csv", local(night(3)))
    ]
    world.accept("r1", night(4))
    world.receive("r2", night(4), sequence=2)
    world.stage(night(4))
    assert table(world, "delivery", "organiser_code, status, reason", "status = 'waiting'") == [
        ("05", "waiting", "received, not judged yet"),
        ("05", "waiting", "seen incomplete in the inbox: ä/b.csv"),
        ("07", "waiting", "seen incomplete in the inbox: r1.csv"),
    ]


def test_an_erased_delivery_is_absent_and_says_why(world: World) -> None:
    world.accept("r1", night(3), sequence=1)
    sha256 = world.accept("r2", night(4), sequence=2)
    before = world.stage(night(4))
    erase(world.home, world.ledger, sha256, "sent by mistake", "A. Keeper", night(5))
    after = world.stage(night(5))
    assert after.fingerprint != before.fingerprint
    assert table(world, "delivery", "receipt_id, status, reason, known_from = known_to, erased_at") == [
        ("r1", "superseded", None, False, None),
        ("r2", "superseded", "erased, its rows are absent: sent by mistake", True, local(night(5))),
    ]
    assert [name for name in slices(world) if "-r2-" in name] == []
    assert {row[0] for row in table(world, "quarantine", "receipt_id")} == {"r1"}
    # Also a rebuild of the days before finds no rows: the bytes are gone on every date.
    assert statuses(world, night(4)) == {"r1": "superseded", "r2": "superseded"}


def test_a_snapshot_holds_until_the_next_of_its_object(world: World) -> None:
    world.snapshot("s1", night(3))
    world.snapshot("s2", night(5))
    world.snapshot("m1", night(3), "statfin_classification", "municipality_map/2026")
    world.stage(night(5))
    assert table(world, "snapshot", "snapshot_id, source_code, known_from, known_to, bytes, origin") == [
        ("m1", "statfin_classification", local(night(3)), None, 10, "published"),
        ("s1", "statfin_population", local(night(3)), local(night(5)), 10, "published"),
        ("s2", "statfin_population", local(night(5)), None, 10, "published"),
    ]
    national = world.home.build / "national"
    assert sorted(path.name for path in (national / "population").iterdir()) == [
        "_empty.parquet",
        "s1.parquet",
        "s2.parquet",
    ]


def test_quarantine_is_one_table_with_the_time_it_was_known(world: World) -> None:
    world.accept("r1", night(3), rows=6)
    world.accept("r2", night(4), sequence=2, rows=3)
    staged = world.stage(night(4))
    assert table(world, "quarantine", "receipt_id, line_number, value_as_sent, known_from") == [
        ("r1", 4, "10.6", local(night(3))),
        ("r1", 7, "10.6", local(night(3))),
        ("r2", 4, "10.6", local(night(4))),
    ]
    known = {"delivery": 2, "quarantine": 3, "snapshot": 0, "check_result": 0}
    assert {name: staged.counts[name] for name in known} == known


def test_an_empty_home_gives_empty_tables_and_patterns_that_find_a_file(world: World) -> None:
    counts = world.stage(night(3)).counts
    assert {name for name, count in counts.items() if count} == {"source", "build_moment"}, (
        "sources and senders, and which night it is, are told from the start"
    )
    build = world.home.build
    for pattern in (
        "slices/care_contacts/**/*.parquet",
        "national/population/*.parquet",
        "national/municipality_map/*.parquet",
        "national/sotkanet_observation/*.parquet",
        "national/sotkanet_indicator/*.parquet",
        "national/sotkanet_region/*.parquet",
        "national/sampo_observation/*.parquet",
        "national/code_list_item/*.parquet",
        "national/care_organisation/*.parquet",
        "national/population_projection/*.parquet",
        "national/key_figure/*.parquet",
        "national/treasury_catalogue/*.parquet",
        "national/treasury_cell/*.parquet",
        "national/treasury_taxonomy/*.parquet",
        "national/kela_benefit/*.parquet",
        "national/kela_county/*.parquet",
        "national/innokyla_page/*.parquet",
    ):
        assert duckdb.sql(f"SELECT count(*) FROM read_parquet({literal(build / pattern)})").fetchall() == [(0,)]


def test_the_empty_slice_has_the_columns_of_a_written_one(world: World) -> None:
    world.accept("r1", night(3))
    world.stage(night(3))
    folder = world.home.build / "slices" / "care_contacts"
    schemas = [
        duckdb.sql(f"DESCRIBE FROM read_parquet({literal(path)})").fetchall()
        for path in (folder / "_empty.parquet", next(folder.glob("2026-08/*.parquet")))
    ]
    # A slice made of several deliveries has one column more; where it is absent, every row is the slice's own.
    assert schemas[0] == [*schemas[1], ("row_receipt_id", "VARCHAR", "YES", None, None, None)]


def test_the_empty_tables_of_sotkanet_have_the_columns_that_its_collector_writes(world: World, tmp_path: Path) -> None:
    described = {"id": 4, "data-updated": "2026-02-17", "range": {"start": 2024, "end": 2024}, "title": {"fi": "Nimi"}}
    listed = region_rows([{"id": 658, "code": "358", "category": "MAA", "title": {"fi": "Koko maa"}}], simulated=True)
    sent = [{"indicator": 4, "region": 658, "year": 2024, "gender": "total", "value": 3.4}]
    frames = {
        "sotkanet_indicator": metadata_rows(read_metadata(described, 4, simulated=True)),
        "sotkanet_region": listed,
        "sotkanet_observation": observation_rows(
            sent, Asked(4, (2024,), ("total",)), known_regions(listed), simulated=True
        ),
    }
    world.stage(night(3))
    for name, frame in frames.items():
        written = tmp_path / f"{name}.parquet"
        frame.insert_column(0, pl.lit("s1").alias("snapshot_id")).write_parquet(written)
        schemas = [
            duckdb.sql(f"DESCRIBE FROM read_parquet({literal(path)})").fetchall()
            for path in (world.home.build / "national" / name / "_empty.parquet", written)
        ]
        assert schemas[0] == schemas[1], name


def test_the_build_is_emptied_first_and_slices_are_links(world: World) -> None:
    world.accept("r1", night(3))
    (world.home.build / "work.duckdb").write_text("left by an earlier night")
    (world.home.build / "old").mkdir()
    world.stage(night(3))
    assert sorted(path.name for path in world.home.build.iterdir()) == ["national", "registry", "slices"]
    linked = next((world.home.build / "slices").rglob("05-r1-*.parquet"))
    stored = next(world.home.parquet.rglob("05-r1-*.parquet"))
    assert linked.samefile(stored)


def test_current_contacts_are_the_accepted_rows_of_current_deliveries(world: World) -> None:
    world.accept("r1", night(3), sequence=1, rows=9)
    world.accept("r2", night(4), sequence=2, rows=6)
    world.accept("r3", night(4), organiser="07", rows=3)
    world.stage(night(4))
    with duckdb.connect() as con:
        relation = current_contacts(con, world.home.build)
        counts = con.execute(f"SELECT receipt_id, count(*) FROM {relation} GROUP BY ALL ORDER BY ALL").fetchall()
    assert counts == [("r2", 4), ("r3", 2)]


def test_equal_facts_give_equal_fingerprints_whenever_they_are_laid_out(world: World) -> None:
    world.accept("r1", night(3))
    first = world.stage(night(4))
    world.ledger.append("night", "2026-11-05", {}, night(5))
    assert world.stage(night(5)) == first


def test_files_are_told_with_their_receipt_under_every_judgement_of_it(world: World) -> None:
    sha256 = world.accept("r1", night(3), facts={"judged_by": "b1"})
    again = {
        "status": "accepted",
        "receipt_id": "r1",
        "judged_by": "b2",
        "rows_accepted": 4,
        "slice": None,
        "quarantine": None,
    }
    world.ledger.append("replay", "r1-2", again, night(5))
    world.accept("test", night(3), organiser="TEST")
    told = "receipt_id, file_name, sha256, received_at, judged_by"
    world.stage(night(4))
    assert table(world, "delivery_file", told) == [("r1", "r1.csv", sha256, local(night(3)), "b1")]
    world.stage(night(5))
    assert table(world, "delivery_file", told) == [
        ("r1", "r1.csv", sha256, local(night(3)), "b1"),
        ("r1-2", "r1.csv", sha256, local(night(3)), "b2"),
    ]


def test_the_code_map_of_each_basis_is_told_from_its_night_on(world: World) -> None:
    basis = {"organiser_code": "05", "dataset": "care_contacts", "contract_version": "1.0.0"}
    world.ledger.append(
        "basis", "b1", basis | {"codes": {"sex": {"M": "male", "N'ä": "female"}, "urgency": {}}}, night(3)
    )
    world.ledger.append("basis", "b2", basis | {"codes": {"sex": {"M": "male"}}}, night(5))
    world.ledger.append("basis", "t", basis | {"organiser_code": "TEST", "codes": {"sex": {"M": "male"}}}, night(3))
    world.stage(night(3))
    assert table(world, "code_mapping", "judged_by, column_name, sent_code, code") == [
        ("b1", "sex", "M", "male"),
        ("b1", "sex", "N'ä", "female"),
    ]


def test_a_build_stands_between_its_own_night_and_the_newest_release_of_an_earlier_one(world: World) -> None:
    world.stage(night(3))
    assert table(world, "build_moment") == [(local(night(3)), None)]
    for day in (2, 3):
        world.ledger.append("release", f"release of {day}", {}, night(day))
    # The release that this very night has made already is not one before it: a night run again builds the same.
    world.stage(night(3))
    assert table(world, "build_moment") == [(local(night(3)), local(night(2)))]


def test_a_release_in_between_makes_no_news(world: World) -> None:
    before = world.stage(night(3)).fingerprint
    world.ledger.append("release", "release", {}, night(2))
    assert world.stage(night(4)).fingerprint == before


def told_of(world: World, at: datetime, count: int, **facts: object) -> None:
    """What the ledger keeps of a correction of two rows, as sources/national/corrections.py tells it."""
    told = {
        "reason": {"fi": "f", "sv": "s", "en": "e"},
        "source": "a letter",
        "told": {"who": "THL", "on": "2026-10-30"},
    }
    body = {"correction_id": "COR-SOT-001", "is_in_force": True, "dataset": "sotkanet_observation", "column": "value"}
    body |= {"rows": ["a", "b"], "expected": "1", "new": None, "decided_by": "x", "expires_on": "2026-11-09"} | told
    body |= {"ends_at": "2026-11-09 22:00:00"}
    world.ledger.append("correction", f"COR-SOT-001/{count}", body | facts, at)


CORRECTION = "row_key, expected_value, new_value, told_on, known_from, known_to, is_withdrawn"


def test_a_correction_holds_from_its_night_until_it_expires(world: World) -> None:
    told_of(world, night(3), 1)
    before = world.stage(night(4)).fingerprint
    (first, second) = table(world, "correction", CORRECTION)
    assert first == ("a", 1, None, datetime(2026, 10, 30).date(), local(night(3)), None, False)
    assert second[0] == "b"
    after = world.stage(night(10)).fingerprint
    assert [row[5] for row in table(world, "correction", CORRECTION)] == [datetime(2026, 11, 9, 22)] * 2
    assert after != before, "that it has expired is news: a release follows"


def test_a_correction_that_is_changed_or_taken_out_ends_and_what_was_known_stays(world: World) -> None:
    told_of(world, night(3), 1)
    told_of(world, night(5), 2, new="2")
    told_of(world, night(7), 3, is_in_force=False)
    world.stage(night(8))
    known = table(world, "correction", "new_value, known_from, known_to, is_withdrawn", "row_key = 'a'")
    assert known == [
        (2, local(night(5)), local(night(7)), True),
        (None, local(night(3)), local(night(5)), True),
    ]
    world.stage(night(4))
    assert table(world, "correction", "new_value, known_to", "row_key = 'a'") == [(None, None)], "as it was known then"
