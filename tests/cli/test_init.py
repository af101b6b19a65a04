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

from deepdaily.cli.finding import LONGEST_NAME, AtHand, FoundModel, agents, keyed, servers
from deepdaily.cli.init_answers import Answers, ChatAnswer, MailAnswer, taken_unasked
from deepdaily.cli.starting import how_to_get_a_writer, settings_text, write_settings
from deepdaily.core.errors import SettingsError
from deepdaily.models.told import MOST_TOLD_BYTES
from deepdaily.settings.channel_tables import FileTable
from deepdaily.settings.loading import load
from webs import BIN, deepdaily, environment, serving

JSON = "application/json"
FOUND = [FoundModel("http://127.0.0.1:1/v1", "qwen3:8b"), FoundModel("http://127.0.0.1:2/v1", "quill-7b")]


def listed(*names: object) -> tuple[str, str]:
    return JSON, json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


# -- the search -------------------------------------------------------------------------------------------------------


@contextmanager
def listening(*answers: tuple[str, str]) -> Iterator[list[str]]:
    """A server each; their addresses."""
    with ExitStack() as opened:
        yield [f"http://{opened.enter_context(serving({'/v1/models': one}))}/v1" for one in answers]


async def test_the_models_of_every_server_are_found_the_most_capable_first() -> None:
    with listening(listed("quill-7b", "nomic-embed-text"), listed("qwen3:8b", "qwen3:32b")) as addresses:
        found = await servers([*addresses, "http://127.0.0.1:1/v1"])

    assert [one.name for one in found.models] == ["qwen3:32b", "qwen3:8b", "quill-7b"]
    assert found.models[0].endpoint == addresses[1]
    assert found.remarks == []


async def test_a_server_that_is_found_at_two_addresses_is_one() -> None:
    with listening(listed("quill-7b")) as (address,):
        found = await servers([address, address])

    assert len(found.models) == 1


@pytest.mark.parametrize(
    "answer",
    [
        ("text/html", "<h1>my site</h1>"),
        (JSON, "[1, 2]"),
        (JSON, '{"data": "x"}'),
        (JSON, '{"data": [1, {"id": 2}, {"id": ""}, {"id": "a\\u001b[31m"}]}'),
        listed("x" * (LONGEST_NAME + 1)),
        (JSON, "[" * 200_000),
        (JSON, " " * MOST_TOLD_BYTES + listed("quill-7b")[1]),
        ("", ""),
    ],
)
async def test_what_does_not_speak_the_protocol_is_no_model_server(answer: tuple[str, str]) -> None:
    with listening(answer, listed("quill-7b")) as addresses:
        found = await servers(addresses)

    assert [one.name for one in found.models] == ["quill-7b"]


# -- keys and agents --------------------------------------------------------------------------------------------------

USUAL = (
    "OPENAI_API_KEY ANTHROPIC_API_KEY DEEPSEEK_API_KEY DASHSCOPE_API_KEY MOONSHOT_API_KEY ZHIPUAI_API_KEY ZAI_API_KEY GEMINI_API_KEY"
    " OPENROUTER_API_KEY SILICONFLOW_API_KEY ARK_API_KEY MISTRAL_API_KEY GROQ_API_KEY"
).split()


@pytest.mark.parametrize("name", USUAL)
def test_a_key_is_known_by_its_usual_name_and_what_is_written_for_it_loads(tmp_path: Path, name: str) -> None:
    (found,) = keyed({name: "sekrit", "OTHER_KEY": "x"})

    write_settings(tmp_path / "deepdaily.toml", Answers(model=found, budget="200k tokens/day"))

    text = (tmp_path / "deepdaily.toml").read_text("utf-8")
    models = load(tmp_path / "deepdaily.toml")[0].models
    assert models.known[found.label].key_env == name
    assert models.budget == "200k tokens/day"
    assert "sekrit" not in text + found.described
    assert "(paid, by " in found.described


