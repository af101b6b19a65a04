"""The channels of the settings."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deepdaily.core.errors import FetchError, PublishError
from deepdaily.core.types import Edition, Slot
from deepdaily.publish import FileChannel, Following, Publisher
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.publish.git_steps import AfterStep, GitStep
from deepdaily.publish.messages import SEND_S, Feishu, Mail, Slack, Unset
from deepdaily.read.web_wire import WebWire
from deepdaily.settings import Settings, name_of
from deepdaily.settings import channel_tables as tables
from deepdaily.settings.table import secret
from deepdaily.store import Store


def channels(settings: Settings, out: Path | None) -> list[tuple[FileChannel, Path]]:
    """The configured file channels, each with the folder it writes below: `out` where it is given."""
    found = [(table, out or table.dir) for table in settings.publish if isinstance(table, tables.FileTable)]
    return [(_file_channel(table, folder, settings), folder) for table, folder in found]


def channel_names(settings: Settings, out: Path | None) -> set[str]:
    """The channels a slot's issue has to reach."""
    return {table.name for table in settings.publish if isinstance(table, tables.FileTable) or not out}


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
    found = [table for table in settings.publish if isinstance(table, tables.MessageTable)]
    return [_message_channel(table, store, slot, wire) for table in found]


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
    table: tables.MailTable | tables.FeishuTable | tables.SlackTable, store: Store, slot: Slot, wire: WebWire
) -> Publisher:
    if table.unset:
        return Unset(table.name, table.unset)

    def keep(one: Edition) -> None:
        store.keep_editions([one])

    match table:
        case tables.MailTable():
            return mail_of(table)
        case tables.SlackTable():
            return Slack(secret(table.url_env), partial(answered, wire), _sent(table.name, store, slot), keep, channel=table.name)
        case tables.FeishuTable():
            sent, post = _sent(table.name, store, slot), partial(posted, wire)
            stamp, signing = partial(datetime.now, UTC), secret(table.secret_env)
            return Feishu(secret(table.url_env), post, sent, keep, stamp, signing, channel=table.name)


def _sent(channel: str, store: Store, slot: Slot) -> set[str]:
    return {one.location for one in store.editions(slot.key) if one.channel == f"{channel}:part"}


def mail_of(table: tables.MailTable) -> Mail:
    user, password = secret(table.user_env), secret(table.password_env)
    return Mail(table.host, table.port, table.sender, table.recipients, user, password, channel=table.name)


async def posted(wire: WebWire, url: str, body: bytes) -> dict[str, object]:
    """The JSON a webhook answers; raises as `answered`."""
    try:
        found = json.loads(await answered(wire, url, body))
    except ValueError as error:
        raise _unanswered(error) from None
    return found if isinstance(found, dict) else {}


async def answered(wire: WebWire, url: str, body: bytes) -> str:
    """The text a webhook answers; the address is a secret and is never printed.

    Raises:
        PublishError: it did not answer.
    """
    try:
        async with asyncio.timeout(SEND_S):
            answer = await wire.post(url, {"Content-Type": "application/json"}, body, cap_bytes=1 << 20)
    except (FetchError, TimeoutError) as error:
        raise _unanswered(error) from None
    return answer.body.decode("utf-8", "replace")


def _unanswered(error: Exception) -> PublishError:
    return PublishError(f"the webhook did not answer: {type(error).__name__}", "check the address and the network")
