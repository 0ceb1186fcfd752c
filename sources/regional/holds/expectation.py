"""What a month should hold, by the months that there are; and whether a series drifts.

Belongs here: the formulas alone, over plain numbers. Does not belong here: where the numbers come from (history.py), bounds (hold_rules.yml), words (judge.py).

With y_t the accepted rows of month t, scaled to the same sample share:
  month factors, from 24 months on      e = s_m · median(y_k / s_m(k)) over the last 12 months k
  the same month last year, if there    e = y_(t−12)
  the middle of the months there are    e = f_t · median(y_k / f_k), f the other senders' months against their own middle ones (1 where there are too few)
  φ = max(1, median((y_k − e_k)² / e_k) / 0.455),   z = (y − e) / sqrt(φ·e·(1 + c·e / Σ y_k))
0.455 is the median of χ² with one degree of freedom, so that φ is 1 where months vary as counts do. The last factor is what e itself is uncertain by, the y_k as
they were counted: it is nearly 1 unless the earlier months were sampled thinly or are few. e_k is what the same method says of month k; where it knows no month
factors, the middle month with the other senders' season: what the whole country does is no irregularity of one sender.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

FACTORS, LAST_YEAR, MIDDLE = "month factors", "same month last year", "middle of earlier months"
FACTOR_MONTHS, WINDOW = 24, 12
_MEDIAN_OF_CHI2 = 0.455
# Variance of a median against that of a mean of as many numbers.
_MEDIAN_LOSS = 1.571


@dataclass(frozen=True)
class Month:
    """One earlier month: `number` counts months from year 0; `rows` as accepted, `scaled` to the sample share of the delivery that is judged, `season` the other
    senders' month against their own middle one."""

    number: int
    rows: int
    scaled: float
    season: float = 1.0


@dataclass(frozen=True)
class Expectation:
    """What a month should hold, by which method and how many months, and how far the delivery is from it."""

    expected: float
    phi: float
    z: float
    method: str
    months: int

    def change(self, rows: int) -> float:
        """rows / expected − 1."""
        return rows / self.expected - 1


def month_number(period: str) -> int:
    """'2026-08' → months since year 0."""
    return int(period[:4]) * 12 + int(period[5:7]) - 1


def expectation(rows: int, number: int, months: Sequence[Month], season: float = 1.0) -> Expectation | None:
    """What is expected of month `number`, of which `rows` were delivered; None without an earlier month that had rows. `season` is that of the month itself."""
    known = [m for m in months if m.scaled > 0]
    if not known:
        return None
    expected, used, method, fitted = _expected(number, known, season)
    phi = max(1.0, median((m.scaled - fitted[m.number]) ** 2 / fitted[m.number] for m in known) / _MEDIAN_OF_CHI2)
    loss = _MEDIAN_LOSS if len(used) > 1 else 1.0
    uncertainty = 1 + loss * expected / sum(m.rows for m in used)
    return Expectation(expected, phi, (rows - expected) / math.sqrt(phi * expected * uncertainty), method, len(known))


def _expected(
    number: int, known: Sequence[Month], season: float
) -> tuple[float, Sequence[Month], str, Mapping[int, float]]:
    """The expectation, the months it stands on, the method, and what the same method says of each known month."""
    near = sorted(known, key=lambda m: (abs(m.number - number), m.number))[:WINDOW]
    last_year = next((m for m in known if m.number == number - 12), None)
    if len(known) >= FACTOR_MONTHS:
        factors = month_factors({m.number: m.scaled for m in known})
        level = median(m.scaled / factors.get(m.number % 12, 1.0) for m in near)
        fitted = {m.number: _level_at(m.number, known, factors) * factors.get(m.number % 12, 1.0) for m in known}
        return level * factors.get(number % 12, 1.0), near, FACTORS, fitted
    level = median(m.scaled / m.season for m in near)
    fitted = {m.number: level * m.season for m in known}
    if last_year is not None:
        return last_year.scaled, [last_year], LAST_YEAR, fitted
    return level * season, near, MIDDLE, fitted


def _level_at(number: int, known: Sequence[Month], factors: Mapping[int, float]) -> float:
    """The middle of the months within half a year, without their season."""
    return median(m.scaled / factors.get(m.number % 12, 1.0) for m in known if abs(m.number - number) <= WINDOW // 2)


def month_factors(series: Mapping[int, float]) -> dict[int, float]:
    """Month of the year (0 = January) → its factor: the middle over the years of the month against the mean of the year round it. Their mean is 1.

    The year round a month runs from half of the sixth month before to half of the sixth after; a month of the year that has no whole one has no factor.
    """
    half = WINDOW // 2
    ratios: dict[int, list[float]] = {}
    for number, value in series.items():
        year = [series.get(n) for n in range(number - half, number + half + 1)]
        if None not in year:
            mean = (sum(year) - (year[0] + year[-1]) / 2) / WINDOW
            ratios.setdefault(number % 12, []).append(value / mean)
    raw = {month: median(values) for month, values in ratios.items()}
    mean = sum(raw.values()) / len(raw) if raw else 1.0
    return {month: value / mean for month, value in raw.items()}


@dataclass(frozen=True)
class Drift:
    """`monthly` is the middle change a month (0.03 = 3 %), `total` the change over the months looked at, `z` the Mann–Kendall statistic."""

    monthly: float
    total: float
    z: float
    months: int


def drift(series: Mapping[int, float]) -> Drift | None:
    """How the last WINDOW + 1 months move in one direction; None where there are fewer, or one of them is empty.

    The slope is the median of all pairwise slopes of the logarithms (Theil–Sen): single odd months do not move it. With 24 months and more the season is
    taken out first.
    """
    numbers = sorted(series)[-(WINDOW + 1) :]
    if len(numbers) <= WINDOW or any(series[n] <= 0 for n in numbers):
        return None
    factors = month_factors(series) if len(series) >= FACTOR_MONTHS else {}
    logs = [math.log(series[n] / factors.get(n % 12, 1.0)) for n in numbers]
    pairs = [(i, j) for i in range(len(logs)) for j in range(i)]
    slope = median((logs[i] - logs[j]) / (numbers[i] - numbers[j]) for i, j in pairs)
    score = sum((logs[i] > logs[j]) - (logs[i] < logs[j]) for i, j in pairs)
    n = len(logs)
    z = score / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return Drift(math.expm1(slope), math.expm1(slope * (numbers[-1] - numbers[0])), z, n)
