"""docs/rules/{fi,sv,en}.md: every rule that a delivery is judged by, in three languages.

What belongs here: the rules of files and of the datasets' contracts as tables. What does not: the rules themselves
(sources/regional/file_rules.yml and the contracts), checks of tables (expectations) and rules on national replies, which no sender of a delivery meets.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from sources.contract import LANGUAGES, Contract, Rule
from sources.regional.file_rules import FileRule, file_rules

PAGES = Path("docs", "rules")
_WORDS = {
    "fi": {
        "title": "Säännöt, joilla toimitus arvioidaan",
        "note": "Tehty komennolla `make contracts`; ei muokata käsin.",
        "severities": "Vakavuus: `file` koko toimitus hylätään · `group` rivi ja ne, joilla on sama avain, jäävät pois · `record` rivi jää pois · `warning` ja `info` vain kerrotaan. Taso: 0 tiedosto, 1 rivi. Sääntö koskee kuukausia, jotka alkavat sen ollessa voimassa.",
        "files": "Tiedostot, rivit ja manifesti",
        "head": (
            "Sääntö",
            "Versio",
            "Voimassa",
            "Taso",
            "Vakavuus",
            "Sarake",
            "Mikä on vialla",
            "Miten korjataan",
            "Esimerkki: väärin",
            "Oikein",
        ),
        "always": "aina",
    },
    "sv": {
        "title": "Reglerna som en leverans bedöms enligt",
        "note": "Gjord med `make contracts`; redigeras inte för hand.",
        "severities": "Allvarlighet: `file` hela leveransen underkänns · `group` raden och de som har samma nyckel lämnas bort · `record` raden lämnas bort · `warning` och `info` bara berättas. Nivå: 0 fil, 1 rad. En regel gäller månader som börjar medan den är i kraft.",
        "files": "Filer, rader och manifest",
        "head": (
            "Regel",
            "Version",
            "I kraft",
            "Nivå",
            "Allvarlighet",
            "Kolumn",
            "Vad som är fel",
            "Hur det rättas",
            "Exempel: fel",
            "Rätt",
        ),
        "always": "alltid",
    },
    "en": {
        "title": "The rules that a delivery is judged by",
        "note": "Made by `make contracts`; not edited by hand.",
        "severities": "Severity: `file` the whole delivery is refused · `group` the row and those that share its key are left out · `record` the row is left out · `warning` and `info` are only told. Level: 0 file, 1 row. A rule judges the months that begin while it is in force.",
        "files": "Files, lines and the manifest",
        "head": (
            "Rule",
            "Version",
            "In force",
            "Level",
            "Severity",
            "Column",
            "What is wrong",
            "How to mend it",
            "Example: bad",
            "Good",
        ),
        "always": "always",
    },
}


def rule_pages(contracts: Iterable[Contract]) -> dict[Path, str]:
    """Every page by its path below the repository, of the contracts whose rows senders deliver."""
    delivered = [c for c in contracts if c.path.parent.name == "datasets"]
    return {PAGES / f"{language}.md": _page(delivered, language) for language in LANGUAGES}


def _page(contracts: list[Contract], language: str) -> str:
    words = _WORDS[language]
    parts = [f"# {words['title']}", words["note"], words["severities"], f"## {words['files']}"]
    parts.append(_table(words["head"], (_file_row(rule, language) for rule in file_rules().values())))
    for contract in contracts:
        parts.append(f"## {contract.name}: {contract.label[language]} ({contract.version})")
        parts.append(_table(words["head"], (_row(rule, contract, language) for rule in contract.rules)))
    return "\n\n".join(parts) + "\n"


def _file_row(rule: FileRule, language: str) -> tuple[str, ...]:
    dates = _dates(rule.effective_from, rule.effective_to, language)
    said = rule.text[language], rule.fix[language]
    examples = (f"`{rule.example[kind]}`" for kind in ("bad", "good"))
    return f"`{rule.id}`", str(rule.version), dates, str(rule.level), rule.severity, f"`{rule.code}`", *said, *examples


def _row(rule: Rule, contract: Contract, language: str) -> tuple[str, ...]:
    dates = _dates(rule.effective_from, rule.effective_to, language)
    about = str(rule.version), dates, str(rule.level), rule.severity, f"`{rule.column}`"
    examples = (", ".join(_shown(example, rule)) for example in (rule.example_bad, rule.example_good))
    return f"`{rule.id}`", *about, rule.text[language], rule.fix[language], *examples


def _shown(example: dict[str, str], rule: Rule) -> Iterator[str]:
    for column, value in example.items():
        shown = f"`{value}`" if value else "–"
        yield shown if set(example) == {rule.column} else f"{column} = {shown}"


def _dates(first: date | None, last: date | None, language: str) -> str:
    return f"{first or ''}–{last or ''}" if first or last else _WORDS[language]["always"]


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in line) + " |" for line in lines
    )
