"""The channels of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from deepdaily.core.types import Edition, Issue, Slot
from deepdaily.publish import FileChannel, Following, Publisher
from deepdaily.publish.chats import Chat, Service, Unset, posting
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.publish.git_steps import AfterStep, GitStep
from deepdaily.publish.hugo_site import HugoSite
from deepdaily.publish.to_dingtalk import DingtalkBot
from deepdaily.publish.to_discord import DiscordHook
from deepdaily.publish.to_feishu import FeishuBot
from deepdaily.publish.to_mail import Mail
from deepdaily.publish.to_slack import SlackHook
from deepdaily.publish.to_telegram import TelegramBot
from deepdaily.publish.to_webhook import UnknownHook, Webhook
from deepdaily.publish.to_wecom import WecomBot
from deepdaily.read.web_wire import WebWire
from deepdaily.render.syndication import FeedPlace
from deepdaily.settings import Settings, name_of
from deepdaily.settings import channel_tables as tables
from deepdaily.settings.table import secret
from deepdaily.store import Store


def channels(settings: Settings, out: Path | None) -> list[tuple[FileChannel, Path]]:
    """The configured file channels, each with the folder it writes below: `out` where it is given."""
    found = [(table, out or table.dir) for table in settings.publish if isinstance(table, tables.FileTable)]
    return [(_file_channel(table, folder, settings), folder) for table, folder in found]


def channel_names(settings: Settings, out: Path | None) -> set[str]:
    """The channels a slot's issue has to reach; of a trial only those that are files."""
    if out:
        return {table.name for table in settings.publish if isinstance(table, tables.FileTable)}
    sites = [table for table in settings.publish if isinstance(table, tables.HugoTable)]
    steps = {f"{one.name}:git" for one in sites if one.git} | {f"{one.name}:after" for one in sites if one.after}
    return {table.name for table in settings.publish} | steps


def following(settings: Settings, store: Store, slot: Slot) -> list[Following]:
    """What follows the Hugo channels: for each its commit, and then its commands, which build or deploy what was committed."""
    found = [table for table in settings.publish if isinstance(table, tables.HugoTable)]
    folders = {table.name: table.dir for table in settings.publish if isinstance(table, tables.FileTable)}

    def written() -> list[Path]:
        return [folders[one.channel] / one.location for one in store.editions(slot.key) if one.channel in folders]

    commits: list[Following] = [GitStep(table, written) for table in found if table.git]
    return commits + [AfterStep(table) for table in found if table.after]


def message_channels(settings: Settings, store: Store, slot: Slot, wire: WebWire) -> list[Publisher]:
    """Mail and chat."""
    found = [table for table in settings.publish if isinstance(table, tables.MailTable | tables.ChatTable)]
    return [_message_channel(table, settings, store, slot, wire) for table in found]


def _file_channel(table: tables.FileTable, folder: Path, settings: Settings) -> FileChannel:
    match table:
        case tables.HugoTable():
            return Hugo(folder, table.name, table)
        case tables.FeedsTable():
            return Feeds(folder, name_of(settings), settings.digest.url, table.name, _posts_of(settings, folder))
        case tables.PageTable():
            return Page(folder, table.name)


def _posts_of(settings: Settings, folder: Path) -> Hugo | None:
    """The posts that a feed's entries lead to: those of the site that the feed's folder is, or lies in, or else of the first."""
    found = [table for table in settings.publish if isinstance(table, tables.HugoTable)]
    nearest = next((table for table in found if folder.absolute().is_relative_to(table.dir.absolute())), None)
    table = nearest or next(iter(found), None)
    return Hugo(table.dir, table.name, table) if table else None


def _message_channel(
    table: tables.MailTable | tables.ChatTable, settings: Settings, store: Store, slot: Slot, wire: WebWire
) -> Publisher:
    if table.unset:
        return Unset(table.name, table.unset)

    def keep(one: Edition) -> None:
        store.keep_editions([one])

    sent = {one.location for one in store.editions(slot.key) if one.channel == f"{table.name}:part"}
    if isinstance(table, tables.MailTable):
        return Mail(table, sent, keep, partial(link_of, settings))
    return Chat(service_of(table), posting(wire), table.name, sent, keep, partial(link_of, settings))


def link_of(settings: Settings, issue: Issue) -> str:
    """Where the issue's post is on the blog, the first one; empty where neither the settings nor the site say where that is."""
    table = next((one for one in settings.publish if isinstance(one, tables.HugoTable)), tables.HugoTable())
    posts, site, language = Hugo(table.dir, table.name, table), HugoSite.at(table.dir), issue.draft.language
    path = posts.place(issue, language, site, "").path(site)
    return FeedPlace(settings.digest.url or site.base_url(language), paths={issue.day: path or ""}).address(issue)


def service_of(table: tables.ChatTable) -> Service:
    """The service of a chat, with its secrets."""
    url = "" if isinstance(table, tables.TelegramTable) else secret(table.url_env).strip()
    match table:
        case tables.FeishuTable():
            return FeishuBot(url, table.shape, secret(table.secret_env).strip(), table.keyword)
        case tables.SlackTable():
            return SlackHook(url, table.shape)
        case tables.WecomTable():
            return WecomBot(url, table.shape)
        case tables.DingtalkTable():
            return DingtalkBot(url, table.shape, secret(table.secret_env).strip(), table.keyword)
        case tables.TelegramTable():
            return TelegramBot(f"{table.api.rstrip('/')}/bot{secret(table.token_env).strip()}/sendMessage", table.shape, table.chat)
        case tables.DiscordTable():
            return DiscordHook(url, table.shape)
        case tables.WebhookTable():
            return Webhook(url, table.shape, secret(table.token_env).strip())


HOSTS: Mapping[str, type[Service]] = {
    "hooks.slack.com": SlackHook,
    "open.feishu.cn": FeishuBot,
    "open.larksuite.com": FeishuBot,
    "qyapi.weixin.qq.com": WecomBot,
    "oapi.dingtalk.com": DingtalkBot,
    "api.telegram.org": TelegramBot,
    "discord.com": DiscordHook,
    "discordapp.com": DiscordHook,
}
"""The service of a webhook by its host, or by that which its host is below (`canary.discord.com`)."""

FORMS: Mapping[str, type[Service]] = {
    "feishu": FeishuBot,
    "slack": SlackHook,
    "wecom": WecomBot,
    "dingtalk": DingtalkBot,
    "telegram": TelegramBot,
    "discord": DiscordHook,
    "webhook": UnknownHook,
}


def hook_of(url: str, form: str = "auto") -> Service:
    """The service that an address belongs to: by its form, or else by its host; any program's where that says nothing."""
    host = urlsplit(url).hostname or ""
    by_host = (kind for name, kind in HOSTS.items() if host == name or host.endswith(f".{name}"))
    return (FORMS[form] if form in FORMS else next(by_host, UnknownHook))(url)
