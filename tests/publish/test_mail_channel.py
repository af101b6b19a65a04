"""Mail reaches each recipient alone and once, and an answer of the server means what its number says."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import pytest
from pydantic import ValidationError

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.core.types import Edition
from deepdaily.publish import Publication, TakenInPart
from deepdaily.publish.to_mail import Mail
from deepdaily.settings.channel_tables import MailTable, mail_address
from render import issues

READERS = ("One <one@d.example>", "two@d.example", "three@d.example")


class Server:
    """A server's client side: what it was told, and what it refuses."""

    def __init__(self, tls: bool = True, opens: Exception | None = None, **refused: Exception) -> None:
        self.tls, self.opens, self.refused = tls, opens, refused
        self.told, self.sent, self.ways = list[str](), list[tuple[EmailMessage, Sequence[str]]](), list[str]()

    def plain(self, host: str, port: int, timeout: float) -> Any:
        return self._opened("plain")

    def implicit(self, host: str, port: int, timeout: float, context: ssl.SSLContext) -> Any:
        return self._opened("implicit")

    def _opened(self, way: str) -> Any:
        self.ways.append(way)
        if self.opens:
            raise self.opens
        return self

    def ehlo(self) -> None:
        self.told.append("ehlo")

    def has_extn(self, name: str) -> bool:
        assert "ehlo" in self.told  # extensions are what a greeting was answered with
        return self.tls

    def starttls(self, context: ssl.SSLContext) -> None:
        self.told.append("starttls")

    def login(self, user: str, password: str) -> None:
        assert "starttls" in self.told or self.ways == ["implicit"]
        self.told.append(f"login {user}")
        if "login" in self.refused:
            raise self.refused["login"]

    def send_message(self, mail: EmailMessage, to_addrs: Sequence[str]) -> None:
        name = to_addrs[0].partition("@")[0]
        if name in self.refused:
            raise self.refused[name]
        self.sent.append((mail, to_addrs))

    def quit(self) -> None:
        self.told.append("quit")

    def close(self) -> None:
        self.told.append("close")


def table(**how: Any) -> MailTable:
    given = {"host": "smtp.example", "sender": "AI 日报 <daily@b.example>", "recipients": READERS}
    return MailTable.model_validate(given | how)


def mail(server: Server, kept: list[Edition] | None = None, **how: Any) -> Mail:
    kept = [] if kept is None else kept
    sent = {one.location for one in kept}
    return Mail(table(**how), sent, kept.append, lambda _: "https://b.example/x", server.plain, server.implicit)


async def publish(channel: Mail) -> tuple[Edition, ...]:
    return await channel.publish(Publication(issues.issue(), [], {}))


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("SMTP_USER", "me")
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret-of-mine")
    return {"user_env": "SMTP_USER", "password_env": "SMTP_PASSWORD"}


def refusal(code: int, words: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"x@d.example": (code, words.encode())})


# -- each alone and once ----------------------------------------------------------------------------------------------


