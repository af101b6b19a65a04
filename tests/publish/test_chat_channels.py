"""Chats are sent once, counted once, and an answer means what its service says it means."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deepdaily.core.errors import AddressRefused, BodyRefused, ChannelBusy, FetchError, NotConnected, PublishError, Unreachable
from deepdaily.core.types import Edition, Issue
from deepdaily.publish import Publication
from deepdaily.publish.channels import hook_of
from deepdaily.publish.chats import Chat, Service, Unset, posting
from deepdaily.publish.to_dingtalk import DingtalkBot
from deepdaily.publish.to_discord import DiscordHook
from deepdaily.publish.to_feishu import FeishuBot
from deepdaily.publish.to_slack import SlackHook
from deepdaily.publish.to_telegram import TelegramBot
from deepdaily.publish.to_webhook import UnknownHook, Webhook
from deepdaily.publish.to_wecom import WecomBot
from deepdaily.read.web_wire import Answer, WebWire
from render import issues

SENT_AT = datetime(2026, 3, 19, 7, 59, tzinfo=UTC)
"""The wall clock's time, a week after the calendar of the issue."""

SECRET = "hook-0123456789abcdef"

FEISHU = FeishuBot(f"https://open.feishu.example/bot/{SECRET}")
SLACK = SlackHook(f"https://slack.example/services/{SECRET}")
WECOM = WecomBot(f"https://wecom.example/send?key={SECRET}")
DINGTALK = DingtalkBot(f"https://ding.example/robot/send?access_token={SECRET}")
TELEGRAM = TelegramBot(f"https://telegram.example/bot{SECRET}/sendMessage", "full", "-100")
DISCORD = DiscordHook(f"https://discord.example/api/webhooks/1/{SECRET}")
WEBHOOK = Webhook(f"https://any.example/{SECRET}")


def answer(status: int, body: Any = "", **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode())


YES: Mapping[Service, Answer] = {
    FEISHU: answer(200, {"StatusCode": 0, "code": 0, "msg": "success"}),
    SLACK: answer(200, "ok"),
    WECOM: answer(200, {"errcode": 0, "errmsg": "ok"}),
    DINGTALK: answer(200, {"errcode": 0, "errmsg": "ok"}),
    TELEGRAM: answer(200, {"ok": True, "result": {}}),
    DISCORD: answer(204),
    WEBHOOK: answer(202, "queued"),
}


class Post:
    """Answers each message by the script, the last of it for ever, and remembers what was posted."""

    def __init__(self, *script: Answer | PublishError) -> None:
        self.script, self.posted = list(script), list[tuple[str, Mapping[str, str], dict[str, Any]]]()

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.posted.append((url, headers, json.loads(body)))
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, PublishError):
            raise step
        return step


