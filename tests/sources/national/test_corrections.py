"""A file of corrections is taken whole or refused with the place and the mend; the ledger tells from which night on each correction holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sources.ledger import Ledger
from sources.national.corrections import EVENT, ROOMS, CorrectionError, read_corrections, record_corrections

ROW = {"indicator_id": 127, "region_id": 978, "year": 2024, "sex": "total"}
ENTRY = {
    "id": "COR-SOT-001",
    "rows": [ROW],
    "expected": "39.5",
    "new": "41.5",
    "reason": {
        "fi": "Luku on edellisen vuoden.",
        "sv": "Siffran gäller föregående år.",
        "en": "The figure is of the year before.",
    },
    "source": "a letter of the publisher",
    "told": {"who": "THL, Sotkanet", "on": "2026-10-30"},
    "decided_by": "analytics",
    "expires": "2027-06-30",
}
NIGHT_1, NIGHT_2 = (datetime(2026, 11, day, tzinfo=UTC) for day in (2, 3))


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """The contract of a dataset that can be corrected, in a room of its own."""
    room = tmp_path / "rooms" / "sotkanet"
    room.mkdir(parents=True)
    (room / "sotkanet_observation.yml").symlink_to(ROOMS / "sotkanet" / "sotkanet_observation.yml")
    return room.parent


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


def written(rooms: Path, *entries: dict, name: str = "sotkanet_observation") -> Path:
    (rooms / "sotkanet" / f"{name}.corrections.yml").write_text(yaml.safe_dump({"corrections": list(entries)}), "utf-8")
    return rooms


def test_the_files_of_the_house_can_be_read():
    read_corrections()


def test_a_row_is_told_by_the_key_of_the_contract_in_its_order(rooms):
    (correction,) = read_corrections(written(rooms, ENTRY | {"rows": [dict(reversed(ROW.items()))]}))
    assert correction.body["rows"] == ["indicator_id=127; region_id=978; year=2024; sex=total"]
    assert (correction.body["dataset"], correction.body["column"]) == ("sotkanet_observation", "value")
    assert correction.body["ends_at"] == "2027-06-30 21:00:00", "the last day ends at midnight in Finland"


def test_an_absent_figure_is_null_on_either_side(rooms):
    (correction,) = read_corrections(written(rooms, ENTRY | {"expected": "0", "new": None}))
    assert (correction.body["expected"], correction.body["new"]) == ("0", None)


@pytest.mark.parametrize(
    ("entry", "code", "place"),
    [
        (ENTRY | {"expires": None}, "HVA-COR-0-002", "corrections.0.expires"),
        (ENTRY | {"expires": "2027-02-30"}, "HVA-COR-0-002", "COR-SOT-001"),
        ({k: v for k, v in ENTRY.items() if k != "told"}, "HVA-COR-0-002", "told"),
        (ENTRY | {"reason": {"en": "wrong"}}, "HVA-COR-0-002", "corrections.0.reason"),
        (ENTRY | {"new": "about 40"}, "HVA-COR-0-002", "corrections.0.new"),
        (ENTRY | {"rows": [{"year": 2024}]}, "HVA-COR-0-003", "indicator_id, region_id, year, sex"),
        (ENTRY | {"new": "39.50"}, "HVA-COR-0-003", "changes nothing"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(rooms, entry, code, place):
    with pytest.raises(CorrectionError, match=code) as refused:
        read_corrections(written(rooms, entry))
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_no_yaml_and_a_dataset_that_no_model_corrects_are_refused(rooms):
    with pytest.raises(CorrectionError, match=r"HVA-COR-0-001.*these can: sampo_observation, sotkanet_observation"):
        read_corrections(written(rooms, ENTRY, name="sotkanet_indicator"))
    (rooms / "sotkanet" / "sotkanet_indicator.corrections.yml").unlink()
    (rooms / "sotkanet" / "sotkanet_observation.corrections.yml").write_text("corrections: [", "utf-8")
    with pytest.raises(CorrectionError, match="HVA-COR-0-002.*not readable as YAML"):
        read_corrections(rooms)


def test_two_corrections_of_one_row_or_with_one_id_are_refused(rooms):
    with pytest.raises(CorrectionError, match="HVA-COR-0-004.*COR-SOT-001 is used twice"):
        read_corrections(written(rooms, ENTRY, ENTRY | {"rows": [ROW | {"year": 2023}]}))
    with pytest.raises(CorrectionError, match="HVA-COR-0-004.*of one row"):
        read_corrections(written(rooms, ENTRY, ENTRY | {"id": "COR-SOT-002"}))


def test_the_ledger_hears_of_each_correction_once_and_of_its_end(rooms, ledger):
    corrections = read_corrections(written(rooms, ENTRY))
    assert record_corrections(ledger, corrections, NIGHT_1) == 1
    assert record_corrections(ledger, corrections, NIGHT_2) == 0
    changed = read_corrections(written(rooms, ENTRY | {"new": "42.5"}))
    assert record_corrections(ledger, changed, NIGHT_2) == 1
    assert record_corrections(ledger, [], NIGHT_2) == 1
    assert record_corrections(ledger, [], NIGHT_2) == 0
    assert record_corrections(ledger, changed, NIGHT_2) == 1, "one that comes back holds again"
    told = [(e.subject, e.at, e.body["is_in_force"]) for e in ledger.events(EVENT)]
    assert told == [
        ("COR-SOT-001/1", NIGHT_1, True),
        ("COR-SOT-001/2", NIGHT_2, True),
        ("COR-SOT-001/3", NIGHT_2, False),
        ("COR-SOT-001/4", NIGHT_2, True),
    ]


def test_a_crash_between_two_corrections_is_made_good_by_the_next_run(rooms, ledger, monkeypatch):
    corrections = read_corrections(written(rooms, ENTRY, ENTRY | {"id": "COR-SOT-002", "rows": [ROW | {"year": 2023}]}))
    append = Ledger.append

    def crashing(self, kind, subject, body, at):
        if subject.startswith("COR-SOT-002"):
            raise KeyboardInterrupt
        return append(self, kind, subject, body, at)

    monkeypatch.setattr(Ledger, "append", crashing)
    with pytest.raises(KeyboardInterrupt):
        record_corrections(ledger, corrections, NIGHT_1)
    monkeypatch.setattr(Ledger, "append", append)
    assert record_corrections(ledger, corrections, NIGHT_1) == 1
    assert [e.subject for e in ledger.events(EVENT)] == ["COR-SOT-001/1", "COR-SOT-002/1"]
