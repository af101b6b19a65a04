"""Messages are sent once, counted once, and their troubles are only their own."""

from __future__ import annotations

import json
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from types import TracebackType
from typing import Any

import pytest
from pydantic import ValidationError

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Edition
from deepdaily.publish import Publication, TakenInPart
from deepdaily.publish.messages import Feishu, Mail, Slack, Unset
from deepdaily.settings.channel_tables import MailTable, mail_address
from render import issues


class Webhook:
    """Remembers what was posted; answers `code`."""

    def __init__(self, code: int = 0) -> None:
        self.code, self.bodies = code, list[dict[str, Any]]()

    async def __call__(self, url: str, body: bytes) -> dict[str, Any]:
        self.bodies.append(json.loads(body))
        return {"code": self.code, "msg": "frequency limited" if self.code else "ok"}


SENT_AT = datetime(2026, 3, 19, 7, 59, tzinfo=UTC)
"""The wall clock's time, a week after the calendar of the issue."""


def feishu(hook: Webhook, kept: list[Edition], secret: str = "") -> Feishu:
    sent = [one.location for one in kept]
    return Feishu("https://open.example/hook", hook, sent, kept.append, lambda: SENT_AT, secret, pause_s=0)


async def publish(channel: Feishu | Slack | Mail | Unset) -> tuple[Edition, ...]:
    return await channel.publish(Publication(issues.issue(), [], {}))


async def test_a_card_is_posted_and_counted() -> None:
    hook, kept = Webhook(), list[Edition]()

    (edition,) = await publish(feishu(hook, kept))

    assert edition.channel == "feishu"
    assert len(hook.bodies) == len(kept) == 1
    assert hook.bodies[0]["msg_type"] == "interactive"


async def test_slack_gets_blocks_and_says_ok_in_words() -> None:
    bodies, kept, answer = list[dict[str, Any]](), list[Edition](), ["ok"]

    async def hook(url: str, body: bytes) -> str:
        bodies.append(json.loads(body))
        return answer[0]

    slack = Slack("https://hooks.example/T/B/x", hook, (), kept.append, pause_s=0)
    (edition,) = await publish(slack)
    answer[0] = "channel_is_archived"
    with pytest.raises(PublishError, match="archived"):
        await publish(slack)

    assert (edition.channel, edition.location) == ("slack", "1 messages")
    assert len(kept) == 1
    assert bodies[0]["blocks"][0]["type"] == "header"


async def test_what_a_killed_run_sent_is_not_sent_again() -> None:
    kept: list[Edition] = []
    await publish(feishu(Webhook(), kept))
    hook = Webhook()

    again = await publish(feishu(hook, kept))

    assert hook.bodies == []
    assert again[0].channel == "feishu"


async def test_a_signed_message_carries_the_wall_clock_and_a_sign_and_counts_as_the_same_message() -> None:
    hook = Webhook()
    signed = await publish(feishu(hook, [], secret="s3cret"))

    assert hook.bodies[0]["timestamp"] == str(int(SENT_AT.timestamp()))
    assert hook.bodies[0]["sign"]
    assert "s3cret" not in json.dumps(hook.bodies)
    assert signed == await publish(feishu(Webhook(), []))


async def test_a_refused_message_is_a_publish_error_and_is_not_counted() -> None:
    kept: list[Edition] = []

    with pytest.raises(PublishError, match="frequency limited"):
        await publish(feishu(Webhook(code=11232), kept))
    assert kept == []


class Server:
    """An SMTP server's client side, remembering what was sent."""

    tls, sent = True, list[EmailMessage]()

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.greeted = self.secured = False

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def ehlo(self) -> tuple[int, bytes]:
        self.greeted = True
        return 250, b""

    def has_extn(self, name: str) -> bool:
        assert self.greeted  # extensions are what a greeting was answered with
        return self.tls

    def starttls(self, context: object) -> None:
        self.secured = True

    def login(self, user: str, password: str) -> None:
        assert self.secured

    def send_message(self, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
        type(self).sent = [*self.sent, mail]
        return {}


class PickyServer(Server):
    def send_message(self, mail: EmailMessage) -> dict[str, tuple[int, bytes]]:
        return {"gone@d.example": (550, b"user unknown")}


class OpenServer(Server):
    tls = False


class DeadServer(Server):
    def __enter__(self) -> Server:
        raise smtplib.SMTPServerDisconnected("gone")


def mail(server: type[Server], sender: str = "a@b.example", recipient: str = "c@d.example") -> Mail:
    return Mail("smtp.example", 587, sender, (recipient,), "me", "pw", open_smtp=server)  # type: ignore[arg-type]


async def test_a_mail_goes_out_over_tls() -> None:
    (edition,) = await publish(mail(Server))

    assert edition.channel == "mail"
    assert Server.sent[-1]["To"] == "c@d.example"


async def test_a_refused_recipient_is_named_and_the_mail_counts_as_sent() -> None:
    with pytest.raises(TakenInPart, match=r"refused gone@d\.example") as caught:
        await publish(mail(PickyServer))

    assert [one.channel for one in caught.value.editions] == ["mail"]


async def test_sender_and_recipient_may_have_a_name() -> None:
    await publish(mail(Server, "AI 日报 <daily@b.example>", "Readers <c@d.example>"))

    assert Server.sent[-1]["From"] == "AI 日报 <daily@b.example>"
    assert Server.sent[-1]["To"] == "c@d.example"
    assert Server.sent[-1]["Message-ID"].endswith("@b.example>")


@pytest.mark.parametrize("broken", ["nobody", "@b.example", "a@", "a b@c.example", "a@b.example, c@d.example", ""])
async def test_a_broken_address_is_a_publish_error(broken: str) -> None:
    for one in (mail(Server, sender=broken), mail(Server, recipient=broken)):
        with pytest.raises(PublishError, match="is no mail address"):
            await publish(one)


def test_the_settings_refuse_a_broken_address_before_anything_runs() -> None:
    given = {"to": "mail", "host": "smtp.example", "sender": "Daily <a@b.example>", "recipients": ["c@d.example"]}
    MailTable.model_validate(given)

    for broken in ({"sender": "Daily a@b.example"}, {"recipients": ["c@d.example", "everyone"]}):
        with pytest.raises(ValidationError, match="is no mail address; write"):
            MailTable.model_validate(given | broken)


@pytest.mark.parametrize("written", ["a@b.example", " Name <a@b.example> ", '"Name, of it" <a@b.example>'])
def test_an_address_may_have_a_name(written: str) -> None:
    assert mail_address(written).addr_spec == "a@b.example"


@pytest.mark.parametrize("written", ["a@bücher.example", "ä@b.example", "Name <a@b.example", "a\n@b.example", "<>", "x<y<a@b>"])
def test_an_address_that_a_server_would_refuse_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        mail_address(written)


async def test_a_password_is_not_sent_in_the_open() -> None:
    with pytest.raises(PublishError, match="no TLS"):
        await publish(mail(OpenServer))


async def test_a_dead_server_is_a_publish_error() -> None:
    with pytest.raises(PublishError, match="did not take the mail"):
        await publish(mail(DeadServer))


async def test_a_channel_without_its_secret_names_the_variable_and_costs_only_itself() -> None:
    with pytest.raises(PublishError, match="no FEISHU_WEBHOOK"):
        await publish(Unset("feishu", "FEISHU_WEBHOOK"))
