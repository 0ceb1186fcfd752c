"""`sotevarasto pseudonymise`, also a command of the county's own desk.

Belongs here: its arguments. Does not belong here: the work (pseudonymising.py, sources/pseudonym.py).
"""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--columns",
    default="client_id",
    show_default=True,
    help="Headers, or with --organiser the contract's columns; comma between them.",
)
@click.option(
    "--key-file", required=True, type=click.Path(path_type=Path), help="The key; a file that only you may read."
)
@click.option("--key-id", required=True, help="Which key it must be, e.g. 07-2026-1.")
@click.option("--key-check", help="The key's check value as agreed; another one stops at the start.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder for the pseudonymised files.")
@click.option("--organiser", metavar="CODE", help="Take headers, delimiter and encoding from this sender's dialect.")
@click.option("--dataset", default="care_contacts", show_default=True, help="The dataset, with --organiser.")
@click.option("--encoding", default="utf-8", show_default=True, help="Without --organiser.")
@click.option("--delimiter", default=";", show_default=True, help="Without --organiser.")
@click.option(
    "--purpose",
    default="minimum-dataset",
    show_default=True,
    help="Pseudonyms for one purpose cannot be joined with another's.",
)
@click.option("--flag-temporary", metavar="HEADER", help="Add a column: 1 where the code is given for a time only.")
@click.option(
    "--old-key-file",
    type=click.Path(path_type=Path),
    help="At a rotation: also write old and new pseudonyms side by side.",
)
@click.option("--old-key-id", help="Which key the old one must be.")
@click.option("--new-key", is_flag=True, help="Make the key file, and no more.")
def pseudonymise(files: tuple[Path, ...], new_key: bool, **options) -> None:
    """Put pseudonyms in the place of personal identity codes, before FILES are sent."""
    from sotevarasto import pseudonymising

    if new_key:
        pseudonymising.make_key(options["key_file"], options["key_id"])
    else:
        pseudonymising.pseudonymise(files, **options)
