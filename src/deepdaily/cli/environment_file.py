"""The user's file of keys and webhooks, one NAME=value a line: every command reads it, as a schedule would and a shell not."""

from __future__ import annotations

import os
import re
from collections.abc import MutableMapping
from pathlib import Path

PLACE = ".config/deepdaily/environment"
"""Below the user's home; systemd reads it for the unit of `schedule install` (systemd.exec, EnvironmentFile)."""

MOST_BYTES = 1 << 16


def environment_file(environment: MutableMapping[str, str] = os.environ) -> Path:
    """Where the user's file is, whether there is one or not."""
    return Path(environment.get("HOME") or Path.home()) / PLACE


def take_from_file(environment: MutableMapping[str, str] = os.environ) -> None:
    """Put what the file says into `environment`, but for names that it has already; a file that cannot be read says nothing.

    Lines are taken as systemd takes them: a value as it stands, or in quotes; `#` and `;` begin a comment.
    """
    try:
        with environment_file(environment).open("rb") as file:
            lines = file.read(MOST_BYTES).decode("utf-8-sig", "replace").splitlines()
    except (OSError, RuntimeError):  # no such file; no home
        return
    for line in lines:
        found = re.fullmatch(r"""\s*(?:export\s+)?([A-Za-z_]\w*)=(["']?)(.*?)\2\s*""", line)
        if found and "\0" not in found[3]:
            environment.setdefault(found[1], found[3])
