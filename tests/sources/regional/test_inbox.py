"""What is complete is taken in once, what is not waits, and nothing leaves the inbox before its bytes and receipt are kept."""

import hashlib
import json
import os
import socket
from pathlib import Path

import pytest
from deliveries import AT, NEXT, Desk, manifest
from killable import Killable

from sources.landing import Landing, file_sha256
from sources.regional.inbox import scan
from sources.regional.limits import limits
from sources.regional.receipt import clear_received, receive
from sources.regional.sightings import record_sightings, settled_by

ORGANISERS = {"05", "06"}
DATA = {"contacts.csv": (b"a;b\n1;2\n", 1)}


def look(desk, at=AT):
    with desk.ledger() as ledger:
        return scan(desk.home.inbox, ORGANISERS, settled_by(ledger, at))


def take(desk, at=AT):
    """One pass of the inbox: finish, look, note what waits, receive."""
    with desk.ledger() as ledger:
        clear_received(desk.home, ledger)
        found = scan(desk.home.inbox, ORGANISERS, settled_by(ledger, at))
        record_sightings(ledger, desk.home.inbox, found.waiting, at)
        return receive(desk.home, ledger, desk.landing, found.arrivals, at)


def refusal(desk):
    (arrival,) = look(desk).arrivals
    return arrival.refusal


def test_a_complete_delivery_is_landed_receipted_and_cleared(desk):
    path = desk.put(DATA)
    manifest_bytes = path.read_bytes()
    identity = {"inode": path.stat().st_ino, "mtime_ns": path.stat().st_mtime_ns}
    received = take(desk)
    sha256 = hashlib.sha256(manifest_bytes).hexdigest()
    assert received.receipt_ids == (hashlib.sha256(f"05|{sha256}|0".encode()).hexdigest()[:16],)
    body = desk.events("receipt")[received.receipt_ids[0]]
    assert body["arrival"] == identity
    assert body["manifest"] == json.loads(manifest_bytes)
    assert body["files"] == [
        {"name": "contacts.csv", "sha256": hashlib.sha256(DATA["contacts.csv"][0]).hexdigest(), "bytes": 8}
    ]
    assert (body["organiser_code"], body["dataset"], body["period"], body["sequence"], body["sample_share"]) == (
        "05",
        "care_contacts",
        "2026-08",
        1,
        "0.01",
    )
    assert desk.landing.path(sha256).read_bytes() == manifest_bytes
    assert desk.landing.path(body["files"][0]["sha256"]).read_bytes() == DATA["contacts.csv"][0]
    assert desk.left() == []


def test_looking_changes_nothing(desk):
    desk.put(DATA)
    before = desk.left()
    assert look(desk).arrivals == look(desk).arrivals != ()
    assert desk.left() == before
    assert desk.events("receipt") == {}


def test_data_without_a_manifest_waits_and_is_noted_once(desk):
    (desk.folder() / "contacts.csv").write_bytes(b"a;b\n")
    take(desk)
    take(desk, NEXT)
    assert desk.left() == ["05/contacts.csv"]
    assert desk.events("receipt") == {}
    assert list(desk.events("sighting")) == ["05/contacts.csv"]


def test_a_manifest_without_its_data_waits_until_the_data_come(desk):
    desk.put_manifest(manifest(DATA))
    assert take(desk).receipt_ids == ()
    assert list(desk.events("sighting")) == ["05/delivery.manifest.json"]
    (desk.folder() / "contacts.csv").write_bytes(DATA["contacts.csv"][0])
    assert len(take(desk, NEXT).receipt_ids) == 1
    assert desk.left() == []


def test_a_file_still_being_written_after_its_manifest_waits_and_completes(desk):
    desk.put_manifest(manifest(DATA))
    data = desk.folder() / "contacts.csv"
    data.write_bytes(b"a;b\n")
    later = (desk.folder() / "delivery.manifest.json").stat().st_mtime_ns + 5_000_000_000
    os.utime(data, ns=(later, later))
    assert take(desk).receipt_ids == ()
    assert sorted(desk.events("sighting")) == ["05/contacts.csv", "05/delivery.manifest.json"]
    data.write_bytes(DATA["contacts.csv"][0])
    assert len(take(desk, NEXT).receipt_ids) == 1


