"""One table of the settings file is written by the program, and the rest of the file stays as a person wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.core.errors import SettingsError
from deepdaily.settings.loading import load
from deepdaily.settings.pinned import pin_translator
from deepdaily.settings.translator_table import TranslatorTable

DIGEST = "ab" * 32
TABLE = {"provider": "ctranslate2", "sha256": {"en-zh/model.bin": DIGEST}}


def written(folder: Path, text: str) -> Path:
    path = folder / "deepdaily.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_table_is_added_and_comments_stay(tmp_path: Path) -> None:
    path = written(tmp_path, "[digest]\nitems = 5  # a short day\n")
    pin_translator(path, TABLE)

    assert path.read_text("utf-8").startswith("[digest]\nitems = 5  # a short day\n")
    assert load(path)[0].translator == TranslatorTable(**TABLE)


def test_a_table_that_is_there_is_written_anew_wherever_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, '[translator]\nprovider = ""\n[translator.sha256]\n"en-zh/old" = "x"\n\n[digest]  # mine\nitems = 5\n')
    pin_translator(path, TABLE)
    once = path.read_text("utf-8")
    pin_translator(path, TABLE)

    assert once == path.read_text("utf-8")
    assert "[digest]  # mine\nitems = 5" in once
    assert "old" not in once
    assert [one.name for one in tmp_path.iterdir()] == ["deepdaily.toml"]


def test_where_there_is_no_file_one_is_made(tmp_path: Path) -> None:
    pin_translator(tmp_path / "new.toml", TABLE)

    assert load(tmp_path / "new.toml")[0].translator.provider == "ctranslate2"


@pytest.mark.parametrize("text", ["[digest\n", 'translator = {provider = ""}\n[digest]\nitems = 5\n'])
def test_what_cannot_be_changed_safely_stays(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError):
        pin_translator(path, TABLE)

    assert path.read_text("utf-8") == text


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"):
        pin_translator(tmp_path / "none" / "deepdaily.toml", TABLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('provider = "libretranslate"', "url is missing"),
        ('provider = "libretranslate"\nurl = "http://mt.example"', "in the clear"),
        ('provider = "libretranslate"\nurl = "https://me:pw@mt.example"', "key_env"),
        ('provider = "deepl"', "translator.provider"),
        ('sha256 = {"en-zh/model.bin" = "abc"}', "64 hexadecimal digits"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(written(tmp_path, f"[translator]\n{text}\n"))


def test_a_server_of_this_machine_may_be_asked_in_the_clear(tmp_path: Path) -> None:
    path = written(tmp_path, '[translator]\nprovider = "libretranslate"\nurl = "http://127.0.0.1:5000"\n')

    assert load(path)[0].translator.url == "http://127.0.0.1:5000"
