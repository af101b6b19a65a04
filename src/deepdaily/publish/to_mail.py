"""Mail over SMTP: one to each recipient, so that nobody sees another; what was sent once is not sent again."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from hashlib import sha256

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import Edition, Issue
from deepdaily.publish import Publication, TakenInPart, edition_of
from deepdaily.publish.chats import SEND_S, masked
from deepdaily.render.mail import message
from deepdaily.settings.channel_tables import MailTable, mail_address
from deepdaily.settings.table import secret

IMPLICIT_TLS_PORT = 465
"""RFC 8314."""

REMEDIES = {
    530: "the server asks for a name and password: set user_env and password_env",
    534: "the server wants another way to log in: an app password (授权码) in password_env",
    535: "check user_env and password_env; many providers want an app password (授权码) there, not that of the account",
    550: "the server does not take this recipient, or mail of this sender: check both addresses",
    552: "the mailbox is full, or the mail too large for it",
    553: "the server wants the sender to be the address that logs in: mend sender",
    554: "the server takes it for spam or does not know this sender: check sender, SPF and DKIM",
}
"""What to do, by the number of a refusal for good (RFC 5321, RFC 4954)."""

MENDED = "check sender and recipients"
PASSES = "it is asked again: greylisting, limits and full queues pass"
UNREACHED = "it is asked again; check host, port and tls if it lasts"

Smtp = Callable[..., smtplib.SMTP]


@dataclass(frozen=True, slots=True)
class Mail:
    """Mails to a few recipients over SMTP with TLS; a longer list is a list server's business."""

    table: MailTable
    sent: set[str] = field(default_factory=set)
    """Whom it reached already, in this run or an earlier, killed one, by `place_of`."""
    keep: Callable[[Edition], None] = lambda _: None
    """Called as soon as one recipient's mail is taken."""
    link: Callable[[Issue], str] = lambda _: ""
    """Where an issue is on the web; empty where that is not known."""
    plain_smtp: Smtp = smtplib.SMTP
    tls_smtp: Smtp = smtplib.SMTP_SSL

    @property
    def channel(self) -> str:
        return self.table.name

    async def publish(self, publication: Publication) -> tuple[Edition, ...]:
        issue, table = publication.issue, self.table
        try:
            sender, to = mail_address(table.sender), [mail_address(one) for one in table.recipients]
            mails = {one.addr_spec: self._mail(issue, sender, one) for one in to}
        except ValueError as error:
            raise PublishError(str(error), "mend sender and recipients in the settings") from error
        waiting = {one: mail for one, mail in mails.items() if place_of(one) not in self.sent}

        def taken(one: str, mail: EmailMessage) -> None:
            place = place_of(one)
            self.keep(edition_of(issue, f"{self.channel}:part", place, _content(mail)))
            self.sent.add(place)

        refused = await self.send(waiting, taken) if waiting else []
        first = next(iter(mails.values()))
        edition = edition_of(issue, self.channel, str(first["Message-ID"]), _content(first))
        if refused:
            raise TakenInPart(f"{table.host} refused {', '.join(refused)}", "mend these recipients", (edition,))
        return (edition,)

    def _mail(self, issue: Issue, sender: Address, recipient: Address) -> EmailMessage:
        return message(
            issue,
            sender=sender,
            recipients=[recipient],
            shape=self.table.shape,
            link=self.link(issue),
            unsubscribe=self.table.unsubscribe,
        )

    async def send(
        self, mails: Mapping[str, EmailMessage], taken: Callable[[str, EmailMessage], None] = lambda *_: None
    ) -> list[str]:
        """Hand each address its mail; who was refused for good, with the server's words, where it took others.

        Args:
            taken: called with each mail as soon as the server took it.

        Raises:
            ChannelBusy: a mail was not taken for the moment.
            PublishError: none was taken.
        """
        refused, busy = dict[str, PublishError](), list[PublishError]()
        async with self._server() as server:
            for one, mail in mails.items():
                try:
                    await asyncio.to_thread(server.send_message, mail, to_addrs=[one])
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                    fault = self._fault(error)
                    if isinstance(fault, ChannelBusy):
                        busy.append(fault)
                    else:
                        refused[f"{one} ({_said(error)[1]})"] = fault
                else:
                    taken(one, mail)
        if busy:
            raise busy[0]
        if refused and len(refused) == len(mails) and not self.sent:
            raise next(iter(refused.values()))
        return list(refused)

    @asynccontextmanager
    async def _server(self) -> AsyncIterator[smtplib.SMTP]:
        """A server that waits for mails. Raises ChannelBusy and PublishError, also for what ends the connection later."""
        server: smtplib.SMTP | None = None
        try:
            server = await asyncio.to_thread(self._opened)
            yield server
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise self._fault(error) from error
        finally:
            if server:
                with suppress(OSError, smtplib.SMTPException):
                    await asyncio.to_thread(server.quit)

    def _opened(self) -> smtplib.SMTP:
        table, tls = self.table, ssl.create_default_context()
        implicit = table.tls == "implicit" or (table.tls == "auto" and table.port == IMPLICIT_TLS_PORT)
        open_smtp = partial(self.tls_smtp, context=tls) if implicit else self.plain_smtp
        server = open_smtp(table.host, table.port, timeout=SEND_S)
        try:
            server.ehlo()
            user, password = secret(table.user_env), secret(table.password_env)
            if not implicit and server.has_extn("starttls"):
                server.starttls(context=tls)
            elif not implicit and table.tls == "starttls":
                raise smtplib.SMTPNotSupportedError("the server offers no TLS")
            elif not implicit and user:
                raise smtplib.SMTPNotSupportedError("the server offers no TLS, and a password is not sent in the open")
            if user:
                server.login(user, password)
        except BaseException:
            server.close()
            raise
        return server

    def _fault(self, error: Exception) -> PublishError:
        """What went wrong, and whether it may go right later."""
        host, (code, words) = self.table.host, _said(error)
        told = masked(words, [one for one in (secret(self.table.password_env),) if one])
        if 500 <= code < 600:
            return PublishError(f"{host} did not take the mail: {told}", REMEDIES.get(code, MENDED))
        match error:
            case ssl.SSLCertVerificationError():
                return PublishError(f"{host} has no certificate that is valid for it: {told}", "check host, or SSL_CERT_FILE")
            case ssl.SSLError():
                return PublishError(f"{host} speaks no TLS in this way on port {self.table.port}: {told}", "check port and tls")
            case smtplib.SMTPNotSupportedError():
                return PublishError(f"{host} did not take the mail: {told}", "check port and tls, or ask whoever keeps the server")
            case UnicodeError():
                return PublishError(f"{host} is no host name", "mend host")
            case socket.gaierror() if error.errno == socket.EAI_NONAME:
                return PublishError(f"there is no host {host}", "check the spelling of host")
        return ChannelBusy(f"{host} takes no mail at the moment: {told}", PASSES if 400 <= code < 500 else UNREACHED)


def _said(error: Exception) -> tuple[int, str]:
    """The number of a server's answer and the answer itself; 0 and what failed where it gave none."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, answer = next(iter(error.recipients.values()))
            return code, f"{code} {answer.decode('utf-8', 'replace')}"
        case smtplib.SMTPResponseException():
            said = error.smtp_error
            return error.smtp_code, f"{error.smtp_code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
        case OSError() if error.strerror:
            return 0, error.strerror
    return 0, str(error) or type(error).__name__


def place_of(address: str) -> str:
    """How a recipient's mail is told from the others' in the store, which does not hold the address."""
    return f"recipient-{sha256(address.lower().encode()).hexdigest()[:16]}"


def _content(mail: EmailMessage) -> bytes:
    """What a mail says, without what differs each time it is built."""
    texts = (str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")
    return "\n".join([str(mail["Subject"]), *texts]).encode("utf-8", "backslashreplace")
