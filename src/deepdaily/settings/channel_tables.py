"""Settings of the channels and of alerts."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import tomli_w
from pydantic import AfterValidator, Field

from deepdaily.core.types import Shape
from deepdaily.settings.table import _Table, key, secret


def mail_address(written: str) -> Address:
    """`a@b.example` or `Name <a@b.example>`. The address itself is ASCII: few servers take others.

    Raises:
        ValueError: it is neither.
    """
    found = re.fullmatch(r"([^<>]*)<([^<>]+)>|([^<>]+)", written.strip())
    try:
        address = Address((found[1] or "").strip(' "'), addr_spec=found[2] or found[3]) if found else None
    except (ValueError, IndexError, MessageError):  # what the parser raises for "a b@c", "a@" and "@b"
        address = None
    if address is None or not (address.username and address.domain and address.addr_spec.isascii()):
        raise ValueError(f"{written!r} is no mail address; write a@b.example or Name <a@b.example>")
    return address


def _checked(written: str) -> str:
    mail_address(written)
    return written


def _host(written: str) -> str:
    """A name or address of a machine, as it is looked up."""
    try:
        ascii_name = written.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_name = ""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]+\]?", ascii_name):
        raise ValueError(f"{written!r} is no host name; write it like smtp.example.com, without scheme and port")
    return ascii_name.strip("[]")


def _way_out(written: str) -> str:
    parts = urlsplit(written)
    whole = parts.hostname if parts.scheme == "https" else parts.scheme == "mailto" and "@" in parts.path
    if written and (not whole or re.search(r"[\s<>,]", written) or not written.isascii()):
        raise ValueError("write https://… or mailto:leave@example.com")
    return written


def _chat(written: str) -> str:
    if not re.fullmatch(r"-?\d{1,20}|@\w{4,64}", written):
        raise ValueError(f"{written!r} is no chat; write its number like -1001234567890, or @name of a public channel")
    return written


ShapeKey = Annotated[
    Shape,
    Field(description="How much of the issue it sends: titles; a sentence each; all that fits there. Each links to the issue."),
]
Keyword = Annotated[
    str, Field(description="The word without which the bot refuses a message, if it has one.", examples=["日报"], max_length=40)
]
ChannelName = Annotated[
    str, Field(pattern=r"^[\w.-]+$", max_length=40, description="Its name in the store; two of one kind need two names.")
]
Folder = Annotated[Path, Field(description="Folder that the files go below.", examples=["../blog"])]
DEFAULT_DIR = "deepdaily-out"
MailAddress = Annotated[str, AfterValidator(_checked)]


def _writable(params: dict[str, Any]) -> dict[str, Any]:
    try:
        tomli_w.dumps(params)
    except (TypeError, ValueError) as error:
        raise ValueError(f"params cannot be written as TOML: {error}") from error
    return params


class HugoTable(_Table):
    """A post and its `evidence.json`, as a page bundle of a Hugo site: `content/posts/<day>/`, or where the site has its posts."""

    to: Literal["hugo"] = "hugo"
    name: ChannelName = "hugo"
    dir: Folder = Path(DEFAULT_DIR)
    section: str = key(
        "",
        "Section below the content folder; empty: what the site calls its main one, or the one of posts, post and blog it has.",
        example="news",
        pattern=r"^([\w-]+(/[\w-]+)*)?$",
        max_length=80,
    )
    front_matter: Literal["", "toml", "yaml"] = key("", "How posts begin; empty: as the site's archetypes or other posts do.")
    tags: tuple[str, ...] = key((), "Tags that every post has.", example=["daily"], max_length=20)
    tags_from_topics: bool = key(True, "Tags of the day's topics too.")
    params: Annotated[dict[str, Any], AfterValidator(_writable)] = key(
        {},
        "More of the front matter, like author or categories. Title, slug, dates, draft, summary, tags and deepdaily are ours.",
        example={"author": "The platform team", "categories": ["AI", "News"]},
    )
    card: bool = key(True, "A picture of the issue beside the post: `card.svg`, and with `deepdaily[card]` `card.png`.")
    git: Literal["", "commit", "push", "pull-request"] = key(
        "", "What becomes of the files in the site's git repository; other people's changes are left alone."
    )
    branch: str = key(
        "", "Branch that has to be checked out, or that a pull request is for; empty: the one that is.", example="main"
    )
    remote: str = key("", "Remote to push to; empty: the branch's own, or origin.", example="origin")
    token_env: str = key(
        "", "Environment variable that holds a token for pull requests on GitHub; else `gh` opens them.", example="GH_TOKEN"
    )
    after: tuple[str, ...] = key(
        (),
        "What is run in `dir` once every file is written, and committed: a command with its arguments, or several command lines.",
        example=["hugo", "--minify"],
        max_length=20,
    )


class FeedsTable(_Table):
    """The last month as Atom and as JSON Feed: `feeds/atom.xml`, `feeds/feed.json`, below the static folder of a Hugo site."""

    to: Literal["feeds"] = "feeds"
    name: ChannelName = "feeds"
    dir: Folder = Path(DEFAULT_DIR)


class PageTable(_Table):
    """One static page a day, and the newest as `page/index.html`, below the static folder of a Hugo site."""

    to: Literal["page"] = "page"
    name: ChannelName = "page"
    dir: Folder = Path(DEFAULT_DIR)


FileTable = HugoTable | FeedsTable | PageTable


class MessageTable(_Table):
    """A channel that sends messages. Its secrets stand in the environment; the settings name their variables."""

    @property
    def unset(self) -> tuple[str, ...]:
        """The variables that are named and not in the environment, in the order of the keys."""
        named = (getattr(self, field) for field in type(self).model_fields if field.endswith("_env"))
        return tuple(dict.fromkeys(variable for variable in named if variable and not secret(variable).strip()))


class MailTable(MessageTable):
    """A mail to each of a few recipients, or to a list server."""

    to: Literal["mail"] = "mail"
    name: ChannelName = "mail"
    shape: ShapeKey = "full"
    host: Annotated[str, AfterValidator(_host)] = key(..., "SMTP server.", example="smtp.example.com", min_length=1)
    port: int = key(587, "SMTP port.", ge=1, le=65535)
    tls: Literal["auto", "starttls", "implicit"] = key(
        "auto",
        "How the connection is secured: from the first byte, or by STARTTLS. By itself: from the first byte on port 465, "
        "elsewhere by STARTTLS where the server offers it.",
    )
    sender: MailAddress = key(..., "The address it comes from.", example="Daily <daily@example.com>")
    recipients: tuple[MailAddress, ...] = key(
        ...,
        "A few addresses, or that of a list. Each gets a mail of their own, and sees no other.",
        example=["team@example.com"],
        min_length=1,
        max_length=50,
    )
    unsubscribe: Annotated[str, AfterValidator(_way_out)] = key(
        "",
        "Where readers unsubscribe: an https address that takes a POST (RFC 8058), or mailto:; empty: a mail to the sender.",
        example="https://lists.example.com/leave",
    )
    user_env: str = key("", "Environment variable that holds the user name, if any.", example="SMTP_USER")
    password_env: str = key("", "Environment variable that holds the password, if any.", example="SMTP_PASSWORD")


class FeishuTable(MessageTable):
    """Cards in a group of Feishu or Lark, by the group's bot."""

    to: Literal["feishu"] = "feishu"
    name: ChannelName = "feishu"
    shape: ShapeKey = "brief"
    url_env: str = key(..., "Environment variable that holds the bot's webhook.", example="FEISHU_WEBHOOK", min_length=1)
    secret_env: str = key("", "Environment variable that holds the signing secret, if any.", example="FEISHU_SECRET")
    keyword: Keyword = ""


