"""`translate pull` and `translate try`, as a person types them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import model_hub
from deepdaily.settings.loading import load
from tiny_model import argos, opus
from webs import deepdaily, serving

LINE = "the cache is not shared between users"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = opus(tmp_path_factory.mktemp("made") / "en-zh")
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[str]:
    with serving(model_hub.pages(files)) as site:
        yield f"http://{site}"


def test_a_model_is_pulled_pinned_and_tried(tmp_path: Path, hub: str) -> None:
    (tmp_path / "deepdaily.toml").write_text("[digest]\nitems = 5  # short\n")
    done = deepdaily("translate", "pull", "en-zh", "--yes", "--hub", hub, cwd=tmp_path)
    tried = deepdaily("translate", "try", LINE, "en-zh", cwd=tmp_path)
    text = (tmp_path / "deepdaily.toml").read_text()

    assert done.returncode == 0, done.stderr
    assert f"{model_hub.REPOSITORY} at {model_hub.REVISION}" in done.stdout
    assert "licence apache-2.0" in done.stdout
    assert 'wrote deepdaily.toml: [translator] provider = "ctranslate2"' in done.stdout
    assert text.startswith("[digest]\nitems = 5  # short\n")
    assert set(load(tmp_path / "deepdaily.toml")[0].translator.sha256) >= {"en-zh/model.bin", "en-zh/source.spm"}
    assert tried.returncode == 1  # drawn weights say nonsense
    assert "OPUS-MT en-zh: it would not be printed" in tried.stdout


def test_a_tampered_file_is_refused_and_no_setting_is_written(tmp_path: Path, files: dict[str, bytes]) -> None:
    weights = files["model.bin"]
    with serving(model_hub.pages(files, sent={"model.bin": weights[:-1] + bytes([weights[-1] ^ 1])})) as site:
        done = deepdaily("translate", "pull", "en-zh", "--yes", "--hub", f"http://{site}", cwd=tmp_path)

    assert done.returncode == 2
    assert "model.bin is not the file of its list" in done.stderr
    assert not (tmp_path / "deepdaily.toml").exists()


def test_a_file_that_was_changed_after_it_came_is_not_loaded(tmp_path: Path, hub: str) -> None:
    assert deepdaily("translate", "pull", "en-zh", "--yes", "--hub", hub, cwd=tmp_path).returncode == 0
    (tmp_path / "deepdaily-data" / "translators" / "en-zh" / "target.spm").write_bytes(b"another")
    tried = deepdaily("translate", "try", LINE, cwd=tmp_path)

    assert tried.returncode == 2
    assert "en-zh/target.spm is not the file that was pulled" in tried.stderr
    assert "deepdaily translate pull en-zh" in tried.stderr


def test_a_package_that_lies_here_is_taken_without_a_network(tmp_path: Path) -> None:
    argos(tmp_path / "made" / "translate-en_zh-1_9")
    package = shutil.make_archive(str(tmp_path / "en_zh"), "zip", tmp_path / "made")
    done = deepdaily("translate", "pull", "en-zh", "--file", package, cwd=tmp_path)
    tried = deepdaily("translate", "try", LINE, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Argos en-zh 1.9" in tried.stdout


def test_without_a_translator_it_is_said_how_one_comes(tmp_path: Path) -> None:
    tried = deepdaily("translate", "try", LINE, cwd=tmp_path)

    assert tried.returncode == 2
    assert "no translator is set" in tried.stderr
