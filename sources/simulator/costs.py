"""Simulated costs as rows of the contract: what a sender's month cost, by service class and account.

Belongs here: one sender's month in full size, scaled from published budgets, and what a correction changes in it. Does not belong here: how a sender
writes it (writer.py), what is wrong in it (row_faults.py). Every row made here keeps every rule of the contract.

Three things hold between rows, for the warehouse to rely on or to catch: internal items cancel out within a sender; what organisers pay to the sender of
their hospital care is that sender's sales income, to the cent; and external expenditure is the month's part of the budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import polars as pl

from sources.regional.catalogue import dataset_contract
from sources.simulator.events import Correction
from sources.simulator.randomness import SEED, generator
from sources.simulator.senders import senders
from sources.simulator.tables import rows_of

DATASET = "costs"
# Of the expenditure of an organiser whose hospital care another gives, so much is paid to it (figures/costs/README.md).
JOINT_SHARE = 0.263
# The joint authority's sales to its members cover so much of its expenditure.
SALES_SHARE = 0.86
INTERNAL_SHARE = 0.10
HOSPITAL_CLASSES = {"2612": 0.80, "2601": 0.10, "2607": 0.06, "2606": 0.04}
SALES, FEES, GRANTS, RENTS, OTHER_INCOME = "3100", "3200", "3300", "3400", "3500"
CLIENT_SERVICES, OTHER_SERVICES, CORRECTIONS = "4300", "4340", "4990"
# Lasting differences between senders, and those of a single month (sigma of a log-normal).
LASTING, PASSING = 0.12, 0.03
# Of the rows of a month a correction changes this share; it adds this many postings of its own.
CHANGED, ADDED = 0.03, 3

Line = tuple[
    str, str, str, str, str, float
]  # service class, account, production mode, item scope, payment to HUS, euros


@dataclass(frozen=True)
class _Service:
    """One service class of services.csv; shares are 0..1 of its expenditure."""

    code: str
    weight: float
    profile: str
    bought: float
    income: dict[str, float]


@cache
def _services() -> tuple[_Service, ...]:
    columns = {FEES: "fees_pct", SALES: "sales_pct", GRANTS: "grants_pct", RENTS: "rents_pct"}
    return tuple(
        _Service(
            code=r["service_class_code"],
            weight=float(r["weight"]),
            profile=r["profile"],
            bought=float(r["bought_pct"]) / 100,
            income={account: float(r[name]) / 100 for account, name in columns.items()},
        )
        for r in rows_of("costs/services.csv")
    )


@cache
def _profile(name: str) -> dict[str, float]:
    return {r["account_code"]: float(r["pct"]) / 100 for r in rows_of("costs/accounts.csv") if r["profile"] == name}


def monthly_budget(organiser_code: str, period: str) -> float:
    """External expenditure of an organiser in a month 'YYYY-MM', euros. A year without a budget has that of the nearest year with one."""
    budgets = {
        int(r["year"]): float(r["operating_expenditure_meur"])
        for r in rows_of("costs/budgets.csv")
        if r["hva_code"] == organiser_code
    }
    year = min(max(int(period[:4]), min(budgets)), max(budgets))
    factor = next(float(r["relative_cost"]) for r in rows_of("costs/months.csv") if int(r["month"]) == int(period[5:]))
    return budgets[year] * 1e6 / 12 * factor


def generate_costs(organiser_code: str, period: str, revision: int = 1, seed: int = SEED) -> pl.DataFrame:
    """A sender's month as typed columns of the contract, by service class and account. `revision` n is the month after n − 1 corrections."""
    return corrected_costs(organiser_code, period, revision, seed)[0]


def corrected_costs(
    organiser_code: str, period: str, revision: int = 1, seed: int = SEED
) -> tuple[pl.DataFrame, Correction | None]:
    """As `generate_costs`, with what the last correction did; None when there was none. Equal arguments give equal rows."""
    if senders()[organiser_code].catchment:
        lines = list(_producer(organiser_code, period, seed))
    else:
        lines = list(_organiser(organiser_code, period, seed))
    frame = _frame(lines, period)
    correction = None
    for number in range(2, revision + 1):
        frame, correction = _correct(generator(seed, organiser_code, DATASET, period, number), frame)
    return frame.select(dataset_contract(DATASET).column_names), correction


def joint_payments(organiser_code: str, period: str, seed: int = SEED) -> dict[str, float]:
    """What an organiser pays in a month to the sender of its hospital care, euros (whole cents) by service class; nothing without such a sender."""
    if not _hospital_elsewhere(organiser_code):
        return {}
    noise = np.exp(PASSING * generator(seed, organiser_code, DATASET, period, "joint").standard_normal(4))
    total = monthly_budget(organiser_code, period) * JOINT_SHARE
    share = np.array(list(HOSPITAL_CLASSES.values())) * noise
    return dict(zip(HOSPITAL_CLASSES, np.round(total * share / share.sum(), 2).tolist(), strict=True))


def _hospital_elsewhere(organiser_code: str) -> bool:
    return any(organiser_code in sender.catchment for sender in senders().values())


def _organiser(organiser_code: str, period: str, seed: int) -> Iterator[Line]:
    budget = monthly_budget(organiser_code, period)
    paid = joint_payments(organiser_code, period, seed)
    own = [s for s in _services() if not (paid and s.code in HOSPITAL_CLASSES)]
    lasting = np.exp(LASTING * generator(seed, DATASET, "lasting", organiser_code).standard_normal(len(own)))
    weight = np.array([s.weight for s in own]) * lasting
    expenditure = (budget - sum(paid.values())) * weight / weight.sum()
    rng = generator(seed, organiser_code, DATASET, period, 1)
    for service, euros in zip(own, expenditure.tolist(), strict=True):
        yield from _service_lines(rng, service, euros)
    for code, euros in paid.items():
        yield code, CLIENT_SERVICES, "bought", "external", "hus", euros
    yield from _internal_lines(rng, own, expenditure * INTERNAL_SHARE)


