"""The draft as a county file with a remark on every guess, and as lines for the terminal.

Belongs here: words and layout. Does not belong here: guessing (draft.py and below), refusing what is undecided (county.py). No value of a sample is written but codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sources.regional.county import UNDECIDED
from sources.regional.onboarding.codes import CodeGuess, CodeGuesses
from sources.regional.onboarding.draft import DialectDraft, Setting
from sources.regional.onboarding.headings import THRESHOLD, HeadingGuess
from sources.regional.shown import shown


@dataclass(frozen=True)
class CountyDraft:
    """A sender's draft: code, names by language, and a draft a dataset."""

    organiser_code: str
    name: Mapping[str, str]
    dialects: Sequence[DialectDraft]


def county_file(draft: CountyDraft) -> str:
    """The YAML text. What is undecided stands as TODO, which the loader refuses."""
    lines = [
        "# Drafted from samples by `sotevarasto county new`. Each remark says how sure the draft is, and why. Decide each TODO, look at the rest,",
        "# then remove the remarks.",
        f"organiser_code: {_text(draft.organiser_code)}",
        "name:",
        *(f"  {language}: {_text(name)}" for language, name in draft.name.items()),
        "dialects:",
    ]
    for dialect in draft.dialects:
        lines += [f"  {dialect.dataset}:", *(f"    {line}" for line in _dialect(dialect))]
    return "\n".join(lines) + "\n"


def _dialect(draft: DialectDraft) -> Iterator[str]:
    for name, setting in _settings(draft):
        yield f"{name}: {_text(setting.value or UNDECIDED)}  # {setting.evidence}"
    yield "null_values:"
    yield '  - ""'
    for word, evidence in draft.null_values.items():
        yield f"  - {_text(word)}  # {evidence}"
    for word, evidence in draft.doubtful_nulls.items():
        yield f"  - {UNDECIDED}  # {_text(word)} {evidence}"
    if draft.missing:
        yield f"# No heading was certain for: {', '.join(draft.missing)}. Each column of the contract needs one."
    yield "columns:"
    for guess in draft.headings:
        yield f"  {_text(guess.heading)}: {guess.column or UNDECIDED}  # {_why(guess)}"
    if any(guesses.guesses for guesses in draft.codes.values()):
        yield "codes:"
    for column, guesses in draft.codes.items():
        if guesses.guesses:
            yield f"  {column}:"
            yield from (f"    {line}" for line in _codes(guesses))


def _codes(guesses: CodeGuesses) -> Iterator[str]:
    if note := _note(guesses):
        yield f"# {note}"
    for guess in guesses.guesses:
        yield f"{_text(guess.sent)}: {_text(_decided(guess) or UNDECIDED)}  # {_why_code(guess)}"


def _decided(guess: CodeGuess) -> str | None:
    return guess.code if guess.confidence >= THRESHOLD else None


def _why_code(guess: CodeGuess) -> str:
    likely = "" if _decided(guess) or guess.code is None else f"perhaps {guess.code}, "
    return f"{likely}{guess.confidence:.2f}: {guess.evidence}; on {guess.rows} rows"


def _why(guess: HeadingGuess) -> str:
    told = [f"{c.column} {c.confidence:.2f}: {c.evidence}" for c in guess.candidates]
    if guess.column:
        return told[0].removeprefix(f"{guess.column} ")
    if guess.conflict:
        others = ", ".join(_text(shown(heading)) for heading in guess.conflict)
        return f"conflict with {others}; {'; or '.join(told)}"
    if told:
        return f"perhaps {'; or '.join(told)}"
    return "like no column of the contract: choose one, or agree that the sender leaves it out"


def _text(value: str) -> str:
    """A text as YAML reads it back, whatever it holds."""
    return json.dumps(value, ensure_ascii=False)


def lines_for_a_person(draft: CountyDraft, place: str) -> Iterator[str]:
    """What is certain, what is to be confirmed, and the next command."""
    left = 0
    for dialect in draft.dialects:
        certain, open_ones = _certain(dialect), list(_open(dialect))
        left += len(open_ones)
        yield f"{dialect.dataset}: {dialect.rows:,} rows of {dialect.sample.name}"
        yield f"  certain ({len(certain)}):"
        yield from (f"    {line}" for line in certain)
        yield f"  to be decided ({len(open_ones)}):" if open_ones else "  nothing is left to be decided"
        yield from (f"    {line}" for line in open_ones)
        yield from (f"  note: {column}: {_note(codes)}" for column, codes in dialect.codes.items() if _note(codes))
    yield f"The draft is in {place}; guesses are marked there with their reasons, {left} entries stand as {UNDECIDED}."
    yield f"Next: decide them, then run  .venv/bin/sotevarasto county check {place}"


def _certain(draft: DialectDraft) -> list[str]:
    settings = [f"{name}: {_text(s.value)} ({s.evidence})" for name, s in _settings(draft) if s.value is not None]
    nulls = [f"absent: {_text(word)} ({evidence})" for word, evidence in draft.null_values.items()]
    headings = [f"{_text(shown(g.heading))} → {g.column} ({_why(g)})" for g in draft.headings if g.column]
    codes = [
        f"{column}: {sum(1 for g in found.guesses if _decided(g))} of {len(found.guesses)} codes translated"
        for column, found in draft.codes.items()
        if found.guesses
    ]
    return [*settings, *nulls, *headings, *codes]


def _open(draft: DialectDraft) -> Iterator[str]:
    yield from (f"{name}: {s.evidence}" for name, s in _settings(draft) if s.value is None)
    yield from (f"absent? {_text(word)}: {evidence}" for word, evidence in draft.doubtful_nulls.items())
    yield from (f"{_text(shown(g.heading))}: {_why(g)}" for g in draft.headings if not g.column)
    for column, found in draft.codes.items():
        for guess in found.guesses:
            if not _decided(guess):
                yield f"{column} {_text(shown(guess.sent))}: {_why_code(guess)}"


def _settings(draft: DialectDraft) -> list[tuple[str, Setting]]:
    return [
        ("encoding", draft.encoding),
        ("delimiter", draft.delimiter),
        ("decimal", draft.decimal),
        *draft.formats.items(),
    ]


def _note(codes: CodeGuesses) -> str:
    """What the list of codes seen cannot tell."""
    if codes.unshown and not codes.guesses:
        return f"the contract's own codes, but for {codes.unshown_rows} rows that would be refused"
    told = []
    if codes.unshown:
        told.append(f"{codes.unshown} values too rare to be shown, on {codes.unshown_rows} rows")
    if codes.unmet:
        told.append(f"nothing seen that means {', '.join(codes.unmet)}")
    return f"{'; '.join(told)}: ask the sender for its code list" if told else ""
