"""A county that nobody knew becomes a sender by a YAML file alone: its deliveries are received, judged and kept, and its reports are in its name."""

import shutil
from pathlib import Path

import pytest
import yaml
from deliveries import AT, ROWS, contacts, written

from sources.regional.catalogue import dataset_contracts
from sources.regional.county import load_counties
from sources.regional.intake import take_in

FILES = Path(__file__).parents[3] / "sources" / "regional" / "counties"
NAME = {"fi": "Esimerkkilän hyvinvointialue", "sv": "Exempels välfärdsområde", "en": "Example county"}


@pytest.fixture
def known(tmp_path):
    """The repository's senders and one more, as docs/add-a-county.md says: a file of the nearest sender under a new code, name and headings."""
    folder = shutil.copytree(FILES, tmp_path / "counties")
    document = yaml.safe_load((folder / "05.yml").read_text(encoding="utf-8"))
    document |= {"organiser_code": "77", "name": NAME}
    dialect = document["dialects"]["care_contacts"]
    dialect["columns"] = {f"Oma {heading}": column for heading, column in dialect["columns"].items()}
    (folder / "77.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return load_counties(folder, dataset_contracts())


def as_the_new_county(data: bytes) -> bytes:
    """A file of the sender that was copied, under the new sender's headings."""
    header, _, rows = data.decode("latin-1").partition("\n")
    return (";".join(f"Oma {heading}" for heading in header.split(";")) + "\n" + rows).encode("latin-1")


def night(desk, known):
    with desk.ledger() as ledger:
        return take_in(desk.home, ledger, desk.landing, counties=known, at=AT)


def test_a_delivery_of_a_new_county_is_accepted_and_its_faulty_row_quarantined(desk, known):
    rows = contacts(ROWS)
    rows[3]["sex"] = "other"
    desk.put({"first.csv": (as_the_new_county(written(rows)), ROWS)}, box="77")
    outcome = night(desk, known)
    assert outcome.names["77"] == NAME["fi"]
    verdict = desk.verdict()
    assert (verdict["status"], verdict["rows_accepted"], verdict["rows_quarantined"]) == ("accepted", ROWS - 1, 1)
    assert [path.name for path in (desk.home.parquet / "care_contacts").rglob("*77*")] != []
    (report,) = (desk.home.reports / "77").glob("*.jsonl")
    told = desk.report(report.stem, "77")
    assert told["organiser_name"] == NAME
    assert [(e["line"], e["column"]) for e in told["errors"]] == [(5, "sex")]


def test_what_differs_from_its_own_file_is_refused_although_it_is_right_for_the_sender_that_was_copied(desk, known):
    desk.put({"first.csv": (written(contacts(ROWS)), ROWS)}, box="77")
    night(desk, known)
    assert desk.verdict()["status"] == "rejected"


def test_without_its_file_nobody_is_a_sender(desk):
    desk.put({"first.csv": (as_the_new_county(written(contacts(ROWS))), ROWS)}, box="77")
    desk.night()
    assert desk.verdicts() == []
    assert desk.left() != []
