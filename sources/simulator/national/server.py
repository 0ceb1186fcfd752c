"""The HTTP servers that stand for the national services on loopback.

Belongs here: sockets, threads and which service answers where. Does not belong here: what the services answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
            pxweb = stack.enter_context(_serving(self._noted(lambda request: self.respond_pxweb(request))))
            other = stack.enter_context(_serving(self._noted(lambda request: self.respond_classifications(request))))
            third = stack.enter_context(_serving(self._noted(lambda request: self.respond_sotkanet(request))))
            fourth = stack.enter_context(_serving(self._noted(lambda request: self.respond_sampo(request))))
            fifth = stack.enter_context(_serving(self._noted(lambda request: self.respond_codeserver(request))))
            sixth = stack.enter_context(_serving(self._noted(lambda request: self.respond_codelist(request))))
            kela = stack.enter_context(_serving(self._noted(lambda request: self.respond_kela(request))))
            innokyla = stack.enter_context(_serving(self._noted(lambda request: self.respond_innokyla(request))))
            self.base_url_innokyla = f"http://127.0.0.1:{innokyla}"
            self.base_url_kela = f"http://127.0.0.1:{kela}{KELA_ROOT}"
            treasury = stack.enter_context(_serving(self._noted(lambda request: self.respond_treasury(request))))
            self.base_url_treasury = f"http://127.0.0.1:{treasury}{TREASURY_ROOT}"
            self.base_url_pxweb = f"http://127.0.0.1:{pxweb}{PXWEB_ROOT}"
            self.base_url_classifications = f"http://127.0.0.1:{other}{CLASSIFICATIONS_ROOT}"
            self.base_url_sotkanet = f"http://127.0.0.1:{third}{SOTKANET_ROOT}"
            self.base_url_sampo = f"http://127.0.0.1:{fourth}{SAMPO_ROOT}"
            self.base_url_codeserver = f"http://127.0.0.1:{fifth}{CSAPI_ROOT}"
            self.base_url_codelist = f"http://127.0.0.1:{sixth}{CODELIST_ROOT}"
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _noted(self, respond: Respond) -> Respond:
        def noted(request: Request) -> Response:
            self.seen.append((request.method, request.target))
            return respond(request)

        return noted


def _no_such_page() -> Response:
    return Response(404, b"<!DOCTYPE html><html><body>404 - File or directory not found.</body></html>", "text/html")


@contextmanager
def _serving(respond: Respond):
    """One server in a thread of its own; yields its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(respond))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
