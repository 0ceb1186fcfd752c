"""What the pages say is there, and the commands that they give run. SQL and Python of the pages are run on a real release in tests/test_night.py."""

import json
import re
import shlex
import subprocess

import pytest
import yaml
from jsonschema import Draft202012Validator

from sotevarasto.cli import main
from tests.house.files import REPOSITORY, label, tracked
from tests.pages import anchors, blocks, links

PAGES = [p for p in tracked("*.md") if not label(p).startswith(("docs/dictionary/", "dbt_project/"))]
COMMANDS = sorted(
    {
        line.split(" #")[0].split(" > ")[0].strip()
        for page in PAGES
        for block in blocks(page, "")
        for line in block.splitlines()
        if line.startswith(("make ", ".venv/bin/"))
    }
)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_of_a_page_leads_somewhere(page):
    broken = []
    for target in links(page):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists() or (anchor and goal.suffix == ".md" and anchor not in anchors(goal)):
            broken.append(target)
    assert broken == []


def test_links_lead_to_every_page_from_the_readme():
    linked = {(REPOSITORY / target.partition("#")[0]).resolve() for target in links(REPOSITORY / "README.md")}
    guides = {path for path in PAGES if path.parent.name == "docs"} | {REPOSITORY / "CONTRIBUTING.md"}
    assert guides - linked == set()


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_a_make_command_of_the_pages_is_one(command):
    done = subprocess.run(["make", "-n", *shlex.split(command)[1:]], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_make_help_names_the_targets_of_the_readme():
    told = subprocess.run(["make", "-s", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    shown = "".join(blocks(REPOSITORY / "README.md", ""))
    targets = set(re.findall(r"^make ([a-z-]+)", shown, re.MULTILINE)) - {"help"}
    assert {t for t in targets if not re.search(rf"\bmake {t}\b", told)} == set()


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith(".venv/bin/")])
def test_a_command_of_the_pages_is_one_of_the_environment(command):
    program, *arguments = shlex.split(command)
    if program.endswith("/sotevarasto"):
        assert arguments[0] in main.commands
    else:
        assert arguments[:2] == ["-m", "pytest"]
        assert [a for a in arguments[2:] if not (REPOSITORY / a).exists()] == []


def test_a_command_in_running_text_is_one_too():
    said = {found for page in PAGES for found in re.findall(r"`sotevarasto ([a-z]+)", page.read_text(encoding="utf-8"))}
    assert said - set(main.commands) == set()
    targets = {t for page in PAGES for t in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))}
    known = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert targets - known == set()


def test_files_that_the_pages_name_are_there():
    """Paths in code type that begin with a room of the house; made-up names of the guides left out."""
    rooms = "sources|warehouse|expectations|dbt_project|orchestration|sotevarasto|benchmarks|tests|docs|deploy"
    named = {
        (label(page), found)
        for page in PAGES
        for found in re.findall(rf"`((?:{rooms})/[\w./-]+\w)/?`", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 40
    assert {(p, f) for p, f in named if "demo_staff" not in f and not is_there(f)} == set()


def is_there(name: str) -> bool:
    """In the repository, or where git expects what is made and not kept."""
    made = ["git", "check-ignore", "-q", name]
    return (REPOSITORY / name).exists() or subprocess.run(made, cwd=REPOSITORY, check=False).returncode == 0


def test_the_manifest_of_the_guide_is_a_manifest_and_its_county_file_is_yaml():
    page = REPOSITORY / "docs" / "add-a-county.md"
    schema = json.loads((REPOSITORY / "sources/regional/manifest.schema.json").read_text(encoding="utf-8"))
    (manifest,) = (json.loads(block) for block in blocks(page, "json"))
    assert list(Draft202012Validator(schema).iter_errors(manifest)) == []
    (county,) = (yaml.safe_load(block) for block in blocks(page, "yaml"))
    schema = json.loads((REPOSITORY / "sources/regional/county.schema.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(county)) == []
