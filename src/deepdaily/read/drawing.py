"""Pages that scripts fill in, drawn by a Chromium of the system: off unless the settings name one.

It runs somebody's scripts, so it is held in: a profile of its own that is thrown away, no name but the page's own host, which is
bound to the address that passed our check, and no other address at all. What it hands over is data like any page's bytes.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import getproxies

from deepdaily.core.errors import Unreachable
from deepdaily.core.proxies import Proxies
from deepdaily.read import guard

DRAW_S, SCRIPTS_MS = 25.0, 8_000
"""For one page whole; and of its own clock for the scripts."""

MOST_DRAWN = 10
"""Pages of a run: each costs as much as a hundred that are only read."""

MOST_BYTES = 10 * 2**20

_ERROR_PAGE = b'id="main-frame-error"'
"""What Chromium draws of a page that it cannot reach."""

FLAGS = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--incognito", "--disable-extensions", "--disable-sync", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--no-pings", "--disable-quic",
    "--blink-settings=imagesEnabled=false", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--no-proxy-server",
)  # fmt: skip


class Drawer:
    """Draws pages one after the other.

    Args:
        command: Chromium and what its system needs, like `["chromium"]`; in a container that is root `--no-sandbox` too.
        allow_private: as for the fetcher.
        proxies: of the environment; who goes through one draws nothing, for it resolves names itself.
    """

    def __init__(self, command: Sequence[str], allow_private: Sequence[str] = (), proxies: Mapping[str, str] | None = None) -> None:
        self._command, self._allow_private = tuple(command), tuple(allow_private)
        self._proxies = Proxies(getproxies() if proxies is None else proxies)
        self._turn, self._left = asyncio.Lock(), MOST_DRAWN

    async def drawn(self, url: str) -> bytes:
        """The page's HTML after its scripts, as UTF-8.

        Raises:
            AddressRefused: the address is not visited.
            Unreachable: no browser, no answer in DRAW_S, too much, or too many pages of this run.
        """
        guard.check_url(url, self._allow_private)
        if self._proxies.of(url):
            raise Unreachable(f"{guard.shown(url)}: behind a proxy no page is drawn")
        async with self._turn:
            if self._left <= 0:
                raise Unreachable(f"{guard.shown(url)}: not drawn: {MOST_DRAWN} pages of a run are the most")
            self._left -= 1
            address = await self._address(url)
            with tempfile.TemporaryDirectory(prefix="deepdaily-", ignore_cleanup_errors=True) as profile:
                return await self._run(url, [*self._command, *FLAGS, *_bound(url, address, profile), "--dump-dom", url])

    async def _address(self, url: str) -> str:
        """The address of its host, checked as before connecting."""
        parts = urlsplit(url)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or guard.PORTS[parts.scheme])
        except OSError as error:
            raise Unreachable(f"{guard.shown(url)}: no such name") from error
        address = str(found[0][4][0])
        if not guard.is_allowed_private(url, self._allow_private):
            guard.check_address(address)
        return address

    async def _run(self, url: str, command: Sequence[str]) -> bytes:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, start_new_session=True, limit=MOST_BYTES
            )
        except OSError as error:
            said = f"{command[0]} cannot be started ({error.strerror})"
            raise Unreachable(said, "name a Chromium in [network] renderer, or take the key out") from error
        try:
            async with asyncio.timeout(DRAW_S):
                body = await _read(process, url)
                status = await process.wait()
        except TimeoutError:
            raise Unreachable(f"{guard.shown(url)}: not drawn within {DRAW_S:g} s") from None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
        if status:
            raise Unreachable(f"{guard.shown(url)}: {command[0]} ended with status {status}", "as root it wants --no-sandbox")
        if not body.strip() or _ERROR_PAGE in body:
            raise Unreachable(f"{guard.shown(url)}: the browser drew nothing: it is out of reach, or leads to another site")
        return body


async def _read(process: Process, url: str) -> bytes:
    assert process.stdout is not None
    body = await process.stdout.read(MOST_BYTES + 1)
    while more := await process.stdout.read(MOST_BYTES + 1 - len(body)) if len(body) <= MOST_BYTES else b"":
        body += more
    if len(body) > MOST_BYTES:
        raise Unreachable(f"{guard.shown(url)}: drawn, it is larger than {MOST_BYTES} bytes")
    return body


def _bound(url: str, address: str, profile: str) -> list[str]:
    """The flags that let a browser see one host at one address, and nothing else."""
    host = urlsplit(url).hostname or ""
    shown = f"[{address}]" if ":" in address else address
    rules = f"MAP {host} {shown},MAP * ~NOTFOUND"
    return [f"--host-resolver-rules={rules}", f"--user-data-dir={profile}", f"--virtual-time-budget={SCRIPTS_MS}"]