def test_a_short_file_that_has_not_grown_by_the_next_night_is_refused(desk):
    desk.put_manifest(manifest(DATA))
    data = desk.folder() / "contacts.csv"
    data.write_bytes(b"a;b\n")
    # Written after the manifest, by a hair, and seen by the first night only after that.
    after = (desk.folder() / "delivery.manifest.json").stat().st_mtime_ns + 1
    os.utime(data, ns=(after, after))
    assert take(desk).receipt_ids == ()
    assert take(desk).receipt_ids == (), "the same night again changes nothing"
    (receipt,) = take(desk, NEXT).receipt_ids
    assert desk.events("receipt")[receipt]["refusal"]["code"] == "SIZE"


@pytest.mark.parametrize("content", [b"a;b\n", b"a;b\n1;2\n3;4\n"], ids=["short", "long"])
def test_a_wrong_size_under_a_later_manifest_is_refused_with_both_values(desk, content):
    desk.put(DATA)
    (desk.folder() / "contacts.csv").write_bytes(content)
    os.utime(desk.folder() / "contacts.csv", ns=(0, 0))
    found = refusal(desk)
    assert (found.code, found.values) == ("SIZE", {"declared": 8, "found": len(content), "file": "contacts.csv"})
    assert "8" in found.reason
    assert str(len(content)) in found.reason


def test_every_truncation_waits_or_is_refused_and_is_never_taken_for_whole(desk):
    for length in range(len(DATA["contacts.csv"][0])):
        desk.put(DATA)
        data = desk.folder() / "contacts.csv"
        data.write_bytes(DATA["contacts.csv"][0][:length])
        os.utime(data, ns=(0, 0))
        assert refusal(desk).code == "SIZE"


def test_a_manifest_that_ends_in_the_middle_waits_one_night_and_is_then_refused(desk):
    path = desk.put(DATA)
    path.write_bytes(path.read_bytes()[:-30])
    assert take(desk).receipt_ids == ()
    assert desk.left() == ["05/contacts.csv", "05/delivery.manifest.json"]
    (receipt,) = take(desk, NEXT).receipt_ids
    assert desk.events("receipt")[receipt]["refusal"]["code"] == "MANIFEST_JSON"


def test_an_invalid_manifest_is_received_as_refused_and_its_data_stay(desk):
    path = desk.put(DATA)
    path.write_bytes(b"{nonsense}")
    (receipt,) = take(desk).receipt_ids
    body = desk.events("receipt")[receipt]
    assert body["refusal"]["code"] == "MANIFEST_JSON"
    assert (body["manifest"], body["dataset"], body["files"]) == (None, None, [])
    assert desk.landing.path(body["manifest_sha256"]).read_bytes() == b"{nonsense}"
    assert desk.left() == ["05/contacts.csv"]


def test_a_huge_manifest_is_refused_without_being_parsed(desk):
    path = desk.put(DATA)
    with path.open("wb") as file:
        file.truncate(200_000_000)
    found = refusal(desk)
    assert (found.code, found.values["found"]) == ("MANIFEST_SIZE", 200_000_000)


def odd_symlink(path: Path):
    path.symlink_to("/etc/passwd")


def odd_hard_link(path: Path):
    other = path.parents[2] / "elsewhere"
    other.write_bytes(DATA["contacts.csv"][0])
    os.link(other, path)


def odd_socket(path: Path):
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    "make", [odd_symlink, odd_hard_link, os.mkfifo, os.mkdir, odd_socket], ids=lambda m: m.__name__
)
def test_what_is_no_regular_file_is_refused_unread_and_cleared(desk, make):
    document = manifest(DATA)
    make(desk.folder() / "contacts.csv")
    desk.put_manifest(document)
    (receipt,) = take(desk).receipt_ids
    body = desk.events("receipt")[receipt]
    assert body["refusal"]["code"] == "FILE_KIND"
    assert body["files"][0]["sha256"] == hashlib.sha256(b"").hexdigest()
    assert desk.left() == []
    assert desk.landing.verify() == []
    assert Path("/etc/passwd").exists()


