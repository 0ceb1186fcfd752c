"""The contract's row rules are pandera's, and a single bad row refuses a published statistic whole."""

import polars as pl
import pytest

from sources.contract import load_contract
from sources.national.outcome import SourceError
from sources.national.rules import require_rows
from sources.national.statfin.collect import CONTRACT

GOOD = {
    "year": 2025,
    "area_code": "091",
    "sex": "male",
    "age_years": 100,
    "population": 3,
    "value_status": "value",
    "origin": "published",
}


def _frame(*changes: dict) -> pl.DataFrame:
    narrow = {"year": pl.Int16, "age_years": pl.Int16}
    return pl.DataFrame([GOOD | change for change in changes], schema_overrides=narrow)


@pytest.fixture(scope="module")
def contract():
    return load_contract(CONTRACT)


def test_rows_with_totals_and_absent_figures_keep_the_contract(contract):
    absent = {"population": None, "value_status": "suppressed", "area_code": "SSS"}
    require_rows(contract, _frame({}, {"age_years": None}, {"age_years": 0}, absent))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"year": None}, "year_required"),
        ({"year": 202}, "year_range"),
        ({"area_code": None}, "area_code_required"),
        ({"area_code": "KU091"}, "area_code_pattern"),
        ({"area_code": "0911"}, "area_code_pattern"),
        ({"sex": "SSS"}, "sex_codes"),
        ({"age_years": 101}, "age_years_range"),
        ({"population": -1}, "population_range"),
        ({"value_status": ".."}, "value_status_codes"),
        ({"origin": "real"}, "origin_codes"),
    ],
)
def test_a_known_bad_row_is_refused_by_its_own_rule_in_one_line(contract, change, rule):
    column, _, check = rule.rpartition("_")
    expected = next(r.id for r in contract.rules if (r.column, r.check) == (column, check))
    with pytest.raises(SourceError, match=f"^{expected}: .*1 rows") as refused:
        require_rows(contract, _frame({"area_code": "005"}, change))
    assert "\n" not in str(refused.value)


def test_a_column_of_another_type_or_name_and_a_repeated_key_are_refused(contract):
    as_text = _frame({}).with_columns(pl.col("population").cast(pl.String))
    with pytest.raises(
        SourceError, match=next(r.id for r in contract.rules if (r.column, r.check) == ("population", "type"))
    ):
        require_rows(contract, as_text)
    with pytest.raises(SourceError, match="another shape than the contract's"):
        require_rows(contract, _frame({}).rename({"origin": "source"}))
    with pytest.raises(SourceError, match=contract.unique_rule.id):
        require_rows(contract, _frame({"age_years": None}, {"age_years": None}))
