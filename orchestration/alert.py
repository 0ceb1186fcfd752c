"""The one alert hook: a command or an address that is given what a person must know of.

Belongs here: which nights call for a person, and delivering the note within its time, whatever the hook does. Does not belong here: what a night did (summary.py), whether
one ended at all (watch.py). A hook that fails is said and never changes a night's outcome.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from sources.errors import SotevarastoError
from sources.secrets import secret

HOOK, HOOK_FILE = "SOTEVARASTO_ALERT", "SOTEVARASTO_ALERT_FILE"
WELL_ENDED = ("published", "unchanged")
DEADLINE_SECONDS = 30.0
_ATTEMPTS_SECONDS = (5.0, 15.0)  # to connect, and for each reply of the server


class AlertError(SotevarastoError):
    """The alert hook could not be reached, or said no."""


def reasons(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Why a night's summary calls for a person, worst first: each a code and one line; empty when nobody need be woken.

    A rejected, late or held delivery is not among them: its sender has the report, and the summary names it. One that stays incomplete is: its sender has nothing. A
    hold that nobody answers is: the sender waits for us. A month that is three days overdue is: its sender must be called.
    """
    found = []
    if document["outcome"] == "gate_failed":
        found.append(("release_held_back", f"our own checks held the release back: {document['reason']}"))
    elif document["outcome"] == "could_not_run":
        found.append(("night_failed", f"the night could not run to its end: {document['reason'] or 'no reason known'}"))
    for source in document["sources"]:
        if source["status"] == "failed":
            found.append(("source_failed", f"source {source['source_code']} failed: {source['reason']}"))
        if source.get("is_stale"):
            since = f"since {source['answered']}" if source["answered"] else "since the beginning"
            found.append(("source_stale", f"source {source['source_code']} has given nothing usable {since}"))
    for delivery in document.get("rejected", ()):
        if delivery.get("is_sealed"):
            who = f"{delivery['organiser_code']} {delivery['dataset'] or ''} {delivery['period'] or ''}".rstrip()
            line = f"personal data in delivery {delivery['receipt_id']} of {who}: sealed; {delivery['reason']}"
            found.append(("personal_data_received", line))
    found += [("delivery_not_taken_in", problem) for problem in document["problems"]]
    for one in document.get("waiting", []):
        if one.get("is_overdue"):
            place = f"inbox/{one['organiser_code']}/{one['label']}"
            found.append(("delivery_incomplete", f"{place} has been incomplete since {one['since']}: {one['reason']}"))
    for one in document.get("held", []):
        if one.get("is_overdue"):
            what = f"{one['dataset']} {one['period']} sequence {one['sequence']} of {one['organiser_code']}"
            answer = f"sotevarasto hold answer {one['receipt_id']}"
            found.append(("hold_unanswered", f"{what} has been held since {one['since']} without an answer: {answer}"))
    found += [("delivery_overdue", line) for line in _overdue(document.get("reminders", ()))]
    return [{"code": code, "text": text} for code, text in found]