class Pauses(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def chat(service: Service, post: Post, kept: list[Edition], pauses: Pauses | None = None) -> Chat:
    sent = {one.location for one in kept}
    return Chat(
        service,
        post,
        "team",
        sent,
        kept.append,
        lambda _: "https://b.example/x",
        lambda: SENT_AT,
        Pauses() if pauses is None else pauses,
    )


async def publish(channel: Chat | Unset, issue: Issue | None = None) -> tuple[Edition, ...]:
    return await channel.publish(Publication(issue or issues.issue(), [], {}))


# -- sent once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", YES, ids=lambda one: one.name)
async def test_a_message_that_was_taken_is_kept_and_counted(service: Service) -> None:
    post, kept = Post(YES[service]), list[Edition]()

    (edition,) = await publish(chat(service, post, kept))

    assert (edition.channel, edition.location) == ("team", "1 messages")
    assert [(one.channel, one.location) for one in kept] == [("team:part", "message-1")]
    assert "https://b.example/x" in json.dumps(post.posted[0][2])
    assert "QuillServe 0.9 把 prefill" in json.dumps(post.posted[0][2], ensure_ascii=False)


async def test_what_a_killed_run_sent_is_not_sent_again_and_counts_as_the_same() -> None:
    kept: list[Edition] = []
    first = await publish(chat(FEISHU, Post(YES[FEISHU]), kept))
    post = Post(YES[FEISHU])

    assert await publish(chat(FEISHU, post, kept)) == first
    assert post.posted == []


async def test_a_second_try_goes_on_with_the_message_that_is_missing() -> None:
    kept, pauses = list[Edition](), Pauses()
    post = Post(YES[WECOM], answer(200, {"errcode": 45009, "errmsg": "api freq out of limit"}), YES[WECOM])
    channel = chat(WecomBot(WECOM.url, "full"), post, kept, pauses)
    with pytest.raises(ChannelBusy, match="45009"):
        await publish(channel, issues.twenty())

    (edition,) = await publish(channel, issues.twenty())

    assert [one.location for one in kept] == [f"message-{part}" for part in range(1, len(kept) + 1)]
    assert edition.location == f"{len(kept)} messages"
    assert len(post.posted) == len(kept) + 1
    assert post.posted[1][2] == post.posted[2][2]


async def test_between_two_messages_there_is_the_pause_the_service_asks_for_and_none_at_the_end() -> None:
    kept, pauses = list[Edition](), Pauses()

    await publish(chat(WECOM, Post(YES[WECOM]), kept, pauses), issues.twenty())

    assert len(kept) > 2
    assert pauses == [3.0] * (len(kept) - 1)


# -- what an answer means ---------------------------------------------------------------------------------------------

WAITS: Sequence[tuple[Service, Answer, float | None]] = [
    (FEISHU, answer(200, {"code": 11232, "msg": "frequency limited psm"}), None),
    (FEISHU, answer(200, {"code": 9499, "msg": "too many request"}), None),
    (FEISHU, answer(200, {"code": 2200, "msg": "internal error"}), None),
    (FEISHU, answer(429, {"code": 99991400, "msg": "request trigger frequency limit"}, retry_after="7"), 7),
    (FEISHU, answer(400, {"code": 99991400, "msg": "request trigger frequency limit"}), None),
    (SLACK, answer(429, "rate_limited", retry_after="30"), 30),
    (SLACK, answer(200, {"ok": False, "error": "ratelimited"}), None),
    (SLACK, answer(500, "rollup_error"), None),
    (WECOM, answer(200, {"errcode": 45009, "errmsg": "api freq out of limit"}), None),
    (WECOM, answer(200, {"errcode": -1, "errmsg": "system busy"}), None),
    (DINGTALK, answer(200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}), None),
    (DINGTALK, answer(200, {"errcode": 410100, "errmsg": "send too fast"}), None),
    (DINGTALK, answer(200, {"errcode": -1, "errmsg": "系统繁忙"}), None),
    (TELEGRAM, answer(429, {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 12}}), 12),
    (TELEGRAM, answer(502, "<html>Bad Gateway</html>"), None),
    (DISCORD, answer(429, {"message": "You are being rate limited.", "retry_after": 0.65, "global": False}), 0.65),
    (DISCORD, answer(503, "", retry_after="5"), 5),
    (WEBHOOK, answer(503, ""), None),
    (WEBHOOK, answer(408, ""), None),
]


@pytest.mark.parametrize(("service", "said", "wait_s"), WAITS)
async def test_what_is_refused_for_the_moment_is_asked_again(service: Service, said: Answer, wait_s: float | None) -> None:
    kept: list[Edition] = []
    with pytest.raises(ChannelBusy) as caught:
        await publish(chat(service, Post(said), kept))

    assert caught.value.retry_after_s == wait_s
    assert service.name in str(caught.value)
    assert kept == []


