"""A 24th county comes in by its YAML file alone: drafted from samples with the commands of the guide, decided, and its deliveries are judged and stand in dq.delivery."""

import shlex

import pytest
import yaml
from click.testing import CliRunner

from sotevarasto.cli import main
from sources.regional import catalogue
from sources.regional.catalogue import counties, dataset_contracts
from sources.regional.county import UNDECIDED, CountyError, load_counties, load_county
from sources.regional.intake import take_in
from tests.pages import REPOSITORY, blocks
from tests.sources.regional.deliveries import AT, ROWS, Desk, contacts, written
from warehouse.registry import stage_registry

GUIDE = REPOSITORY / "docs" / "add-a-county.md"
# The made-up county's own words, in the order in which the sender that lends its rows has the columns.
HEADINGS = {
    "contact_id": "Asiointinro",
    "client_id": "Asiakkaan pseudonyymi",
    "birth_year": "Syntymävuosi",
    "age_at_assessment_years": "Ikä arviohetkellä",
    "sex": "Sukupuoli",
    "home_municipality_code": "Kotikunta",
    "service_class_code": "Palvelu",
    "contact_mode": "Yhteystapa",
    "profession": "Ammattiryhmä",
    "professional_id": "Ammattilaisen pseudonyymi",
    "unit_id": "Jossakin",
    "urgency": "Kiireellisyys",
    "contacted_at": "Yhteydenotto",
    "need_assessed_at": "Hoidon tarve arvioitu",
    "booked_at": "Ajanvaraus",
    "visited_at": "Toteutunut käynti",
    "reason_code": "Käyntisyy",
    "visit_duration_hours": "Kesto (h)",
}
LENDER = "05"


def in_own_words(data: bytes) -> bytes:
    """A file of the lender under the new county's headings."""
    dialect = counties()[LENDER].dialects["care_contacts"]
    _, _, rows = data.decode(dialect.encoding).partition("\n")
    header = ";".join(HEADINGS[column] for column in dialect.columns.values())
    return f"{header}\n{rows}".encode(dialect.encoding)


def contacts_of_all_kinds() -> bytes:
    """Rows that hold each code of the lists."""
    contract = dataset_contracts()["care_contacts"]
    rows = contacts(ROWS * 2)
    for column in (c for c in contract.columns if c.codes):
        for number, row in enumerate(rows):
            row[column.name] = column.codes[number % len(column.codes)]
    return in_own_words(written(rows, LENDER))


def run(*arguments: str):
    done = CliRunner().invoke(main, list(arguments))
    return done.exit_code, done.output


