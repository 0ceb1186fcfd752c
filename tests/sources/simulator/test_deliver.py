"""Deliveries reach the inbox whole and once, also when the night dies in the middle of them."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sources.simulator.calendar import plan
from sources.simulator.deliver import deliver, parcel_of
from sources.simulator.randomness import SEED
from sources.simulator.themes import THEMES

DELIVER = (
    "import sys; from pathlib import Path; from sources.simulator.deliver import deliver;"
    "home = Path(sys.argv[1]); deliver(home / 'inbox', 1, int(sys.argv[2]), home / 'simulator')"
)
REPOSITORY = Path(__file__).parents[3]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def run(home: Path, kill_at: str) -> int:
    """Deliver day 1 in a process of its own that dies at a point; its return code."""
    environment = os.environ | {"SOTEVARASTO_KILL_AT": kill_at, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        [sys.executable, "-c", DELIVER, str(home), str(SEED)], env=environment, check=False
    ).returncode


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("undisturbed")
    assert len(deliver(home / "inbox", 1, SEED, home / "simulator")) == len(plan(1, SEED))
    return home


@pytest.mark.parametrize("kill_at", ["simulator.data_written:1", "simulator.manifest_written:3", "simulator.sent:5"])
def test_a_night_killed_while_sending_ends_with_the_same_inbox(kill_at, tmp_path, undisturbed):
    assert run(tmp_path, kill_at) == -signal.SIGKILL
    broken_off = files_of(tmp_path / "inbox")
    assert broken_off.keys() < files_of(undisturbed / "inbox").keys()
    for name in broken_off:
        # Only whole files, and no manifest before its data.
        assert broken_off[name] == files_of(undisturbed / "inbox")[name]
        assert not name.endswith(".manifest.json") or kill_at != "simulator.data_written:1"
    before = {name: (tmp_path / "inbox" / name).stat() for name in broken_off}
    deliver(tmp_path / "inbox", 1, SEED, tmp_path / "simulator")
    assert files_of(tmp_path / "inbox") == files_of(undisturbed / "inbox")
    assert files_of(tmp_path / "simulator" / "truth") == files_of(undisturbed / "simulator" / "truth")
    for name, was in before.items():
        now = (tmp_path / "inbox" / name).stat()
        assert (now.st_ino, now.st_mtime_ns) == (was.st_ino, was.st_mtime_ns)


def test_what_the_pipeline_has_taken_is_not_sent_again(tmp_path):
    run(tmp_path, "simulator.sent:3")
    for file in (tmp_path / "inbox").rglob("*.*"):
        file.unlink()
    again = deliver(tmp_path / "inbox", 1, SEED, tmp_path / "simulator")
    assert len(again) == len(plan(1, SEED)) - 3
    assert deliver(tmp_path / "inbox", 1, SEED, tmp_path / "simulator") == []


def test_the_same_seed_and_day_give_the_same_bytes_and_another_seed_others(tmp_path, undisturbed):
    deliver(tmp_path / "inbox", 1, SEED, tmp_path / "simulator")
    assert files_of(tmp_path) == files_of(undisturbed)
    other = tmp_path / "other"
    deliver(other / "inbox", 1, SEED + 1, other / "simulator")
    assert not set(files_of(other / "inbox").values()) & set(files_of(undisturbed / "inbox").values())


def test_each_delivery_has_a_truth_beside_the_home(undisturbed):
    truths = [json.loads(p.read_text()) for p in sorted((undisturbed / "simulator" / "truth" / "1").iterdir())]
    assert len(truths) == len(plan(1, SEED))
    status = {t["expected_status"] for t in truths}
    assert status == {"accepted", "rejected", "duplicate"}
    (rejected,) = [t for t in truths if t["expected_status"] == "rejected"]
    assert rejected["expected_rule"].startswith("HVA-FILE-0-")
    corrected = [t for t in truths if t["correction"]]
    told = sorted((t["dataset"], t["mode"]) for t in corrected)
    of_themes = sorted((dataset, "full") for dataset in THEMES)
    assert told == sorted([("care_contacts", "delta"), ("care_contacts", "full"), ("costs", "full"), *of_themes])
    assert all(t["correction"]["removed" if t["dataset"] in THEMES else "changed"] > 0 for t in corrected)


def test_a_delivery_sent_again_by_mistake_has_the_same_data_and_another_name(undisturbed):
    (again,) = [d for d in plan(1, SEED) if d.kind == "duplicate"]
    what = (again.dataset, again.organiser_code, again.period)
    (first,) = [d for d in plan(0, SEED) if (d.dataset, d.organiser_code, d.period) == what]
    one, two = parcel_of(first, SEED), parcel_of(again, SEED)
    assert [f.data for f in one.files] == [f.data for f in two.files]
    assert {f.name for f in one.files}.isdisjoint(f.name for f in two.files)
    assert one.manifest_name != two.manifest_name


def test_only_the_owner_may_read_what_was_sent(undisturbed):
    for file in (undisturbed / "inbox").rglob("*.*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
