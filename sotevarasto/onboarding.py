"""`sotevarasto county new` and `county check`.

Belongs here: which files, and the lines that are said. Does not belong here: guessing (sources/regional/onboarding), what a county file must be (sources/regional/county.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from sources.durable import write_atomic
from sources.errors import SotevarastoError
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.county import load_county


def draft(code: str, name: Mapping[str, str], datasets: Sequence[str], samples: Sequence[Path], out: Path) -> None:
    """Draft a county file from a sample for each dataset, and say what is certain, what is not, and what comes next."""
    from sources.regional.onboarding.draft import agreed_forms, draft_dialect
    from sources.regional.onboarding.knowledge import gather
    from sources.regional.onboarding.written import CountyDraft, county_file, lines_for_a_person

    contracts = dataset_contracts()
    _refuse(code, datasets, samples, out)
    known = gather(contracts, counties(), but=code)
    drafts = [draft_dialect(contracts[d], sample, known) for d, sample in zip(datasets, samples, strict=True)]
    county = CountyDraft(code, name, agreed_forms(drafts))
    write_atomic(out, county_file(county), mode=0o644)
    for line in lines_for_a_person(county, str(out)):
        click.echo(line)


def check(file: Path) -> None:
    """Load a county file as a night does, and say what it holds. CountyError, one line, when it cannot be used."""
    county = load_county(file, dataset_contracts())
    told = ", ".join(f"{name} ({dialect.encoding})" for name, dialect in county.dialects.items())
    click.echo(f"{file}: {county.organiser_code} {county.name['fi']} is sound; it sends {told}")


def _refuse(code: str, datasets: Sequence[str], samples: Sequence[Path], out: Path) -> None:
    if not re.fullmatch(r"[0-9A-Z]{2,10}", code):
        raise SotevarastoError(f"{code!r} is no organiser code: give two to ten digits or capital letters, such as 77")
    if len(datasets) != len(samples) or not datasets:
        raise SotevarastoError(
            f"{len(datasets)} × --dataset and {len(samples)} × --from: give a sample for each dataset, in the same order"
        )
    known = dataset_contracts()
    if wrong := [name for name in datasets if name not in known or list(datasets).count(name) > 1]:
        raise SotevarastoError(f"--dataset {wrong[0]}: give each once, and one of {', '.join(known)}")
    if out.stem != code:
        raise SotevarastoError(f"--out {out}: a county file bears its code: name it {code}.yml")
    if out.exists():
        raise SotevarastoError(f"{out} is there already; give another --out, or move the old file away")
