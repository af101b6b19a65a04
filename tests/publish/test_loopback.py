"""Chats and mail against servers that answer as the real ones do, on loopback: everything from the settings to the wire."""

from __future__ import annotations

import json
import socketserver
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from deepdaily.core.errors import ChannelBusy, PublishError
from deepdaily.publish import Publication, TakenInPart
from deepdaily.publish.channels import message_channels
from deepdaily.publish.one_channel import try_channel
from deepdaily.read.web_wire import WebWire
from deepdaily.settings import Settings
from deepdaily.store import Store
from render import issues
from stubs import AnyPort


@contextmanager
def hook(*answers: tuple[int, str, dict[str, str]]) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """A webhook that answers by the script, the last of it for ever: its host and port, and what it was sent to which path."""
    got, script = list[tuple[str, dict[str, Any]]](), list(answers)

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status, body, headers = script.pop(0) if len(script) > 1 else script[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", got
        finally:
            server.shutdown()
            thread.join()


async def sent(store: Store, settings: Settings) -> str:
    """The issue brought to the one channel of the settings; where it says it went."""
    async with WebWire(allow_private=settings.network.allow_private) as wire:
        (channel,) = message_channels(settings, store, issues.issue().slot, wire)
        (edition,) = await channel.publish(Publication(issues.issue(), [], {}))
    return edition.location


def settings_of(place: str, **table: Any) -> Settings:
    given = {"publish": [table], "network": {"allow_private": [place]}, "digest": {"url": "https://blog.example.com"}}
    return Settings.model_validate(given)


LINK = "https://blog.example.com/posts/2026-02-11/"
Said = tuple[int, str, dict[str, str]]
FINE: Said = (200, '{"code":0,"StatusCode":0,"msg":"success"}', {})
BUSY: Said = (200, '{"code":11232,"msg":"frequency limited psm[x]"}', {})


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("feishu", FINE),
        ("slack", (200, "ok", {})),
        ("wecom", (200, '{"errcode":0,"errmsg":"ok"}', {})),
        ("dingtalk", (200, '{"errcode":0,"errmsg":"ok"}', {})),
        ("discord", (204, "", {})),
        ("webhook", (201, "", {})),
    ],
)
async def test_a_chat_of_the_settings_gets_the_issue(
    kind: str, answer: tuple[int, str, dict[str, str]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hook(answer) as (place, got):
        monkeypatch.setenv("HOOK", f"http://{place}/hook/s3cret\n")
        assert await sent(store, settings_of(place, to=kind, url_env="HOOK")) == "1 messages"

    ((path, body),) = got
    assert path == "/hook/s3cret"
    assert LINK in json.dumps(body)
    assert issues.serving().title.text in json.dumps(body, ensure_ascii=False)


async def test_telegram_is_asked_by_the_bot_s_token_at_the_server_that_is_set(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "123:abc")
    with hook((200, '{"ok":true}', {})) as (place, got):
        await sent(store, settings_of(place, to="telegram", token_env="TOKEN", chat="-100", api=f"http://{place}"))

    assert got[0][0] == "/bot123:abc/sendMessage"
    assert got[0][1]["chat_id"] == "-100"


async def test_a_service_that_is_busy_is_asked_again_and_has_each_message_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hook(BUSY, (429, '{"code":99991400}', {"Retry-After": "9"}), FINE) as (place, got):
        monkeypatch.setenv("HOOK", f"http://{place}/s3cret")
        settings = settings_of(place, to="feishu", url_env="HOOK")
        for wait_s in (None, 9):
            with pytest.raises(ChannelBusy) as caught:
                await sent(store, settings)
            assert caught.value.retry_after_s == wait_s
        await sent(store, settings)
        await sent(store, settings)

    assert len(got) == 3


async def test_our_own_guard_says_that_it_is_ours_and_what_to_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook(FINE) as (place, got):
        monkeypatch.setenv("HOOK", f"http://{place}/s3cret")
        with pytest.raises(PublishError) as caught:
            await sent(store, settings_of("10.0.0.1:1", to="feishu", url_env="HOOK"))

    assert got == []
    assert "our own guard" in str(caught.value)
    assert f'allow_private = ["{place}"]' in caught.value.remedy


async def test_nobody_at_the_address_is_asked_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with hook(FINE) as (place, _):
        pass
    monkeypatch.setenv("HOOK", f"http://{place}/s3cret")
    with pytest.raises(ChannelBusy) as caught:
        await sent(store, settings_of(place, to="slack", url_env="HOOK"))

    assert "s3cret" not in caught.value.advised


# -- mail -------------------------------------------------------------------------------------------------------------


class Mailbox:
    """What a server keeps, and whom it refuses: by address, how often and with what."""

    def __init__(self, **refused: tuple[int, str]) -> None:
        self.refused, self.mails = dict(refused), list[tuple[list[str], EmailMessage]]()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        times, answer = self.refused.get(address.partition("@")[0], (0, ""))
        if times:
            self.refused[address.partition("@")[0]] = (times - 1, answer)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 queued"


@contextmanager
def serving(box: Mailbox, **how: Any) -> Iterator[int]:
    """The port on loopback where the mailbox is served."""
    controller = AnyPort(box, hostname="127.0.0.1", port=0, **how)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key and certificate of a server on loopback."""
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names]
    subprocess.run(made, check=True, capture_output=True)
    return folder


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side; ours trusts it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def mail_settings(port: int, **how: Any) -> Settings:
    table = {"to": "mail", "host": "127.0.0.1", "port": port, "sender": "日报 <daily@b.example>"}
    return settings_of("127.0.0.1:9", **table, recipients=["One <one@d.example>", "two@d.example"], **how)


async def test_each_recipient_has_a_mail_of_their_own(store: Store) -> None:
    box = Mailbox()
    with serving(box) as port:
        await sent(store, mail_settings(port))
        await sent(store, mail_settings(port))

    assert [to for to, _ in box.mails] == [["one@d.example"], ["two@d.example"]]
    assert [str(mail["To"]) for _, mail in box.mails] == ["One <one@d.example>", "two@d.example"]
    for _, mail in box.mails:
        assert "Bcc" not in mail
        assert LINK in str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]


async def test_a_greylisted_mail_is_sent_at_the_next_try_to_the_one_who_lacks_it(store: Store) -> None:
    box = Mailbox(two=(1, "451 4.7.1 Greylisted, try again in 5 minutes"))
    with serving(box) as port:
        with pytest.raises(ChannelBusy, match="Greylisted"):
            await sent(store, mail_settings(port))
        await sent(store, mail_settings(port))

    assert [to for to, _ in box.mails] == [["one@d.example"], ["two@d.example"]]


async def test_a_recipient_that_is_none_is_named_and_the_others_have_their_mail(store: Store) -> None:
    box = Mailbox(one=(9, "550 5.1.1 no such user"))
    with serving(box) as port, pytest.raises(TakenInPart, match=r"one@d\.example \(550 5\.1\.1 no such user\)"):
        await sent(store, mail_settings(port))

    assert [to for to, _ in box.mails] == [["two@d.example"]]


async def test_tls_from_the_first_byte(store: Store, tls: ssl.SSLContext) -> None:
    box = Mailbox()
    with serving(box, ssl_context=tls) as port:
        await sent(store, mail_settings(port, tls="implicit"))

    assert len(box.mails) == 2


async def test_a_password_goes_over_starttls_and_a_wrong_one_is_said(
    store: Store, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == b"right", handled=False)

    monkeypatch.setenv("ME", "me")
    box, how = Mailbox(), {"user_env": "ME", "password_env": "PASSWORD"}
    with serving(box, tls_context=tls, authenticator=check, auth_required=True) as port:
        monkeypatch.setenv("PASSWORD", "wrong-s3cret")
        with pytest.raises(PublishError, match="535") as caught:
            await sent(store, mail_settings(port, **how))
        monkeypatch.setenv("PASSWORD", "right")
        await sent(store, mail_settings(port, **how))

    assert not isinstance(caught.value, ChannelBusy)
    assert "s3cret" not in caught.value.advised
    assert len(box.mails) == 2


async def test_tls_where_none_is_spoken_and_a_certificate_nobody_vouches_for_are_said(
    store: Store, certificate: Path, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Mailbox()) as port, pytest.raises(PublishError, match="speaks no TLS in this way"):
        await sent(store, mail_settings(port, tls="implicit"))
    monkeypatch.delenv("SSL_CERT_FILE")
    with serving(Mailbox(), ssl_context=tls) as port, pytest.raises(PublishError, match="no certificate that is valid"):
        await sent(store, mail_settings(port, tls="implicit"))


async def test_nobody_at_the_port_is_asked_again(store: Store) -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        port = server.server_address[1]
    with pytest.raises(ChannelBusy, match="Connection refused"):
        await sent(store, mail_settings(port))


# -- tried alone ------------------------------------------------------------------------------------------------------


async def tried(settings: Settings, folder: Path | None = None) -> str:
    async with WebWire(allow_private=settings.network.allow_private) as wire:
        return await try_channel(settings.publish[0], wire, "zh", folder)


async def test_a_chat_is_tried_by_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with hook((200, "ok", {}), (404, "no_service", {})) as (place, got):
        monkeypatch.setenv("HOOK", f"http://{place}/s3cret")
        settings = settings_of(place, to="slack", name="team", url_env="HOOK")
        assert await tried(settings) == "team: Slack took a message"
        with pytest.raises(PublishError, match="no_service"):
            await tried(settings)

    assert got[0][1] == {"text": "deepdaily 测试：通道“team”已接通。"}


async def test_a_chat_without_its_secret_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK", raising=False)
    with pytest.raises(PublishError, match="has no HOOK"):
        await tried(settings_of("127.0.0.1:9", to="slack", url_env="HOOK"))


async def test_mail_is_tried_by_a_note_to_its_readers() -> None:
    box = Mailbox(two=(1, "550 gone"))
    with serving(box) as port:
        with pytest.raises(PublishError, match="refused two@d"):
            await tried(mail_settings(port))
        said = await tried(mail_settings(port))

    assert said == "mail: 127.0.0.1 took a mail to One <one@d.example>, two@d.example"
    assert [to for to, _ in box.mails] == [["one@d.example"], ["one@d.example"], ["two@d.example"]]
    assert str(box.mails[0][1]["Subject"]) == "deepdaily 测试：通道“mail”已接通。"


async def test_mail_from_nobody_cannot_be_tried() -> None:
    settings = mail_settings(9)
    table = settings.publish[0].model_copy(update={"sender": "nobody"})
    with pytest.raises(PublishError, match="no mail address"):
        await tried(settings.model_copy(update={"publish": (table,)}))


async def test_a_folder_is_tried_by_writing_into_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = settings_of("127.0.0.1:9", to="page", dir=str(tmp_path / "site"))
    assert await tried(settings) == f"page: {tmp_path / 'site'} can be written"

    with pytest.raises(PublishError, match=f"cannot write into {tmp_path / 'file'}"):
        await tried(settings, tmp_path / "file")
    assert list((tmp_path / "site").iterdir()) == []
