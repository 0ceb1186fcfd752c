"""The catalogue holds the indicators that are taken, and each has its turn once in seven nights."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sources.national.sotkanet.catalogue import catalogue, probed_on
from sources.simulator.national import NationalServer
from tests.sources.national.conftest import SEED

NIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def test_every_indicator_has_an_id_a_name_and_how_it_came_to_be_known():
    listed = catalogue()
    assert len(listed) == len({i.indicator_id for i in listed}) == 98
    assert Counter(i.verification for i in listed) == {
        "seen_label": 78,
        "exact_metadata": 11,
        "seen_label_weak": 9,
    }
    assert all(i.name_fi and i.unit and i.theme and i.direction for i in listed)


def test_ids_that_circulate_and_mean_something_else_are_not_taken():
    invented = {3064, 92, 5641, 2230, 1820, 4420, 2150, 1840, 2160, 2170, 1782, 2180, 1272, 3050, 1982, 3216}
    assert not invented & {i.indicator_id for i in catalogue()}


def test_seven_nights_on_end_probe_each_indicator_once():
    nights = [probed_on(NIGHT + timedelta(days=day)) for day in range(7)]
    assert Counter(i for night in nights for i in night) == dict.fromkeys((i.indicator_id for i in catalogue()), 1)
    assert {len(night) for night in nights} == {14}
    assert probed_on(NIGHT + timedelta(days=7)) == nights[0]


def test_the_date_is_that_of_finland_where_the_night_is_run():
    # Two o'clock in Helsinki is still the day before in UTC while summer time holds.
    assert probed_on(datetime(2027, 6, 30, 23, 0, tzinfo=UTC)) == probed_on(datetime(2027, 7, 1, 12, 0, tzinfo=UTC))


@pytest.mark.slow
def test_the_whole_catalogue_is_collected_in_one_night_with_two_requests_an_indicator(desk):
    with NationalServer(day=0, seed=SEED) as server:
        outcome = desk.sotkanet(server)
    assert (outcome.status, outcome.reason) == ("new", None)
    assert outcome.requests_made == outcome.requests_minimum == 1 + 2 * 98
    assert len(outcome.objects) == 1 + 2 * 98
