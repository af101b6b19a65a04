"""A socket to be asked on, and the host names that are answered."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from deepdaily.core.errors import SettingsError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::", "")
"""What one listens on to be reached on every address: nobody asks for it by that name."""


def answered_names(host: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """The names that a server listening on `host` is asked by, lower-case: this machine's, its own, and `names`.

    A request that names another host is refused, wherever it comes from (DNS rebinding).
    """
    own = () if host in EVERY_ADDRESS else (host,)
    return tuple(dict.fromkeys(name.lower() for name in (*THIS_MACHINE, *own, *names)))


def in_address(host: str) -> str:
    """`host` as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def serve_on(
    place: tuple[str, int], names: Sequence[str], app: Callable[[], ASGIApp], say: Callable[[str], None], what: str
) -> None:
    """Serve until interrupted; once it listens, `say` is told `what` with its address, and who is not answered.

    Args:
        place: host and port; 0 takes any free one.
        app: makes the application, once it listens: who asks meanwhile waits, and is not turned away.
        what: a line with `{}` for `http://host:port`.

    Raises:
        SettingsError: nothing can listen there.
    """
    host, port = place
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}", "choose another --port") from error
    with listening:
        # Accepted sockets inherit it; without it the body of an answer waits 40 ms for the head's acknowledgement.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
        say(what.format(f"http://{in_address(asked)}:{listening.getsockname()[1]}"))
        if host in EVERY_ADDRESS and not names:
            say('only this machine\'s own names are answered; allow others in the settings: [serve] names = ["…"]')
        import uvicorn

        quiet = uvicorn.Config(app(), log_level="warning", proxy_headers=False, server_header=False)
        uvicorn.Server(quiet).run(sockets=[listening])