@pytest.fixture
def guided(tmp_path, monkeypatch):
    """The guide's commands, as lists of words, and the samples that they name in the folder where they run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contacts.csv").write_bytes(contacts_of_all_kinds())
    costs = counties()[LENDER].dialects["costs"]
    rows = [
        ["01.08.2026", "2536", "PALKAT", "OMA", "ULK", "E", "1234,50"],
        ["01.08.2026", "2612", "MAKSUT", "OSTO", "SIS", "K", "-7,25"],
    ]
    (tmp_path / "costs.csv").write_bytes(
        "\n".join([";".join(costs.columns), *(";".join(rows[n % 2]) for n in range(40)), ""]).encode(costs.encoding)
    )
    lines = [line for block in blocks(GUIDE, "") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(".venv/bin/sotevarasto county")]


def decided(text: str) -> str:
    """The draft with each TODO replaced by what its sender means, as a person would who has its code list."""
    document = yaml.safe_load(text)
    lent = counties()[LENDER]
    columns = document["dialects"]["care_contacts"]["columns"]
    columns.update({heading: column for column, heading in HEADINGS.items()})
    for dataset, dialect in document["dialects"].items():
        for column, codes in dialect.get("codes", {}).items():
            codes.update(
                {
                    sent: code
                    for sent, code in lent.dialects[dataset].codes[column].items()
                    if codes.get(sent) == UNDECIDED
                }
            )
    document["dialects"]["care_contacts"]["codes"]["service_class_code"] = dict(
        lent.dialects["care_contacts"].codes["service_class_code"]
    )
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


@pytest.mark.slow
def test_the_guide_brings_a_county_from_samples_to_dq_delivery(guided, tmp_path, dbt_build, monkeypatch):
    new, check = guided
    code, said = run(*new)
    assert code == 0, said
    draft = (tmp_path / "77.yml").read_text(encoding="utf-8")
    assert "to be decided" in said and f'"Jossakin": {UNDECIDED}' in draft
    code, said = run(*check)
    assert code == 2 and "is still TODO" in said and len(said.strip().splitlines()) == 1
    (tmp_path / "77.yml").write_text(decided(draft), encoding="utf-8")
    code, said = run(*check)
    assert (code, said.count("\n")) == (0, 1), said

    folder = tmp_path / "counties"
    folder.mkdir()
    for path in [*catalogue._HERE.glob("counties/*.yml"), tmp_path / "77.yml"]:
        (folder / path.name).write_bytes(path.read_bytes())
    desk = Desk(tmp_path / "home")
    desk.put({"first.csv": (in_own_words(written(contacts(ROWS), LENDER)), ROWS)}, box="77")
    known = load_counties(folder, dataset_contracts())
    with desk.ledger() as ledger:
        take_in(desk.home, ledger, desk.landing, counties=known, at=AT)
        stage_registry(desk.home, ledger, AT)
    built = dbt_build(desk.home.build, "--select", "+dq__delivery", "--indirect-selection", "cautious")
    assert built.success, built.statuses
    with built.connect() as con:
        told = con.execute("select organiser_code, status, rows_accepted from dq.delivery").fetchall()
    assert told == [("77", "accepted", ROWS)]


def test_a_draft_names_the_place_of_what_is_undecided(guided, tmp_path):
    run(*guided[0])
    with pytest.raises(CountyError, match=r"77\.yml: dialects\.care_contacts\.\S+ is still TODO \(and \d+ more\)"):
        load_county(tmp_path / "77.yml", dataset_contracts())


def test_nothing_of_a_persons_row_reaches_the_draft_or_the_terminal(guided, tmp_path):
    rows = contacts(ROWS)
    rows[7] |= {"profession": "Maija Meikäläinen"}
    rows[9] |= {"reason_code": "soita 040 1234567", "unit_id": "maija@example.org"}
    (tmp_path / "contacts.csv").write_bytes(in_own_words(written(rows, LENDER)))
    code, said = run(*guided[0])
    assert code == 0, said
    text = said + (tmp_path / "77.yml").read_text(encoding="utf-8")
    secret = [rows[0]["client_id"], rows[0]["contact_id"], "Maija", "040", "example.org", "1980", rows[0]["unit_id"]]
    assert [value for value in secret if value in text] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda words: [w for w in words if w != "costs.csv" and w != "costs"], "give a sample for each dataset"),
        (lambda words: [w.replace("costs", "wages") if w == "costs" else w for w in words], "--dataset wages"),
        (lambda words: [w.replace("77.yml", "78.yml") for w in words], "a county file bears its code"),
        (lambda words: ["../x" if w == "77" else w for w in words], "is no organiser code"),
        (lambda words: [w.replace("costs.csv", "nowhere.csv") for w in words], "nowhere.csv"),
    ],
)
def test_a_call_that_cannot_work_is_refused_and_leaves_no_file(guided, tmp_path, change, says):
    code, said = run(*change(guided[0]))
    assert code == 2 and says in said, said
    assert list(tmp_path.glob("*.yml")) == []


def test_a_file_that_is_there_is_never_written_over(guided, tmp_path):
    (tmp_path / "77.yml").write_text("mine", encoding="utf-8")
    code, said = run(*guided[0])
    assert code == 2 and "is there already" in said
    assert (tmp_path / "77.yml").read_text(encoding="utf-8") == "mine"