async def test_each_recipient_gets_a_mail_of_their_own_and_sees_no_other() -> None:
    server, kept = Server(), list[Edition]()

    (edition,) = await publish(mail(server, kept))

    assert [to for _, to in server.sent] == [["one@d.example"], ["two@d.example"], ["three@d.example"]]
    for (sent, _), reader in zip(server.sent, READERS, strict=True):
        assert sent["To"] == reader
        assert sent["From"] == "AI 日报 <daily@b.example>"
        others = [one for one in ("one@d", "two@d", "three@d") if one not in reader]
        assert not any(other in sent.as_string() for other in others)
    assert len({sent["Message-ID"] for sent, _ in server.sent}) == 1
    assert edition.channel == "mail"
    assert len(kept) == 3
    assert not any("d.example" in one.location for one in kept)
    assert server.told == ["ehlo", "starttls", "quit"]
    assert "https://b.example/x" in server.sent[0][0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_whom_a_killed_run_had_reached_gets_no_second_mail_and_the_edition_is_the_same() -> None:
    kept: list[Edition] = []
    whole = await publish(mail(Server(), kept))
    server, rest, nobody = Server(), kept[:1], Server()

    assert await publish(mail(server, rest)) == whole
    assert [to for _, to in server.sent] == [["two@d.example"], ["three@d.example"]]
    assert await publish(mail(nobody, kept)) == whole
    assert nobody.ways == []


async def test_a_greylisted_recipient_is_asked_again_and_the_others_have_their_mail() -> None:
    kept: list[Edition] = []
    server = Server(two=refusal(451, "4.7.1 Greylisted, try again in 5 minutes"))
    channel = mail(server, kept)
    with pytest.raises(ChannelBusy, match="Greylisted") as caught:
        await publish(channel)
    assert "password" not in caught.value.advised
    assert len(kept) == 2
    server.refused.clear()

    await publish(channel)

    assert [to for _, to in server.sent] == [["one@d.example"], ["three@d.example"], ["two@d.example"]]


async def test_a_recipient_refused_for_good_is_named_and_the_mail_counts_as_sent() -> None:
    kept: list[Edition] = []
    with pytest.raises(TakenInPart, match=r"refused two@d\.example \(550 user unknown\)") as caught:
        await publish(mail(Server(two=refusal(550, "user unknown")), kept))

    assert [one.channel for one in caught.value.editions] == ["mail"]
    assert len(kept) == 2


async def test_a_recipient_left_over_that_is_refused_for_good_ends_the_matter() -> None:
    kept: list[Edition] = []
    server = Server(two=refusal(451, "later"))
    channel = mail(server, kept)
    with pytest.raises(ChannelBusy):
        await publish(channel)
    server.refused["two"] = refusal(550, "no such user")

    with pytest.raises(TakenInPart):
        await publish(channel)


async def test_who_is_refused_altogether_is_told_why() -> None:
    broken = refusal(550, "5.7.1 relaying denied")
    with pytest.raises(PublishError, match="relaying denied") as caught:
        await publish(mail(Server(one=broken, two=broken, three=broken)))

    assert not isinstance(caught.value, TakenInPart | ChannelBusy)
    assert "check both addresses" in caught.value.remedy


# -- what an answer means ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPConnectError(421, b"4.3.2 too many connections"),
        smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError("timed out"),
        socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    ],
)
async def test_a_server_that_is_away_is_asked_again(error: Exception) -> None:
    with pytest.raises(ChannelBusy) as caught:
        await publish(mail(Server(opens=error)))
    assert "password" not in caught.value.advised


@pytest.mark.parametrize("code", [421, 450, 451, 452])
async def test_every_4xx_passes(code: int) -> None:
    for error in (refusal(code, "later"), smtplib.SMTPDataError(code, b"later"), smtplib.SMTPSenderRefused(code, b"later", "a")):
        with pytest.raises(ChannelBusy, match=f"{code} later"):
            await publish(mail(Server(one=error)))


async def test_a_connection_that_breaks_between_two_mails_is_opened_again_for_the_rest() -> None:
    kept: list[Edition] = []
    server = Server(two=smtplib.SMTPServerDisconnected("gone"))
    with pytest.raises(ChannelBusy, match="gone"):
        await publish(mail(server, kept))

    assert len(kept) == 1
    assert server.told[-1] == "quit"


async def test_a_server_that_does_not_answer_the_last_word_has_the_mails_all_the_same() -> None:
    class Rude(Server):
        def quit(self) -> None:
            raise smtplib.SMTPServerDisconnected("gone")

    server = Rude()
    await publish(mail(server))

    assert len(server.sent) == 3


@pytest.mark.parametrize(
    ("error", "shown", "remedy"),
    [
        (smtplib.SMTPAuthenticationError(535, "5.7.8 bad s3cret-of-mine"), "535 5.7.8 bad ***", "授权码"),
        (smtplib.SMTPAuthenticationError(534, "application-specific password required"), "534", "app password"),
    ],
)
async def test_a_password_that_is_wrong_is_said_and_not_shown(
    error: Exception, shown: str, remedy: str, password: dict[str, Any]
) -> None:
    server = Server(login=error)
    with pytest.raises(PublishError) as caught:
        await publish(mail(server, **password))

    assert shown in str(caught.value)
    assert remedy in caught.value.remedy
    assert "s3cret" not in caught.value.advised
    assert server.told[-1] == "close"