class SlackTable(MessageTable):
    """Messages in a channel of Slack, by an incoming webhook."""

    to: Literal["slack"] = "slack"
    name: ChannelName = "slack"
    shape: ShapeKey = "brief"
    url_env: str = key(..., "Environment variable that holds the webhook.", example="SLACK_WEBHOOK", min_length=1)


class WecomTable(MessageTable):
    """Messages in a group of WeCom (企业微信), by the group's bot."""

    to: Literal["wecom"] = "wecom"
    name: ChannelName = "wecom"
    shape: ShapeKey = "brief"
    url_env: str = key(..., "Environment variable that holds the bot's webhook.", example="WECOM_WEBHOOK", min_length=1)


class DingtalkTable(MessageTable):
    """Messages in a group of DingTalk, by a custom bot of the group."""

    to: Literal["dingtalk"] = "dingtalk"
    name: ChannelName = "dingtalk"
    shape: ShapeKey = "brief"
    url_env: str = key(..., "Environment variable that holds the bot's webhook.", example="DINGTALK_WEBHOOK", min_length=1)
    secret_env: str = key("", "Environment variable that holds the signing secret (SEC…), if any.", example="DINGTALK_SECRET")
    keyword: Keyword = ""


class TelegramTable(MessageTable):
    """Messages in a chat, group or channel of Telegram, by a bot."""

    to: Literal["telegram"] = "telegram"
    name: ChannelName = "telegram"
    shape: ShapeKey = "brief"
    token_env: str = key(..., "Environment variable that holds the bot's token.", example="TELEGRAM_TOKEN", min_length=1)
    chat: Annotated[str, AfterValidator(_chat)] = key(
        ..., "The chat's number, or @name of a public channel.", example="-1001234567890"
    )
    api: str = key(
        "https://api.telegram.org", "Address of the Bot API, where another server stands for it.", pattern=r"^https?://\S+$"
    )


class DiscordTable(MessageTable):
    """Messages in a channel of Discord, by a webhook."""

    to: Literal["discord"] = "discord"
    name: ChannelName = "discord"
    shape: ShapeKey = "brief"
    url_env: str = key(..., "Environment variable that holds the webhook.", example="DISCORD_WEBHOOK", min_length=1)


class WebhookTable(MessageTable):
    """The issue as JSON to any address; every answer of 2xx is a yes."""

    to: Literal["webhook"] = "webhook"
    name: ChannelName = "webhook"
    shape: ShapeKey = "full"
    url_env: str = key(..., "Environment variable that holds the address.", example="ISSUE_WEBHOOK", min_length=1)
    token_env: str = key("", "Environment variable that holds a token for `Authorization: Bearer`, if any.", example="ISSUE_TOKEN")


ChatTable = FeishuTable | SlackTable | WecomTable | DingtalkTable | TelegramTable | DiscordTable | WebhookTable
ChannelTable = Annotated[FileTable | MailTable | ChatTable, Field(discriminator="to")]


class Alert(_Table):
    """Where trouble is told."""

    url_env: str = key("", "Environment variable that holds the address of a webhook.", example="DEEPDAILY_ALERT_URL")
    form: Literal["auto", "feishu", "slack", "wecom", "dingtalk", "telegram", "discord", "webhook"] = key(
        "auto", "What that webhook understands. By itself: told by its host; where that says nothing, JSON for any program."
    )
    channels: tuple[str, ...] = key((), "Names of [[publish]] chats that are told too.", example=["team-chat"], max_length=20)
    mail: bool = key(False, "Tell it by mail too, through the server of the first [[publish]] mail channel.")
    recipients: tuple[str, ...] = key(
        (), "Who gets that mail; empty: the channel's readers.", example=["oncall@example.com"], max_length=50
    )
