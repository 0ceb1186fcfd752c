"""The alert hook is told what a person must know of, and whatever it does the night is none the worse."""

import http.server
import json
import threading
import time
from contextlib import contextmanager

import pytest

from orchestration import alert
from orchestration.alert import HOOK, HOOK_FILE, alert_unbegun, raise_alert, reasons, told

NIGHT = {"outcome": "unchanged", "reason": "", "sources": [], "problems": []}
WHY = [{"code": "night_failed", "text": "it did"}]
SEALED = {
    "receipt_id": "0123456789abcdef",
    "organiser_code": "05",
    "dataset": "care_contacts",
    "period": "2026-10",
    "rule": "HVA-FILE-0-065",
    "reason": "contacts.csv line 9 column unit_id: personal identity code, 1 in all; the delivery is sealed",
    "is_sealed": True,
}
FAILED = {"source_code": "statfin_population", "status": "failed", "reason": "status 500", "is_stale": False}


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.delenv(HOOK, raising=False)
    monkeypatch.delenv(HOOK_FILE, raising=False)
    monkeypatch.setattr(alert, "DEADLINE_SECONDS", 1.5)


@contextmanager
def server(answer):
    """A loopback server that answers each POST with `answer(handler)`; yields its address and the notes that it got."""
    got = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            answer(self)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads, httpd.block_on_close = True, False
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/hook/s3cret-token", got
        httpd.shutdown()


def status(code, **headers):
    def answer(handler):
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


def drip(handler):
    """A byte now and then, for ever: no single wait is long."""
    try:
        while True:
            handler.wfile.write(b"H")
            handler.wfile.flush()
            time.sleep(0.2)
    except OSError:
        return


@pytest.mark.parametrize(("is_overdue", "codes"), [(True, ["hold_unanswered"]), (False, [])])
def test_an_old_unanswered_hold_calls_for_a_person_and_a_young_one_does_not(is_overdue, codes):
    held = {**SEALED, "sequence": 2, "since": "2026-11-02T00:00:00+00:00", "is_overdue": is_overdue}
    why = reasons({**NIGHT, "held": [held]})
    assert [one["code"] for one in why] == codes
    assert all("since 2026-11-02" in one["text"] and "hold answer 0123456789abcdef" in one["text"] for one in why)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (status(500), "status 500"),
        (status(404), "status 404"),
        (status(302, Location="http://127.0.0.1:9/"), "status 302"),
        (drip, "no answer within"),
    ],
    ids=["500", "404", "redirect", "drip"],
)
def test_a_server_that_refuses_or_stalls_is_told_without_its_token(monkeypatch, answer, says):
    with server(answer) as (address, got):
        monkeypatch.setenv(HOOK, address)
        begun = time.monotonic()
        hook = raise_alert(NIGHT, WHY)
    assert time.monotonic() - begun < 30  # it drips for ever
    assert hook["delivered"] is False and says in hook["error"] and len(got) <= 1
    assert "s3cret" not in json.dumps(hook) and hook["to"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("hook", "says"),
    [
        ("http://127.0.0.1:1/x", "ConnectionError"),
        ("http://host.invalid/x", "ConnectionError"),
        ("http://[::1/x", "see that the address"),
        ("/nowhere/at/all --now", "cannot be run"),
        ("sh -c 'echo the mail is full >&2; exit 3'", "ended with 3: the mail is full"),
        ("sh -c 'sleep 60 & wait'", "did not end within"),
        ("sh -c 'kill -9 $$'", "ended with -9"),
        ("sh -c 'never closed", "is no command"),
    ],
)
def test_a_hook_that_fails_is_one_line_and_no_exception(monkeypatch, hook, says):
    monkeypatch.setenv(HOOK, hook)
    begun = time.monotonic()
    outcome = raise_alert(NIGHT, WHY)
    assert time.monotonic() - begun < 30  # the sleeper would take a minute
    assert outcome["delivered"] is False and says in outcome["error"] and "\n" not in told(outcome)


def test_a_command_that_never_reads_its_note_does_not_hold_the_night_up(monkeypatch):
    monkeypatch.setenv(HOOK, "true")
    assert raise_alert(NIGHT | {"reason": "x" * 5_000_000}, WHY)["delivered"]


def test_a_file_of_an_address_that_others_may_read_is_refused_and_said(tmp_path, monkeypatch):
    (tmp_path / "hook").write_text("https://alerts.example/token")
    (tmp_path / "hook").chmod(0o644)
    monkeypatch.setenv(HOOK_FILE, str(tmp_path / "hook"))
    hook = raise_alert(NIGHT, WHY)
    assert not hook["delivered"] and "chmod 0600" in hook["error"]


def test_no_hook_is_no_alert_and_no_reason_is_none_either(monkeypatch):
    assert raise_alert(NIGHT, WHY) is None
    monkeypatch.setenv(HOOK, "false")
    assert raise_alert(NIGHT, []) is None
    assert told(None) == ""


def test_a_command_gets_the_summary_and_the_reasons(tmp_path, monkeypatch):
    monkeypatch.setenv(HOOK, f"sh -c 'cat > \"{tmp_path}/note\"'")
    assert raise_alert(NIGHT | {"night_id": "2026-11-02", "reason": "ä"}, WHY) == {
        "delivered": True,
        "to": "sh",
        "error": None,
    }
    note = json.loads((tmp_path / "note").read_text(encoding="utf-8"))
    assert note["alert_reasons"] == WHY and (note["night_id"], note["reason"]) == ("2026-11-02", "ä")


def test_an_address_from_a_private_file_gets_the_note_as_json(tmp_path, monkeypatch):
    with server(status(204)) as (address, got):
        (tmp_path / "hook").write_text(address)
        (tmp_path / "hook").chmod(0o600)
        monkeypatch.setenv(HOOK_FILE, str(tmp_path / "hook"))
        hook = raise_alert(NIGHT, WHY)
    assert hook == {"delivered": True, "to": "127.0.0.1", "error": None}
    ((path, headers, body),) = got
    assert path == "/hook/s3cret-token" and headers["Content-Type"].startswith("application/json")
    assert json.loads(body)["alert_reasons"] == WHY


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"outcome": "published"}, []),
        ({"outcome": "gate_failed", "reason": "share"}, ["release_held_back"]),
        ({"outcome": "could_not_run"}, ["night_failed"]),
        ({"outcome": "published", "sources": [FAILED]}, ["source_failed"]),
        ({"sources": [FAILED | {"is_stale": True, "answered": "2026-11-02"}]}, ["source_failed", "source_stale"]),
        ({"problems": ["inbox/05: not taken in"]}, ["delivery_not_taken_in"]),
        ({"rejected": [SEALED]}, ["personal_data_received"]),
        ({"rejected": [{"rule": "HVA-FILE-0-001"}], "silent": [{"organiser_code": "05"}]}, []),
    ],
)
def test_what_calls_for_a_person_and_what_does_not(facts, codes):
    assert [one["code"] for one in reasons(NIGHT | facts)] == codes


def test_a_night_that_cannot_begin_has_a_note_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(HOOK, f"sh -c 'cat > \"{tmp_path}/note\"'")
    assert alert_unbegun("no room")["delivered"]
    note = json.loads((tmp_path / "note").read_text())
    assert note["outcome"] == "could_not_run" and "no room" in note["alert_reasons"][0]["text"]
