"""A whole night from an empty home, made small: it publishes, answers a question, and run again it changes nothing. The full nights are in the longer set."""

import json

import pytest

from sources.home import Home
from sources.regional.catalogue import dataset_contracts
from tests import small_night


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("small") / "home")
    done = small_night.run(home.root)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


def told(home: Home) -> dict:
    return json.loads((home.reports / "last_night.json").read_text(encoding="utf-8"))


def test_a_first_night_publishes_and_says_what_happened(home):
    summary = told(home)
    assert (summary["outcome"], summary["exit_code"], summary["is_synthetic"]) == ("published", 0, True)
    assert summary["rows"]["rows_accepted"] > 1_000
    assert {s["source_code"] for s in summary["sources"] if s["status"] == "failed"} >= {
        "statfin_population",
        "sotkanet",
    }
    assert {t["name"]: t["rows"] for t in summary["release"]["tables"]}["core.fct_care_contact"] > 500


def test_the_release_answers(home):
    asked = "select dataset, count(*) as n from dq.delivery where status = 'accepted' group by dataset"
    done = small_night.run(home.root, "sql", asked, "--format", "json")
    found = {row["dataset"]: row["n"] for row in json.loads(done.stdout)}
    assert found == dict.fromkeys(dataset_contracts(), len(small_night.SENDERS)), done.stderr


def test_the_scorecard_tells_every_item_of_the_months_that_came(home):
    asked = """
        with field as (
            select organiser_code, dataset, max(n) as n from dq.scorecard_field
            where n = valid_count + other_count + default_count + invalid_count + missing_count group by all
        )
        select s.dataset, count(*) as months, sum(f.n = d.rows_received)::int as whole, min(s.dqmi) as lowest, min(s.targets_judged) as judged
        from dq.scorecard_summary s join field f using (organiser_code, dataset)
        join dq.delivery d on d.organiser_code = s.organiser_code and d.dataset = s.dataset and d.period = s.period and d.status = 'accepted'
        group by all order by all"""
    done = small_night.run(home.root, "sql", asked, "--format", "json")
    found = json.loads(done.stdout)
    assert [(row["dataset"], row["months"], row["whole"]) for row in found] == [
        (dataset, 2, 2) for dataset in sorted(dataset_contracts())
    ], done.stderr
    assert all(90 < float(row["lowest"]) <= 100 and row["judged"] >= 6 for row in found)


@pytest.mark.slow
def test_the_same_night_again_moves_nothing(home):
    before = told(home)["release"]["release_id"]
    done = small_night.run(home.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (told(home)["outcome"], told(home)["release"]["release_id"]) == ("unchanged", before)
