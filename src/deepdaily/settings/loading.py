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
from deepdaily.settings.keys import Spot, spot

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
        raise _explained(error.errors(), chosen, from_environment) from error
    base = chosen.resolve().parent if chosen else Path.cwd()
    channels = tuple(
        channel.model_copy(update={"dir": base / channel.dir}) if isinstance(channel, FileTable) else channel
        for channel in settings.publish
    )
    origins = dict.fromkeys(_leaves(from_file), str(chosen)) | {
        key: "DEEPDAILY_" + key.upper().replace(".", "__") for key in _leaves(from_environment)
    }
    lists = tuple(
        one if "://" in one.url else one.model_copy(update={"url": str(base / one.url), "name": one.called})
        for one in settings.sources.opml
    )
    sources = settings.sources.model_copy(update={"opml": lists})
    return settings.model_copy(update={"publish": channels, "sources": sources}), origins


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}", "name the file with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", "mend that line; texts stand in double quotes") from error


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


MOST_COMPLAINTS = 12
"""Mistakes that are told at once; who has more begins with these."""


def _explained(found: Sequence[ErrorDetails], path: Path | None, given: Mapping[str, Any]) -> SettingsError:
    """Every mistake in words, a line each where there are several: where it stands, the key, and what to write instead."""
    told, from_environment = dict[str, str](), {*_leaves(given)}
    for one in found:
        if _follows(one, found):
            continue
        said, remedy = _complaint(one, found)
        key = spot(one["loc"]).key
        leaf = next((leaf for leaf in from_environment if f"{key}.".startswith(f"{leaf}.")), "" if path else key)
        variable = "DEEPDAILY_" + leaf.upper().replace(".", "__") if leaf else ""
        told[f"{variable or path or 'the environment'}: {said}"] = remedy
    if len(told) == 1:
        said, remedy = next(iter(told.items()))
        return SettingsError(said, remedy or HELP)
    lines = [f"{said.removeprefix(f'{path}: ')}{remedy and '; '}{remedy}" for said, remedy in told.items()]
    return SettingsError(
        f"{path or 'the environment'}: {len(told)} mistakes:\n  " + "\n  ".join(lines[:MOST_COMPLAINTS]) + "\n", HELP
    )


HELP = "`deepdaily config --explain` says what each key may be"


def _follows(one: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    """Whether a list is called too short because what stands in it is wrong."""
    place = one["loc"]
    return one["type"] == "too_short" and any(other["loc"][: len(place)] == place and other["loc"] != place for other in found)


def _complaint(first: ErrorDetails, found: Sequence[ErrorDetails]) -> tuple[str, str]:
    """What is wrong, and what to do about it where that is known."""
    at = spot(first["loc"])
    parent, _, name = at.inner.rpartition(".")
    in_table = f"{at.table}: " if at.table else ""
    misplaced = first["type"].startswith("model_") and not at.table and parent == "models"  # a key where a model's table may stand
    match first["type"]:
        case kind if kind == "extra_forbidden" or misplaced:
            return f"{in_table}unknown key {at.inner}", _nearest(name, at.beside)
        case "missing":
            missing = [str(one["loc"][-1]) for one in found if one["loc"][:-1] == first["loc"][:-1]]
            return f"{': '.join(filter(None, (at.table, parent)))}: {at.tag or 'it'} needs {', '.join(missing)}", ""
        case "union_tag_invalid":
            tag = first["ctx"]["tag"]
            return f"{_place(at, _told_apart_by(first))} = {tag!r}: there is no such kind", _nearest(tag, at.kinds)
        case "union_tag_not_found":
            key = _told_apart_by(first)
            slip = difflib.get_close_matches(key, map(str, first["input"]), n=1, cutoff=0.5)
            if slip:
                return f"{in_table}unknown key {slip[0]}", f"did you mean {key}?"
            return f"{_place(at, key)} is missing", _nearest("", at.kinds)
    said = first["msg"].removeprefix("Value error, ")
    if not at.key:  # two keys that do not go together: the input is the whole file
        return said, ""
    is_secret = at.key.endswith("_env")  # what stands there by mistake may be the secret itself
    shown = "" if is_secret or isinstance(first["input"], Mapping) else f" = {_masked(repr(first['input']))}"
    return f"{_place(at)}{shown}: {_plain(first['type'], said)}", ""


def _place(at: Spot, key: str = "") -> str:
    """Where it stands: `the first [[publish]]: dir`."""
    return ": ".join(filter(None, (at.table, ".".join(filter(None, (at.inner, key))))))


_PLAIN = {
    "tuple_type": 'write a list, like ["…"]; several tables of one kind as [[…]]',
    "model_type": "write a table, like [name] and its keys below it",
    "string_type": "write a text in double quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "finite_number": "write a number",
    "time_type": "write the hour as HH:MM, like 08:00",
    "time_parsing": "write the hour as HH:MM, like 08:00",
    "path_type": "write a folder in double quotes",
    "dict_type": "write a table",
    "model_attributes_type": "write a table, like [name] and its keys below it, or [[name]] where several may stand",
    "string_pattern_mismatch": "only letters, digits, hyphens, dots and underscores may stand there",
    "string_too_short": "it must not be empty",
    "too_short": "it must not be empty",
}
"""What pydantic says of a wrong kind of value, in a person's words; what it says of bounds and choices is plain enough."""


def _plain(kind: str, said: str) -> str:
    return _PLAIN.get(kind) or said.replace("Input should be", "it must be")


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
