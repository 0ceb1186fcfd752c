"""The error a person sees.

Belongs here: the base of every error whose message is meant for an operator or a sender. Does not belong here: errors of one room, which subclass it there.
"""


class SotevarastoError(Exception):
    """Something a person can mend. The message is one line: what happened, where (file, line or host), and the mend."""
