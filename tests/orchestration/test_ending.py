"""A night that is asked to end knows which signals came, and is asked again when nobody took the first."""

import signal
import threading
import time

import pytest

from orchestration.ending import asked_to_end

SOON = 0.05


@pytest.fixture(params=["SIGTERM", "SIGINT"])
def sent(request):
    """A signal whose handler takes it the second time only; gives its name and the times it came."""
    number, came = signal.Signals[request.param], []

    def handler(number, frame):
        came.append(time.monotonic())
        if len(came) == 2:
            raise InterruptedError

    before = signal.signal(number, handler)
    yield request.param, came
    signal.signal(number, before)


def test_a_signal_that_nobody_took_is_sent_again(sent):
    name, came = sent
    with asked_to_end(SOON) as asked:
        signal.raise_signal(signal.Signals[name])
        with pytest.raises(InterruptedError):
            threading.Event().wait(60)
    assert asked[0] == name
    assert len(came) == 2 and came[1] - came[0] >= SOON


def test_nobody_is_left_to_send_a_signal_again_once_the_run_has_ended(sent):
    name, came = sent
    with asked_to_end(60) as asked:
        signal.raise_signal(signal.Signals[name])
        assert is_watched()
    assert asked == [name] and len(came) == 1
    assert not is_watched()


def test_nothing_is_sent_to_a_run_that_nobody_asked_to_end(sent):
    _, came = sent
    with asked_to_end(SOON) as asked:
        time.sleep(4 * SOON)
    assert asked == came == []


def is_watched() -> bool:
    return "asked-to-end" in {thread.name for thread in threading.enumerate()}
