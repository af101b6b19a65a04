"""The settings from file and environment, and what is wrong with them in words."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as EnvironmentRefused

from deepdaily.core.errors import SettingsError
from deepdaily.settings import Settings
from deepdaily.settings.channel_tables import FileTable
from deepdaily.settings.keys import spot

FILE = "deepdaily.toml"
"""The settings file looked for in the current folder."""


def load(path: Path | None) -> tuple[Settings, dict[str, str]]:
    """The settings, and where each key that is not a default comes from.

    `path` None means `deepdaily.toml` here if there is one. Relative folders are relative to the file.

    Raises:
        SettingsError: names the file, the key and what to write instead.
    """
    chosen = path or (Path(FILE) if Path(FILE).exists() else None)
    from_file = _read(chosen) if chosen else {}
    try:
        given = EnvSettingsSource(Settings, env_prefix="DEEPDAILY_", env_nested_delimiter="__")()
    except EnvironmentRefused as error:
        raise SettingsError(f"the environment: {error}", "lists and tables are written as JSON") from error
    from_environment = {key: value for key, value in given.items() if value}
    merged = _merge(from_file, from_environment)
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise _explained(error, chosen) from error
    base = chosen.resolve().parent if chosen else Path.cwd()
    channels = tuple(
        channel.model_copy(update={"dir": base / channel.dir}) if isinstance(channel, FileTable) else channel
        for channel in settings.publish
    )
    origins = dict.fromkeys(_leaves(from_file), str(chosen)) | {
        key: "DEEPDAILY_" + key.upper().replace(".", "__") for key in _leaves(from_environment)
    }
    return settings.model_copy(update={"publish": channels}), origins


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", "name the file with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", "mend that line; strings stand in double quotes") from error


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def _explained(error: ValidationError, path: Path | None) -> SettingsError:
    """The first complaint, in words: file, key, and the nearest key or what was wrong with the value."""
    said, remedy = _complaint(error.errors())
    return SettingsError(f"{path or 'the environment'}: {said}", remedy or "`deepdaily config` shows every key and value")


def _complaint(found: Sequence[ErrorDetails]) -> tuple[str, str]:
    """What is wrong first, and what to do about it where that is known."""
    first, at = found[0], spot(found[0]["loc"])
    parent, _, name = at.key.rpartition(".")
    misplaced = first["type"].startswith("model_") and parent == "models"  # a key where a model's table may stand
    match first["type"]:
        case kind if kind == "extra_forbidden" or misplaced:
            return f"unknown key {at.key}", _nearest(name, at.beside)
        case "missing":
            missing = [str(one["loc"][-1]) for one in found if one["loc"][:-1] == first["loc"][:-1]]
            return f"{parent}: {at.tag or 'it'} needs {', '.join(missing)}", ""
        case "union_tag_invalid":
            tag = first["ctx"]["tag"]
            return f"{at.key}.{_told_apart_by(first)} = {tag!r}: there is no such kind", _nearest(tag, at.kinds)
        case "union_tag_not_found":
            key = _told_apart_by(first)
            slip = difflib.get_close_matches(key, map(str, first["input"]), n=1, cutoff=0.5)
            if slip:
                return f"unknown key {at.key}.{slip[0]}", f"did you mean {key}?"
            return f"{at.key}: {key} is missing", _nearest("", at.kinds)
    said = first["msg"].removeprefix("Value error, ")
    if not at.key:  # two keys that do not go together: the input is the whole file
        return said, ""
    shown = "" if isinstance(first["input"], Mapping) else f" = {_masked(repr(first['input']))}"
    return f"{at.key}{shown}: {said}", ""


def _told_apart_by(error: ErrorDetails) -> str:
    """The key that says which kind of table one is; pydantic quotes it."""
    return str(error["ctx"]["discriminator"]).strip("'")


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"


def described(settings: Settings, origins: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Every key with its effective value and where it comes from, in the order of the file."""
    return list(_rows(settings.model_dump(mode="json"), origins))


def _rows(tree: Mapping[Any, Any], origins: Mapping[str, str], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for key, value in tree.items():
        tables = dict(enumerate(value)) if isinstance(value, list) and value and isinstance(value[0], dict) else value
        if isinstance(tables, dict):
            yield from _rows(tables, origins, f"{prefix}{key}.")
        else:
            yield prefix + key, _masked(str(value)), _origin(prefix + key, origins)


def _origin(key: str, origins: Mapping[str, str]) -> str:
    """Where a key comes from; a list comes whole from one place, with all the tables in it."""
    while key and key not in origins:
        key = key.rpartition(".")[0]
    return origins.get(key, "default")


def _masked(value: str) -> str:
    """`value` without the password of an address."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", value)
