"""Stand-ins on loopback for what an issue is sent to: a chat's webhook, a mail server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller


class AnyPort(Controller):
    """A mail server on a port that was free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server() -> Iterator[tuple[int, list[Any]]]:
    """A server that takes every mail: its port, and the envelopes."""
    taken = list[Any]()

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
            taken.append(envelope)
            return "250 OK"

    server = AnyPort(Box(), hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield server.port, taken
    finally:
        server.stop()


@contextmanager
def chat_server(answer: str = "ok") -> Iterator[tuple[str, list[Any]]]:
    """A webhook that says yes: its address, and what was posted."""
    told = list[Any]()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/hook", told
        finally:
            server.shutdown()
            thread.join()
