"""The truth about faulty rows is what a second opinion finds in the files, line by line."""

import numpy as np
import polars as pl
import pytest
from oracle import verdicts

from sources.regional.catalogue import dataset_contracts
from sources.simulator.costs import generate_costs
from sources.simulator.events import generate_rows
from sources.simulator.parcel import dialect_of
from sources.simulator.row_faults import COST_KINDS, KINDS, LINE_KINDS, rule_id, with_row_faults
from sources.simulator.senders import senders
from sources.simulator.writer import encoded, header_of, lines_of, text_columns


def test_every_fault_of_the_first_night_stands_on_its_line_and_there_is_no_other(first_night):
    contracts = dataset_contracts()
    found = faulty_senders = 0
    for parcel in first_night:
        for file in parcel.files:
            truth = {(f.line_number, f.column, f.rule_id) for f in parcel.truth.row_faults if f.file_name == file.name}
            contract = contracts[parcel.dataset]
            assert verdicts(file.data, parcel.dialect, contract, parcel.period) == truth, file.name
            found += len(truth)
        faulty_senders += bool(parcel.truth.row_faults)
    rows = sum(p.truth.rows for p in first_night)
    assert 0.0005 < found / rows < 0.004
    assert 0 < faulty_senders < len(first_night)


@pytest.mark.parametrize("code", sorted(senders()))
def test_every_kind_of_fault_breaks_its_rule_and_no_other_in_every_dialect(code, contract):
    dialect, rows = dialect_of(code), generate_rows(code, "2026-09", n_rows=1600)
    lines, faults = with_row_faults(
        np.random.default_rng(3), rows, text_columns(rows, dialect), dialect, 0.5, "file.csv"
    )
    data = encoded([header_of(dialect), *lines], dialect, senders()[code])
    truth = {(f.line_number, f.column, f.rule_id) for f in faults}
    assert verdicts(data, dialect, contract, "2026-09") == truth
    assert {rule_id(k.column, k.check) for k in KINDS} <= {f.rule_id for f in faults}
    assert len(faults) == 800
    assert len(LINE_KINDS) == 2


@pytest.mark.parametrize("code", sorted(senders()))
def test_every_kind_of_fault_of_costs_breaks_its_rule_and_no_other_in_every_dialect(code, cost_contract):
    dialect, rows = dialect_of(code, "costs"), generate_costs(code, "2026-09")
    rng = np.random.default_rng(3)
    lines, faults = with_row_faults(rng, rows, text_columns(rows, dialect), dialect, 0.9, "file.csv")
    data = encoded([header_of(dialect), *lines], dialect, senders()[code])
    truth = {(f.line_number, f.column, f.rule_id) for f in faults}
    assert verdicts(data, dialect, cost_contract, "2026-09") == truth
    # A joint authority has few rows and pays nothing to itself.
    if not senders()[code].catchment:
        kinds = [k for k in COST_KINDS if k.column != "hus_share" or k.check == "codes"]
        assert {rule_id(k.column, k.check, "costs") for k in kinds} <= {f.rule_id for f in faults}


def test_a_payment_to_the_joint_authority_cannot_be_own_production(cost_contract):
    dialect = dialect_of("01", "costs")
    paid = generate_costs("01", "2026-09").filter(pl.col("hus_share") == "hus")
    number = next(n for n, k in enumerate(COST_KINDS) if (k.column, k.check) == ("hus_share", "only_with"))
    spoilt = COST_KINDS[number].spoil(paid.row(0, named=True), dialect)
    header = next(h for h, c in dialect.columns.items() if c == "production_mode")
    text = text_columns(paid, dialect).with_columns(pl.lit(spoilt).alias(header))
    data = encoded([header_of(dialect), *lines_of(text, dialect)], dialect, senders()["01"])
    rule = rule_id("hus_share", "only_with", "costs")
    assert {r for _, _, r in verdicts(data, dialect, cost_contract, "2026-09")} == {rule}


def test_without_a_share_nothing_is_spoilt():
    dialect, rows = dialect_of("05"), generate_rows("05", "2026-09", n_rows=50)
    text = text_columns(rows, dialect)
    lines, faults = with_row_faults(np.random.default_rng(3), rows, text, dialect, 0.0, "file.csv")
    assert faults == []
    assert lines == [dialect.delimiter.join(row) for row in text.iter_rows()]
