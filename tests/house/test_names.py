"""What things are called, and what each says of itself."""

import ast
import re

import pytest

from tests.house.files import ROOMS, label, modules, parsed, tracked

EVERYWHERE = [*modules(*ROOMS, "benchmarks")]
# Two underscores part an asset's schema from its table.
SNAKE = re.compile(r"_{0,2}[a-z][a-z0-9]*(_{1,2}[a-z0-9]+)*_{0,2}")


@pytest.mark.parametrize("room", [*ROOMS, "benchmarks", "tests"])
def test_a_module_says_what_it_is_and_the_rooms_own_what_does_not_belong(room):
    silent, open_ended = [], []
    for path in modules(room):
        told = ast.get_docstring(parsed(path)) or ""
        is_content = path.read_text(encoding="utf-8").strip() != ""
        if is_content and not told:
            silent.append(label(path))
        # A package's own page is its modules; definitions and __main__ hold nothing but names.
        if room in ROOMS and path.name not in ("__init__.py", "__main__.py", "definitions.py"):
            is_bounded = re.search(r"belongs here", told, re.IGNORECASE) and re.search(
                r"(does not|What does not)", told, re.IGNORECASE
            )
            open_ended += [] if is_bounded else [label(path)]
    assert silent == [], "open the module with a docstring"
    assert open_ended == [], "say in the docstring what belongs here and what does not"


def test_modules_functions_and_variables_are_snake_case_and_classes_are_not():
    odd = []
    for path in EVERYWHERE:
        if not SNAKE.fullmatch(path.stem):
            odd.append(label(path))
        for node in ast.walk(parsed(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not SNAKE.fullmatch(node.name):
                odd.append(f"{label(path)}: {node.name}")
            if isinstance(node, ast.ClassDef) and not re.fullmatch(r"_?[A-Z][A-Za-z0-9]*", node.name):
                odd.append(f"{label(path)}: {node.name}")
    assert odd == []


def test_a_module_has_fewer_than_400_lines_and_a_function_fewer_than_60():
    long = []
    for path in EVERYWHERE:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        long += [f"{label(path)}: {lines} lines"] if lines >= 400 else []
        for node in ast.walk(parsed(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno >= 60:
                long.append(f"{label(path)}: {node.name}")
    assert long == []


def test_models_macros_and_seeds_are_snake_case_and_models_bear_the_name_of_their_folder():
    odd = [
        label(p)
        for p in (*tracked("dbt_project/models/*.sql"), *tracked("dbt_project/seeds/*.csv"))
        if not re.fullmatch(r"[a-z]+__[a-z][a-z0-9_]*", p.stem)
        or p.stem.split("__")[0] != ("raw" if p.parent.name == "seeds" else p.parent.name)
    ]
    assert odd + [label(p) for p in tracked("dbt_project/macros/*.sql") if not SNAKE.fullmatch(p.stem)] == []


def test_every_error_that_a_person_may_see_is_one_of_ours():
    """Only subclasses of SotevarastoError become one line with a mend; the command line shows anything else as a fault of the program."""
    from importlib import import_module

    from sources.errors import SotevarastoError

    odd = []
    for path in modules(*ROOMS):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                module = import_module(label(path).removesuffix(".py").replace("/", "."))
                if not issubclass(getattr(module, node.name), SotevarastoError):
                    odd.append(f"{label(path)}: {node.name}")
    assert odd == []