REFUSED: Sequence[tuple[Service, Answer, str, str]] = [
    (FEISHU, answer(200, {"code": 19024, "msg": "Key Words Not Found"}), "Key Words Not Found", "`keyword`"),
    (FEISHU, answer(200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}), "19021", "secret_env"),
    (FEISHU, answer(200, {"code": 19022, "msg": "Ip Not Allowed"}), "Ip Not Allowed", "bot's list"),
    (FEISHU, answer(400, {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}), "19001", "renew"),
    (FEISHU, answer(200, {"code": 19002, "msg": "params error, msg_type need"}), "msg_type need", "webhook of a Feishu"),
    (FEISHU, answer(400, {"code": 9499, "msg": "Bad Request"}), "Bad Request", "does not read"),
    (FEISHU, answer(200, "<html>"), "<html>", "webhook"),
    (FEISHU, answer(200, {"code": False}), "false", "webhook"),
    (FEISHU, answer(302, "", location="https://login.example"), "not at this address", "it leads to"),
    (SLACK, answer(404, "no_service"), "no_service", "make a new one"),
    (SLACK, answer(404, "channel_not_found"), "channel_not_found", "another"),
    (SLACK, answer(410, "channel_is_archived"), "archived", "unarchive"),
    (SLACK, answer(403, "action_prohibited"), "action_prohibited", "administrator"),
    (SLACK, answer(400, "invalid_payload"), "invalid_payload", "webhook of Slack"),
    (SLACK, answer(200, "<html>sign in</html>"), "sign in", "webhook"),
    (WECOM, answer(200, {"errcode": 93000, "errmsg": "invalid webhook url"}), "93000", "renew"),
    (WECOM, answer(200, {"errcode": 40008, "errmsg": "invalid message type"}), "40008", "webhook of a WeCom"),
    (WECOM, answer(200, {}), "HTTP 200", "webhook"),
    (DINGTALK, answer(200, {"errcode": 310000, "errmsg": "keywords not in content"}), "310000", "`keyword`"),
    (DINGTALK, answer(200, {"errcode": 310000, "errmsg": "sign not match"}), "sign not match", "secret_env"),
    (DINGTALK, answer(200, {"errcode": 310000, "errmsg": "invalid timestamp"}), "timestamp", "clock"),
    (DINGTALK, answer(200, {"errcode": 310000, "errmsg": "ip 1.2.3.4 not in whitelist"}), "1.2.3.4", "bot's list"),
    (DINGTALK, answer(200, {"errcode": 300001, "errmsg": "token is not exist"}), "300001", "renew"),
    (DINGTALK, answer(200, {"errcode": 400102, "errmsg": "机器人已停用"}), "400102", "switch it on"),
    (
        TELEGRAM,
        answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}),
        "chat not found",
        "`chat`",
    ),
    (TELEGRAM, answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"}), "Unauthorized", "token_env"),
    (TELEGRAM, answer(404, {"ok": False, "error_code": 404, "description": "Not Found"}), "Not Found", "token_env"),
    (TELEGRAM, answer(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked"}), "kicked", "add it"),
    (
        TELEGRAM,
        answer(400, {"ok": False, "error_code": 400, "description": "upgraded", "parameters": {"migrate_to_chat_id": -1009}}),
        "-1009",
        "new number",
    ),
    (TELEGRAM, answer(200, {"ok": False, "parameters": "odd"}), "HTTP 200", "webhook"),
    (DISCORD, answer(404, {"message": "Unknown Webhook", "code": 10015}), "Unknown Webhook", "make a new one"),
    (DISCORD, answer(401, {"message": "Invalid Webhook Token", "code": 50027}), "50027", "make a new one"),
    (DISCORD, answer(400, {"embeds": ["0"]}), "HTTP 400", "webhook"),
    (WEBHOOK, answer(401, "who are you"), "who are you", "token_env"),
    (WEBHOOK, answer(404, ""), "HTTP 404", "url_env"),
]


@pytest.mark.parametrize(("service", "said", "shown", "remedy"), REFUSED)
async def test_what_is_refused_for_good_says_why_and_what_to_do(service: Service, said: Answer, shown: str, remedy: str) -> None:
    kept: list[Edition] = []
    with pytest.raises(PublishError) as caught:
        await publish(chat(service, Post(said), kept))

    assert not isinstance(caught.value, ChannelBusy)
    assert shown.lower() in str(caught.value).lower()
    assert remedy in caught.value.remedy
    assert kept == []


@pytest.mark.parametrize("service", YES, ids=lambda one: one.name)
async def test_no_address_and_no_token_is_ever_shown(service: Service) -> None:
    for status in (400, 503):
        echo = answer(status, {"msg": service.url, "errmsg": service.url, "message": f"at {SECRET}", "description": service.url})
        with pytest.raises(PublishError) as caught:
            await publish(chat(service, Post(echo), []))
        assert SECRET not in caught.value.advised
    assert SECRET not in repr(service)


async def test_a_service_that_talks_at_length_is_cut_and_on_one_line() -> None:
    with pytest.raises(PublishError) as caught:
        await publish(chat(SLACK, Post(answer(400, "a\nb\x1b[31m" + "c" * 5_000)), []))

    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 400


# -- signed and named -------------------------------------------------------------------------------------------------


async def test_feishu_s_signature_carries_the_wall_clock_and_is_no_part_of_what_is_counted() -> None:
    post, signed = Post(YES[FEISHU]), FeishuBot(FEISHU.url, "full", "s3cret-of-the-bot")
    found = await publish(chat(signed, post, []))

    stamp = str(int(SENT_AT.timestamp()))
    digest = hmac.new(f"{stamp}\ns3cret-of-the-bot".encode(), b"", sha256).digest()
    assert (post.posted[0][2]["timestamp"], post.posted[0][2]["sign"]) == (stamp, base64.b64encode(digest).decode())
    assert "s3cret" not in json.dumps(post.posted[0][2])
    assert "s3cret" not in repr(signed)
    assert found == await publish(chat(FEISHU, Post(YES[FEISHU]), []))


async def test_dingtalk_s_signature_stands_in_the_address_in_milliseconds() -> None:
    post = Post(YES[DINGTALK])
    await publish(chat(DingtalkBot(DINGTALK.url, "full", "SECs3cret"), post, []))
    asked = parse_qs(urlsplit(post.posted[0][0]).query)

    stamp = str(int(SENT_AT.timestamp() * 1000))
    digest = hmac.new(b"SECs3cret", f"{stamp}\nSECs3cret".encode(), sha256).digest()
    assert asked == {"access_token": [SECRET], "timestamp": [stamp], "sign": [base64.b64encode(digest).decode()]}
    bare = DingtalkBot("https://ding.example/send", "full", "SECs3cret").request({}, SENT_AT)[0]
    assert bare.startswith("https://ding.example/send?timestamp=")


async def test_a_program_is_shown_its_token_in_a_header_alone() -> None:
    post = Post(YES[WEBHOOK])
    await publish(chat(Webhook(WEBHOOK.url, "full", "t0ken"), post, []))
    await publish(chat(WEBHOOK, post, []))

    assert [headers.get("Authorization") for _, headers, _ in post.posted] == ["Bearer t0ken", None]
    assert "t0ken" not in json.dumps(post.posted[0][2])


async def test_telegram_s_messages_name_their_chat_also_where_the_address_does() -> None:
    post = Post(YES[TELEGRAM])
    await publish(chat(TELEGRAM, post, []))
    await chat(TelegramBot("https://api.telegram.org/botx/sendMessage?chat_id=42"), post, []).say("a line")
    await chat(TelegramBot("https://api.telegram.org/botx/sendMessage"), post, []).say("a line")

    assert [body["chat_id"] for _, _, body in post.posted] == ["-100", "42", ""]


@pytest.mark.parametrize("service", YES, ids=lambda one: one.name)
async def test_a_line_goes_out_in_the_service_s_own_form(service: Service) -> None:
    post = Post(YES[service])
    await chat(service, post, []).say("deepdaily works")

    assert "deepdaily works" in json.dumps(post.posted[0][2])


@pytest.mark.parametrize(
    "bot", [FeishuBot("https://a.example", "full", "", "暗号"), DingtalkBot("https://a.example", "full", "", "暗号")]
)
def test_a_line_has_the_bot_s_keyword_once(bot: Service) -> None:
    assert json.dumps(bot.line("一行"), ensure_ascii=False).count("暗号") == 1
    assert json.dumps(bot.line("暗号：一行"), ensure_ascii=False).count("暗号") == 1


async def test_a_channel_without_its_secrets_names_each_of_them_and_costs_only_itself() -> None:
    with pytest.raises(PublishError, match=r"no FEISHU_WEBHOOK, FEISHU_SECRET$"):
        await publish(Unset("feishu", ("FEISHU_WEBHOOK", "FEISHU_SECRET")))


# -- whose address it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://hooks.slack.com/services/T/B/x", SlackHook),
        ("https://hooks.slack-gov.example/services/x", UnknownHook),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/x", FeishuBot),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/x", FeishuBot),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", WecomBot),
        ("https://oapi.dingtalk.com/robot/send?access_token=x", DingtalkBot),
        ("https://api.telegram.org/botx/sendMessage?chat_id=1", TelegramBot),
        ("https://canary.discord.com/api/webhooks/1/x", DiscordHook),
        ("https://discord.com.evil.example/x", UnknownHook),
        ("http://127.0.0.1:9/x", UnknownHook),
    ],
)
def test_a_webhook_is_known_by_its_host(url: str, kind: type[Service]) -> None:
    assert type(hook_of(url)) is kind
    assert type(hook_of(url, "feishu")) is FeishuBot
    assert type(hook_of(url, "webhook")) is UnknownHook