def _overdue(reminders: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a dataset and month: who has sent nothing usable."""
    months: dict[tuple[str, str, str], list[str]] = {}
    for one in reminders:
        if one["kind"] == "overdue":
            months.setdefault((one["dataset"], one["period"], one["due_on"]), []).append(one["organiser_code"])
    for (dataset, period, due_on), codes in months.items():
        yield f"{dataset} of {period} was due on {due_on} and nothing usable has come from {', '.join(codes)}"


def raise_alert(document: Mapping[str, Any], why: list[dict[str, str]]) -> dict[str, Any] | None:
    """Hand `document` with its reasons to the hook; None when there is no reason or no hook, else {"delivered", "to", "error"}."""
    if not why:
        return None
    try:
        hook = os.environ.get(HOOK, "").strip() or secret(HOOK_FILE)
        if not hook:
            return None
        to = _shown(hook)
    except SotevarastoError as error:
        return {"delivered": False, "to": HOOK_FILE, "error": str(error)}
    body = json.dumps({**document, "alert_reasons": why}, ensure_ascii=False).encode("utf-8")
    try:
        (_post if _is_address(hook) else _run)(hook, body)
    except AlertError as error:
        return {"delivered": False, "to": to, "error": str(error)}
    return {"delivered": True, "to": to, "error": None}


def alert_unbegun(reason: str) -> dict[str, Any] | None:
    """Tell the hook of a night that could not even begin, and so has no summary. Returns as `raise_alert`."""
    document = {"format": 1, "night_id": None, "outcome": "could_not_run", "reason": reason}
    return raise_alert(document, [{"code": "night_failed", "text": f"the night could not begin: {reason}"}])


def alert_unended(line: str) -> dict[str, Any] | None:
    """Tell the hook that no night has ended well in time. Returns as `raise_alert`."""
    document = {"format": 1, "night_id": None, "outcome": "no_night", "reason": line}
    return raise_alert(document, [{"code": "no_night", "text": line}])


def told(hook: Mapping[str, Any] | None) -> str:
    """One line on what became of an alert; empty when there was none to send."""
    if not hook:
        return ""
    if hook["delivered"]:
        return f"Alert sent to {hook['to']}."
    return f"The alert could not be delivered to {hook['to']}: {hook['error']}."


def _is_address(hook: str) -> bool:
    return hook.startswith(("http://", "https://"))


def _shown(hook: str) -> str:
    """Host or program only: the rest of an address or of the arguments may be a token."""
    if not _is_address(hook):
        return hook.split()[0]
    try:
        return urlsplit(hook).hostname or HOOK
    except ValueError:
        return HOOK


def _post(address: str, body: bytes) -> None:
    """POST the note as JSON. A server that answers drop by drop is left at the deadline: requests' own time limit starts anew with each drop."""
    ended: list[str | None] = []
    worker = threading.Thread(target=lambda: ended.append(_answer(address, body)), daemon=True)
    worker.start()
    worker.join(DEADLINE_SECONDS)
    if not ended:
        raise AlertError(f"no answer within {DEADLINE_SECONDS:g} s: see that {_shown(address)} is up")
    if ended[0] is not None:
        raise AlertError(ended[0])


def _answer(address: str, body: bytes) -> str | None:
    """What went wrong, without the address; None when the server took the note."""
    import requests

    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        # Not followed: the note must not end up where nobody sent it.
        reply = requests.post(
            address, body, headers=headers, timeout=_ATTEMPTS_SECONDS, allow_redirects=False, stream=True
        )
        reply.close()
    except (requests.RequestException, ValueError, OSError) as error:
        return f"{type(error).__name__}: see that the address in {HOOK} is right and its host is up"
    return None if reply.ok and not reply.is_redirect else f"status {reply.status_code}: see what {HOOK} points to"


def _run(command: str, body: bytes) -> None:
    """Run the command with the note on its standard input; all that it started is ended at the deadline."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise AlertError(f"{HOOK} is no command ({error}): mend its quotation marks") from None
    # Files and not pipes: a hook that reads nothing, or leaves a child that holds the pipe, stops nobody.
    with tempfile.TemporaryFile() as note, tempfile.TemporaryFile() as said:
        note.write(body)
        note.seek(0)
        try:
            process = subprocess.Popen(words, stdin=note, stdout=said, stderr=said, start_new_session=True)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise AlertError(f"{words[0]} cannot be run ({why}): give its full path in {HOOK}") from None
        try:
            code = process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AlertError(f"{words[0]} did not end within {DEADLINE_SECONDS:g} s and was stopped") from None
        if code:
            said.seek(0)
            line = " ".join(said.read(2000).decode("utf-8", errors="replace").split())[:200]
            raise AlertError(f"{words[0]} ended with {code}" + (f": {line}" if line else ""))
