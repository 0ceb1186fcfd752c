"""`sotevarasto-county`: the commands of a sender's own desk, also those of `sotevarasto` that work without a home.

Belongs here: arguments, the verdict in a few lines, exit codes. Does not belong here: judging (sources/regional/check.py) and reports. This module and what it imports are
packed as a distribution of their own (county/), so it imports no room but `sources`, and nothing that needs a home, a ledger or a warehouse.
Exit codes: 0 accepted, 1 rejected, 2 bad use.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sotevarasto.commands import Commands
from sotevarasto.pseudonymise_command import pseudonymise
from sources.errors import SotevarastoError

if TYPE_CHECKING:
    from sources.regional.check import Checked

_SHOWN = 10


@click.group(cls=Commands, name="sotevarasto-county", context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A delivery to the national warehouse, checked where it is made. Nothing is sent anywhere."""


main.add_command(pseudonymise)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organiser", required=True, metavar="CODE", help="Your organiser code: two digits, or letters.")
@click.option("--dataset", metavar="NAME", help="Such as care_contacts; without it the file's headings tell.")
@click.option("--period", metavar="YYYY-MM", help="The month of the delivery; without it the last one that has ended.")
@click.option(
    "--sequence", default=1, show_default=True, help="For the manifest that is made: a correction has a higher one."
)
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The manifest you will send; without it one is made.",
)
@click.option("--write-manifest", is_flag=True, help="Write the manifest that was made beside the first file.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the report; without it delivery-report/ beside the first file.",
)
@click.option("--language", type=click.Choice(["fi", "sv", "en"]), default="fi", show_default=True)
def check(
    files: tuple[Path, ...],
    organiser: str,
    dataset: str | None,
    period: str | None,
    sequence: int,
    manifest: Path | None,
    write_manifest: bool,
    out: Path | None,
    language: str,
) -> None:
    """Check a delivery by the receiver's own rules, before it is sent: verdict, causes, and a report like the one that it would get."""
    import warnings

    warnings.filterwarnings("ignore")
    from sources.regional import catalogue
    from sources.regional.check import check as judge

    at = datetime.now(UTC)
    out = out or files[0].parent / "delivery-report"
    with tempfile.TemporaryDirectory(prefix="sotevarasto-manifest-") as folder:
        if manifest is None:
            place = files[0].parent if write_manifest else Path(folder)
            manifest = _made(files, organiser, dataset, period, sequence, place, at)
        elif dataset or period or write_manifest:
            raise SotevarastoError(
                "--manifest says dataset and period itself; leave out --dataset, --period, --write-manifest"
            )
        done = judge(files, manifest, organiser, out, catalogue.dataset_contracts(), catalogue.counties(), at=at)
    _tell(done, language)
    sys.exit(0 if done.is_accepted else 1)


def _made(
    files: tuple[Path, ...],
    organiser: str,
    dataset: str | None,
    period: str | None,
    sequence: int,
    place: Path,
    at: datetime,
) -> Path:
    """A manifest of these files, written into `place`."""
    from sources.regional import catalogue
    from sources.regional.own_manifest import dataset_of, last_month, own_manifest

    county = catalogue.counties().get(organiser)
    if county is None:
        raise SotevarastoError(f"no sender has the code {organiser}; known are {', '.join(catalogue.counties())}")
    dataset = dataset or dataset_of(files, county)
    if dataset not in county.dialects:
        raise SotevarastoError(f"{organiser} sends no {dataset}; agreed are {', '.join(county.dialects)}")
    contract = catalogue.dataset_contracts()[dataset]
    name, content = own_manifest(files, county, contract, period or last_month(at), sequence=sequence, at=at)
    (place / name).write_bytes(content)
    return place / name


def _tell(done: Checked, language: str) -> None:
    """The verdict, the first causes and where the report is."""
    from sources.regional.report.facts import texts
    from sources.regional.report.page import following, hides_rows, state, summary

    document, t = done.document, texts()[language]
    click.echo(
        f"{document['organiser_code']} {document['dataset'] or '–'} {document['period'] or '–'}: {state(document, t)}"
    )
    if told := following(document, t):
        click.echo(told)
    for fault in document["faults"]:
        click.echo(f"  {fault['rule']}: {fault['reason'][language]}")
    if told := summary(document["totals"], t):
        click.echo(told)
    if hides_rows(document):
        click.echo(t["hidden"])
    for cause in document["causes"][:_SHOWN]:
        place = ", ".join(
            str(part) for part in (cause["file"], f"{t['line_no']} {cause['line']}" if cause["line"] else "") if part
        )
        name = f" [{cause['header']}]" if cause["header"] else ""
        expected = f" {t['expected_title']}: {cause['expected'][language]}." if cause["expected"][language] else ""
        click.echo(
            f"  {cause['id']} {cause['rule']}{name} {cause['text'][language]} ({cause['errors']}; {place or '–'})"
        )
        click.echo(f"     {cause['fix'][language]}{expected}")
    if (more := len(document["causes"]) - _SHOWN) > 0:
        click.echo(f"  + {more}")
    click.echo(f"{t['report']}: {done.folder / done.receipt_id}.html (.jsonl, .csv, .xlsx)")
