"""`init`: a settings file in four questions, and the search for a model server on this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from jinja2 import Environment, PackageLoader, StrictUndefined

from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Language
from deepdaily.house import House
from deepdaily.words import languages, of

PORTS = (11434, 8000, 8080, 30000)
"""Where Ollama, vLLM, llama.cpp and SGLang listen by default."""

ASK_S = 0.5
MOST_BYTES = 1 << 20
MOST_NAMES, LONGEST_NAME = 20, 200


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that a server offers."""

    endpoint: str
    name: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` asks; the defaults are those of `--yes`."""

    language: Language = "zh"
    at: str = "08:00"
    timezone: str = "Asia/Shanghai"
    blog: str = "deepdaily-out"
    model: LocalModel | None = None


async def found_models(ports: Iterable[int] = PORTS) -> list[LocalModel]:
    """The models of the servers on this machine, in the order of `ports`; none answers later than ASK_S."""
    timeout = aiohttp.ClientTimeout(total=ASK_S)
    async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session:
        offers = await asyncio.gather(*(_offered(session, f"http://127.0.0.1:{port}/v1") for port in ports))
    return [found for offer in offers for found in offer]


async def _offered(session: aiohttp.ClientSession, endpoint: str) -> list[LocalModel]:
    """What `endpoint` lists; nothing where it does not speak the protocol."""
    try:
        async with session.get(f"{endpoint}/models", allow_redirects=False) as answer:
            body = await answer.content.read(MOST_BYTES) if answer.status == 200 else b""
            while body and len(body) < MOST_BYTES and (more := await answer.content.read(MOST_BYTES - len(body))):
                body += more
        listed = json.loads(body)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, RecursionError):
        return []
    rows = listed.get("data") if isinstance(listed, dict) else None
    return [LocalModel(endpoint, name) for name in _names(rows)][:MOST_NAMES] if isinstance(rows, list) else []


def _names(rows: Sequence[Any]) -> list[str]:
    """The ids that can be names; an embedder is no writer."""
    names = (row.get("id") for row in rows if isinstance(row, dict))
    fit = (name for name in names if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable())
    return [name for name in dict.fromkeys(fit) if "embed" not in name.lower()]


def hour_and_zone(text: str) -> tuple[str, str]:
    """`08:00 Asia/Shanghai` as its two parts; whether they make sense the settings say."""
    at, _, timezone = text.strip().partition(" ")
    return at, timezone.strip() or Answers().timezone


def chosen_model(text: str, found: Sequence[LocalModel]) -> LocalModel | None:
    """`none`, a number or a name of what was found, or `ADDRESS NAME`.

    Raises:
        SettingsError: nothing of these.
    """
    said = text.strip()
    if said.lower() in ("none", ""):
        return None
    if said.isascii() and said.isdecimal() and 1 <= int(said) <= len(found):
        return found[int(said) - 1]
    for one in found:
        if one.name == said:
            return one
    endpoint, _, name = said.partition(" ")
    if endpoint.startswith(("http://", "https://")) and name.strip():
        return LocalModel(endpoint, name.strip())
    raise SettingsError(f"{said!r} is no model", "a number or name of the list, `ADDRESS NAME`, or none")


def write_settings(path: Path, answers: Answers) -> None:
    """Write the settings file; it loads.

    Raises:
        SettingsError: there is one already, an answer cannot stand, or the folder cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(settings_text(answers))
    except FileExistsError as error:
        raise SettingsError(f"{path} exists already and stays as it is", "edit it, or name another") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}", "choose another folder") from error
    try:
        House.of(path, None, None)
    except SettingsError:
        path.unlink()
        raise


def settings_text(answers: Answers) -> str:
    """A commented deepdaily.toml that a person reads in a minute; every value in it is a string."""
    words = of(answers.language if answers.language in languages() else "en")  # what cannot stand `load` says
    templates = Environment(
        loader=PackageLoader("deepdaily.cli"), undefined=StrictUndefined, finalize=_quoted,
        trim_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return templates.get_template("deepdaily.toml.jinja").render(answers=answers, words=words)


def _quoted(text: str) -> str:
    """As a basic string of TOML: JSON's, but for the one control character that JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
