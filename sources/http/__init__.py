"""One polite HTTP client for every source that is fetched.

Belongs here: the public names; settings, reply and counters (model.py), what a caller expects (checks.py), bounded reading (body.py), rate windows and Retry-After
(limits.py), deadlines on the socket (transport.py), the words of a failure (errors.py) and the client that joins them (client.py).
Does not belong here: what a source's reply means (sources/national/…), where bytes are kept (sources/landing.py).
"""

from sources.http.checks import Expect
from sources.http.client import Client
from sources.http.errors import FetchError
from sources.http.model import Counters, HttpSettings, Reply, Sink, Validators, user_agent

__all__ = ["Client", "Counters", "Expect", "FetchError", "HttpSettings", "Reply", "Sink", "Validators", "user_agent"]
