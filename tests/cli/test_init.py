"""`init` writes a settings file that loads, and finds a model server on this machine."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from deepdaily.cli.starting import (
    LONGEST_NAME,
    MOST_BYTES,
    Answers,
    LocalModel,
    chosen_model,
    found_models,
    hour_and_zone,
    settings_text,
    write_settings,
)
from deepdaily.core.errors import SettingsError
from deepdaily.settings.channel_tables import FileTable
from deepdaily.settings.loading import load
from webs import BIN, deepdaily, environment, serving

JSON = "application/json"
FOUND = [LocalModel("http://127.0.0.1:1/v1", "qwen3:8b"), LocalModel("http://127.0.0.1:2/v1", "quill-7b")]


def listed(*names: object) -> tuple[str, str]:
    return JSON, json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


# -- the search -------------------------------------------------------------------------------------------------------


@contextmanager
def servers(*answers: tuple[str, str]) -> Iterator[list[int]]:
    """A server each; their ports."""
    with ExitStack() as opened:
        yield [int(opened.enter_context(serving({"/v1/models": one})).rpartition(":")[2]) for one in answers]


async def test_the_models_of_every_server_are_found_in_the_order_of_the_ports() -> None:
    with servers(listed("qwen3:8b", "nomic-embed-text"), listed("quill-7b")) as ports:
        found = await found_models([*ports, 1])

    assert [one.name for one in found] == ["qwen3:8b", "quill-7b"]
    assert found[0].endpoint == f"http://127.0.0.1:{ports[0]}/v1"


@pytest.mark.parametrize(
    "answer",
    [
        ("text/html", "<h1>my site</h1>"),
        (JSON, "[1, 2]"),
        (JSON, '{"data": "x"}'),
        (JSON, '{"data": [1, {"id": 2}, {"id": ""}, {"id": "a\\u001b[31m"}]}'),
        listed("x" * (LONGEST_NAME + 1)),
        (JSON, "[" * 200_000),
        (JSON, " " * MOST_BYTES + listed("quill-7b")[1]),
        ("", ""),
    ],
)
async def test_what_does_not_speak_the_protocol_is_no_model_server(answer: tuple[str, str]) -> None:
    with servers(answer, listed("quill-7b")) as ports:
        found = await found_models(ports)

    assert [one.name for one in found] == ["quill-7b"]


# -- the answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ("none", None),
        ("", None),
        ("1", FOUND[0]),
        ("2", FOUND[1]),
        ("quill-7b", FOUND[1]),
        ("https://api.example/v1 big-1", LocalModel("https://api.example/v1", "big-1")),
    ],
)
def test_a_model_is_chosen_by_number_name_or_address(said: str, model: LocalModel | None) -> None:
    assert chosen_model(said, FOUND) == model


@pytest.mark.parametrize("said", ["3", "0", "quill", "https://api.example/v1", "²"])
def test_what_names_no_model_is_refused(said: str) -> None:
    with pytest.raises(SettingsError, match="is no model"):
        chosen_model(said, FOUND)


def test_an_hour_may_come_without_its_zone() -> None:
    assert hour_and_zone("07:30  Europe/Berlin") == ("07:30", "Europe/Berlin")
    assert hour_and_zone("07:30") == ("07:30", "Asia/Shanghai")


# -- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers("en", "18:30", "Europe/Berlin", '../my "blog"\\site\x7f', FOUND[0]),
        Answers(model=LocalModel("http://127.0.0.1:8000/v1", 'odd"name\\')),
    ],
)
def test_the_written_file_loads_with_what_was_answered(tmp_path: Path, answers: Answers) -> None:
    path = tmp_path / "deepdaily.toml"

    write_settings(path, answers)

    settings, _ = load(path)
    assert settings.digest.language == answers.language
    assert settings.digest.at.isoformat("minutes") == answers.at
    assert settings.digest.timezone == answers.timezone
    assert [channel.to for channel in settings.publish] == ["hugo", "feeds", "page"]
    assert {channel.dir for channel in settings.publish if isinstance(channel, FileTable)} == {tmp_path / answers.blog}
    assert settings.models.ladder == (("local",) if answers.model else ())
    if answers.model:
        assert settings.models.known["local"].name == answers.model.name


def test_the_model_table_in_the_comments_loads_when_it_is_uncommented(tmp_path: Path) -> None:
    head, tail = settings_text(Answers()).split("# [models]\n")
    table, rest = tail.split("\n\n", 1)
    path = tmp_path / "deepdaily.toml"
    path.write_text(head + "[models]\n" + re.sub("^# ", "", table, flags=re.M) + "\n\n" + rest, encoding="utf-8")

    assert load(path)[0].models.ladder == ("local",)


def test_the_file_is_read_in_a_minute() -> None:
    assert len(settings_text(Answers(model=FOUND[0])).splitlines()) < 45


@pytest.mark.parametrize(
    "answers", [Answers("fr"), Answers(timezone="Asia/Shanghia"), Answers(at="8"), Answers(model=LocalModel("ftp://x/v1", "m"))]
)
def test_an_answer_that_cannot_stand_leaves_no_file(tmp_path: Path, answers: Answers) -> None:
    with pytest.raises(SettingsError):
        write_settings(tmp_path / "deepdaily.toml", answers)

    assert list(tmp_path.iterdir()) == []


# -- the command ------------------------------------------------------------------------------------------------------


def test_an_existing_file_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "deepdaily.toml"
    path.write_text("# mine\n")

    done = deepdaily("init", "--yes", cwd=tmp_path)

    assert done.returncode == 2
    assert "exists already" in done.stderr
    assert path.read_text() == "# mine\n"
    with pytest.raises(SettingsError, match="exists already"):
        write_settings(path, Answers())


def test_without_a_terminal_it_asks_nothing_and_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [BIN, "init"], env=environment(), cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "--yes" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_defaults_are_written_and_the_next_command_is_named(tmp_path: Path) -> None:
    done = deepdaily("init", "--yes", cwd=tmp_path)

    assert done.returncode == 0
    assert "deepdaily run" in done.stdout
    assert load(tmp_path / "deepdaily.toml")[0].digest.language == "zh"


def test_on_a_terminal_four_questions_make_the_file(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"en\n18:30 Europe/Berlin\n../blog\nhttps://api.example/v1 big-1\n")

    done = subprocess.run([BIN, "init"], env=environment(), cwd=tmp_path, stdin=theirs, capture_output=True, text=True, check=False)
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 0, done.stderr
    settings, _ = load(tmp_path / "deepdaily.toml")
    assert (settings.digest.language, settings.digest.timezone) == ("en", "Europe/Berlin")
    assert settings.models.known["local"].name == "big-1"
    assert done.stdout.count("/4 ") == 4
