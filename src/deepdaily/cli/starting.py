"""The settings file that `init` writes."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deepdaily.cli.finding import AtHand
from deepdaily.cli.init_answers import Answers, words_for
from deepdaily.cli.options import pair_into
from deepdaily.core.errors import SettingsError
from deepdaily.core.types import Language
from deepdaily.house import House
from deepdaily.settings.model_tables import Models

USUAL_BUDGET = "200k tokens/day"
"""Two issues with what is asked again: one takes 70k to 100k tokens."""


def how_to_get_a_writer(found: AtHand, language: Language) -> str:
    """One line for who has no model yet."""
    say, keys = words_for(language).init, [one.key_env for one in found.models if one.key_env]
    if len(keys) == 1:
        return say["one_key"].format(keys[0], USUAL_BUDGET)
    if keys:
        return say["keys"].format(words_for(language).list_comma.join(keys))
    return say["no_writer"].format(pair_into(language))


def write_settings(path: Path, answers: Answers, *, again: bool = False) -> None:
    """Write the settings file; it loads. `again`: one that is there is kept as `NAME.old`.

    Raises:
        SettingsError: there is one already, an answer cannot stand, or the folder cannot be written.
    """
    kept = path.with_name(f"{path.name}.old") if again and path.exists() else None
    try:
        if kept:
            path.replace(kept)
        with path.open("x", encoding="utf-8") as file:
            file.write(settings_text(answers))
    except FileExistsError as error:
        raise SettingsError(f"{path} exists already and stays as it is", EXISTS) from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}", "choose another folder") from error
    try:
        House.of(path, None, None)
    except SettingsError:
        path.unlink()
        if kept:
            kept.replace(path)
        raise


EXISTS = "edit it, name another by --settings, or write it anew by --again, which keeps the old one as deepdaily.toml.old"


def settings_text(answers: Answers) -> str:
    """A commented deepdaily.toml that a person reads in a minute; values are quoted, comments in the digest's language."""
    words = words_for(answers.language)  # what cannot stand `load` says
    templates = Environment(
        loader=PackageLoader("deepdaily.cli"), undefined=StrictUndefined, finalize=_quoted,
        trim_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    said = {name: Markup(text) for name, text in words.settings_file.items()}
    template = templates.get_template("deepdaily.toml.jinja")
    return template.render(answers=answers, words=words, say=said, usual=Models().budget)


def _quoted(value: object) -> str:
    """As TOML writes a string, a number or a list: as JSON does, but for the one control character that JSON leaves."""
    return value if isinstance(value, Markup) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