@pytest.mark.parametrize("make", [odd_symlink, os.mkfifo, os.mkdir], ids=lambda m: m.__name__)
def test_a_manifest_that_is_no_regular_file_is_refused_unread(desk, make):
    make(desk.folder() / "x.manifest.json")
    (receipt,) = take(desk).receipt_ids
    assert desk.events("receipt")[receipt]["refusal"]["code"] == "FILE_KIND"
    assert desk.left() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device nodes")
def test_a_device_is_refused_unread(desk):
    os.mknod(desk.folder() / "contacts.csv", 0o600 | 0o020000, os.makedev(1, 5))
    desk.put_manifest(manifest(DATA))
    assert refusal(desk).code == "FILE_KIND"


@pytest.mark.parametrize(
    "name",
    ["-rf", "CON", "*", ";rm -rf ~", "$(id)", "a'b\"c.csv", " leading", "x" * 190 + ".csv", "älä.csv", "' or 1=1 --"],
)
def test_an_odd_name_is_only_a_label(desk, name):
    desk.put({name: (b"a;b\n1;2\n", 1)}, name="m " + name[:20])
    (receipt,) = take(desk).receipt_ids
    body = desk.events("receipt")[receipt]
    assert body["refusal"] is None
    assert body["files"][0]["name"] == name
    assert desk.left() == []


@pytest.mark.parametrize("name", [b"a\nb.csv", b"\xff\xfe.csv", b"x\xe2\x80\xae.csv", b"131052-308T.csv"])
def test_a_name_that_cannot_be_shown_is_escaped_or_masked_where_it_waits(desk, name):
    Path(os.fsdecode(os.fsencode(desk.folder()) + b"/" + name)).write_bytes(b"x")
    (waiting,) = look(desk).waiting
    take(desk)
    assert waiting.label.isprintable()
    assert "131052" not in waiting.label
    assert list(desk.events("sighting")) == [f"05/{waiting.label}"]


def test_two_different_manifests_for_one_file_are_both_refused(desk):
    desk.put(DATA, name="a")
    desk.put(DATA, name="b", sequence=2)
    receipts = take(desk).receipt_ids
    assert [desk.events("receipt")[r]["refusal"]["code"] for r in receipts] == ["MANIFEST_TWICE"] * 2
    assert desk.left() == []


def test_two_copies_of_one_manifest_are_two_receipts_of_the_same_content(desk):
    desk.put(DATA, name="a")
    desk.put(DATA, name="b")
    first, second = take(desk).receipt_ids
    assert first != second
    assert [desk.events("receipt")[r]["refusal"] for r in (first, second)] == [None, None]
    assert desk.left() == []


def test_the_same_manifest_on_another_day_is_another_receipt(desk):
    desk.put(DATA)
    (first,) = take(desk).receipt_ids
    desk.put(DATA)
    (second,) = take(desk, NEXT).receipt_ids
    sha256 = desk.events("receipt")[first]["manifest_sha256"]
    assert second == hashlib.sha256(f"05|{sha256}|1".encode()).hexdigest()[:16]


def test_arrivals_come_in_an_order_that_follows_from_what_was_sent(desk, tmp_path):
    other = Desk(tmp_path / "other")
    sent = [("06", "z", 1), ("05", "b", 2), ("05", "c", 1), ("05", "a", 3)]
    for box, order in ((desk, sent), (other, sent[::-1])):
        for organiser, name, sequence in order:
            box.put({f"{name}.csv": DATA["contacts.csv"]}, organiser, name, sequence=sequence)
    orders = [[(a.organiser_code, a.content.sequence) for a in look(box).arrivals] for box in (desk, other)]
    assert orders[0] == orders[1] == [("05", 1), ("05", 2), ("05", 3), ("06", 1)]
    assert take(desk).receipt_ids == take(other).receipt_ids


def test_a_folder_of_no_known_sender_is_left_alone_and_told(desk):
    desk.put(DATA, "99")
    found = look(desk)
    assert found.arrivals == ()
    assert "inbox/99" in found.problems[0]
    assert len(desk.left()) == 2


