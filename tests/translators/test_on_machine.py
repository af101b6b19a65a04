"""A model on this machine: real weights are loaded, asked in parts, and never trusted to be there or to be the ones that came."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_model
from deepdaily.core.errors import ModelRefused
from deepdaily.settings.translator_table import TranslatorTable
from deepdaily.translators import MOST_CHARS, MOST_LINES, parts_of, translator_of
from deepdaily.translators.on_machine import MOST_PIECES, SIMPLIFIED, OnMachine, digest_of

LINE = "the cache is not shared between users"
TWO = "The gateway keeps the cache. Each card holds one model."


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny_model.opus(folder / "en-zh", SIMPLIFIED)
    tiny_model.argos(folder / "argos" / "en-zh")
    return folder


async def test_each_line_gets_a_text_in_order(models: Path) -> None:
    translator = OnMachine(models, {})
    told = await translator.translate([LINE, TWO, "", LINE], "en", "zh", 60)

    assert len(told) == 4
    assert told[0] == told[3] != ""
    assert told[2] == ""
    assert "▁" not in "".join(told)
    assert translator.name == "OPUS-MT en-zh"


async def test_two_sentences_are_told_one_by_one(models: Path) -> None:
    first, second = TWO.split(". ")
    translator = OnMachine(models, {})
    whole, *parts = await translator.translate([TWO, f"{first}.", second], "en", "zh", 60)

    assert whole == "".join(parts)


async def test_a_package_of_argos_is_read_as_it_is(models: Path) -> None:
    translator = OnMachine(models / "argos", {})
    told = await translator.translate([LINE], "en", "zh", 60)

    assert told[0]
    assert translator.name == "Argos en-zh 1.9"


async def test_what_a_reply_has_to_begin_with_is_no_part_of_it(tmp_path: Path) -> None:
    tiny_model.argos(tmp_path / "en-zh", target_prefix="▁a")
    told = await OnMachine(tmp_path, {}).translate([LINE], "en", "zh", 60)

    assert not told[0].startswith("a")


async def test_a_sentence_longer_than_a_model_bears_is_not_asked(models: Path) -> None:
    long = " ".join(["cache"] * MOST_PIECES)
    told = await OnMachine(models, {}).translate([long, LINE], "en", "zh", 60)

    assert told[0] == ""
    assert told[1]


async def test_what_is_late_is_left_empty(models: Path) -> None:
    translator = OnMachine(models, {})
    await translator.translate([LINE], "en", "zh", 60)
    told = translator._translated([LINE, LINE], "en-zh", until=0.0)

    assert told == ["", ""]


async def test_a_missing_pair_says_how_it_is_pulled(models: Path) -> None:
    with pytest.raises(ModelRefused, match="no translation model zh-en") as caught:
        await OnMachine(models, {}).translate([LINE], "zh", "en", 60)

    assert "deepdaily translate pull zh-en" in caught.value.remedy


async def test_a_file_that_is_not_the_one_that_came_is_not_loaded(tmp_path: Path) -> None:
    folder = tiny_model.opus(tmp_path / "en-zh")
    digests = {"en-zh/model.bin": digest_of(folder / "model.bin"), "zh-en/model.bin": "0" * 64}
    assert await OnMachine(tmp_path, digests).translate([LINE], "en", "zh", 60)

    body = bytearray((folder / "model.bin").read_bytes())
    body[-1] ^= 1
    (folder / "model.bin").write_bytes(body)
    with pytest.raises(ModelRefused, match=r"en-zh/model\.bin is not the file that was pulled"):
        await OnMachine(tmp_path, digests).translate([LINE], "en", "zh", 60)


async def test_a_broken_model_is_a_refusal(tmp_path: Path) -> None:
    folder = tiny_model.opus(tmp_path / "en-zh")
    (folder / "model.bin").write_bytes(b"no weights")
    with pytest.raises(ModelRefused, match="cannot be loaded"):
        await OnMachine(tmp_path, {}).translate([LINE], "en", "zh", 60)


def test_a_lost_file_has_no_digest(tmp_path: Path) -> None:
    assert digest_of(tmp_path / "none") == ""


def test_the_settings_choose_the_translator(tmp_path: Path) -> None:
    assert translator_of(TranslatorTable(), tmp_path) is None
    assert isinstance(translator_of(TranslatorTable(provider="ctranslate2"), tmp_path), OnMachine)


def test_lines_are_parted_by_number_and_length_and_what_is_too_much_is_left_out() -> None:
    assert parts_of(["a", "b", "c"], 2, 100) == [[0, 1], [2]]
    assert parts_of(["aaaa", "bbbb", "c"], 9, 6) == [[0], [1, 2]]
    assert parts_of(["", "x" * (MOST_CHARS + 1), "x" * MOST_CHARS], 9, 10) == [[2]]
    assert sum(map(len, parts_of(["x"] * (MOST_LINES + 5), 9, 100))) == MOST_LINES