def test_a_key_goes_where_its_own_libraries_would_send_it() -> None:
    (found,) = keyed({"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "https://gateway.example/v1"})

    assert found.endpoint == "https://gateway.example/v1"
    assert [one.key_env for one in keyed({"OPENAI_API_KEY": "  ", "ANTHROPIC_API_KEY": "x"})] == ["ANTHROPIC_API_KEY"]


def test_an_agent_is_offered_where_its_program_is_and_ollama_by_its_server() -> None:
    found = agents(lambda name: f"/usr/bin/{name}" if name in ("codex", "claude", "ollama") else None)

    assert [one.command for one in found] == [("claude",), ("codex",)]
    assert agents(lambda name: None) == []


@pytest.mark.parametrize("name", ["claude", "codex", "gemini", "qwen", "llm"])
def test_an_agent_is_written_as_a_command_that_loads(tmp_path: Path, name: str) -> None:
    (agent,) = agents(lambda asked: f"/usr/bin/{asked}" if asked == name else None)

    write_settings(tmp_path / "deepdaily.toml", Answers(model=agent, budget="200k tokens/day"))

    models = load(tmp_path / "deepdaily.toml")[0].models
    assert models.ladder == (name,)
    assert models.known[name].command == (name,)
    assert agent.paid


LOCAL = FoundModel("http://127.0.0.1:1/v1", "qwen3:8b")
KEY, OTHER = keyed({"DEEPSEEK_API_KEY": "x", "GROQ_API_KEY": "x"})


@pytest.mark.parametrize(
    ("models", "budget", "taken"),
    [
        ([], "", None),
        ([LOCAL, KEY], "", LOCAL),
        ([LOCAL, KEY], "200k tokens/day", LOCAL),
        ([KEY], "", None),
        ([KEY], "200k tokens/day", KEY),
        ([KEY, OTHER], "200k tokens/day", None),
        ([FoundModel(kind="command", command=("claude",), label="claude")], "200k tokens/day", None),
    ],
)
def test_unasked_nothing_paid_is_taken_but_one_key_with_a_budget(
    models: list[FoundModel], budget: str, taken: FoundModel | None
) -> None:
    assert taken_unasked(AtHand(models), budget) == taken


def test_how_to_get_a_writer_is_one_line_that_names_what_is_there() -> None:
    assert "ollama pull" in how_to_get_a_writer(AtHand(), "zh")
    assert "`deepdaily translate pull en-zh`" in how_to_get_a_writer(AtHand(), "zh")
    assert "`deepdaily translate pull zh-en`" in how_to_get_a_writer(AtHand(), "en")
    alone = how_to_get_a_writer(AtHand([KEY]), "en")
    assert alone.startswith('DEEPSEEK_API_KEY is set: `deepdaily init --again --yes --budget "200k tokens/day"`')
    assert "DEEPSEEK_API_KEY, GROQ_API_KEY are set" in how_to_get_a_writer(AtHand([KEY, OTHER]), "en")


# -- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers("en", "18:30", "Europe/Berlin", '../my "blog"\\site\x7f', FOUND[0]),
        Answers(model=FoundModel("http://127.0.0.1:8000/v1", 'odd"name\\')),
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


@pytest.mark.parametrize(("language", "said"), [("zh", "每期的发布时间"), ("en", "when an issue is due")])
def test_its_comments_are_in_the_person_s_language_and_it_names_the_reader_s_address(
    language: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "deepdaily.toml"
    write_settings(path, Answers(language, url="https://blog.acme.example"))

    assert f'at = "08:00"  # {said}' in path.read_text("utf-8")
    assert load(path)[0].digest.url == "https://blog.acme.example"
    assert "# url = " in settings_text(Answers(language))


@pytest.mark.parametrize("kind", ["feishu", "slack", "wecom", "dingtalk", "telegram", "discord", "webhook"])
def test_a_chat_and_mail_are_written_so_that_they_load(kind: str, tmp_path: Path) -> None:
    usual = ChatAnswer.usual(kind)
    chat = ChatAnswer(kind, usual.variable, "@channel" if kind == "telegram" else "")
    path = tmp_path / "deepdaily.toml"
    write_settings(path, Answers(chat=chat, mail=MailAnswer(("a@b.example",), "smtp.b.example", 465, "c@b.example")))

    *_, made, mail = load(path)[0].publish
    assert (made.name, mail.name) == (kind, "mail")
    assert usual.variable in path.read_text("utf-8")


def test_written_anew_the_old_file_is_kept_beside_it_and_one_that_cannot_stand_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deepdaily.toml"
    path.write_text("# mine\n")

    with pytest.raises(SettingsError):
        write_settings(path, Answers(timezone="Asia/Shanghia"), again=True)
    assert [one.name for one in tmp_path.iterdir()] == ["deepdaily.toml"]
    write_settings(path, Answers(), again=True)

    assert (tmp_path / "deepdaily.toml.old").read_text() == "# mine\n"


@pytest.mark.parametrize(
    "answers", [Answers("fr"), Answers(timezone="Asia/Shanghia"), Answers(at="8"), Answers(model=FoundModel("ftp://x/v1", "m"))]
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


def without_keys(**more: str) -> dict[str, str]:
    """Nothing of this machine that could write."""
    return {name: value for name, value in environment().items() if name not in (*USUAL, "OLLAMA_HOST")} | more


def test_the_defaults_are_written_and_the_next_command_is_named(tmp_path: Path) -> None:
    done = deepdaily("init", "--yes", cwd=tmp_path, env=without_keys())

    assert done.returncode == 0
    assert "deepdaily run" in done.stdout
    assert load(tmp_path / "deepdaily.toml")[0].digest.language == "zh"


@contextmanager
def typed(text: str) -> Iterator[int]:
    """A terminal on which that was typed."""
    ours, theirs = pty.openpty()
    os.write(ours, text.encode())
    try:
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def on_a_terminal(text: str, cwd: Path, env: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    with typed(text) as terminal:
        return subprocess.run(
            [BIN, "init", *options], env=env, cwd=cwd, stdin=terminal, capture_output=True, text=True, check=False
        )


def test_on_a_terminal_questions_make_the_file(tmp_path: Path) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "here").mkdir()
    said = "en\n18:30 Europe/Berlin\n../blog\n\nhttps://api.example/v1 big-1\nslack\n\n\nn\n"
    done = on_a_terminal(said, tmp_path / "here", without_keys())

    assert done.returncode == 0, done.stderr
    settings, _ = load(tmp_path / "here/deepdaily.toml")
    assert (settings.digest.language, settings.digest.timezone) == ("en", "Europe/Berlin")
    assert settings.models.known["local"].name == "big-1"
    assert [one.name for one in settings.publish] == ["hugo", "feeds", "page", "slack"]
    assert done.stdout.count("/8 ") == 8
    assert "deepdaily publish --test slack" in done.stdout


def test_a_wrong_answer_is_asked_again_with_its_reason_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    said = "klingon\n中文\n25:00\n8点 北京\n/nonexistent/x/y\nout\nfoo\n\nbge-m3\nnone\nnone\nnone\nn\n"
    done = on_a_terminal(said, tmp_path, without_keys(LANG="zh_CN.UTF-8"))

    assert done.returncode == 0, done.stderr
    settings, _ = load(tmp_path / "deepdaily.toml")
    assert (settings.digest.language, settings.digest.timezone) == ("zh", "Asia/Shanghai")
    for reason in ("“25:00”不是时刻", "/nonexistent/x 不存在", "“foo”不是网址", "“bge-m3”不写文字"):
        assert reason in done.stdout


def test_options_answer_every_question_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    answers = ["--language", "en", "--at", "7", "--zone", "berlin", "--blog", "out", "--url", "https://blog.acme.example"]
    more = [
        "--chat",
        "telegram",
        "--chat-id",
        "@news",
        "--mail",
        "a@b.example",
        "--mail",
        "c@d.example",
        "--smtp",
        "mx.b.example:25",
    ]
    done = deepdaily("init", "--yes", *answers, *more, "--no-login", cwd=tmp_path, env=without_keys())
    wrong = deepdaily("init", "--yes", "--settings", "b.toml", "--zone", "zh", cwd=tmp_path, env=without_keys())

    assert done.returncode == 0, done.stderr
    settings, _ = load(tmp_path / "deepdaily.toml")
    assert (settings.digest.at.isoformat("minutes"), settings.digest.timezone) == ("07:00", "Europe/Berlin")
    assert [one.name for one in settings.publish][3:] == ["telegram", "mail"]
    assert "read -rs TELEGRAM_TOKEN; export TELEGRAM_TOKEN" in done.stdout
    assert "SMTP_USER" not in done.stdout
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("deepdaily: --zone: ")
    assert not (tmp_path / "b.toml").exists()


def test_a_key_is_named_and_not_used_until_a_budget_is_named_with_it(tmp_path: Path) -> None:
    env = without_keys(DEEPSEEK_API_KEY="sekrit-key", PATH=str(tmp_path))
    careful = deepdaily("init", "--yes", "--settings", "a.toml", cwd=tmp_path, env=env)
    allowed = deepdaily("init", "--yes", "--settings", "b.toml", "--budget", "200k tokens/day", cwd=tmp_path, env=env)

    assert load(tmp_path / "a.toml")[0].models.ladder == ()
    assert "DEEPSEEK_API_KEY 已设好" in careful.stdout
    assert load(tmp_path / "b.toml")[0].models.ladder == ("deepseek",)
    assert f"{BIN} models test --settings b.toml" in allowed.stdout
    assert "sekrit" not in careful.stdout + allowed.stdout


def test_a_key_that_is_chosen_has_a_name_and_a_budget_and_is_tried_only_when_that_is_wished(tmp_path: Path) -> None:
    said = "en\n08:00 UTC\nout\n\ndeepseek\n\n3 CNY/day\n100k tokens/day\n\n\n\n\n"
    done = on_a_terminal(said, tmp_path, without_keys(DEEPSEEK_API_KEY="sekrit-key"))

    assert done.returncode == 0, done.stderr
    models = load(tmp_path / "deepdaily.toml")[0].models
    assert (models.ladder, models.budget, models.known["deepseek"].name) == (("deepseek",), "100k tokens/day", "deepseek-chat")
    assert "“3 CNY/day” is no budget" in done.stdout
    assert "Try it now?" in done.stdout
    assert not (tmp_path / "deepdaily-data").exists()
