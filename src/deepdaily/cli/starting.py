"""`init`: a settings file in four questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deepdaily.cli.finding import AtHand, FoundModel
from deepdaily.cli.options import pair_into
from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Language
from deepdaily.house import House
from deepdaily.settings.model_tables import Models
from deepdaily.words import languages, of

USUAL_BUDGET = "200k tokens/day"
"""Two issues with what is asked again: one takes 70k to 100k tokens."""

NO_WRITER = (
    "no model will write, facts stand as quotations: Ollama (`ollama pull qwen3:8b`) or any key gives a writer (docs/models.md)"
)

TRANSLATED = "; `deepdaily translate pull {}` has them translated (docs/translator.md)"


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` asks; the defaults are those of `--yes`."""

    language: Language = "zh"
    at: str = "08:00"
    timezone: str = "Asia/Shanghai"
    blog: str = "deepdaily-out"
    model: FoundModel | None = None
    budget: str = ""
    """What the model may take in a day; empty: that of the settings."""


def taken_unasked(found: AtHand, budget: str) -> FoundModel | None:
    """What `--yes` takes: the best that costs nothing; a key only where it alone is there and a budget was named with it."""
    keys = [one for one in found.models if one.key_env]
    alone = len(keys) == 1 and len(found.models) == 1
    return found.free or (keys[0] if alone and budget else None)


def how_to_get_a_writer(found: AtHand, language: Language) -> str:
    """One line for who has no model yet."""
    keys = [one.key_env for one in found.models if one.key_env]
    if len(keys) == 1:
        return f'{keys[0]} is set: `deepdaily init --yes --budget "{USUAL_BUDGET}"` lets its model write'
    if keys:
        return f"{' and '.join(keys)} are set: `deepdaily init` on a terminal asks which may write"
    return NO_WRITER + TRANSLATED.format(pair_into(language))


def hour_and_zone(text: str) -> tuple[str, str]:
    """`08:00 Asia/Shanghai` as its two parts; whether they make sense the settings say."""
    at, _, timezone = text.strip().partition(" ")
    return at, timezone.strip() or Answers().timezone


def chosen_model(text: str, found: Sequence[FoundModel]) -> FoundModel | None:
    """`none`, a number, a name or a label of what was found, or `ADDRESS NAME`.

    Raises:
        SettingsError: nothing of these.
    """
    said = text.strip()
    if said.lower() in ("none", ""):
        return None
    if said.isascii() and said.isdecimal() and 1 <= int(said) <= len(found):
        return found[int(said) - 1]
    for one in found:
        if said in (one.name, one.label if one.paid else ""):
            return one
    endpoint, _, name = said.partition(" ")
    if endpoint.startswith(("http://", "https://")) and name.strip():
        return FoundModel(endpoint, name.strip())
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
    """A commented deepdaily.toml that a person reads in a minute; values are quoted."""
    words = of(answers.language if answers.language in languages() else "en")  # what cannot stand `load` says
    templates = Environment(
        loader=PackageLoader("deepdaily.cli"), undefined=StrictUndefined, finalize=_quoted,
        trim_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return templates.get_template("deepdaily.toml.jinja").render(answers=answers, words=words, usual=Models().budget)


def _quoted(value: object) -> str:
    """As TOML writes a string, a number or a list: as JSON does, but for the one control character that JSON leaves."""
    return value if isinstance(value, Markup) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
