"""A source is as fresh as its newest usable answer: news or none, a national one or a sender."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sources.freshness import Freshness, every_source, record_visit
from sources.home import Home
from sources.ledger import Ledger
from tests.old_home import unpack_old_home

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path):
    home = Home.open(unpack_old_home(tmp_path / "home").root, "simulated")
    with Ledger(home.ledger) as ledger:
        yield ledger


def found(ledger: Ledger, at: datetime) -> dict[tuple[str, str | None], Freshness]:
    return {(one.source_code, one.organiser_code): one for one in every_source(ledger, at)}


def test_a_source_that_never_answered_is_stale_from_the_start(ledger):
    never = found(ledger, NIGHT)["statfin_population", None]
    assert (never.answered_at, never.rows_known_from, never.stale_after) == (None, None, None)
    assert never.is_stale(NIGHT)


def test_a_source_grows_stale_when_its_days_have_passed_and_not_before(ledger):
    one = found(ledger, NIGHT)["statfin_classification", None]
    assert one.answered_at == NIGHT, "a home from before visits were noted has its snapshots"
    assert one.stale_after == NIGHT + timedelta(days=one.within_days)
    assert not one.is_stale(one.stale_after)
    assert one.is_stale(one.stale_after + timedelta(seconds=1))


def test_an_answer_without_news_keeps_a_source_fresh_while_its_rows_keep_their_date(ledger):
    later = NIGHT + timedelta(days=30)
    for _ in range(2):  # a night that is run again notes it once
        record_visit(ledger, "statfin_classification", "2026-12-02", later)
    one = found(ledger, later)["statfin_classification", None]
    assert (one.answered_at, one.rows_known_from) == (later, NIGHT)
    assert not one.is_stale(later)
    assert len(ledger.events("visit")) == 1


def test_what_came_later_is_not_known_earlier(ledger):
    record_visit(ledger, "statfin_classification", "2026-12-02", NIGHT + timedelta(days=30))
    assert found(ledger, NIGHT)["statfin_classification", None].answered_at == NIGHT


def test_every_sender_of_a_dataset_is_told_also_one_that_never_sent(ledger):
    senders = {code: one for (dataset, code), one in found(ledger, NIGHT).items() if dataset == "care_contacts"}
    assert len(senders) == 23
    assert senders["16"].answered_at == NIGHT and not senders["16"].is_stale(NIGHT)
    assert senders["05"].answered_at is None and senders["05"].is_stale(NIGHT)
    assert senders["16"].is_stale(NIGHT + timedelta(days=46))


def test_a_source_without_a_limit_is_never_stale(ledger):
    record_visit(ledger, "dropped_by_hand", "2026-11-02", NIGHT)
    one = found(ledger, NIGHT)["dropped_by_hand", None]
    assert (one.answered_at, one.stale_after) == (NIGHT, None)
    assert not one.is_stale(NIGHT + timedelta(days=9999))
