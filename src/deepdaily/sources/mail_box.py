"""A mailbox over IMAP that is only read: it is examined, and mails are peeked at, so that no flag of any changes.

Everything here blocks: it is for a thread. RFC 3501; the names of refusals are those of RFC 5530.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeVar

from deepdaily.core.errors import AddressRefused, FetchError, NotConnected, RateLimited, SourceError, Unreachable
from deepdaily.core.text import squeeze
from deepdaily.read import guard

SILENCE_S = 15.0
"""How long a server may say nothing, at any point."""

MOST_ADDRESSES = 4
"""Of a name, that are tried."""

MOST_LOOKED_AT = 500
"""Newest mails of the days whose headers are read."""

HEADER_BYTES, MAIL_BYTES, ALL_BYTES = 16 * 1024, 2 * 2**20, 64 * 2**20
"""Of one header and of one mail that are taken, and of all that a server says."""

FIELDS = "FROM SUBJECT LIST-ID LIST-UNSUBSCRIBE LIST-POST IN-REPLY-TO REFERENCES AUTO-SUBMITTED X-GITHUB-REASON"
"""Of a header, that tell a newsletter from other mail."""

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_TOO_FAST = re.compile(
    r"\[(?:LIMIT|OVERQUOTA|INUSE|UNAVAILABLE)\]|too many|rate limit|bandwidth|try (?:again )?later", re.IGNORECASE
)
_MOVED = re.compile(r"\[REFERRAL (imaps?://[^\]\s]{1,300})", re.IGNORECASE)

Security = Literal["tls", "starttls", "plain"]
Certificates = Callable[[], ssl.SSLContext]

T = TypeVar("T")

RawMail = tuple[bytes, bytes]
"""What a server says of a mail, and the bytes that it gives of it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mailbox is, and as whom it is opened."""

    host: str
    port: int = 993
    security: Security = "tls"
    folder: str = "INBOX"
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    """Of OAuth; empty where a password is given."""


class Mailbox:
    """One connection to a folder.

    Args:
        allow_private: as `[network] allow_private`; other addresses have to be public, and only there TLS may be left out.
        proxied: whether the environment names a proxy, which IMAP does not use: told where no connection comes about.
    """

    def __init__(
        self,
        server: MailServer,
        allow_private: tuple[str, ...] = (),
        certificates: Certificates = ssl.create_default_context,  # reads SSL_CERT_FILE
        silence_s: float = SILENCE_S,
        proxied: bool = False,
    ) -> None:
        self._server, self._certificates, self._silence_s, self._proxied = server, certificates, silence_s, proxied
        host = f"[{server.host}]" if ":" in server.host else server.host
        self._private = guard.is_allowed_private(f"http://{host}:{server.port}", allow_private)
        self._link: socket.socket | None = None
        self._imap: _Talk | None = None

    def open(self) -> None:
        """Connect, log in, and examine the folder.

        Raises:
            AddressRefused, Unreachable, RateLimited, SourceError.
        """
        self._asked(self._opened)

    def listed(self, since: date) -> list[RawMail]:
        """Date, size and some header fields of the newest mails that came on that day or later, as the server tells them.

        Raises: as `open`.
        """
        return self._asked(lambda: self._listed(since))

    def whole(self, uid: int) -> bytes:
        """The mail of that number, at most one byte more than MAIL_BYTES of it; empty where it is gone.

        Raises: as `open`.
        """
        rows = self._asked(lambda: self._fetched(str(uid), f"(UID BODY.PEEK[]<0.{MAIL_BYTES + 1}>)"))
        return rows[0][1] if rows else b""

    def cut(self) -> None:
        """End the connection at once, from any thread: whoever waits for the server waits no longer."""
        link = self._imap.sock if self._imap else self._link
        if link is not None:
            with suppress(OSError):
                socket.socket.shutdown(link, socket.SHUT_RDWR)

    def close(self) -> None:
        """Say goodbye where that is heard."""
        with suppress(OSError, imaplib.IMAP4.error):
            if self._imap:
                self._imap.logout()
        if self._link is not None:
            self._link.close()

    def _opened(self) -> None:
        server = self._server
        if server.security == "plain" and not self._private:
            raise SourceError(
                "a password is not sent in the open", 'write security = "tls", or name the server in [network] allow_private'
            )
        self._link = link = self._connected()
        if server.security == "tls":
            tls = self._certificates().wrap_socket(link, server_hostname=server.host, do_handshake_on_connect=False)
            self._link = tls
            tls.do_handshake()
        self._imap = imap = _Talk(self._link, server.host)
        if server.security == "starttls":
            if "STARTTLS" not in imap.capabilities:
                raise SourceError(
                    f"{server.host} offers no STARTTLS on port {server.port}", 'write security = "tls" and port = 993'
                )
            imap.starttls(self._certificates())
            self._link = imap.sock
        self._log_in(imap)
        answer, told = imap.select(_quoted(folder_name(server.folder)), readonly=True)
        if answer != "OK":
            words = _line(told)
            raise SourceError(
                f"the folder {server.folder} cannot be opened: {words}", "write its name as the server has it, in `folder`"
            )

    def _connected(self) -> socket.socket:
        server, failed = self._server, OSError("it has no address")
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found[:MOST_ADDRESSES]:
            if not self._private:
                guard.check_address(str(address[0]))
            link = socket.socket(family, kind, protocol)
            link.settimeout(self._silence_s)
            try:
                link.connect(address)
            except OSError as error:
                link.close()
                failed = error
            else:
                return link
        raise failed

    def _log_in(self, imap: _Talk) -> None:
        server = self._server
        try:
            if server.token:
                said = f"user={server.user}\1auth=Bearer {server.token}\1\1".encode()
                imap.authenticate("XOAUTH2", _once(said))
            elif "AUTH=PLAIN" in imap.capabilities:
                imap.authenticate("PLAIN", _once(f"\0{server.user}\0{server.password}".encode()))
            else:
                imap.login(_quoted(server.user), server.password)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, UnicodeError) as error:
            raise self._refusal(str(error)) from error

    def _refusal(self, words: str) -> SourceError:
        said = self._masked(words)
        if moved := _MOVED.search(words):
            return SourceError(f"the mailbox has moved to {guard.shown(moved[1])}", "write its new `host`")
        if _TOO_FAST.search(words):
            return RateLimited(f"{self._server.host} asks for a pause: {said}", "it is asked again at a later run")
        how = "make a new token" if self._server.token else "many providers want an app password there, not that of the account"
        return SourceError(
            f"{self._server.host} refuses the login: {said}", f"check the variables of user_env and password_env; {how}"
        )

    def _listed(self, since: date) -> list[RawMail]:
        assert self._imap is not None
        day = f"{since.day:02d}-{_MONTHS[since.month - 1]}-{since.year}"
        answer, told = self._imap.uid("SEARCH", "SINCE", day)
        if answer != "OK":
            raise SourceError(f"the folder cannot be searched: {_line(told)}", "it may be well next time")
        numbers = sorted(int(one) for line in told if line for one in line.split() if one.isdigit())
        if not numbers:
            return []
        wanted = f"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({FIELDS})]<0.{HEADER_BYTES}>)"
        return self._fetched(",".join(map(str, numbers[-MOST_LOOKED_AT:])), wanted)

    def _fetched(self, numbers: str, wanted: str) -> list[RawMail]:
        assert self._imap is not None
        answer, told = self._imap.uid("FETCH", numbers, wanted)
        if answer != "OK":
            raise SourceError(f"mails cannot be read: {_line(told)}", "it may be well next time")
        rows: list[RawMail] = []
        for piece in told:
            if isinstance(piece, tuple):
                rows.append((piece[0], piece[1]))
            elif isinstance(piece, bytes) and rows:  # what follows the bytes of a mail
                rows[-1] = (rows[-1][0] + b" " + piece, rows[-1][1])
        return rows

    def _asked(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> SourceError | FetchError:
        """What went wrong, and what to do."""
        host, port = self._server.host, self._server.port
        beside = "; a proxy of the environment is not used for IMAP" if self._proxied else ""
        match error:
            case ssl.SSLCertVerificationError():
                why = error.verify_message
                return Unreachable(
                    f"{host} has no certificate that is trusted: {why}",
                    "check host, or name your authority's file by SSL_CERT_FILE",
                )
            case ssl.SSLError():
                return Unreachable(f"{host} speaks no TLS in this way on port {port}", "993 is mostly tls, 143 starttls")
            case socket.gaierror():
                return Unreachable(f"there is no host {host}", f"check the spelling of host{beside}")
            case TimeoutError():
                return Unreachable(f"{host} said nothing for {self._silence_s:g} s", f"check host and port{beside}")
            case imaplib.IMAP4.error() if _TOO_FAST.search(str(error)):
                return RateLimited(f"{host} asks for a pause: {self._masked(str(error))}", "it is asked again at a later run")
            case imaplib.IMAP4.abort() if "unexpected response" not in str(error):
                return Unreachable(f"{host} ended the connection: {self._masked(str(error))}", "it may be well next time")
            case ConnectionResetError() | BrokenPipeError():
                return Unreachable(f"{host} ended the connection", "it may be well next time")
            case imaplib.IMAP4.error() | UnicodeError():
                return SourceError(
                    f"{host} does not answer as IMAP has it: {self._masked(str(error))}", "check host, port and security"
                )
        return NotConnected(
            f"{host} takes no connection on port {port}: {error.args[-1] if error.args else error}", f"check host and port{beside}"
        )

    def _masked(self, words: str) -> str:
        for secret in filter(None, (self._server.password, self._server.token)):
            words = words.replace(secret, "***")
        return squeeze("".join(char if char.isprintable() else " " for char in words))[:200]


class _Talk(imaplib.IMAP4):
    """imaplib on a socket that is connected, with a bound on all that is read."""

    def __init__(self, link: socket.socket, host: str) -> None:
        self._given, self._left = link, ALL_BYTES
        super().__init__(host)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._given

    def read(self, size: int) -> bytes:
        self._take(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._take(len(line))
        return line

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self.error(f"it says more than {ALL_BYTES >> 20} MB")


def _once(said: bytes) -> Callable[[bytes], bytes]:
    """The answer to a server's first question; to what it asks after a refusal, an empty one."""
    answers = [said]
    return lambda _: answers.pop() if answers else b""


def _line(told: Sequence[Any]) -> str:
    words = b" ".join(one for one in told if isinstance(one, bytes)).decode("utf-8", "replace")
    return squeeze("".join(char if char.isprintable() else " " for char in words))[:200]


def _quoted(text: str) -> str:
    if re.search(r"[\r\n\0]", text):
        raise AddressRefused("malformed address: a line end in a name of the mailbox")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder_name(folder: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3)."""

    def packed(found: re.Match[str]) -> str:
        letters = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{letters}-"

    return re.sub(r"[^\x20-\x7e]+", packed, folder.replace("&", "&-"))
