"""The draft of a sender's dialect: every part of it, what it was guessed to be, and what is left to a person.

Belongs here: the order of the guesses, absent values, and what the whole comes to. Does not belong here: the guesses one by one (headings.py, codes.py, forms.py), how it is
written and shown (written.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sources.contract import Contract
from sources.regional.onboarding.codes import CodeGuesses, guess_codes
from sources.regional.onboarding.forms import NUMBER, Form, decimal_sign, time_form
from sources.regional.onboarding.headings import HeadingGuess, Seen, guess_headings
from sources.regional.onboarding.knowledge import Knowledge
from sources.regional.onboarding.sample import Sample, read_sample

if TYPE_CHECKING:
    import polars as pl

# Of the values that are not this word so many must be numbers, times or long keys for the word to mean "absent" there.
_ALIKE = 0.98
_KEY = r"^[0-9a-f]{16,}$"


@dataclass(frozen=True)
class Setting:
    """One setting of a dialect: its value, None when a person must decide, why, and the values that are left open."""

    value: str | None
    evidence: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class DialectDraft:
    """What a sample told of one dataset. `null_values` are words that mean absent for certain, `doubtful_nulls` those that may be codes as well, each with its evidence. `missing`
    are columns of the contract without a heading."""

    dataset: str
    sample: Path
    rows: int
    encoding: Setting
    delimiter: Setting
    decimal: Setting
    formats: Mapping[str, Setting]
    null_values: Mapping[str, str]
    doubtful_nulls: Mapping[str, str]
    headings: Sequence[HeadingGuess]
    codes: Mapping[str, CodeGuesses]
    missing: Sequence[str]


def draft_dialect(contract: Contract, sample_file: Path, knowledge: Knowledge) -> DialectDraft:
    """Draft a dataset's dialect from one sample. SampleError when the sample cannot be used."""
    sample = read_sample(sample_file)
    certain, doubtful = _null_words(sample, knowledge)
    absent = ["", *certain, *doubtful]
    seen = [_seen(sample.column(place), absent, knowledge) for place in range(len(sample.headings))]
    headings = guess_headings(sample.headings, seen, contract, knowledge)
    places = {guess.column: guess.place for guess in headings if guess.column}
    coded = [c for c in contract.columns if c.allowed_codes is not None and c.name in places]
    return DialectDraft(
        dataset=contract.name,
        sample=sample_file,
        rows=len(sample.values),
        encoding=Setting(sample.encoding, sample.evidence["encoding"]),
        delimiter=Setting(sample.delimiter, sample.evidence["delimiter"]),
        decimal=_decimal(seen),
        formats=_formats(contract, seen),
        null_values=certain,
        doubtful_nulls=doubtful,
        headings=headings,
        codes={c.name: guess_codes(c, seen[places[c.name]].values, knowledge) for c in coded},
        missing=[name for name in contract.column_names if name not in places],
    )


def agreed_forms(drafts: Sequence[DialectDraft]) -> list[DialectDraft]:
    """The drafts of one sender, where a form of days that leaves two readings open is decided by the form that the sender's other sample shows."""
    settled = {s.value.split()[0].split("T")[0] for d in drafts for s in d.formats.values() if s.value}
    return [replace(draft, formats={n: _settled(s, settled) for n, s in draft.formats.items()}) for draft in drafts]


def _settled(setting: Setting, settled: Collection[str]) -> Setting:
    fitting = [form for form in setting.readings if form in settled]
    if setting.value is not None or len(fitting) != 1:
        return setting
    return Setting(fitting[0], f"{setting.evidence}; the sender's other sample shows which")


def _null_words(sample: Sample, knowledge: Knowledge) -> tuple[dict[str, str], dict[str, str]]:
    """Words for "absent" that stand in the sample: certain where all else in a field is numbers, times or keys, doubtful where they stand among words only."""
    words = list(knowledge.null_values)
    rows: dict[str, int] = {}
    sure: set[str] = set()
    for place in range(len(sample.headings)):
        column = sample.column(place)
        found = column.filter(column.is_in(words)).value_counts().rows()
        rest = column.filter(~column.is_in(["", *words]))
        for word, count in found:
            rows[word] = rows.get(word, 0) + count
        if found and _is_all_alike(rest, knowledge):
            sure |= {word for word, _ in found}
    told = {word: f"on {count} fields" for word, count in sorted(rows.items())}
    return (
        {word: f"{text}, among numbers, times or keys" for word, text in told.items() if word in sure},
        {word: f"{text}, among words only: absent, or a code?" for word, text in told.items() if word not in sure},
    )


def _is_all_alike(values: pl.Series, knowledge: Knowledge) -> bool:
    if not len(values):
        return False
    alike = values.str.contains(f"{NUMBER}|{_KEY}").mean() >= _ALIKE
    return alike or any(time_form(values, knowledge.formats, clock) for clock in (True, False))


def _seen(column: pl.Series, absent: list[str], knowledge: Knowledge) -> Seen:
    import polars as pl

    column = column.to_frame("v").select(pl.when(~pl.col("v").is_in(absent)).then(pl.col("v"))).to_series()
    values = column.drop_nulls()
    form = time_form(values, knowledge.formats, with_clock=True)
    return Seen(column, form or time_form(values, knowledge.formats, with_clock=False), form is not None)


def _decimal(seen: Sequence[Seen]) -> Setting:
    sign, commas, points = decimal_sign(one.values for one in seen if one.form is None)
    if sign is not None:
        return Setting(sign, f"{commas if sign == ',' else points} numbers with it")
    if commas:
        return Setting(None, f"{commas} numbers have a comma and {points} a point")
    return Setting(None, "no number with decimals in the sample")


def _formats(contract: Contract, seen: Sequence[Seen]) -> dict[str, Setting]:
    kinds = {column.type for column in contract.columns}
    found = {}
    for kind, with_clock in (("timestamp", True), ("date", False)):
        if kind in kinds:
            forms = [one.form for one in seen if one.form and one.has_clock == with_clock]
            found[f"{kind}_format"] = _format(forms)
    return found


def _format(forms: Sequence[Form]) -> Setting:
    """One form for all; a field that leaves two readings open is decided by one that does not."""
    if not forms:
        return Setting(None, "no field with times in a known form")
    clear = {form.text for form in forms if not form.rivals}
    possible = set.intersection(*({form.text, *form.rivals} for form in forms))
    agreed = clear & possible if clear else possible
    if len(agreed) == 1:
        return Setting(agreed.pop(), f"{len(forms)} field{'s' if len(forms) > 1 else ''} of this form")
    readings = tuple(sorted(clear or set.union(*({form.text, *form.rivals} for form in forms))))
    return Setting(None, f"the values allow {' and '.join(readings)}", readings)
