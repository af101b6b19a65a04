"""Settings of the channels and of alerts."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from deepdaily.settings.table import _Table


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


class Publish(_Table):
    """One channel. Files go below `dir`; a message channel names its address and its secrets by environment variables."""

    to: Literal["hugo", "feeds", "page", "mail", "feishu"]
    dir: Path = Path("deepdaily-out")
    url_env: str = Field("", description="feishu: environment variable that holds the bot's webhook.")
    secret_env: str = Field("", description="feishu: environment variable that holds the signing secret, if any.")
    host: str = Field("", description="mail: SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="mail: SMTP port; TLS by STARTTLS.")
    sender: str = Field("", description="mail: the address it comes from.")
    recipients: tuple[str, ...] = Field((), max_length=50, description="mail: a few addresses, or that of a list.")
    user_env: str = Field("", description="mail: environment variable that holds the user name, if any.")
    password_env: str = Field("", description="mail: environment variable that holds the password, if any.")

    @model_validator(mode="after")
    def _complete(self) -> Publish:
        needed = {"mail": ("host", "sender", "recipients"), "feishu": ("url_env",)}.get(self.to, ())
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"{self.to} needs {', '.join(missing)}")
        for written in (self.sender, *self.recipients) if self.to == "mail" else ():
            mail_address(written)
        return self

    @property
    def is_file(self) -> bool:
        return self.to in ("hugo", "feeds", "page")


class Alert(_Table):
    """Where trouble is told."""

    url_env: str = Field("", description="Environment variable that holds the address of a webhook; it gets JSON.")
    mail: bool = Field(False, description="Tell it by mail too, through the server of the [[publish]] mail channel.")
    recipients: tuple[str, ...] = Field(
        (), max_length=50, description="Who gets that mail; empty: the channel's readers."
    )