def test_a_senders_folder_that_is_a_link_elsewhere_is_not_followed(desk, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (desk.home.inbox / "06").symlink_to(tmp_path / "elsewhere")
    desk.put(DATA)
    found = look(desk)
    assert [a.organiser_code for a in found.arrivals] == ["05"]
    assert "inbox/06" in found.problems[0]


def test_a_flood_of_one_sender_leaves_the_others_on_time(desk):
    for number in range(limits().deliveries_per_night + 5):
        (desk.folder("05") / f"{number}.csv").write_bytes(b"")
    desk.put(DATA, "06")
    found = look(desk)
    assert [a.organiser_code for a in found.arrivals] == ["06"]
    assert len(found.waiting) == limits().deliveries_per_night
    assert str(limits().deliveries_per_night + 5) in found.problems[0]


def test_a_file_that_changes_while_it_is_copied_leaves_the_delivery_in_the_inbox(desk):
    desk.put(DATA)
    found = look(desk)
    (desk.folder() / "contacts.csv").write_bytes(b"b;a\n2;1\n")
    os.utime(desk.folder() / "contacts.csv", ns=(1, 1))
    with desk.ledger() as ledger:
        received = receive(desk.home, ledger, desk.landing, found.arrivals, AT)
    assert received.receipt_ids == ()
    assert "changed while it was copied" in received.problems[0]
    assert len(desk.left()) == 2
    assert desk.events("receipt") == {}


STEP = """
from pathlib import Path
from deliveries import Desk
from test_inbox import take

def step(root):
    take(Desk(Path(root)))
"""


@pytest.fixture(scope="module")
def process():
    with Killable(STEP) as found:
        yield found


POINTS = [
    "landing.copied:1",
    "landing.renamed:1",
    "landing.renamed:3",
    "ledger.before_commit:1",
    "ledger.committed:1",
    "ledger.before_commit:2",
    "ledger.committed:2",
    "ledger.committed:3",
    "inbox.removed:1",
    "inbox.removed:2",
    "inbox.removed:3",
]


def deliver_a_little_of_everything(desk: Desk) -> None:
    desk.put({"one.csv": (b"a;b\n1;2\n", 1), "two.csv": (b"a;b\n3;4\n", 1)}, name="sound")
    desk.put({"three.csv": (b"a;b\n5;6\n", 1)}, name="claims", sequence=2)
    desk.put_manifest(manifest({"three.csv": (b"a;b\n5;6\n", 1)}, sequence=3), name="claims too")
    (desk.folder() / "linked.csv").symlink_to("/etc/passwd")
    desk.put_manifest(manifest({"linked.csv": (b"x", 1)}, sequence=4), name="linked")
    (desk.folder() / "waits.csv").write_bytes(b"x")


def facts(desk: Desk) -> dict:
    with desk.ledger() as ledger:
        events = [(e.kind, e.subject, {k: v for k, v in e.body.items() if k != "arrival"}) for e in ledger.events()]
    return {
        "events": events,
        "left": desk.left(),
        "landing": sorted(p.name for p in desk.home.landing.glob("sha256/*/*")),
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, process):
    desk = Desk(tmp_path_factory.mktemp("undisturbed") / "home")
    deliver_a_little_of_everything(desk)
    assert process.run(desk.home.root) == 0
    assert desk.left() == ["05/waits.csv"]
    return facts(desk)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_and_run_again_nothing_is_lost_or_doubled(desk, process, undisturbed, point):
    deliver_a_little_of_everything(desk)
    assert process.run(desk.home.root, point) == -9
    # Between the crash and the next run: a receipt means that the bytes are kept, no receipt that the files are there.
    for body in desk.events("receipt").values():
        for sha256 in (body["manifest_sha256"], *(f["sha256"] for f in body["files"])):
            assert file_sha256(Landing(desk.home.landing).path(sha256)) == sha256
    assert process.run(desk.home.root) == 0
    assert facts(desk) == undisturbed
    assert process.run(desk.home.root) == 0
    assert facts(desk) == undisturbed


def test_what_a_sender_put_down_anew_after_a_crash_is_not_cleared_away(desk, process):
    desk.put(DATA)
    assert process.run(desk.home.root, "ledger.committed:1") == -9
    (desk.folder() / "contacts.csv").write_bytes(b"other bytes")
    take(desk)
    assert desk.left() == ["05/contacts.csv"]
    assert len(desk.events("receipt")) == 1
