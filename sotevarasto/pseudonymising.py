"""`sotevarasto pseudonymise`: at a county's own desk, before a file is sent.

Belongs here: options into calls, and what is said. Does not belong here: keys and pseudonyms (sources/pseudonym.py), files (sources/pseudonym_files.py). It opens no home and
asks no network.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sources.pseudonym import Key, PseudonymError, new_key, read_key

if TYPE_CHECKING:
    from sources.pseudonym_files import Layout


def make_key(key_file: Path, key_id: str) -> None:
    """Make a key and say what may be said of it."""
    key = new_key(key_file, key_id)
    click.echo(f"{key_file}: key {key.id} made, check value {key.check}; keep a copy where only its keeper reads it")


def pseudonymise(
    files: Sequence[Path],
    *,
    columns: str,
    key_file: Path,
    key_id: str,
    key_check: str | None,
    out: Path | None,
    organiser: str | None,
    dataset: str,
    encoding: str,
    delimiter: str,
    purpose: str,
    flag_temporary: str | None,
    old_key_file: Path | None,
    old_key_id: str | None,
) -> None:
    """Pseudonymise files; one line for each."""
    from sources.pseudonym_files import Layout, pseudonymise_files

    if not files or out is None:
        raise PseudonymError("name the files and the folder for their copies: FILE… --out DIR")
    key = _key(key_file, key_id, key_check)
    old_key = read_key(old_key_file, old_key_id or "") if old_key_file else None
    layout = _agreed(organiser, dataset) if organiser else Layout(encoding, delimiter)
    asked = [column.strip() for column in columns.split(",") if column.strip()]
    done = pseudonymise_files(files, asked, out, key, layout, purpose=purpose, flag=flag_temporary, old_key=old_key)
    for name, counts in done.items():
        click.echo(
            f"{out / name}: {counts.rows} rows, {counts.pseudonymised} pseudonyms under key {key.id} (check value {key.check}), "
            f"{counts.temporary} of temporary codes, {counts.empty} empty"
        )


def _key(path: Path, key_id: str, check: str | None) -> Key:
    key = read_key(path, key_id)
    if check is not None and not hmac.compare_digest(check, key.check):
        raise PseudonymError(
            f"{path}: is not the agreed key: its check value is {key.check}; with another key no month joins the ones before"
        )
    return key


def _agreed(organiser: str, dataset: str) -> Layout:
    """How a sender writes a dataset, its headers under the contract's names."""
    from sources.pseudonym_files import Layout
    from sources.regional.catalogue import counties

    county = counties().get(organiser)
    if county is None or dataset not in county.dialects:
        raise PseudonymError(f"no dialect of {dataset} is agreed with {organiser}; give --encoding and --delimiter")
    dialect = county.dialects[dataset]
    names = {column: header for header, column in dialect.columns.items()}
    return Layout(dialect.encoding, dialect.delimiter, names)