@pytest.mark.parametrize(
    ("error", "shown", "remedy"),
    [
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "no certificate that is valid", "SSL_CERT_FILE"),
        (ssl.SSLError(1, "wrong version number"), "speaks no TLS in this way on port 587", "port and tls"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "there is no host smtp.example", "spelling"),
        (UnicodeError("label empty or too long"), "is no host name", "mend host"),
        (smtplib.SMTPConnectError(554, b"no service"), "554 no service", "spam"),
        (smtplib.SMTPDataError(500, b"odd"), "500 odd", "sender and recipients"),
    ],
)
async def test_what_no_second_try_mends_is_said(error: Exception, shown: str, remedy: str) -> None:
    with pytest.raises(PublishError) as caught:
        await publish(mail(Server(opens=error)))

    assert not isinstance(caught.value, ChannelBusy)
    assert shown in str(caught.value)
    assert remedy in caught.value.remedy


# -- secured ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "way", "secured"),
    [
        ({"port": 465}, "implicit", False),
        ({"port": 587}, "plain", True),
        ({"port": 2465, "tls": "implicit"}, "implicit", False),
        ({"port": 465, "tls": "starttls"}, "plain", True),
    ],
)
async def test_port_465_speaks_tls_from_the_first_byte_and_others_by_starttls(
    how: dict[str, Any], way: str, secured: bool, password: dict[str, Any]
) -> None:
    server = Server()
    await publish(mail(server, **how, **password))

    assert server.ways == [way]
    assert ("starttls" in server.told) is secured
    assert "login me" in server.told


async def test_a_password_is_not_sent_in_the_open_and_mail_is_only_where_that_is_allowed(password: dict[str, Any]) -> None:
    with pytest.raises(PublishError, match="not sent in the open"):
        await publish(mail(Server(tls=False), **password))
    with pytest.raises(PublishError, match="offers no TLS"):
        await publish(mail(Server(tls=False), tls="starttls"))
    relay = Server(tls=False)

    await publish(mail(relay))

    assert len(relay.sent) == 3


# -- as it is set -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["nobody", "@b.example", "a@", "a b@c.example", "a@b.example, c@d.example", ""])
async def test_a_broken_address_that_came_past_the_settings_is_a_publish_error(broken: str) -> None:
    for how in ({"sender": broken}, {"recipients": (broken,)}):
        channel = Mail(table().model_copy(update=how))
        with pytest.raises(PublishError, match="is no mail address"):
            await publish(channel)


def test_the_settings_refuse_a_broken_address_before_anything_runs() -> None:
    for broken in ({"sender": "Daily a@b.example"}, {"recipients": ["c@d.example", "everyone"]}):
        with pytest.raises(ValidationError, match="is no mail address; write"):
            table(**broken)


@pytest.mark.parametrize(
    "host",
    ["smtp..example.com", "smtp.example.com:587", "https://smtp.example.com", "smtp example", "-", "a" * 64 + ".example", "."],
)
def test_the_settings_refuse_a_host_that_is_none(host: str) -> None:
    with pytest.raises(ValidationError, match="is no host name; write it like"):
        table(host=host)


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("smtp.example.com", "smtp.example.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("邮箱.example", "xn--c0zu34b.example"),
    ],
)
def test_a_host_is_looked_up_in_ascii(host: str, asked: str) -> None:
    assert table(host=host).host == asked


@pytest.mark.parametrize(
    "way",
    ["http://x.example", "leave", "mailto:", "https://", "https://x.example/a b", "mailto:a@b.example>", "https://x.example/é"],
)
def test_the_settings_refuse_a_way_out_that_no_mail_program_takes(way: str) -> None:
    with pytest.raises(ValidationError, match="write https"):
        table(unsubscribe=way)


def test_a_way_out_is_https_or_mailto_or_none() -> None:
    assert [table(unsubscribe=way).unsubscribe for way in ("", "https://x.example/l", "mailto:a@b.example?subject=x")]


@pytest.mark.parametrize("written", ["a@b.example", " Name <a@b.example> ", '"Name, of it" <a@b.example>'])
def test_an_address_may_have_a_name(written: str) -> None:
    assert mail_address(written).addr_spec == "a@b.example"


@pytest.mark.parametrize("written", ["a@bücher.example", "ä@b.example", "Name <a@b.example", "a\n@b.example", "<>", "x<y<a@b>"])
def test_an_address_that_a_server_would_refuse_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        mail_address(written)
