"""The root of every error that a person is meant to read.

What belongs here: the base class alone. What does not: the errors themselves; each stands beside the code that
raises it.
"""


class SotevarastoError(Exception):
    """A fault with a known mend. The message is one line: what is wrong, where, and what to do about it."""
