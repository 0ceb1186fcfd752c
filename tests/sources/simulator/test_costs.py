"""The simulated costs keep the contract, add up, and are of the size that the published budgets say."""

from datetime import datetime
from decimal import Decimal

import polars as pl
import pytest
from oracle import verdicts

from sources.simulator.calendar import HELSINKI
from sources.simulator.costs import DATASET, HOSPITAL_CLASSES, corrected_costs, generate_costs, monthly_budget
from sources.simulator.parcel import dialect_of, make_parcel
from sources.simulator.randomness import SEED
from sources.simulator.senders import senders
from sources.simulator.tables import counties, rows_of
from sources.simulator.writer import encoded, header_of, lines_of, text_columns

MADE = datetime(2026, 9, 10, 8, 15, tzinfo=HELSINKI)
ORGANISERS = [s.organiser_code for s in senders().values() if not s.catchment]
MEMBERS = [code for s in senders().values() for code in s.catchment]
PERIODS = ("2025-10", "2026-06", "2026-08")


@pytest.fixture(scope="module")
def costs() -> pl.DataFrame:
    """Three months of every sender without faults, with the sender and the month."""
    return pl.concat(
        generate_costs(code, period).with_columns(sender=pl.lit(code), period=pl.lit(period))
        for code in senders()
        for period in PERIODS
    )


def total(rows: pl.DataFrame) -> Decimal:
    return rows["amount_eur"].sum()


@pytest.mark.parametrize("period", ["2026-08", "2023-10", "2027-02"])
def test_a_clean_month_breaks_no_rule_of_the_contract(cost_contract, period):
    for code in senders():
        for revision in (1, 2):
            dialect, rows = dialect_of(code, DATASET), generate_costs(code, period, revision)
            lines = lines_of(text_columns(rows, dialect), dialect)
            data = encoded([header_of(dialect), *lines], dialect, senders()[code])
            assert verdicts(data, dialect, cost_contract, period) == set(), code


def test_every_organiser_delivers_every_class_in_full_size(costs):
    rows = costs.group_by("sender", "period").agg(pl.len(), pl.col("service_class_code").n_unique().alias("classes"))
    of_organisers = rows.filter(pl.col("sender").is_in(ORGANISERS))
    assert of_organisers["len"].min() > 550
    assert of_organisers["classes"].min() >= 53
    assert {p.sample_share for p in [make_parcel("05", "2026-08", 1, MADE, SEED, dataset=DATASET)]} == {1}


def test_external_expenditure_is_the_months_part_of_the_published_budget(costs):
    spent = costs.filter(pl.col("item_scope") == "external", pl.col("amount_eur") > 0)
    for code in ORGANISERS:
        for period in PERIODS:
            own = spent.filter(pl.col("sender") == code, pl.col("period") == period)
            assert float(total(own)) == pytest.approx(monthly_budget(code, period), abs=10)


def test_twelve_months_are_the_budget_of_the_year_that_was_published():
    published = {
        (r["hva_code"], r["year"]): float(r["operating_expenditure_meur"]) for r in rows_of("costs/budgets.csv")
    }
    for code in ("05", "90"):
        year = sum(monthly_budget(code, f"2026-{month:02d}") for month in range(1, 13))
        assert year == pytest.approx(1e6 * published[code, "2026"])
    assert published["90", "2026"] == 3289.555


def test_net_costs_of_a_resident_are_of_the_order_of_the_real_ones(costs):
    external = costs.filter(pl.col("item_scope") == "external", pl.col("sender").is_in(ORGANISERS))
    people = dict(zip(counties().codes, counties().population, strict=True))
    for code, net in external.group_by("sender").agg(pl.col("amount_eur").sum()).iter_rows():
        assert 280 < float(net) / len(PERIODS) / people[code] < 600, code


def test_internal_items_cancel_out_within_each_sender_to_the_cent(costs):
    internal = costs.filter(pl.col("item_scope") == "internal")
    sums = internal.group_by("sender", "period").agg(pl.col("amount_eur").sum())
    assert sums.height == len(senders()) * len(PERIODS)
    assert set(sums["amount_eur"]) == {Decimal("0.00")}
    assert set(internal["production_mode"]) == {"own"}


def test_what_members_pay_is_the_joint_authoritys_sales_income_to_the_cent(costs):
    paid = costs.filter(pl.col("hus_share") == "hus")
    assert set(paid["sender"]) == set(MEMBERS)
    assert set(paid["service_class_code"]) == set(HOSPITAL_CLASSES)
    assert set(paid["production_mode"]) == {"bought"}
    sales = costs.filter(
        ~pl.col("sender").is_in(ORGANISERS), pl.col("account_code") == "3100", pl.col("item_scope") == "external"
    )
    for period in PERIODS:
        of_month = pl.col("period") == period
        assert total(paid.filter(of_month)) == -total(sales.filter(of_month)) > 100_000_000


def test_members_produce_no_hospital_care_and_the_joint_authority_nothing_else(costs):
    hospital = pl.col("service_class_code").is_in(list(HOSPITAL_CLASSES))
    own = costs.filter(pl.col("production_mode") == "own")
    assert own.filter(pl.col("sender").is_in(MEMBERS) & hospital).height == 0
    assert own.filter(~pl.col("sender").is_in(ORGANISERS) & ~hospital).height == 0


def test_income_is_negative_and_expenses_positive(costs):
    signs = costs.group_by(pl.col("account_code").str.starts_with("3"), pl.col("amount_eur") > 0).len()
    assert set(signs.select(pl.nth(0), pl.nth(1)).iter_rows()) == {(True, False), (False, True)}


def test_a_correction_posts_some_amounts_anew_and_leaves_what_others_have_in_their_books():
    key = ["service_class_code", "account_code", "production_mode", "item_scope", "hus_share"]
    for code in ("03", "05", "HUS"):
        before, (after, correction) = generate_costs(code, "2026-08"), corrected_costs(code, "2026-08", 2)
        both = before.join(after, on=key, suffix="_new")
        changed = both.filter(pl.col("amount_eur") != pl.col("amount_eur_new"))
        assert (changed.height, before.height - both.height, after.height - both.height) == (
            correction.changed,
            correction.removed,
            correction.added,
        )
        assert correction.added > 0
        assert set(changed["hus_share"]) | set(changed["item_scope"]) <= {"none", "external"}
        assert not after.select(key).is_duplicated().any()


def test_equal_arguments_give_equal_rows_and_other_ones_others():
    first = generate_costs("05", "2026-08")
    generate_costs("HUS", "2026-07")
    assert generate_costs("05", "2026-08").equals(first)
    others = [generate_costs(*other) for other in (("05", "2026-08", 1, 7), ("05", "2026-09"), ("06", "2026-08"))]
    amounts = set(first["amount_eur"])
    assert all(len(amounts & set(other["amount_eur"])) < 20 for other in others)
