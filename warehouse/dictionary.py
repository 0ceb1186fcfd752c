"""`make contracts`: writes what is known of every column, from the contracts and the descriptions of the models.

What belongs here: docs/dictionary/{fi,sv,en}.md, and the seed of the columns that the models cannot see. The pages of rules
are made beside it (rule_pages.py). What does not:
meta.dictionary (dbt_project), which reads the database itself, and the translations (seeds/raw__term.csv). Nothing here
is translated: a text that is not known in a language is given in English and marked so.
"""

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from sources.contract import LANGUAGES, Contract, load_contract
from sources.durable import write_atomic
from warehouse.export import PUBLISHED_SCHEMAS
from warehouse.publish import RELEASE_COLUMNS
from warehouse.rule_pages import rule_pages

REPOSITORY = Path(__file__).resolve().parents[1]
_SEEDS = Path("dbt_project", "seeds")
DECLARED = _SEEDS / "raw__declared_column.csv"
PAGES = Path("docs", "dictionary")
_DECLARED_COLUMNS = (
    "kind",
    "object_name",
    "column_name",
    "position",
    "data_type",
    "unit",
    "code_list",
    *(f"label_{language}" for language in LANGUAGES),
    *(f"description_{language}" for language in LANGUAGES),
)
# The page's own words. Official terms come from the terms seed.
_WORDS = {
    "fi": {
        "title": "Tietohakemisto",
        "note": "Tehty komennolla `make contracts`; ei muokata käsin. (en) = tekstiä ei tunneta suomeksi.",
        "contracts": "Tietosopimukset",
        "indicators": "Indikaattorit",
        "tables": "Taulut ja näkymät",
        "head": ("Sarake", "Tyyppi", "Yksikkö", "Koodisto", "Nimi", "Kuvaus"),
        "indicator_head": ("Koodi", "Teema", "Yksikkö", "Nimi"),
        "version": "versio",
    },
    "sv": {
        "title": "Datakatalog",
        "note": "Gjord med `make contracts`; redigeras inte för hand. (en) = texten är inte känd på svenska.",
        "contracts": "Datakontrakt",
        "indicators": "Indikatorer",
        "tables": "Tabeller och vyer",
        "head": ("Kolumn", "Typ", "Enhet", "Kodsystem", "Benämning", "Beskrivning"),
        "indicator_head": ("Kod", "Tema", "Enhet", "Benämning"),
        "version": "version",
    },
    "en": {
        "title": "Data dictionary",
        "note": "Made by `make contracts`; not edited by hand. The types of core tables are in `meta.dictionary`.",
        "contracts": "Contracts",
        "indicators": "Indicators",
        "tables": "Tables and views",
        "head": ("Column", "Type", "Unit", "Code list", "Label", "Description"),
        "indicator_head": ("Code", "Theme", "Unit", "Label"),
        "version": "version",
    },
}


@dataclass(frozen=True)
class Entry:
    """One column: texts by language where they are known, '' elsewhere."""

    name: str
    type: str
    unit: str
    codes: str
    label: dict[str, str]
    description: dict[str, str]


def files(root: Path = REPOSITORY) -> dict[Path, str]:
    """Every file that `make contracts` writes, by its path below `root`, with what it should hold."""
    contracts = _contracts(root)
    pages = {PAGES / f"{language}.md": _page(root, contracts, language) for language in LANGUAGES}
    return {DECLARED: _declared(root, contracts), **pages, **rule_pages(contracts)}


