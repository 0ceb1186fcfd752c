"""The HTTP servers that stand for the national services on loopback.

Belongs here: sockets, threads and which service answers where. Does not belong here: what the services answer.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Self

from sources.simulator.national.classifications import ROOT as CLASSIFICATIONS_ROOT
from sources.simulator.national.classifications import Classifications
from sources.simulator.national.code_servers import CODELIST_ROOT, CSAPI_ROOT, CodeLists, CsApi
from sources.simulator.national.innokyla import Innokyla
from sources.simulator.national.kela import ROOT as KELA_ROOT
from sources.simulator.national.kela import Kela
from sources.simulator.national.protocol import Request, Response
from sources.simulator.national.pxweb import ROOT as PXWEB_ROOT
from sources.simulator.national.pxweb import PxWeb
from sources.simulator.national.sampo import ROOT as SAMPO_ROOT
from sources.simulator.national.sampo import Sampo
from sources.simulator.national.sotkanet import ROOT as SOTKANET_ROOT
from sources.simulator.national.sotkanet import Sotkanet
from sources.simulator.national.treasury import ROOT as TREASURY_ROOT
from sources.simulator.national.treasury import Treasury

Respond = Callable[[Request], Response]


class NationalServer:
    """The services on 127.0.0.1, each on a free port of its own as they are hosts of their own, for one simulated day.

    Use as a context manager; its `base_url_<service>` holds while it runs. Same day and seed, same bytes (but for the port in
    addresses that a service echoes). The limits are PxWeb's. `seen` lists (method, target) of each request, in order of arrival.
    """

    # Of each service, answered by `respond_<service>`, the root of its addresses.
    _SERVICES = {
        "pxweb": PXWEB_ROOT,
        "classifications": CLASSIFICATIONS_ROOT,
        "sotkanet": SOTKANET_ROOT,
        "sampo": SAMPO_ROOT,
        "codeserver": CSAPI_ROOT,
        "codelist": CODELIST_ROOT,
        "treasury": TREASURY_ROOT,
        "kela": KELA_ROOT,
        "innokyla": "",
    }

    def __init__(
        self, day: int, seed: int, max_cells: int = 120_000, max_calls: int = 40, window_seconds: float = 60.0
    ) -> None:
        self._pxweb = PxWeb(day, seed, max_cells, max_calls, window_seconds)
        self._classifications = Classifications()
        self._sotkanet = Sotkanet(day, seed)
        self._sampo = Sampo(day, seed)
        self._codeserver = CsApi(day)
        self._codelist = CodeLists()
        self._treasury = Treasury(day, seed)
        self._kela = Kela(day, seed)
        self._innokyla = Innokyla(day)
        self.seen: list[tuple[str, str]] = []

    def respond_pxweb(self, request: Request) -> Response:
        """The reply of the statistical database; its address is taken in any letter case."""
        if not request.target.lower().startswith(PXWEB_ROOT.lower()):
            return _no_such_page()
        return self._pxweb.respond(request)

    def respond_classifications(self, request: Request) -> Response:
        """The reply of the classification service."""
        if not request.target.startswith(CLASSIFICATIONS_ROOT):
            return _no_such_page()
        return self._classifications.respond(request, self.base_url_classifications)

    def respond_sotkanet(self, request: Request) -> Response:
        """The reply of Sotkanet."""
        if not request.target.startswith(SOTKANET_ROOT):
            return _no_such_page()
        return self._sotkanet.respond(request)

    def respond_sampo(self, request: Request) -> Response:
        """The reply of Sampo."""
        if not request.target.startswith(SAMPO_ROOT):
            return _no_such_page()
        return self._sampo.respond(request)

    def respond_codeserver(self, request: Request) -> Response:
        """The reply of THL's code server."""
        if not request.target.startswith(CSAPI_ROOT):
            return _no_such_page()
        return self._codeserver.respond(request)

    def respond_codelist(self, request: Request) -> Response:
        """The reply of koodistot.suomi.fi."""
        if not request.target.startswith(CODELIST_ROOT):
            return _no_such_page()
        return self._codelist.respond(request)

    def respond_treasury(self, request: Request) -> Response:
        """The reply of the Treasury's register, and of the store of its taxonomies."""
        return self._treasury.respond(request, self.base_url_treasury)

    def respond_kela(self, request: Request) -> Response:
        """The reply of the open data portal, and of Kela's own store."""
        return self._kela.respond(request, self.base_url_kela)

    def respond_innokyla(self, request: Request) -> Response:
        """The page of Innokylä."""
        return self._innokyla.respond(request)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            listening = {
                service: stack.enter_context(_Listening(self._answering(service))) for service in self._SERVICES
            }
            stack.enter_context(_serving(list(listening.values())))
            self._stack = stack.pop_all()
        for service, root in self._SERVICES.items():
            setattr(self, f"base_url_{service}", f"http://127.0.0.1:{listening[service].server_port}{root}")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _answering(self, service: str) -> Respond:
        def answer(request: Request) -> Response:
            self.seen.append((request.method, request.target))
            return getattr(self, f"respond_{service}")(request)

        return answer


def _no_such_page() -> Response:
    return Response(404, b"<!DOCTYPE html><html><body>404 - File or directory not found.</body></html>", "text/html")


class _Listening(ThreadingHTTPServer):
    """A free port of 127.0.0.1; each connection is answered in a thread of its own."""

    timeout = 0  # a connection that is gone again before it is taken holds nobody up

    def __init__(self, respond: Respond) -> None:
        super().__init__(("127.0.0.1", 0), _handler(respond))

    def server_bind(self) -> None:
        """Without the question for the machine's name that HTTPServer puts to the resolver."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


@contextmanager
def _serving(servers: list[_Listening]):
    """One thread that takes the connections of all of them, until it is told to stop: nothing is polled, so it ends at once."""
    ending, stop = socket.socketpair()

    def take() -> None:
        with selectors.DefaultSelector() as selector:
            for listening in (ending, *servers):
                selector.register(listening, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if ending in ready:
                    return
                for server in ready:
                    server.handle_request()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.close()
        thread.join()
        ending.close()


def _handler(respond: Respond) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "sotevarasto-simulator", ""
        # Headers and body leave in two writes; without this a client waits 40 ms for the second.
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(respond(Request(self.command, self.path, headers, self.rfile.read(length))))

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names that http.server calls

        def _send(self, response: Response) -> None:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            if "Content-Length" not in response.headers:
                self.send_header("Content-Length", str(len(response.body)))
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        def log_message(self, *_: object) -> None:
            """Silent: a night's own log says what was asked."""

    return Handler
