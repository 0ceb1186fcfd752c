"""What starts a night besides the command line: the schedule, the inbox sensor, and a run from the UI that opens its own night."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from orchestration.jobs import every_night, inbox
from sources.home import Home
from warehouse.lock import NightLock


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "simulated")
    return Home.open(tmp_path / "home", "simulated")


def _scheduled():
    when = datetime(2026, 11, 5, 2, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
    return every_night(dg.build_schedule_context(scheduled_execution_time=when))


def test_the_schedule_asks_for_the_next_simulated_night(home):
    request = _scheduled()
    assert request.run_key == "2026-11-05"
    assert request.run_config["resources"]["night"]["config"] == {"day": "+1"}


def test_a_live_schedule_names_no_simulated_day(tmp_path, monkeypatch):
    monkeypatch.setenv("SOTEVARASTO_HOME", str(tmp_path / "live"))
    monkeypatch.setenv("SOTEVARASTO_PROFILE", "live")
    assert _scheduled().run_config["resources"]["night"]["config"] == {"day": ""}


def test_schedule_and_sensor_skip_and_name_the_owner_while_a_night_runs(home):
    with NightLock(home):
        for answer in (_scheduled(), inbox(dg.build_sensor_context())):
            assert isinstance(answer, dg.SkipReason)
            assert "another run works on this home" in answer.skip_message


def test_the_sensor_asks_for_one_run_for_all_new_manifests_and_a_resend_is_new(home):
    assert isinstance(inbox(dg.build_sensor_context()), dg.SkipReason)
    for organiser in ("05", "06"):
        folder = home.inbox / organiser
        folder.mkdir(parents=True)
        (folder / "x.manifest.json").write_text("{}", encoding="utf-8")
    first = inbox(dg.build_sensor_context())
    assert isinstance(first, dg.RunRequest)
    assert inbox(dg.build_sensor_context()).run_key == first.run_key
    resent = home.inbox / "05" / "x.manifest.json"
    resent.unlink()
    (home.inbox / "05" / "y").write_text("keeps the old file's place", encoding="utf-8")
    resent.write_text("{}", encoding="utf-8")
    assert inbox(dg.build_sensor_context()).run_key != first.run_key


def test_a_run_from_the_ui_opens_its_own_night_tells_it_and_lets_go_of_the_lock(home):
    from orchestration.definitions import defs

    job = defs.resolve_job_def("nightly")
    result = job.execute_in_process(
        asset_selection=[dg.AssetKey("raw__municipality_map")],
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    assert result.success
    told = json.loads((home.reports / "last_night.json").read_text(encoding="utf-8"))
    assert told["day"] == 0
    assert [s["source_code"] for s in told["sources"]] == ["statfin_classification"]
    assert told["release"] is None
    assert NightLock.holder(home) is None
