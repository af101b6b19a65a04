"""A private Dovecot for the tests, on loopback, its mails in a folder of its own; none where Dovecot 2.3 is not installed."""

from __future__ import annotations

import imaplib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from endpoints.tls import certificate
from waiting import CEILING_S, first_line

PASSWORD = "open sesame ü"

CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = /dev/stderr
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server, of whose users everybody has the same password."""

    folder: Path
    port: int
    tls_port: int

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def put(self, user: str, mail: bytes, at: datetime, name: str, folder: str = "") -> None:
        """A new mail of a user that came at that moment."""
        place = self.folder / "mail" / user / folder
        for part in ("cur", "new", "tmp"):
            (place / part).mkdir(parents=True, exist_ok=True)
        file = place / "new" / f"{int(at.timestamp())}.{name}.example"
        file.write_bytes(mail)
        os.utime(file, (at.timestamp(), at.timestamp()))
        for path in (file, *(self.folder / "mail").rglob("*")):
            _lend(path)

    def flags(self, user: str) -> dict[int, bytes]:
        """The flags of a user's mails, as the server has them."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=CEILING_S) as imap:
            imap.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            imap.select(readonly=True)
            answer, told = imap.fetch("1:*", "(FLAGS)")
            assert answer == "OK"
            return {number: row for number, row in enumerate(told) if isinstance(row, bytes)}


@contextmanager
def dovecot(users: tuple[str, ...]) -> Iterator[Dovecot]:
    """A server of its own, with these users."""
    binary = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if binary is None or not subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.startswith("2.3"):
        pytest.skip("Dovecot 2.3 is not installed")
    folder = Path(tempfile.mkdtemp(prefix="mail", dir="/tmp"))  # a socket's path may have 107 bytes, pytest's are longer
    user, group = ("nobody", "nogroup") if os.geteuid() == 0 else (str(os.geteuid()), str(os.getegid()))
    certificate(folder)
    (folder / "users").write_text("".join(f"{name}:{{PLAIN}}{PASSWORD}\n" for name in users))
    made = Dovecot(folder, *_free_ports())
    settings = CONFIGURATION.format(folder=folder, user=user, group=group, port=made.port, tls_port=made.tls_port)
    (folder / "dovecot.conf").write_text(settings)
    for part in ("run", "mail"):
        (folder / part).mkdir()
    for path in (folder, *folder.iterdir()):
        _lend(path)
    process = subprocess.Popen(
        [binary, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.PIPE, text=True, cwd=folder, **_as_user()
    )
    try:
        assert "starting up" in first_line(process, process.stderr)
        yield made
    finally:
        process.terminate()
        process.communicate(timeout=CEILING_S)
        shutil.rmtree(folder)


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _as_user() -> dict[str, Any]:
    return {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}


def _lend(path: Path) -> None:
    """The server refuses to read mails as root, so root lends them to `nobody`."""
    if _as_user():
        shutil.chown(path, **_as_user())
