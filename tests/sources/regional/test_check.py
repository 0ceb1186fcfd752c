"""What a sender's own desk says of a delivery is what the receiver says of it, byte for byte; and it says so without a home, a ledger or a network."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sources.ledger import Ledger
from sources.regional import catalogue, judging, rules
from sources.regional import check as check_module
from sources.regional import report as report_module
from sources.regional.check import CheckError, check
from sources.regional.judge import AcceptedCheck
from sources.regional.own_manifest import OwnManifestError, dataset_of, last_month, own_manifest
from sources.regional.report import SUFFIXES
from sources.simulator.calendar import HELSINKI, business_time
from tests.batch import Batch, parcel
from tests.house.files import FRAMEWORKS, REPOSITORY
from tests.spoiled import FAULTS, Spoiled, spoil

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
NIGHT = business_time(1)
SCHEMA = Draft202012Validator(
    json.loads(Path(report_module.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
)
SENDERS = tuple(catalogue.counties())
FEW = {
    "care_contacts: numbers_that_are_none",
    "care_contacts: codes_that_were_not_agreed",
    "care_contacts: wrong_hash",
    "care_contacts: renamed_column",
    "care_contacts: empty",
    "care_contacts: ragged_row",
    "care_contacts: two_rows_of_one_key",
    "care_contacts: no_last_line_end",
    "care_contacts: old_contract",
    "costs: wrong_row_count",
    "costs: blank_lines",
}


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Rules compiled once, and no second opinion on what was accepted."""
    compiled = {name: rules.compile_rules(contract) for name, contract in catalogue.dataset_contracts().items()}
    with pytest.MonkeyPatch.context() as patched:
        for module in (rules, check_module):
            patched.setattr(module, "compile_rules", lambda contract: compiled[contract.name])
        patched.setattr(judging, "validate", lambda *_: AcceptedCheck(0, {}))
        yield


def rounds(names):
    """The faults in rounds, so that no sender delivers a dataset twice in one: [(sender, fault), …]."""
    found: list[dict[tuple[str, str], str]] = []
    for name in names:
        fault = FAULTS[name]
        for taken in [*found, {}]:
            free = [s for s in ([fault.sender] if fault.sender else SENDERS) if (s, fault.dataset) not in taken]
            if free:
                taken[free[0], fault.dataset] = name
                if taken not in found:
                    found.append(taken)
                break
    return found


def sent_files(spoiled: Spoiled, folder: Path) -> tuple[list[Path], Path]:
    """The delivery as files in a folder of its own, as its sender has them."""
    folder.mkdir(parents=True)
    files = []
    for file in spoiled.parcel.files:
        files.append(folder / file.name)
        if spoiled.is_link:
            content = folder.parent / f"{folder.name}-{file.name}"
            content.write_bytes(file.data)
            files[-1].symlink_to(content)
        else:
            files[-1].write_bytes(file.data)
    manifest = folder / spoiled.parcel.manifest_name
    manifest.write_bytes(spoiled.manifest or spoiled.parcel.manifest_bytes())
    return files, manifest


def compare(tmp_path: Path, names) -> int:
    """Deliver these faults to a desk and check them apart; every form of every report must be equal. Returns how many were compared."""
    compared = 0
    for number, taken in enumerate(rounds(sorted(names))):
        batch = Batch(tmp_path / f"home-{number}")
        sent = {key: spoil(parcel(key[0], 1, MADE, key[1]), name) for key, name in taken.items()}
        for spoiled in sent.values():
            batch.put(spoiled)
        batch.night(NIGHT)
        by_manifest = {spoiled.parcel.manifest_name: (key, spoiled) for key, spoiled in sent.items()}
        by_fault = {spoiled.parcel.manifest_name: taken[key] for key, spoiled in sent.items()}
        with Ledger(batch.home.ledger) as ledger:
            receipts = ledger.events("receipt")
        for receipt in receipts:
            (sender, _), spoiled = by_manifest[receipt.body["manifest_name"]]
            files, manifest = sent_files(spoiled, tmp_path / f"own-{number}" / receipt.subject)
            out = tmp_path / "checked"
            contracts, counties = catalogue.dataset_contracts(), catalogue.counties()
            check(files, manifest, sender, out, contracts, counties, at=NIGHT, receipt_id=receipt.subject)
            lines = (out / f"{receipt.subject}.jsonl").read_text(encoding="utf-8").splitlines()
            for line in (*lines[:1], *lines[-3:]):
                SCHEMA.validate(json.loads(line))
            for suffix in SUFFIXES:
                theirs = (batch.home.reports / sender / f"{receipt.subject}{suffix}").read_bytes()
                assert (out / f"{receipt.subject}{suffix}").read_bytes() == theirs, (
                    by_fault[receipt.body["manifest_name"]],
                    suffix,
                )
            compared += 1
        shutil.rmtree(batch.home.root)
    return compared


def test_the_report_is_the_receivers_byte_for_byte(tmp_path):
    assert compare(tmp_path, FEW) == len(FEW)


@pytest.mark.slow
def test_the_report_is_the_receivers_for_every_fault_that_a_delivery_can_have(tmp_path):
    # What is no file at all waits in an inbox, or is told at once at the own desk. What month there is to change or to name only the receiver knows.
    names = [name for name, fault in FAULTS.items() if not fault.name.startswith(("delta_", "supersedes_"))]
    assert compare(tmp_path, names) == len(names) > 100


