"""A measured volume has the size asked for, in every dialect, and is the same again."""

from itertools import islice

import pytest
from oracle import verdicts

from sources.simulator.senders import senders
from sources.simulator.volume import parcels


def test_rows_are_divided_among_all_senders_and_months(contract):
    made = list(parcels(20_000, ("2026-07", "2026-08")))
    assert [(p.organiser_code, p.period) for p in made] == [(c, p) for p in ("2026-07", "2026-08") for c in senders()]
    # A row sent twice is one of the usual faults, so a few are more.
    assert sum(p.truth.rows for p in made) == pytest.approx(20_000, rel=0.01)
    last = made[-1]
    truth = {(f.line_number, f.column, f.rule_id) for f in last.truth.row_faults}
    assert verdicts(last.files[0].data, last.dialect, contract, last.period) == truth
    assert next(islice(parcels(20_000, ("2026-07", "2026-08")), 4, None)) == made[4]
