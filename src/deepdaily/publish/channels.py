"""The channels of the settings."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deepdaily.core.errors import FetchError, PublishError
from deepdaily.core.types import Slot
from deepdaily.publish import FileChannel, Publisher
from deepdaily.publish.files import Feeds, Hugo, Page
from deepdaily.publish.messages import SEND_S, Feishu, Mail, Unset
from deepdaily.read.fetch import WebWire
from deepdaily.settings import Settings, name_of
from deepdaily.settings.channel_tables import Publish
from deepdaily.store import Store


def channels(settings: Settings, out: Path | None) -> list[tuple[FileChannel, Path]]:
    """The configured file channels, each with the folder it writes below: `out` where it is given."""
    digest, made = settings.digest, list[tuple[FileChannel, Path]]()
    for chosen in settings.publish:
        if not chosen.is_file:
            continue
        folder = out or chosen.dir
        if chosen.to == "hugo":
            made.append((Hugo(folder), folder))
        elif chosen.to == "feeds":
            made.append((Feeds(folder, title=name_of(settings), base_url=digest.url), folder))
        else:
            made.append((Page(folder), folder))
    return made


def channel_names(settings: Settings, out: Path | None) -> set[str]:
    """The channels a slot's issue has to reach."""
    return {chosen.to for chosen in settings.publish if chosen.is_file or not out}


def message_channels(settings: Settings, store: Store, slot: Slot, wire: WebWire) -> list[Publisher]:
    """Mail and chat."""
    made: list[Publisher] = []
    sent = {one.location for one in store.editions(slot.key) if one.channel == "feishu:part"}
    for chosen in settings.publish:
        names = [name for name in (chosen.url_env, chosen.secret_env, chosen.user_env, chosen.password_env) if name]
        secrets = {name: os.environ.get(name, "") for name in names} | {"": ""}
        unset = [name for name in names if not secrets[name]]
        if not chosen.is_file and unset:
            made.append(Unset(chosen.to, unset[0]))
        elif chosen.to == "feishu":
            post, keep = partial(posted, wire), lambda one: store.keep_editions([one])
            stamp, secret = partial(datetime.now, UTC), secrets[chosen.secret_env]
            made.append(Feishu(secrets[chosen.url_env], post, sent, keep, stamp, secret))
        elif chosen.to == "mail":
            made.append(mail_of(chosen))
    return made


def mail_of(chosen: Publish) -> Mail:
    user, password = (os.environ.get(name, "") if name else "" for name in (chosen.user_env, chosen.password_env))
    return Mail(chosen.host, chosen.port, chosen.sender, chosen.recipients, user, password)


async def posted(wire: WebWire, url: str, body: bytes) -> dict[str, object]:
    """The JSON a webhook answers; the address is a secret and is never printed."""
    try:
        async with asyncio.timeout(SEND_S):
            answer = await wire.post(url, {"Content-Type": "application/json"}, body, cap_bytes=1 << 20)
        found = json.loads(answer.body)
    except (FetchError, TimeoutError, ValueError) as error:
        raise PublishError(
            f"the webhook did not answer: {type(error).__name__}", "check the address and the network"
        ) from None
    return found if isinstance(found, dict) else {}
