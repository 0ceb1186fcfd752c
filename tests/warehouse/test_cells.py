"""A person's words become one row of the minimum dataset, or one line that says what is near."""

from datetime import UTC, date, datetime

import pytest

from tests.warehouse.figures import NIGHT, figure, population, released_home
from tests.warehouse.made import night
from warehouse.cells import CellError, Wanted, find_cell, moment_of, period_of
from warehouse.read import open_release

EARLIER = datetime(2026, 11, 2)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    rows = [
        figure(9, known_from=EARLIER, known_to=NIGHT),
        figure(10),
        figure(11, basis="organiser"),
        figure(4, sex="female"),
        figure(3, age_group="75+"),
        figure(7, period_start=date(2026, 8, 1), period_end=date(2026, 8, 31)),
        population(),
    ]
    return released_home(tmp_path_factory.mktemp("cells") / "home", {night(3): {"mart__minimum_dataset": rows}})


@pytest.fixture
def release(home):
    with open_release(home) as con:
        yield con


def asked(con, indicator="contacts_per_1000", region="05", period="2026-09", **other):
    return find_cell(con, Wanted(indicator, region, period, **other))


def test_the_current_total_by_residence_is_meant_unless_told_otherwise(release):
    cell = asked(release)
    assert (cell["value"], cell["basis"], cell["other_bases"]) == (10, "residence", ["organiser"])
    assert asked(release, basis="organiser")["value"] == 11
    assert asked(release, groups={"sex": "female"})["value"] == 4
    assert asked(release, "population", "varsinais-suomi", "2025")["value"] == 500_000


def test_an_earlier_moment_gives_what_was_known_then(release):
    assert asked(release, at=datetime(2026, 11, 2, 12, tzinfo=UTC))["value"] == 9
    with pytest.raises(
        CellError, match="was not known at 2026-11-01 00:00 UTC; it was first known at 2026-11-02 00:00 UTC"
    ):
        asked(release, at=datetime(2026, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"indicator": "contacts_per_100"}, "there is no indicator 'contacts_per_100'; near it: contacts_per_1000"),
        ({"indicator": "zzzz"}, "there is no indicator 'zzzz'; core.dim_indicator lists them"),
        ({"region": "satakunda"}, r"there is no region 'satakunda'; near it: 06 \(Satakunta\)"),
        ({"region": "06"}, "contacts_per_1000 has no figure of county 06; it has figures of county"),
        ({"region": "05", "level": "country"}, "there is no region '05' of level country"),
        (
            {"period": "2026-12"},
            "contacts_per_1000 of county 05 has no figure for 2026-12; the nearest are 2026-08, 2026-09",
        ),
        ({"period": "2026"}, "contacts_per_1000 of county 05 has no years; it has months such as 2026-09"),
        ({"period": "September"}, "'September' is no period; write 2026, 2026-Q3 or 2026-09"),
        ({"basis": "producer"}, "there is no basis 'producer'; there is residence, organiser"),
        ({"groups": {"sex": "women"}}, "sex 'women' is not there; there is female, total"),
        ({"groups": {"sex": "female", "age_group": "75+"}}, "is not split by sex female, age_group 75\\+ together"),
    ],
)
def test_what_is_not_there_is_one_line_with_what_is_near(release, words, said):
    with pytest.raises(CellError, match=said) as error:
        asked(release, **words)
    assert "\n" not in str(error.value)


def test_periods_and_moments_are_read_as_people_write_them():
    assert [period_of(text) for text in ("2026", "2026-Q3", "2026q3", "2026-09")] == [
        ("year", date(2026, 1, 1)),
        ("quarter", date(2026, 7, 1)),
        ("quarter", date(2026, 7, 1)),
        ("month", date(2026, 9, 1)),
    ]
    assert moment_of("2026-11-02").date() == date(2026, 11, 2)
    assert moment_of("2026-11-02T14:00+02:00") == datetime(2026, 11, 2, 12, tzinfo=UTC)
    with pytest.raises(CellError, match="'soon' is no moment"):
        moment_of("soon")
