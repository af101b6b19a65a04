"""Which languages a Hugo site has, as far as its configuration tells: that decides what a post in another language is called."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdaily.core.types import Language

_HUGO_S_DEFAULT = "en"
"""Where `defaultContentLanguage` is not set (Hugo's documentation, 2026)."""

_CONFIGURED = ("hugo", "config", "config/_default/hugo", "config/_default/config")


@dataclass(frozen=True, slots=True)
class SiteLanguages:
    """`keys`: those of its table of languages; none where it has but one."""

    default: str
    keys: Sequence[str] = ()

    def suffix(self, language: Language) -> str | None:
        """What the name of a post in `language` ends in: `.zh-cn`, nothing for the default; None where the site has it not."""
        key = next((one for one in self.keys if one.partition("-")[0] == language), None)
        if key is None:
            return None
        return "" if key == self.default else f".{key}"


def site_languages(folder: Path) -> SiteLanguages | None:
    """Those of the site in `folder`; None where it has no configuration that can be read."""
    tables = list(_tables(folder, _CONFIGURED))
    if not tables:
        return None
    default = next((str(one["defaultcontentlanguage"]) for one in tables if "defaultcontentlanguage" in one), _HUGO_S_DEFAULT)
    named = [one["languages"] for one in tables if isinstance(one.get("languages"), Mapping)]
    named += _tables(folder, ["config/_default/languages"])
    return SiteLanguages(default.lower(), [str(key).lower() for table in named for key in table])


def _tables(folder: Path, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """What the files say, their keys in small letters, as Hugo reads them."""
    for name in names:
        for kind, read in (("toml", tomllib.loads), ("yaml", _of_yaml), ("yml", _of_yaml), ("json", json.loads)):
            with suppress(OSError, ValueError, RecursionError):
                told = read((folder / f"{name}.{kind}").read_text("utf-8"))
                if isinstance(told, Mapping):
                    yield {str(key).lower(): value for key, value in told.items()}


def _of_yaml(text: str) -> dict[str, Any]:
    """As much of YAML as is asked for: the keys at the left with what stands behind them, and the keys one step below each."""
    found: dict[str, Any] = {}
    step = ""
    for line in text.splitlines():
        key = re.match(r"""(\s*)["']?([\w-]+)["']?\s*:\s*["']?([\w.-]*)""", line)
        if key and not key[1]:
            top, step = key[2], ""
            found[top] = key[3] or {}
        elif key and found and isinstance(found[top], dict):
            step = step or key[1]
            found[top] |= {key[2]: key[3]} if key[1] == step else {}
    return found
