"""What the other senders deliver is worked out once for many questions, and anew as soon as one of them delivers otherwise."""

from decimal import Decimal

from sources.regional.holds.history import History, Seen


def test_the_answer_about_other_senders_follows_every_delivery_of_theirs() -> None:
    history = History()
    history.seen("a", "01", "costs", Seen("2026-08", 100, Decimal(1)))
    assert history.peers("02", "costs").rate == 100
    history.seen("a", "01", "costs", Seen("2026-08", 100, Decimal(1)))
    assert history.peers("02", "costs").rate == 100
    history.seen("a", "01", "costs", Seen("2026-08", 140, Decimal(1)))
    assert history.peers("02", "costs").rate == 140
    history.seen("b", "03", "costs", Seen("2026-08", 100, Decimal(1)))
    assert (history.peers("02", "costs").senders, history.peers("02", "costs").rate) == (2, 120)
    assert history.peers("03", "costs").rate == 140
    assert history.peers("02", "visits").senders == 0
