"""Collecting Sampo: where each cube stands, whether it has a new run, and one snapshot of its figures when they moved.

Belongs here: the order of the requests and what is compared with what. Does not belong here: reading the replies (replies.py, dimensions.py, cube.py, observations.py).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Contract, load_contract
from sources.home import Home
from sources.http import Client, FetchError
from sources.landing import Landing
from sources.ledger import Ledger
from sources.national.cost import Ask, Plan, plan_of
from sources.national.digest import content_digest
from sources.national.history import History
from sources.national.outcome import SourceError, SourceOutcome
from sources.national.rules import require_rows
from sources.national.sampo.cube import read_cells
from sources.national.sampo.definitions import Cube, cubes
from sources.national.sampo.dimensions import Selection, select
from sources.national.sampo.observations import observation_rows, require_figures
from sources.national.sampo.replies import CELLS, DIMENSIONS, LISTED, Address, find_cube, read_json, read_run
from sources.national.settings import SourceSettings
from sources.national.visit import Part, Visit

if TYPE_CHECKING:
    import polars as pl

SETTINGS = Path(__file__).parent / "source.yml"
CONTRACT = Path(__file__).parent / "sampo_observation.yml"
OBSERVATION = "sampo_observation"
_NOBODY_THERE = frozenset({"dns", "connect", "proxy", "tls", "timeout"})


def collect_sampo(
    home: Home, ledger: Ledger, landing: Landing, client: Client, settings: SourceSettings, at: datetime
) -> SourceOutcome:
    """Bring the cubes of cubes.yml up to date.

    An unchanged cube costs its share of its subject's list and the question for its newest run. Where the run is another than the one last compared whole, or that was
    long ago, the tree of dimensions is read, what is wanted is found in it by label, and the figures are fetched and compared. A cube that fails keeps its last
    good snapshot and stops no other; a service that does not answer is left for the next night.
    """
    visit = Visit(home, ledger, landing, client, settings, at)
    visit.restore(lambda body, documents: _restored(body, documents, settings), read_json)
    lists, notes = _Lists(visit), []
    faults: list[FetchError | SourceError] = []
    for cube in cubes():
        try:
            _collect_cube(visit, lists, cube, notes)
        except SourceError as error:
            faults.append(SourceError(f"{cube.topic}: {error}"))
        except FetchError as error:
            if error not in faults:
                faults.append(error)
            if error.reason in _NOBODY_THERE:
                break
    return visit.outcome(faults, "; ".join(dict.fromkeys(notes)) or None)


def plan_sampo(known: History) -> Plan:
    """What the next visit will ask. Only the id of a cube's newest run tells whether it moved."""
    wanted = cubes()
    moved = sum(_is_wanted_anew(known, cube) for cube in wanted)
    names = [f"{OBSERVATION}/{cube.topic}" for cube in wanted]
    subjects = len({cube.subject for cube in wanted})
    return plan_of(
        known,
        names,
        (
            Ask("lists of subjects", subjects, subjects),
            Ask("newest runs", len(wanted), len(wanted)),
            Ask("trees, figures and the run again", 3 * moved, 3 * len(wanted)),
        ),
    )


def _is_wanted_anew(known: History, cube: Cube) -> bool:
    """Whether a cube is fetched whatever its newest run: never compared, too long ago, or asked otherwise."""
    check = known.last_check(cube.topic)
    return check is None or check["wanted"] != cube.digest


class _Lists:
    """The lists of subjects, each asked for once a night, whatever came of it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._found: dict[str, Any] = {}

    def of(self, subject: str) -> Any:
        """Errors: FetchError, the same all night."""
        if subject not in self._found:
            try:
                self._found[subject] = self._visit.get(f"api/{subject}.json", None, LISTED).reply.json
            except FetchError as error:
                self._found[subject] = error
        found = self._found[subject]
        if isinstance(found, FetchError):
            raise found
        return found


def _collect_cube(visit: Visit, lists: _Lists, cube: Cube, notes: list[str]) -> None:
    language = visit.settings.options["language"]
    address = find_cube(lists.of(cube.subject), cube, language, notes)
    run_id = _newest_run(visit, address, notes)
    known = {"run_id": run_id, "cube": address.path, "wanted": cube.digest}
    if visit.last_check(cube.topic) == known:
        return
    place = f"{language}/{address.path}"
    tree = visit.get(f"{place}.dimensions.json", {"run_id": run_id}, DIMENSIONS)
    selection = select(cube, read_json(tree.reply.body), visit.settings.first_year, notes)
    cells = _cells(visit, place, run_id, selection)
    if _newest_run(visit, address, notes) != run_id:
        raise SourceError("HVA-SAM-0-016: the cube was made anew while it was read: the next night takes it")
    frame = _rows(cube, selection, read_json(cells.reply.body), visit.settings, notes)
    name = f"{OBSERVATION}/{cube.topic}"
    figures = require_figures(frame, visit.latest(name))
    require_rows(_contract(), frame)
    visit.keep(name, [tree, cells], frame, content_digest(frame), {"source_updated": run_id, "values": figures})
    visit.note_check(cube.topic, known)


def _newest_run(visit: Visit, address: Address, notes: list[str]) -> str:
    asked = {"subject": address.subject, "hydra": address.hydra, "fact": address.fact}
    return read_run(visit.get("api/latest", asked, LISTED).reply.json, address, notes)


def _cells(visit: Visit, place: str, run_id: str, selection: Selection) -> Part:
    rows = [selection.query("region"), selection.query("period")]
    columns = [selection.query("category"), selection.query("measure")]
    return visit.get(f"{place}.json", {"row": rows, "column": columns, "run_id": run_id}, CELLS)


def _rows(cube: Cube, selection: Selection, document: Any, settings: SourceSettings, notes: list[str]) -> pl.DataFrame:
    return observation_rows(cube, selection, read_cells(document, cube.topic, notes), settings.is_simulated)


def _restored(body: dict[str, Any], documents: list[Any], settings: SourceSettings) -> pl.DataFrame:
    tree, document = documents
    cube = next(cube for cube in cubes() if body["object"] == f"{OBSERVATION}/{cube.topic}")
    return _rows(cube, select(cube, tree, settings.first_year, []), document, settings, [])


@cache
def _contract() -> Contract:
    return load_contract(CONTRACT)
