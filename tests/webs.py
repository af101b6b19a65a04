"""Small webs for tests of whole runs: the frozen one of February 2026, and the sample day for child processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, flock
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection
from threading import Thread
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import pytest

from once import once
from waiting import CEILING_S, ended_at_the_ceiling

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent / "deepdaily"
SETTINGS = ROOT / "examples" / "frozen-web.toml"

_HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@contextmanager
def frozen_web(shared: Path, day: str) -> Iterator[dict[str, str]]:
    """The frozen web of `day` behind a proxy on loopback; the environment that leads a program to it."""
    archive, tool = shared / "frozen-web" / f"seed-{day}.warc.gz", shared / "tools" / "replayweb"
    command = [str(tool), str(archive), "--", sys.executable, "-c", _HOLD]
    with ExitStack() as opened:
        with tool.open() as one_at_a_time:  # the first start on a machine installs it
            flock(one_at_a_time, LOCK_EX)
            server = opened.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            assert server.stdin is not None
            assert server.stdout is not None
            with ended_at_the_ceiling(server):
                told = server.stdout.readline()
        if not told:
            pytest.skip("the replay proxy does not start here")
        env = json.loads(told)
        _takes_connections(server, urlsplit(env["HTTP_PROXY"]))
        yield {**env, "BRAVE_API_KEY": "frozen"}
        server.stdin.close()


def _takes_connections(server: subprocess.Popen[str], proxy: SplitResult) -> None:
    """Wait for the proxy: whoever starts it gives it ten seconds, which may be too few on a busy machine."""
    until = monotonic() + CEILING_S
    while server.poll() is None and monotonic() < until:
        with suppress(OSError), create_connection((proxy.hostname, proxy.port)):
            return
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=0.1)
    pytest.fail("the replay proxy took no connection", pytrace=False)


def frozen_day(factory: pytest.TempPathFactory, shared: Path, day: str) -> tuple[Path, Done]:
    """A run of a frozen day on a new store, once a session: its folder, not to be changed, and how it ended."""
    with once(factory, f"frozen-{day}") as made:
        if made.is_new:
            with frozen_web(shared, day) as env:
                made.keep(finished(run_arguments(day, made.folder), env=env))
        return made.folder, made.value


def environment(**more: str) -> dict[str, str]:
    """This process's environment without a setting or key of the product, and without a proxy; `deepdaily` is on its PATH."""
    ours = "DEEPDAILY_", "BRAVE_"
    plain = {name: value for name, value in os.environ.items() if not name.startswith(ours) and not name.upper().endswith("_PROXY")}
    return plain | {"PATH": f"{BIN.parent}{os.pathsep}{plain.get('PATH', '')}"} | more


def sample_day(factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """`deepdaily demo`, once a session: the folder it made, not to be changed, and how it ended."""
    with once(factory, "demo") as made:
        if made.is_new:
            made.keep(deepdaily("demo", cwd=made.folder))
        return made.folder / "deepdaily-demo", made.value


def run_arguments(day: str, folder: Path) -> list[str]:
    """`deepdaily run` for a frozen day, store and editions below `folder`."""
    return [
        str(BIN), "run", "--settings", str(SETTINGS), "--data", str(folder / "data"), "--out", str(folder / "out"),
        "--now", f"{day}T07:30:00+08:00",
    ]  # fmt: skip


def deepdaily(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Done:
    """The command in a process of its own, as a user runs it."""
    return finished([str(BIN), *arguments], env=env or environment(), cwd=cwd)


Done = subprocess.CompletedProcess[str]


def finished(command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None) -> Done:
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=CEILING_S)


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file by its place below `folder`."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def editions_below(folder: Path) -> dict[str, bytes]:
    """`files_below`, the ids of feeds, which each installation draws by lot, left out."""
    return {place: re.sub(rb"urn:uuid:[0-9a-f-]{36}", b"", content) for place, content in files_below(folder).items()}


@contextmanager
def serving(pages: Mapping[str, tuple[str, str | bytes]]) -> Iterator[str]:
    """A site on loopback: by path its media type and body, `{site}` standing for its address. Others are 404.

    Yields the site's host and port.
    """

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            media_type, body = pages.get(self.path, ("", ""))
            self.send_response(200 if media_type else 404)
            self.send_header("Content-Type", media_type or "text/plain")
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else body.replace("{site}", f"http://{site}").encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        site = f"127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
