"""Several at once: nights, readers, senders, a backfill beside the day's deliveries."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import short_night
from benchmarks.kills import Undisturbed
from benchmarks.victim import REPOSITORY, Victim
from sources.home import Home
from sources.ledger import Ledger
from sources.regional.intake import take_in
from tests.batch import PERIOD, Batch, parcel
from tests.resilience.conftest import differences
from tests.resilience.steps import PROCESSES, READERS
from tests.spoiled import Spoiled
from tests.warehouse.made import World, night
from warehouse.lock import NightLock

pytestmark = pytest.mark.slow


def test_of_ten_nights_started_at_once_one_runs_and_the_others_name_it(base: Undisturbed, home: Path) -> None:
    with Victim("tests.resilience.steps:ten_at_once") as ten, Victim() as victim:
        told = [line.split(" ", 2) for line in ten.run(home).said.splitlines() if line[:1].isdigit()]
        assert differences(victim, home, base) == {}
    ran = [pid for pid, what, _ in told if what == "ran"]
    refused = [rest for _, what, rest in told if what == "refused"]
    assert len(told) == 10 and len(ran) == 1, told
    assert all(f"process {ran[0]} " in rest for rest in refused) and len(refused) == 9, told


def test_ten_command_lines_meet_a_night_at_work_name_its_process_and_exit_0(home: Path) -> None:
    environment = os.environ | {"SOTEVARASTO_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
    before = short_night.inbox_of(home)
    with NightLock(Home(home)):
        nights = [
            subprocess.Popen(
                [sys.executable, "-m", "sotevarasto", "nightly"],
                env=environment,
                cwd=REPOSITORY,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(10)
        ]
        told = [one.communicate()[0] for one in nights]
    assert [one.returncode for one in nights] == [0] * 10
    assert all(f"process {os.getpid()} " in line and len(line.splitlines()) == 1 for line in told), told
    assert short_night.inbox_of(home) == before


def test_a_hundred_readers_while_releases_are_published_see_one_whole_release_each(tmp_path: Path) -> None:
    home, stop = Home.open(tmp_path / "home", "simulated"), tmp_path / "stop"
    published = []
    with Ledger(home.ledger) as ledger:
        world = World(home, ledger)
        world.accept("r1", night(3))
        published.append(world.release(night(3)).release_id)
        readers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.resilience.steps", str(home.root), str(stop)],
                cwd=REPOSITORY,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]
        try:
            # However slow the machine: whoever reads has seen the first release before there is a second.
            while len(list(tmp_path.glob("begun-*"))) < PROCESSES and all(one.poll() is None for one in readers):
                time.sleep(0.1)
            for number in range(2, 7):
                world.accept(f"r{number}", night(2 + number), sequence=number)
                published.append(world.release(night(2 + number)).release_id)
        finally:
            stop.touch()
            told = [line for reader in readers for line in reader.communicate()[0].splitlines()]
    assert [line for line in told if line not in published] == []
    assert len(told) >= READERS
    assert len(set(told)) > 1


def test_a_delivery_sent_twice_and_into_another_s_inbox_is_taken_once(tmp_path: Path) -> None:
    batch = Batch(tmp_path / "home")
    sent = parcel("05", 1, night(1))
    batch.put(Spoiled(sent))
    folder, other = batch.home.inbox / "05", batch.home.inbox / "06"
    other.mkdir()
    for file in list(folder.iterdir()):
        shutil.copy(file, other / file.name)
    shutil.copy(folder / sent.manifest_name, folder / f"again-{sent.manifest_name}")
    batch.night(night(2))
    with Ledger(batch.home.ledger) as ledger:
        receipts = {e.subject: e.body for e in ledger.events("receipt")}
        verdicts = {e.subject: e.body for e in ledger.events("verdict")}
    assert len(receipts) == 3
    own = [verdicts[i] for i, body in receipts.items() if body["organiser_code"] == "05"]
    assert sorted(v["status"] for v in own) == ["accepted", "duplicate"]
    first = next(i for i, v in verdicts.items() if v["status"] == "accepted")
    assert next(v for v in own if v["status"] == "duplicate")["first_receipt_id"] == first
    (foreign,) = [verdicts[i] for i, body in receipts.items() if body["organiser_code"] == "06"]
    assert foreign["status"] == "rejected" and foreign["slice"] is None
    assert not list(batch.home.parquet.glob(f"care_contacts/{PERIOD}/06-*"))


def test_thirty_six_months_beside_the_day_s_deliveries_come_to_the_same_as_one_after_the_other(tmp_path: Path) -> None:
    from sources.landing import Landing
    from sources.simulator.deliver import deliver_history
    from sources.simulator.randomness import SEED

    found = {}
    for name in ("together", "apart"):
        batch = Batch(tmp_path / name)
        home = batch.home
        daily = [Spoiled(parcel(sender, 1, night(1))) for sender in ("05", "09")]
        if name == "together":
            for sent in daily:
                batch.put(sent)
        assert len(deliver_history(home.inbox, SEED, home.root / "simulator", ("01",), 37)) >= 36
        with Ledger(home.ledger) as ledger:
            take_in(home, ledger, Landing(home.landing), at=night(2))
            if name == "apart":
                for sent in daily:
                    batch.put(sent)
                take_in(home, ledger, Landing(home.landing), at=night(2))
            verdicts = {e.subject: e.body for e in ledger.events("verdict")}
        state = batch.state()
        slices = {file: digest for file, digest in state.items() if file.startswith(("parquet/", "quarantine/"))}
        found[name] = (json.dumps(verdicts, sort_keys=True), slices)
    assert found["together"] == found["apart"]
