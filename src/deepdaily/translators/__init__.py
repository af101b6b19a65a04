"""Translators that are no language models: one on this machine, one behind an address; each gives lines for lines.

Heavy imports are in the adapter that needs them, and there when it is first asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deepdaily.core.errors import ModelRefused
from deepdaily.core.types import Language
from deepdaily.settings.table import secret
from deepdaily.settings.translator_table import TranslatorTable

if TYPE_CHECKING:
    from deepdaily.translators.libretranslate import LibreTranslate
    from deepdaily.translators.on_machine import OnMachine

MODELS = "translators"
"""Folder of pulled models in the data folder."""

MOST_LINES, MOST_CHARS = 400, 1_200
"""Of one issue, and of one line; what is beyond is not told. An issue has some forty lines of at most 300 columns."""


def folder_of(table: TranslatorTable, data: Path) -> Path:
    """Where pulled models lie, one folder a pair."""
    return Path(table.folder).expanduser() if table.folder else data / MODELS


def translator_of(table: TranslatorTable, data: Path) -> OnMachine | LibreTranslate | Unready | None:
    """The translator of the settings; None where there is none. One whose key is not set says so when it is asked."""
    if table.provider == "ctranslate2":
        from deepdaily.translators.on_machine import OnMachine

        return OnMachine(folder_of(table, data), table.sha256)
    if table.provider == "libretranslate":
        from deepdaily.translators.libretranslate import LibreTranslate

        key = secret(table.key_env).strip()
        return Unready(f"{table.key_env} is not set") if table.key_env and not key else LibreTranslate(table.url, key)
    return None


class Unready:
    """A translator that cannot be asked, and says why."""

    name = ""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def translate(self, lines: Sequence[str], source: Language, target: Language, wall_s: float) -> list[str]:
        raise ModelRefused(self._reason)


def parts_of(lines: Sequence[str], most_lines: int, most_chars: int) -> list[list[int]]:
    """The places of the lines that may be asked, in order, in parts of at most so many lines and characters together."""
    parts: list[list[int]] = []
    held = 0
    for place, line in enumerate(lines[:MOST_LINES]):
        if not line.strip() or len(line) > MOST_CHARS:
            continue
        if not parts or len(parts[-1]) == most_lines or held + len(line) > most_chars:
            parts.append([])
            held = 0
        parts[-1].append(place)
        held += len(line)
    return parts
