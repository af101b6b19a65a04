"""Messages are sent once, counted once, and their troubles are only their own."""

from __future__ import annotations

import json
import smtplib
from email.message import EmailMessage
from types import TracebackType
from typing import Any

import pytest

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition
from deepdaily.publish.messages import Feishu, Mail, Unset
from render import issues


class Webhook:
    """Remembers what was posted; answers `code`."""

    def __init__(self, code: int = 0) -> None:
        self.code, self.bodies = code, list[dict[str, Any]]()

    async def __call__(self, url: str, body: bytes) -> dict[str, Any]:
        self.bodies.append(json.loads(body))
        return {"code": self.code, "msg": "frequency limited" if self.code else "ok"}


def feishu(hook: Webhook, kept: list[Edition], secret: str = "") -> Feishu:
    return Feishu("https://open.example/hook", hook, [one.location for one in kept], kept.append, secret, pause_s=0)


async def publish(channel: Feishu | Mail | Unset) -> tuple[Edition, ...]:
    return await channel.publish(issues.issue(), recent=[], documents={})


async def test_a_card_is_posted_and_counted() -> None:
    hook, kept = Webhook(), list[Edition]()

    (edition,) = await publish(feishu(hook, kept))

    assert edition.channel == "feishu"
    assert len(hook.bodies) == len(kept) == 1
    assert hook.bodies[0]["msg_type"] == "interactive"


async def test_what_a_killed_run_sent_is_not_sent_again() -> None:
    kept: list[Edition] = []
    await publish(feishu(Webhook(), kept))
    hook = Webhook()

    again = await publish(feishu(hook, kept))

    assert hook.bodies == []
    assert again[0].channel == "feishu"


async def test_a_signed_message_carries_stamp_and_sign() -> None:
    hook = Webhook()
    await publish(feishu(hook, [], secret="s3cret"))

    assert set(hook.bodies[0]) >= {"timestamp", "sign"}
    assert "s3cret" not in json.dumps(hook.bodies)


async def test_a_refused_message_is_a_publish_error_and_is_not_counted() -> None:
    kept: list[Edition] = []

    with pytest.raises(PublishError, match="frequency limited"):
        await publish(feishu(Webhook(code=11232), kept))
    assert kept == []


class Server:
    """An SMTP server's client side, remembering what was sent."""

    tls, sent = True, list[EmailMessage]()

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.secured = False

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def ehlo(self) -> tuple[int, bytes]:
        return 250, b""

    def has_extn(self, name: str) -> bool:
        return self.tls

    def starttls(self, context: object) -> None:
        self.secured = True

    def login(self, user: str, password: str) -> None:
        assert self.secured

    def send_message(self, mail: EmailMessage) -> None:
        type(self).sent = [*self.sent, mail]


class OpenServer(Server):
    tls = False


class DeadServer(Server):
    def __enter__(self) -> Server:
        raise smtplib.SMTPServerDisconnected("gone")


def mail(server: type[Server], user: str = "me") -> Mail:
    return Mail("smtp.example", 587, "a@b.example", ("c@d.example",), user, "pw", open_smtp=server)  # type: ignore[arg-type]


async def test_a_mail_goes_out_over_tls() -> None:
    (edition,) = await publish(mail(Server))

    assert edition.channel == "mail"
    assert Server.sent[-1]["To"] == "c@d.example"


async def test_a_password_is_not_sent_in_the_open() -> None:
    with pytest.raises(PublishError, match="no TLS"):
        await publish(mail(OpenServer))


async def test_a_dead_server_is_a_publish_error() -> None:
    with pytest.raises(PublishError, match="did not take the mail"):
        await publish(mail(DeadServer))


async def test_a_channel_without_its_secret_names_the_variable_and_costs_only_itself() -> None:
    with pytest.raises(PublishError, match="no FEISHU_WEBHOOK"):
        await publish(Unset("feishu", "FEISHU_WEBHOOK"))
