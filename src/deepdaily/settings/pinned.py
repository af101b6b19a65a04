"""One table of the settings file written by the program; everything else in it stays as a person wrote it."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from deepdaily.core.errors import SettingsError

_TABLE = re.compile(r"^\[translator(?:\.[^\]\n]*)?\][^\n]*\n(?:(?!\[)[^\n]*(?:\n|\Z))*", re.M)


def pin_translator(path: Path, table: Mapping[str, Any]) -> None:
    """Write `table` as [translator] over what stands there; other tables, and comments outside it, are untouched.

    Raises:
        SettingsError: the file is not TOML, has the table in a form that is not ours to change, or cannot be written.
    """
    try:
        text = path.read_text("utf-8") if path.exists() else ""
        before = tomllib.loads(text)
        told = f"{_TABLE.sub('', text).rstrip()}\n\n{tomli_w.dumps({'translator': dict(table)})}".lstrip()
        if tomllib.loads(told) != before | {"translator": dict(table)}:
            raise SettingsError(f"{path} has [translator] in a form of its own", "write it as a table of its own, with plain keys")
        beside = path.with_name(f".{path.name}.new")
        beside.write_text(told, "utf-8")
        os.replace(beside, path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", "mend that line; strings stand in double quotes") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}", "name another by --settings") from error
