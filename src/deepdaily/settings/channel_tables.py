"""Settings of the channels and of alerts."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import AfterValidator, Field

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
        (), "Commands run in `dir` at last, without a shell, each for at most 300 s.", example=["hugo --minify"], max_length=10
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
    def unset(self) -> str:
        """The first variable that is named and not in the environment; empty where none is missing."""
        named = (getattr(self, field) for field in type(self).model_fields if field.endswith("_env"))
        return next((variable for variable in named if variable and not secret(variable)), "")


class MailTable(MessageTable):
    """One mail to a few recipients, or to a list server."""

    to: Literal["mail"] = "mail"
    name: ChannelName = "mail"
    host: str = key(..., "SMTP server.", example="smtp.example.com", min_length=1)
    port: int = key(587, "SMTP port; TLS by STARTTLS.", ge=1, le=65535)
    sender: MailAddress = key(..., "The address it comes from.", example="Daily <daily@example.com>")
    recipients: tuple[MailAddress, ...] = key(
        ..., "A few addresses, or that of a list.", example=["team@example.com"], min_length=1, max_length=50
    )
    user_env: str = key("", "Environment variable that holds the user name, if any.", example="SMTP_USER")
    password_env: str = key("", "Environment variable that holds the password, if any.", example="SMTP_PASSWORD")


class FeishuTable(MessageTable):
    """Cards in a group of Feishu or Lark, by the group's bot."""

    to: Literal["feishu"] = "feishu"
    name: ChannelName = "feishu"
    url_env: str = key(..., "Environment variable that holds the bot's webhook.", example="FEISHU_WEBHOOK", min_length=1)
    secret_env: str = key("", "Environment variable that holds the signing secret, if any.", example="FEISHU_SECRET")


class SlackTable(MessageTable):
    """Messages in a channel of Slack, by an incoming webhook."""

    to: Literal["slack"] = "slack"
    name: ChannelName = "slack"
    url_env: str = key(..., "Environment variable that holds the webhook.", example="SLACK_WEBHOOK", min_length=1)


ChannelTable = Annotated[FileTable | MailTable | FeishuTable | SlackTable, Field(discriminator="to")]


class Alert(_Table):
    """Where trouble is told."""

    url_env: str = key("", "Environment variable that holds the address of a webhook; it gets JSON.", example="DEEPDAILY_ALERT_URL")
    mail: bool = key(False, "Tell it by mail too, through the server of the first [[publish]] mail channel.")
    recipients: tuple[str, ...] = key(
        (), "Who gets that mail; empty: the channel's readers.", example=["oncall@example.com"], max_length=50
    )