def _producer(organiser_code: str, period: str, seed: int) -> Iterator[Line]:
    """A joint authority: hospital care only, paid for by those whom it serves."""
    members = [joint_payments(code, period, seed) for code in senders()[organiser_code].catchment]
    sales = {code: round(sum(paid[code] for paid in members), 2) for code in HOSPITAL_CLASSES}
    services = {s.code: s for s in _services()}
    own = [services[code] for code in HOSPITAL_CLASSES]
    expenditure = np.array(list(sales.values())) / SALES_SHARE
    rng = generator(seed, organiser_code, DATASET, period, 1)
    for service, euros in zip(own, expenditure.tolist(), strict=True):
        for line in _service_lines(rng, service, euros):
            # Sales to others than its members stand under other income, so that what members pay can be told.
            yield (line[0], OTHER_INCOME, *line[2:]) if line[1] == SALES else line
        yield service.code, SALES, "own", "external", "none", -sales[service.code]
    yield from _internal_lines(rng, own, expenditure * INTERNAL_SHARE)


def _service_lines(rng: np.random.Generator, service: _Service, euros: float) -> Iterator[Line]:
    """The external rows of one class: own production by account, what is bought, and income."""
    parts = {account: (1 - service.bought) * share for account, share in _profile(service.profile).items()}
    parts[CLIENT_SERVICES] = service.bought
    amount = np.array(list(parts.values())) * np.exp(PASSING * rng.standard_normal(len(parts)))
    amount *= euros / amount.sum()
    for account, value in zip(parts, amount.tolist(), strict=True):
        yield service.code, account, "bought" if account == CLIENT_SERVICES else "own", "external", "none", value
    income = np.exp(PASSING * rng.standard_normal(len(service.income))) * euros
    for (account, share), value in zip(service.income.items(), income.tolist(), strict=True):
        if share:
            yield service.code, account, "own", "external", "none", -value * share


def _internal_lines(rng: np.random.Generator, services: list[_Service], euros: np.ndarray) -> Iterator[Line]:
    """What units buy from each other: every class pays the one with the most expenditure, whose income is the sum to the cent."""
    seller = max(services, key=lambda s: s.weight).code
    cents = np.round(100 * euros * np.exp(PASSING * rng.standard_normal(len(services)))).astype(np.int64)
    bought = {s.code: int(c) for s, c in zip(services, cents.tolist(), strict=True) if s.code != seller}
    for code, value in bought.items():
        yield code, OTHER_SERVICES, "own", "internal", "none", value / 100
    yield seller, SALES, "own", "internal", "none", -sum(bought.values()) / 100


def _frame(lines: list[Line], period: str) -> pl.DataFrame:
    names = ("service_class_code", "account_code", "production_mode", "item_scope", "hus_share")
    *texts, euros = zip(*lines, strict=True)
    cents = np.round(100 * np.array(euros)).astype(np.int64)
    frame = pl.DataFrame({name: list(values) for name, values in zip(names, texts, strict=True)} | {"cents": cents})
    frame = frame.filter(pl.col("cents") != 0).sort(names)
    month = pl.lit(date.fromisoformat(f"{period}-01")).alias("cost_month")
    return frame.with_columns(month, _euros(frame["cents"])).drop("cents")


def _euros(cents: pl.Series) -> pl.Series:
    """Whole cents as DECIMAL(18,2)."""
    size = cents.abs()
    sign = pl.Series(["-", ""], dtype=pl.String).gather((cents >= 0).cast(pl.UInt32))
    text = sign + (size // 100).cast(pl.String) + "." + (size % 100).cast(pl.String).str.zfill(2)
    return text.cast(pl.Decimal(18, 2)).alias("amount_eur")


def _correct(rng: np.random.Generator, frame: pl.DataFrame) -> tuple[pl.DataFrame, Correction]:
    """Some external amounts posted anew, and a few late postings on the account for corrections. Payments to others stay: those have them in their books."""
    cents = (frame["amount_eur"] * 100).cast(pl.Int64)
    free = (
        (frame["item_scope"] == "external") & (frame["hus_share"] == "none") & (frame["account_code"] != SALES)
    ).to_numpy()
    chosen = free & (rng.random(frame.height) < CHANGED)
    factor = np.where(chosen, 1 + 0.02 + 0.08 * rng.random(frame.height), 1.0)
    changed = frame.with_columns(_euros(pl.Series(np.round(cents.to_numpy() * factor).astype(np.int64))))
    classes = changed["service_class_code"].unique().sort()
    taken = changed.filter(pl.col("account_code") == CORRECTIONS)["service_class_code"].to_list()
    open_classes = [c for c in classes.to_list() if c not in taken]
    late = sorted(rng.permutation(open_classes)[:ADDED].tolist())
    added = changed.head(1).select(pl.col("cost_month")).join(pl.DataFrame({"service_class_code": late}), how="cross")
    amounts = pl.Series(rng.integers(-9_000_000, 9_000_000, len(late)) * 2 + 1)
    added = added.with_columns(
        _euros(amounts),
        account_code=pl.lit(CORRECTIONS),
        production_mode=pl.lit("own"),
        item_scope=pl.lit("external"),
        hus_share=pl.lit("none"),
    ).select(changed.columns)
    names = ("service_class_code", "account_code", "production_mode", "item_scope", "hus_share")
    result = pl.concat([changed, added]).sort(names)
    return result, Correction(int(chosen.sum()), 0, added.height)