def _contracts(root: Path) -> list[Contract]:
    """Every contract in the repository, by name. Other YAML beside them is no contract: it has no `kind: DataContract`."""
    found = [
        load_contract(path)
        for path in sorted((root / "sources").rglob("*.yml"))
        if re.search(r"^kind: DataContract$", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    return sorted(found, key=lambda contract: contract.name)


def _entries(contract: Contract) -> Iterator[Entry]:
    for column in contract.columns:
        codes = column.code_list or "; ".join(column.codes or ())
        yield Entry(column.name, column.type, column.unit or "", codes, column.label, {"en": column.description})


def _declared(root: Path, contracts: list[Contract]) -> str:
    """The seed of what dbt cannot see: columns of the contracts, and of meta.release."""
    labels = {term["column_name"]: _labels(term) for term in _terms(root, "column")}
    release = [
        Entry(name, kind.lower(), "", "", labels.get(name, {}), {"en": text})
        for name, (kind, text) in RELEASE_COLUMNS.items()
    ]
    objects = [("contract", c.name, list(_entries(c))) for c in contracts] + [("table", "meta.release", release)]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_DECLARED_COLUMNS)
    for kind, name, entries in objects:
        for position, e in enumerate(entries, start=1):
            texts = [part.get(language, "") for part in (e.label, e.description) for language in LANGUAGES]
            writer.writerow([kind, name, e.name, position, e.type, e.unit, e.codes, *texts])
    return written.getvalue()


def _page(root: Path, contracts: list[Contract], language: str) -> str:
    words = _WORDS[language]
    parts = [f"# {words['title']}", words["note"], f"## {words['contracts']}"]
    for contract in contracts:
        parts.append(f"### {contract.name}: {contract.label[language]} ({words['version']} {contract.version})")
        parts.append(_in(language, {"en": f"{contract.description} {contract.grain}"}))
        parts.append(_table(words["head"], (_cells(entry, language) for entry in _entries(contract))))
    parts.append(f"## {words['indicators']}")
    parts.append(_table(words["indicator_head"], _indicators(root, language)))
    parts.append(f"## {words['tables']}")
    for name, description, entries in _models(root):
        parts += [f"### {name}", _in(language, {"en": description})]
        parts.append(_table(words["head"], (_cells(entry, language) for entry in entries)))
    return "\n\n".join(parts) + "\n"


def _cells(entry: Entry, language: str) -> tuple[str, ...]:
    label = entry.label.get(language, "")
    return (f"`{entry.name}`", entry.type, entry.unit, entry.codes, label, _in(language, entry.description))


def _in(language: str, texts: dict[str, str]) -> str:
    return texts.get(language) or (f"{texts['en']} (en)" if texts.get("en") else "")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in line) + " |" for line in lines
    )


def _indicators(root: Path, language: str) -> Iterator[tuple[str, ...]]:
    said = {(term["column_name"], term["word"]): term[f"label_{language}"] for term in _terms(root, "word")}
    for row in sorted(_seed(root, "raw__indicator"), key=lambda row: row["indicator_code"]):
        theme, unit = said.get(("theme", row["theme"]), row["theme"]), said.get(("unit", row["unit"]), row["unit"])
        yield (f"`{row['indicator_code']}`", theme, unit, row[f"name_{language}"])


def _models(root: Path) -> Iterator[tuple[str, str, list[Entry]]]:
    """Each published model with its description and columns; those of wide views that the catalogue adds are left to it."""
    docs = _docs(root)
    terms = _terms(root, "column")
    by_name = {term["column_name"]: term for term in terms}
    by_name |= {term[name]: term for name in ("name_fi", "name_sv") for term in terms if term[name]}
    codes: dict[str, list[str]] = {}
    for term in _terms(root, "word"):
        codes.setdefault(term["column_name"], []).append(term["word"])
    for path in sorted(
        path for schema in PUBLISHED_SCHEMAS for path in (root / "dbt_project/models" / schema).glob("*.sql")
    ):
        (model,) = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
        listed = {} if path.parent.name == "meta" else codes
        entries = [
            _described(column, by_name.get(column["name"]), listed.get(column["name"], []), docs)
            for column in model["columns"]
        ]
        yield path.stem.replace("__", ".", 1), model["description"], entries


def _described(column: dict, term: dict[str, str] | None, codes: list[str], docs: dict[str, str]) -> Entry:
    description = re.sub(r"\{\{ doc\('(\w+)'\) \}\}", lambda found: docs[found[1]], column["description"])
    unit = term["unit"] if term else ""
    label = _labels(term) if term else {}
    return Entry(column["name"], column.get("data_type", ""), unit, "; ".join(codes), label, {"en": description})


def _docs(root: Path) -> dict[str, str]:
    """The doc blocks of the dbt project, by name."""
    pages = (path.read_text(encoding="utf-8") for path in sorted((root / "dbt_project/models").rglob("*.md")))
    blocks = (re.findall(r"\{% docs (\w+) %\}(.*?)\{% enddocs %\}", page, re.DOTALL) for page in pages)
    return {name: " ".join(text.split()) for found in blocks for name, text in found}


def _labels(term: dict[str, str]) -> dict[str, str]:
    return {language: term[f"label_{language}"] for language in LANGUAGES}


def _terms(root: Path, kind: str) -> list[dict[str, str]]:
    return [term for term in _seed(root, "raw__term") if term["kind"] == kind]


def _seed(root: Path, name: str) -> list[dict[str, str]]:
    with (root / _SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    """Write every file whose content moved and say which; returns the exit code."""
    for path, text in files().items():
        target = REPOSITORY / path
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text, mode=0o644)
        print(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
