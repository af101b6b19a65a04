"""One channel tried alone, before an issue depends on it."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deepdaily.core.errors import PublishError
from deepdaily.core.types import Language
from deepdaily.publish.channels import service_of
from deepdaily.publish.chats import Chat, Unset, posting
from deepdaily.publish.to_mail import Mail
from deepdaily.read.web_wire import WebWire
from deepdaily.render.mail import note
from deepdaily.settings.channel_tables import ChannelTable, FileTable, MailTable, mail_address
from deepdaily.words import of


async def try_channel(table: ChannelTable, wire: WebWire, language: Language, folder: Path | None = None) -> str:
    """Send one short line to the channel, or write and remove a file in its folder; what became of it, for the keeper.

    Args:
        folder: that of a file channel where it is not the table's.

    Raises:
        ChannelBusy: not for the moment.
        PublishError: the channel cannot be used as it is set.
    """
    if isinstance(table, FileTable):
        await asyncio.to_thread(_write, folder or table.dir)
        return f"{table.name}: {folder or table.dir} can be written"
    if table.unset:
        raise Unset(table.name, table.unset).error
    line = of(language).message["trial"].format(table.name)
    if isinstance(table, MailTable):
        refused = await mail_line(table, line, table.recipients)
        if refused:
            raise PublishError(f"{table.host} refused {', '.join(refused)}", "mend these recipients")
        return f"{table.name}: {table.host} took a mail to {', '.join(table.recipients)}"
    service = service_of(table)
    await Chat(service, posting(wire), table.name, set(), lambda _: None).say(line)
    return f"{table.name}: {service.name} took a message"


async def mail_line(table: MailTable, line: str, recipients: tuple[str, ...]) -> list[str]:
    """A mail of one line to each; who was refused where others were not. Raises as `Mail.send`."""
    try:
        sender, to = mail_address(table.sender), [mail_address(one) for one in recipients]
        now = datetime.now(UTC)
        mails = {one.addr_spec: note(line, sender=sender, recipients=[one], now=now) for one in to}
    except ValueError as error:
        raise PublishError(str(error), "mend sender and recipients in the settings") from error
    return await Mail(table).send(mails)


def _write(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"deepdaily")
    except OSError as error:
        raise PublishError(
            f"cannot write into {folder}: {error.strerror or error}", "make it a folder this user may write to"
        ) from error
