"""Settings of the translator."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from deepdaily.settings.model_tables import is_loopback
from deepdaily.settings.table import _Table, key


class TranslatorTable(_Table):
    """What puts quotations into the issue's language where no model tells them; each is checked against its passage."""

    provider: Literal["", "ctranslate2", "libretranslate"] = key(
        "", "ctranslate2: a pulled model, on this machine; libretranslate: a server of that protocol; empty: quotations stay."
    )
    folder: str = key("", "Of pulled models, one below it a pair (`en-zh`); empty: `translators` in the data folder.")
    url: str = key("", "Address of the server; http only on this machine.", example="http://127.0.0.1:5000")
    key_env: str = key("", "Environment variable that holds the server's key; empty: no key.", example="LIBRETRANSLATE_KEY")
    sha256: dict[str, str] = key(
        {}, "By file the digest that was pulled; a file of another is not loaded.", example={"en-zh/model.bin": "9f86…"}
    )

    @field_validator("sha256")
    @classmethod
    def _are_digests(cls, given: dict[str, str]) -> dict[str, str]:
        if odd := [name for name, digest in given.items() if not re.fullmatch(r"[0-9a-f]{64}", digest)]:
            raise ValueError(f"{odd[0]}: a digest has 64 hexadecimal digits; `deepdaily translate pull` writes it")
        return given

    @model_validator(mode="after")
    def _reachable(self) -> TranslatorTable:
        if self.provider != "libretranslate":
            return self
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url is missing, like http://127.0.0.1:5000")
        if "@" in parts.netloc:
            raise ValueError("a key stands in the environment, not in the address: name its variable by key_env")
        if parts.scheme == "http" and not is_loopback(self.url):
            raise ValueError("what is read would cross the network in the clear: write https, or an address of this machine")
        return self