@pytest.mark.parametrize(
    ("body", "taken"),
    [
        ("ok", True),
        ("", True),
        ({"errcode": 0}, True),
        ({"code": 200}, True),
        ({"code": "done"}, True),
        ({"code": 19002}, False),
        ({"errcode": 310000}, False),
        ({"StatusCode": 1}, False),
        ({"ok": False}, False),
        ("[" * 100_000, True),
    ],
)
async def test_an_unknown_program_says_no_by_a_number_or_its_status(body: Any, taken: bool) -> None:
    hook = chat(UnknownHook("https://any.example/x"), Post(answer(200, body)), [])
    if taken:
        await hook.say("a line")
    else:
        with pytest.raises(PublishError, match="refused"):
            await hook.say("a line")


# -- no answer at all -------------------------------------------------------------------------------------------------


class Broken(WebWire):
    """Gives the error instead of an answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, *, cap_bytes: int) -> Answer:
        raise self.error


@pytest.mark.parametrize("error", [NotConnected("h: connection refused"), Unreachable("h: connector dns error"), TimeoutError()])
async def test_who_does_not_answer_is_asked_again(error: Exception) -> None:
    with pytest.raises(ChannelBusy, match="did not answer"):
        await posting(Broken(error))(SLACK.url, {}, b"")


@pytest.mark.parametrize(
    ("url", "error", "shown", "remedy"),
    [
        (
            "http://10.0.0.7:9009/hook/s3cret",
            AddressRefused("address not public: 10.0.0.7"),
            "our own guard refuses the webhook: 10.0.0.7:9009",
            'allow_private = ["10.0.0.7:9009"] in [network]',
        ),
        ("https://[::1]/s3cret", AddressRefused("address not public: ::1"), "[::1]:443", '"[::1]:443"'),
        ("http://h.example:81/s3cret", AddressRefused("port not visited: 81"), "h.example:81", '"h.example:81"'),
        ("h.example/s3cret", AddressRefused("scheme not visited: 'h.example/s3cret'"), "address is none", "https://"),
        ("https://h.example/s3cret", BodyRefused("h: body larger"), "with a page", "that of a webhook"),
        ("https://h.example/s3cret", Unreachable("h: connector certificate error"), "certificate", "SSL_CERT_FILE"),
    ],
)
async def test_what_no_second_try_mends_is_said_without_the_address(url: str, error: FetchError, shown: str, remedy: str) -> None:
    with pytest.raises(PublishError) as caught:
        await posting(Broken(error))(url, {}, b"")

    assert not isinstance(caught.value, ChannelBusy)
    assert shown in str(caught.value)
    assert remedy in caught.value.remedy
    assert "s3cret" not in caught.value.advised
