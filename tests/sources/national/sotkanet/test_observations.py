"""Rows of a reply are split by level, kept as they are, and refused whole where they are not what was asked."""

from decimal import Decimal

import polars as pl
import pytest

from sources.contract import load_contract
from sources.national.digest import content_digest
from sources.national.outcome import SourceError
from sources.national.rules import require_rows
from sources.national.sotkanet.collect import CONTRACT
from sources.national.sotkanet.observations import COLUMNS, Asked, observation_rows, require_some
from sources.national.sotkanet.regions import known_regions, region_rows
from sources.simulator.national.sotkanet_regions import listed

ASKED = Asked(4, (2022, 2023), ("total", "male"))


def _row(region=958, year=2023, gender="total", **more):
    return {"indicator": 4, "region": region, "year": year, "gender": gender} | (more or {"value": 3.4})


@pytest.fixture(scope="module")
def regions():
    return known_regions(region_rows(listed(), simulated=True))


@pytest.fixture(scope="module")
def contract():
    return load_contract(CONTRACT)


def test_mixed_levels_are_told_apart_and_nothing_is_added(regions, contract):
    document = [
        _row(658),
        _row(958),
        _row(878, 2022),
        _row(2, value=9646, absValue=9),
        _row(984),
        _row(958, gender="male"),
    ]
    frame = observation_rows(document, ASKED, regions, simulated=False)
    require_rows(contract, frame)
    columns = ["region_id", "region_category", "region_code", "hva_code", "municipality_code", "year", "sex"]
    assert frame.select(columns).rows() == [
        (2, "KUNTA", "005", None, "005", 2023, "total"),
        (658, "MAA", "358", None, None, 2023, "total"),
        (878, "HYVINVOINTIALUE", "12", "16", None, 2022, "total"),
        (958, "HYVINVOINTIALUE", "16", "16", None, 2023, "male"),
        (958, "HYVINVOINTIALUE", "16", "16", None, 2023, "total"),
        (984, "YTA", "5", None, None, 2023, "total"),
    ]
    assert tuple(frame.columns) == COLUMNS
    assert dict(frame.schema) | {"value": pl.Decimal(18, 6), "year": pl.Int16} == dict(frame.schema)


def test_decimals_are_exact_and_a_row_without_a_value_keeps_its_absolute_number(regions):
    document = [
        _row(958, value=0.29, absValue=12),
        _row(959, absValue=3),
        _row(960, value=None, absValue=None),
        _row(961, value=0),
        _row(962, value=-1.000005),
    ]
    frame = observation_rows(document, ASKED, regions, simulated=False)
    assert frame.select("value", "abs_value", "value_status").rows() == [
        (Decimal("0.290000"), Decimal(12), "value"),
        (None, Decimal(3), "missing"),
        (None, None, "missing"),
        (Decimal(0), None, "true_zero"),
        (Decimal("-1.000005"), None, "value"),
    ]


def test_a_simulated_row_is_synthetic_unless_it_says_otherwise_and_a_live_one_is_published(regions):
    document = [_row(958), _row(959, value=1, sotevarasto_simulator="published")]
    assert observation_rows(document, ASKED, regions, simulated=True)["origin"].to_list() == ["synthetic", "published"]
    assert observation_rows(document, ASKED, regions, simulated=False)["origin"].to_list() == ["published"] * 2


def test_the_order_of_the_reply_does_not_matter(regions):
    document = [_row(958), _row(2), _row(958, 2022)]
    one, other = (observation_rows(d, ASKED, regions, simulated=False) for d in (document, document[::-1]))
    assert content_digest(one) == content_digest(other)
    assert content_digest(one.head(2)) != content_digest(one)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"rows": []}, "HVA-SOT-0-021: the reply is no list"),
        (["x"], "HVA-SOT-0-021: the reply is no list"),
        ([{"indicator": "4", "region": "958", "year": "2023", "gender": "total", "primary value": "3.4"}], "as str"),
        ([_row(value="3,4")], "gives `value` as str"),
        ([_row(value=True)], "gives `value` as bool"),
        ([_row(year=2023.5)], "gives `year` as float"),
        ([_row(region=None)], "gives `region` as NoneType"),
        ([_row(region=2**40)], "HVA-SOT-0-021: a `region` cannot be held"),
        ([_row(value=1e15)], "HVA-SOT-0-021: the reply holds a `value` above"),
        ([_row(value=10**400)], "HVA-SOT-0-021: a `value` cannot be held"),
        ([_row() | {"indicator": 5}], "HVA-SOT-0-022: rows of indicator_id 5"),
        ([_row(year=2021)], "HVA-SOT-0-022: rows of year 2021"),
        ([_row(gender="female")], "HVA-SOT-0-022: rows of sex 'female'"),
        ([_row(), _row(999999)], "HVA-SOT-0-023: 1 rows are of region 999999"),
        ([_row(958), _row(878)], "HVA-SOT-0-024: county 16 has two rows for 2023 total"),
    ],
)
def test_rows_of_another_form_or_not_asked_for_are_refused_in_one_line(regions, document, says):
    with pytest.raises(SourceError, match=says) as refused:
        observation_rows(document, ASKED, regions, simulated=False)
    assert "\n" not in str(refused.value)


def test_a_row_twice_breaks_the_key_of_the_contract(regions, contract):
    frame = observation_rows([_row(2), _row(2)], ASKED, regions, simulated=False)
    with pytest.raises(SourceError, match=contract.unique_rule.id):
        require_rows(contract, frame)


def test_an_empty_reply_and_one_that_lost_most_figures_leave_the_last_good_rows(regions):
    frame = observation_rows([_row(958), _row(2), _row(959, absValue=3)], ASKED, regions, simulated=False)
    require_some(frame, None)
    require_some(frame, {"values": 2})
    with pytest.raises(SourceError, match="HVA-SOT-0-025: 2 figures where the last good snapshot had 3"):
        require_some(frame, {"values": 3})
    with pytest.raises(SourceError, match="HVA-SOT-0-025: the reply has no row at all"):
        require_some(frame.clear(), None)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"indicator_id": 0}, "indicator_id_range"),
        ({"region_category": "Kunta"}, "region_category_pattern"),
        ({"region_code": None}, "region_code_required"),
        ({"hva_code": "5"}, "hva_code_pattern"),
        ({"municipality_code": "91"}, "municipality_code_pattern"),
        ({"year": 20}, "year_range"),
        ({"sex": "all"}, "sex_codes"),
        ({"value_status": "suppressed"}, "value_status_codes"),
        ({"origin": "real"}, "origin_codes"),
    ],
)
def test_a_known_bad_row_is_refused_by_its_own_rule(regions, contract, change, rule):
    frame = observation_rows([_row(2), _row(958)], ASKED, regions, simulated=False)
    column = next(iter(change))
    spoiled = frame.with_columns(
        pl.when(pl.col("region_id") == 2)
        .then(pl.lit(change[column]))
        .otherwise(column)
        .cast(frame.schema[column])
        .alias(column)
    )
    column, _, check = rule.rpartition("_")
    expected = next(r.id for r in contract.rules if (r.column, r.check) == (column, check))
    with pytest.raises(SourceError, match=f"^{expected}: .*1 rows"):
        require_rows(contract, spoiled)


def test_a_value_that_is_no_decimal_is_refused_by_its_rule(regions, contract):
    frame = observation_rows([_row()], ASKED, regions, simulated=False).with_columns(pl.col("value").cast(pl.Float64))
    with pytest.raises(
        SourceError, match=next(r.id for r in contract.rules if (r.column, r.check) == ("value", "type"))
    ):
        require_rows(contract, frame)