@pytest.fixture
def good(tmp_path):
    """A good delivery's files and manifest, and the sender's county."""
    files, manifest = sent_files(Spoiled(parcel("05", 1, MADE)), tmp_path / "own")
    return files, manifest, catalogue.counties()["05"]


def checked(files, manifest, code, out, at=NIGHT):
    return check(files, manifest, code, out, catalogue.dataset_contracts(), catalogue.counties(), at=at)


def test_a_manifest_of_ones_own_making_is_one_that_the_receiver_takes(good, tmp_path):
    files, sent, county = good
    contract = catalogue.dataset_contract(dataset_of(files, county))
    name, content = own_manifest(files, county, contract, "2026-08", sequence=3, at=MADE)
    (tmp_path / name).write_bytes(content)
    mine, theirs = json.loads(content), json.loads(sent.read_bytes())
    assert mine["files"] == theirs["files"]
    assert (name, mine["sequence"]) == ("05-care_contacts-2026-08-3.manifest.json", 3)
    assert checked(files, tmp_path / name, "05", tmp_path / "out").is_accepted


def test_rows_are_counted_as_records_also_where_one_spans_lines(good):
    files, _, county = good
    contract, delimiter = catalogue.dataset_contract("care_contacts"), county.dialects["care_contacts"].delimiter
    lines = files[0].read_bytes().decode("latin-1").splitlines()
    files[0].write_bytes("\n".join([*lines[:5], f'"a\nb"{delimiter}' * 2, *lines[5:]]).encode("latin-1"))
    _, content = own_manifest(files, county, contract, "2026-08", sequence=1, at=MADE)
    assert json.loads(content)["files"][0]["rows"] == len(lines) - 1 + 3


def test_the_dataset_is_told_by_the_headings_and_never_guessed(good, tmp_path):
    files, _, county = good
    assert dataset_of(files, county) == "care_contacts"
    files[0].write_text("a;b;c\n1;2;3\n")
    with pytest.raises(OwnManifestError, match="give --dataset"):
        dataset_of(files, county)


@pytest.mark.parametrize(
    ("day", "month"), [((2026, 9, 1), "2026-08"), ((2026, 1, 31), "2025-12"), ((2026, 3, 31), "2026-02")]
)
def test_the_month_is_the_last_one_that_has_ended_in_finland(day, month):
    assert last_month(datetime(*day, 0, 30, tzinfo=HELSINKI)) == month
    assert last_month(datetime(*day, 23, 59, tzinfo=HELSINKI)) == month


def test_what_is_no_whole_delivery_is_bad_use_in_one_line(good, tmp_path):
    files, manifest, _ = good
    with pytest.raises(CheckError, match="is not here yet"):
        checked([], manifest, "05", tmp_path)
    stranger = tmp_path / "other.csv"
    stranger.write_text("x")
    with pytest.raises(CheckError, match="no manifest names it"):
        checked([*files, stranger], manifest, "05", tmp_path)
    with pytest.raises(CheckError, match="no sender has the code 99"):
        checked(files, manifest, "99", tmp_path)


def test_nothing_of_a_delivery_stays_behind_but_its_report(good, tmp_path, monkeypatch):
    files, manifest, _ = good
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(check_module.tempfile, "tempdir", None)
    (tmp_path / "tmp").mkdir()
    done = checked(files, manifest, "05", tmp_path / "out")
    assert list((tmp_path / "tmp").iterdir()) == []
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(f"{done.receipt_id}{s}" for s in SUFFIXES)
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in (tmp_path / "out").iterdir())


COMMAND = [sys.executable, "-m", "sotevarasto", "delivery", "check"]


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)


def test_the_command_tells_verdict_causes_and_report_and_ends_with_their_code(good):
    files, manifest, _ = good
    month = json.loads(manifest.read_bytes())["period"]
    given = (*files, "--organiser", "05", "--language", "en")
    unknown = run(*given, "--dataset", "prescriptions")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "agreed are care_contacts, costs" in unknown.stderr
    text = files[0].read_bytes().decode("latin-1").splitlines()
    files[0].write_bytes("\n".join([text[0].replace("Sp", "SP"), *text[1:], ""]).encode("latin-1"))
    rejected = run(*given, "--period", month)
    assert rejected.returncode == 1, rejected.stderr
    assert "Mend this one cause and 1 error goes." in rejected.stdout
    assert "HVA-FILE-0-014" in rejected.stdout and "'SP' instead of 'Sp'" in rejected.stdout
    page = Path(rejected.stdout.rsplit("Delivery report: ", 1)[1].split(" (")[0])
    assert page.is_file() and page.parent == files[0].parent / "delivery-report"


def test_the_check_imports_no_framework_of_the_floors_above_and_opens_no_socket(good, tmp_path):
    """In a process of its own: what is imported there, and what a socket would have been asked for."""
    files, manifest, _ = good
    script = f"""
import socket, sys
def closed(*_, **__): raise AssertionError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = closed
from datetime import datetime, timezone
from pathlib import Path
from sources.regional import catalogue
from sources.regional.check import check
at = datetime(2026, 9, 12, tzinfo=timezone.utc)
done = check([Path({str(files[0])!r})], Path({str(manifest)!r}), "05", Path({str(tmp_path / "out")!r}), catalogue.dataset_contracts(), catalogue.counties(), at=at)
print(done.document["status"], *sorted({{name.partition(".")[0] for name in sys.modules}}))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    status, *names = done.stdout.split()
    assert status == "accepted"
    assert not set(names) & (FRAMEWORKS | {"polars", "warehouse", "orchestration", "expectations", "requests"})
