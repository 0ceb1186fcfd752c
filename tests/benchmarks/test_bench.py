"""The benchmark at a tiny volume: the sides come to the same, the measuring sees what it should, the table tells what was met."""

import json
import re
import sys
from pathlib import Path

import pytest

from benchmarks import bench, floor, measure, ours, truth
from benchmarks.measure import BenchmarkError, Run
from benchmarks.peers.plan import write_plan
from benchmarks.side import digests
from benchmarks.volume import deliveries, injected

ROWS = 60_000


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    out = tmp_path_factory.mktemp("volume")
    folder, entries = deliveries(ROWS, out)
    # One month is every dialect once.
    return out, folder, [e for e in entries if e["period"] == "2025-03"]


@pytest.fixture(scope="module")
def bare(volume):
    out, folder, entries = volume
    return digests(ours.bare(folder, entries, out / "bare"))


def test_the_floor_does_the_same_work(volume, bare):
    out, folder, entries = volume
    assert len({e["organiser_code"] for e in entries}) == 23
    assert digests(floor.main(folder, entries, out / "floor")) == bare


def test_every_fault_put_in_is_found_and_no_other(volume, bare):
    out, folder, entries = volume
    names = {f["name"] for e in entries for f in e["files"]}
    faults = {fault for fault in injected(folder) if fault[0] in names}
    assert faults
    found = truth.agreement(out / "bare", faults)
    assert (found.recall, found.precision) == (1, 1)
    missing = truth.agreement(out / "bare", faults | {("no.csv", 2, "HVA-CC-1-001")})
    assert missing.recall < 1 and missing.precision == 1


def test_an_interrupted_writing_of_the_deliveries_begins_again(tmp_path):
    (tmp_path / "deliveries-6000.unfinished").mkdir()
    (tmp_path / "deliveries-6000.unfinished" / "half.csv").write_text("x")
    folder, entries = deliveries(6_000, tmp_path)
    assert not (folder / "half.csv").exists()
    assert all((folder / f["name"]).exists() for e in entries for f in e["files"])


def test_a_run_is_measured_with_what_it_started(tmp_path):
    child = "x = bytearray(150 << 20); n = sum(range(6_000_000)); import time; time.sleep(.4)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('{{\"rows\": 1}}')"
    run = measure.measure([sys.executable, "-c", code], tmp_path)
    assert run.answer == {"rows": 1}
    assert run.seconds > 0.4
    assert run.peak_mib > 150
    assert run.cpu > 0.05


def test_a_failing_run_says_why(tmp_path):
    with pytest.raises(BenchmarkError, match="no such thing"):
        measure.measure([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)


def test_peers_are_given_every_dialect_and_nothing_of_our_code(volume, tmp_path):
    _, folder, entries = volume
    write_plan(folder, entries, tmp_path / "work")
    plan = json.loads((tmp_path / "work" / "plan.json").read_text())
    assert len(plan["organisers"]) == 23
    assert all(Path(f["path"]).exists() for o in plan["organisers"].values() for f in o["files"])
    models = {p.stem for p in (tmp_path / "work" / "project" / "models").glob("*.sql")}
    assert {"judged_hus", "judged", "contacts", "by_service", "by_resident", "by_wait"} <= models
    for script in (Path(bench.__file__).parent / "peers").glob("*/pipeline.py"):
        assert not re.search(r"^ *(from|import) (benchmarks|sources)", script.read_text(), re.MULTILINE)


def test_the_table_tells_which_goal_was_met():
    results = bench.Results(1000)
    for side, seconds in {"floor": 10, "bare": 12, "all_in": 20, "dlt": 40}.items():
        results.runs[side, 1000] = [Run(seconds, seconds, 100, {"by_service": "a 1"})] * 3
    said = "\n".join(bench.show(results))
    assert "bare against floor: 1.20 × wall, 1.20 × CPU; goal ≤ 1.3 × met" in said
    assert "all_in against floor: 2.00 × wall, 2.00 × CPU; goal ≤ 1.6 × NOT MET" in said
    assert "bare against dlt: 3.33 × wall, 3.33 × CPU; goal ≥ 3 × faster met" in said
    assert "against usual" not in said
    assert bench.failed(results)
