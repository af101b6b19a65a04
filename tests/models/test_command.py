"""A program on the command line as the writer: asked without tools, bounded, and its faults told in words."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from deepdaily.core.errors import (
    ModelAway,
    ModelBusy,
    ModelError,
    ModelRefused,
    NoModel,
    PromptRefused,
    PromptTooLong,
    ReplyBroken,
    ReplyCut,
)
from deepdaily.core.types import Usage
from deepdaily.models import Prompt
from deepdaily.models.command import CommandModel
from deepdaily.models.exchange import Exchange, Request
from deepdaily.models.fallback import Fallback, Step
from deepdaily.models.ledger import Ledger
from deepdaily.models.outputs import last_words, of_any, of_codex, of_gemini, of_result, of_text
from deepdaily.models.pace import Pace
from deepdaily.models.presets import PRESETS, of_command
from deepdaily.models.spawned import MOST_STDERR, MOST_STDOUT, Spawned, spawned
from deepdaily.settings.model_tables import AGENTS, Budget
from deepdaily.store.opening import open_store
from waiting import CEILING_S


class Note(BaseModel):
    title: str


GOOD = '{"title": "Quillserve 2.4"}'
REQUEST = Request("Say it in JSON: {}.", "1| Quillserve 2.4 is out.", 500)
PROMPT = Prompt("facts", "Extract facts.", "1| Quillserve 2.4 is out.", 900)
NOW = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)

PROGRAM = f"""#!{sys.executable} -IS
import json, os, sys
home = os.environ["HOME"]
asked = {{"arguments": sys.argv[1:], "stdin": sys.stdin.read(), "environment": dict(os.environ), "folder": os.getcwd(),
         "holds": os.listdir(), "files": {{}}}}
for name in os.listdir(os.environ["TMPDIR"]):
    asked["files"][name] = open(os.path.join(os.environ["TMPDIR"], name)).read()
with open(home + "/asked.json", "w") as file:
    json.dump(asked, file)
with open(home + "/says.json") as file:
    says = json.load(file)
sys.stdout.write(says["stdout"])
sys.stderr.write(says["stderr"])
sys.exit(says["status"])
"""
"""Writes down how it was asked, and says what it was told to."""


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """These variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Bench:
    """A folder with a program of every preset's name, first on the PATH."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "bin").mkdir()
        for name in (*PRESETS, "mine"):
            self.program(name, PROGRAM)

    def program(self, name: str, text: str) -> str:
        path = self.home / "bin" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def says(self, stdout: str, stderr: str = "", status: int = 0) -> None:
        said = {"stdout": stdout, "stderr": stderr, "status": status}
        (self.home / "says.json").write_text(json.dumps(said), encoding="utf-8")

    @property
    def asked(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "asked.json").read_text("utf-8"))
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    found = Bench(tmp_path)
    with environment(HOME=str(tmp_path), PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}"):
        yield found


def result(**more: object) -> str:
    """As claude ends."""
    usage = {"input_tokens": 60, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 30, "output_tokens": 12}
    return json.dumps({"type": "result", "is_error": False, "result": GOOD, "usage": usage, "total_cost_usd": 0.25} | more)


def qwen(**more: object) -> str:
    counts = {"input_tokens": 90, "output_tokens": 12, "cache_read_input_tokens": 30, "total_tokens": 102}
    end = {"type": "result", "is_error": False, "result": GOOD, "usage": counts}
    return json.dumps([{"type": "system", "model": "quill"}, {"type": "assistant"}, end | more])


def events(*ending: Mapping[str, object]) -> str:
    """As codex speaks."""
    rows: list[Mapping[str, object]] = [{"type": "thread.started", "thread_id": "1"}, {"type": "turn.started"}, *ending]
    return "\n".join(map(json.dumps, rows)) + "\n"


CODEX_GOOD = events(
    {"type": "error", "message": "Reconnecting... 2/5 (a stream ended)"},
    {"type": "item.completed", "item": {"type": "reasoning", "text": "hm"}},
    {"type": "item.completed", "item": {"type": "agent_message", "text": GOOD}},
    {"type": "turn.completed", "usage": {"input_tokens": 90, "cached_input_tokens": 30, "output_tokens": 12}},
)


def gemini(**more: object) -> str:
    models = {
        "quill-flash": {"tokens": {"prompt": 10, "candidates": 1, "thoughts": 0, "cached": 0, "total": 11}},
        "quill-pro": {"tokens": {"prompt": 80, "candidates": 6, "thoughts": 5, "cached": 30, "total": 91}},
    }
    told = {"session_id": "1", "response": GOOD, "stats": {"models": models}} | more
    return "Loaded cached credentials.\n" + json.dumps(told, indent=2)


LLM_COUNT = 'Token usage: 90 input, 12 output, {"prompt_tokens_details": {"cached_tokens": 30}}\n'

ANSWERS = {
    "claude": (result(), ""),
    "codex": (CODEX_GOOD, "a warning\n"),
    "gemini": (gemini(), "Ripgrep is not available.\n"),
    "qwen": (qwen(), ""),
    "llm": (GOOD + "\n", LLM_COUNT),
    "ollama": (GOOD + "\n", ""),
}


def ladder(folder: Path, endpoint: CommandModel, budget: str = "1M tokens/day") -> tuple[Fallback, Ledger]:
    ledger = Ledger(open_store(folder), "daily/2026-02-11T08:00:00+08:00", NOW, Budget.parsed(budget))
    return Fallback([Step(endpoint, Pace(1))], ledger, lambda: inf), ledger


@pytest.mark.parametrize("agent", AGENTS)
async def test_each_agent_brings_an_item_and_what_it_took(bench: Bench, agent: str) -> None:
    bench.says(*ANSWERS[agent])
    model, ledger = ladder(bench.home, CommandModel("quill", PRESETS[agent], "quill-pro" if agent == "ollama" else ""))

    note = (await model.ask(PROMPT, Note)).value

    assert note.title == "Quillserve 2.4"
    (call,) = ledger.store.calls_of_day(ledger.day)
    assert call.state == "answered"
    assert call.usage.estimated == (agent == "ollama")
    if agent != "ollama":
        assert (call.usage.prefill_tokens, call.usage.cached_tokens, call.usage.decode_tokens) == (90, 30, 12)
        assert json.loads(call.told)
    ledger.store.close()


OFF = {
    "claude": ["--tools", "", "--strict-mcp-config", "--disable-slash-commands", "--no-session-persistence"],
    "codex": [
        "features.shell_tool=false",
        "features.code_mode_host=false",
        "agents.enabled=false",
        'web_search="disabled"',
        "read-only",
    ],
    "gemini": ["--admin-policy", "-e", "none", "--allowed-mcp-server-names"],
    "qwen": ["--bare", "--exclude-tools", "read_file", "edit", "run_shell_command"],
    "llm": ["--no-log"],
    "ollama": ["run", "quill", "--format", "json", "--hidethinking"],
}


@pytest.mark.parametrize("agent", AGENTS)
async def test_it_is_asked_on_stdin_without_tools_in_an_empty_folder(bench: Bench, agent: str) -> None:
    bench.says(*ANSWERS[agent])

    outcome = await CommandModel("quill", PRESETS[agent], "quill").send(REQUEST, CEILING_S)

    asked = bench.asked
    assert outcome.error is None
    assert set(OFF[agent]) <= set(asked["arguments"])
    assert "quill" in asked["arguments"]
    assert asked["holds"] == []
    assert asked["stdin"].endswith(REQUEST.user)
    places = [asked["stdin"], *asked["arguments"], asked["files"]["system.md"]]
    assert sum(REQUEST.system in place for place in places) == (1 if agent in ("codex", "gemini") else 2)
    assert not any(map(os.path.lexists, (asked["folder"], asked["environment"]["TMPDIR"])))


async def test_instructions_in_a_file_are_named_to_the_agent_that_reads_it(bench: Bench) -> None:
    for agent in ("codex", "gemini"):
        bench.says(*ANSWERS[agent])
        await CommandModel("quill", PRESETS[agent]).send(REQUEST, CEILING_S)
        asked = bench.asked
        told = [*asked["arguments"], *asked["environment"].values()]

        assert any(f"{asked['environment']['TMPDIR']}/system.md" in one for one in told)
        assert asked["files"]["system.md"] == REQUEST.system
        assert asked["stdin"] == REQUEST.user
    assert 'decision = "deny"' in bench.asked["files"]["nothing.toml"]


async def test_it_sees_only_the_variables_that_are_named(bench: Bench) -> None:
    bench.says(result())
    with environment(DD_SECRET="s3cret", DD_NAMED="named", ANTHROPIC_API_KEY="sk-of-claude", OPENAI_API_KEY="sk-of-another"):
        await CommandModel("quill", PRESETS["claude"], more=("DD_NAMED", "DD_UNSET")).send(REQUEST, CEILING_S)

    seen = bench.asked["environment"]
    assert seen["DD_NAMED"] == "named"
    assert seen["ANTHROPIC_API_KEY"] == "sk-of-claude"
    assert {"PATH", "HOME", "TMPDIR"} <= seen.keys()
    assert not seen.keys() & {"DD_SECRET", "OPENAI_API_KEY", "DD_UNSET", "PYTHONPATH"}


async def test_a_key_of_qwen_says_how_it_logs_in(bench: Bench) -> None:
    bench.says(qwen())
    await CommandModel("quill", PRESETS["qwen"]).send(REQUEST, CEILING_S)
    assert "--auth-type" not in bench.asked["arguments"]

    with environment(OPENAI_API_KEY="sk-of-qwen"):
        await CommandModel("quill", PRESETS["qwen"]).send(REQUEST, CEILING_S)
    assert "--auth-type" in bench.asked["arguments"]


@pytest.mark.parametrize("said", [GOOD, f"Here it is:\n{GOOD}", result(), CODEX_GOOD, gemini(), qwen()])
async def test_a_command_of_ones_own_says_text_or_any_known_form(bench: Bench, said: str) -> None:
    bench.says(said)
    mine = CommandModel("quill", of_command(("mine", "--as", "it is {name}")))
    model, ledger = ladder(bench.home, mine)

    assert (await model.ask(PROMPT, Note)).value.title == "Quillserve 2.4"
    assert bench.asked["arguments"][0] == "--as"
    assert bench.asked["stdin"].startswith(PROMPT.instructions)
    assert bench.asked["stdin"].endswith(PROMPT.material)
    ledger.store.close()


async def test_prose_in_place_of_an_object_is_not_in_the_shape(bench: Bench) -> None:
    bench.says("Quillserve has a new release, shall I go on?")
    model, ledger = ladder(bench.home, CommandModel("quill", PRESETS["llm"]))

    with pytest.raises(NoModel, match="no JSON object in it"):
        await model.ask(PROMPT, Note)
    ledger.store.close()


async def test_a_cost_that_is_told_in_dollars_is_counted_where_the_budget_is_in_dollars(bench: Bench) -> None:
    bench.says(result())
    for currency, budget, spent in (("USD", "1 USD/day", 0.25), ("CNY", "1 CNY/day", 0.0)):
        folder = bench.home / currency
        folder.mkdir()
        model, ledger = ladder(folder, CommandModel("quill", PRESETS["claude"], currency=currency), budget)
        await model.ask(PROMPT, Note)

        assert ledger.spent() == spent
        ledger.store.close()


# -- what went wrong --------------------------------------------------------------------------------------------------


def gone(agent: str, stdout: str = "", stderr: str = "", status: int = 1, *, late: bool = False, model: str = "") -> Exchange:
    """What a run gives that has ended so."""
    run = Spawned(bytearray(stdout.encode()), bytearray(stderr.encode()), status, late)
    return CommandModel("quill", PRESETS[agent], model).taken(REQUEST, run, 7.0)


def failed(words: str, **more: object) -> str:
    return result(is_error=True, result=words, usage={"input_tokens": 0, "output_tokens": 0}, total_cost_usd=0, **more)


def broken(words: str) -> str:
    return events({"type": "error", "message": words}, {"type": "turn.failed", "error": {"message": words}})


def no_gemini(code: int, message: str) -> str:
    return json.dumps({"session_id": "1", "error": {"type": "Error", "message": message, "code": code}}, indent=2)


UNTOLD = {"type": "result", "is_error": True, "usage": {}, "error": {"message": "No auth type is selected. Please configure one."}}

FAULTS: list[tuple[str, str, str, int, type[ModelError], str, str]] = [
    ("claude", failed("Not logged in · Please run /login"), "", 1, ModelRefused, "Not logged in", "run `claude` once"),
    (
        "claude",
        failed("Invalid API key · Fix it", api_error_status=401),
        "",
        1,
        ModelRefused,
        "not logged in: Invalid",
        "ANTHROPIC_API_KEY",
    ),
    (
        "claude",
        failed("You've hit your limit · resets 4pm", api_error_status=429),
        "",
        1,
        ModelRefused,
        "resets 4pm",
        "until it is reset",
    ),
    ("claude", failed("API Error: Request rejected (429) · Your rate limit"), "", 1, ModelBusy, "429", ""),
    ("claude", failed("API Error: 529 Overloaded. Try again.", api_error_status=529), "", 1, ModelBusy, "529", ""),
    ("claude", failed("Prompt is too long · ~250000 tokens (limit 200000)"), "", 1, PromptTooLong, "too long", "larger"),
    (
        "claude",
        failed("The selected model (quill) may not exist", api_error_status=404),
        "",
        1,
        ModelRefused,
        "quill",
        "name of the model",
    ),
    ("claude", result(result="No.", stop_reason="refusal"), "", 0, PromptRefused, "will not answer", ""),
    ("claude", result(result='{"title": "Qui', stop_reason="max_tokens"), "", 0, ReplyCut, "longest length", ""),
    ("claude", "", "error: unknown option '--strict-mcp-config'\n", 1, ModelRefused, "unknown option", "another version"),
    (
        "gemini",
        "",
        "Unknown argument: skip-trust\n\nUsage: gemini [options]\n  --debug  Debug mode, with no limit\n",
        1,
        ModelRefused,
        "skip-trust",
        "npm",
    ),
    ("claude", "You've hit your weekly limit · resets Monday", "", 0, ModelRefused, "weekly limit", "until it is reset"),
    ("codex", broken("unexpected status 401 Unauthorized: no key"), "", 1, ModelRefused, "not logged in", "codex login"),
    (
        "codex",
        broken("You’ve hit your usage limit. Upgrade to Pro or try again at 9:06 PM."),
        "",
        1,
        ModelRefused,
        "9:06 PM",
        "until",
    ),
    ("codex", broken("exceeded retry limit, last status: 429 Too Many Requests"), "", 1, ModelBusy, "429", ""),
    ("codex", broken("Codex ran out of room in the model's context window."), "", 1, PromptTooLong, "ran out of room", ""),
    (
        "codex",
        broken("Reconnecting... 5/5 (Connection failed: error sending request)"),
        "",
        1,
        ModelAway,
        "Connection failed: error",
        "",
    ),
    (
        "gemini",
        "",
        no_gemini(41, "Please set an Auth method in settings.json"),
        41,
        ModelRefused,
        "not logged in",
        "GEMINI_API_KEY",
    ),
    ("gemini", "", no_gemini(400, no_gemini(400, "API key not valid.")), 1, ModelRefused, "not logged in: API key not valid.", ""),
    ("gemini", "", no_gemini(429, "Resource exhausted, try again"), 1, ModelBusy, "429", ""),
    ("qwen", json.dumps([UNTOLD]), "", 1, ModelRefused, "not logged in: No auth type", "OPENAI_API_KEY"),
    ("qwen", qwen(result="[API Error: 401 Incorrect API key provided]", usage={}), "", 0, ModelRefused, "not logged in", ""),
    ("qwen", qwen(result="[API Error: 429 Slow down]", usage={}), "", 0, ModelBusy, "Slow down", ""),
    ("llm", "", "Error: No key found - add one using 'llm keys set'\n", 1, ModelRefused, "not logged in", "llm keys set"),
    ("llm", "", "Error: Error code: 429 - Rate limit reached\n", 1, ModelBusy, "429", ""),
    ("llm", "", "Error: 'Unknown model: quill'\n", 1, ModelRefused, "Unknown model", "name of the model"),
    (
        "ollama",
        "",
        "Error: could not connect to ollama server, run 'ollama serve'\n",
        1,
        ModelAway,
        "ollama serve",
        "server running",
    ),
    (
        "ollama",
        "",
        "pulling manifest\nError: pull model manifest: file does not exist\n",
        1,
        ModelRefused,
        "does not exist",
        "name",
    ),
    ("ollama", "", "", 137, ReplyBroken, "status 137", ""),
    ("ollama", "", "", 0, ReplyBroken, "an empty answer", ""),
]


@pytest.mark.parametrize(("agent", "stdout", "stderr", "status", "kind", "said", "remedy"), FAULTS)
def test_each_fault_is_one_of_ours_in_the_words_of_the_program(
    agent: str, stdout: str, stderr: str, status: int, kind: type[ModelError], said: str, remedy: str
) -> None:
    outcome = gone(agent, stdout, stderr, status)

    assert type(outcome.error) is kind
    assert said in str(outcome.error)
    assert remedy in outcome.error.remedy
    if kind in (ModelRefused, ModelBusy, ModelAway, PromptTooLong):
        assert outcome.usage == Usage()


def test_a_run_that_was_ended_tells_its_last_words() -> None:
    """Of a stack trace the line above it; of codex what it said last of its connection."""
    trace = "Attempt 3 failed with status 429. Retrying\n    at throwErrorIfNotOK (file:///a.js:1:2)\n  status: 429\n}\n"
    silent, retrying = gone("claude", late=True), gone("gemini", stderr=trace, late=True)
    offline = gone("codex", events({"type": "error", "message": "Reconnecting... 2/5 (Name does not resolve)"}), late=True)

    assert all(type(one.error) is ReplyBroken and one.usage is None for one in (silent, retrying, offline))
    assert str(silent.error) == "no whole answer in 7 s"
    assert "Attempt 3 failed with status 429" in str(retrying.error)
    assert str(offline.error).endswith("its last words: Name does not resolve")


def test_a_key_is_not_repeated() -> None:
    with environment(OPENAI_API_KEY="sk-secret-123"):
        outcome = gone("llm", "", "Error: Error code: 401 - Incorrect API key provided: sk-secret-123\n")

    assert "***" in str(outcome.error)
    assert "sk-secret-123" not in str(outcome.error)


def test_another_model_than_the_one_asked_is_named_and_an_alias_is_none() -> None:
    used = {"claude-quill-5": {"outputTokens": 12}, "claude-small-4": {"outputTokens": 3}}

    assert gone("claude", result(modelUsage=used), status=0, model="quill").answered_as == ""
    assert gone("claude", result(modelUsage=used), status=0, model="fable").answered_as == "claude-quill-5"
    assert gone("claude", result(modelUsage=used), status=0).answered_as == ""


@given(st.text() | st.from_regex(r'(\{"type": "(result|error)"[^\n]*\n){0,3}', fullmatch=True), st.text())
def test_no_output_raises(stdout: str, stderr: str) -> None:
    for read in (of_any, of_codex, of_gemini, of_result, of_text):
        read(stdout, stderr)
    last_words(stderr)


@pytest.mark.parametrize(
    "odd",
    ['{"type": "result", "result": 3, "usage": [], "modelUsage": {"a": 1}}', '{"type": "thread.started"}\n{"item": 3}', "[[[1]]]",
     '{"type": "result", "is_error": true, "error": "x", "total_cost_usd": NaN}', '{"response": null, "stats": {"models": [1]}}',
     '{"a":' * 5000, '{"session_id": 1, "error": {"code": "x"}}'],
)  # fmt: skip
def test_a_form_that_is_nearly_one_is_read_as_far_as_it_goes(odd: str) -> None:
    for agent in AGENTS:
        outcome = gone(agent, odd, status=1)
        assert (outcome.error is None) == (outcome.text == "3")


# -- bounds -----------------------------------------------------------------------------------------------------------


async def test_a_program_that_is_not_there_is_told_with_how_to_get_it(bench: Bench) -> None:
    with environment(PATH=str(bench.home / "nowhere")):
        known = await CommandModel("quill", PRESETS["codex"]).send(REQUEST, CEILING_S)
        own = await CommandModel("quill", of_command(("quill-say", "x"))).send(REQUEST, CEILING_S)

    assert isinstance(known.error, ModelRefused)
    assert "no program codex" in str(known.error)
    assert "npm install" in known.error.remedy
    assert known.usage == own.usage == Usage()
    assert isinstance(own.error, ModelRefused)
    assert "quill-say" in str(own.error)


async def test_text_that_no_program_takes_is_made_harmless_and_too_long_instructions_are_told(bench: Bench) -> None:
    bench.says(result())
    model = CommandModel("quill", PRESETS["claude"])
    odd = await model.send(Request("In\0 JSON.", "Quill is\0 out.", 500), CEILING_S)
    long = await model.send(Request("word " * 100_000, "x", 500), CEILING_S)

    assert odd.error is None
    assert bench.asked["stdin"] == "Quill is out."
    assert "In JSON." in bench.asked["arguments"]
    assert isinstance(long.error, PromptTooLong)


async def test_a_file_that_cannot_be_started_is_refused(bench: Bench) -> None:
    (bench.home / "plain").write_text("no program", encoding="utf-8")

    outcome = await CommandModel("quill", of_command((str(bench.home / "plain"),))).send(REQUEST, CEILING_S)

    assert isinstance(outcome.error, ModelRefused)
    assert "cannot be started" in str(outcome.error)


async def test_an_endless_answer_is_let_go(bench: Bench) -> None:
    endless = bench.program("endless", f"#!{sys.executable} -IS\nimport sys\nwhile True: sys.stdout.write('x' * 65536)\n")

    outcome = await CommandModel("quill", of_command((endless,))).send(REQUEST, CEILING_S)

    assert isinstance(outcome.error, ReplyBroken)
    assert "4 MiB" in str(outcome.error)


async def test_of_an_endless_complaint_the_end_is_kept_and_the_answer_counts(bench: Bench) -> None:
    loud = bench.program("loud", f"#!{sys.executable} -IS\nimport sys\nsys.stderr.write('y' * 300000 + 'z')\nprint('{GOOD}')\n")

    run = await spawned([loud], b"", str(bench.home), {}, CEILING_S)

    assert bytes(run.stdout).decode().strip() == GOOD
    assert len(run.stderr) <= MOST_STDERR
    assert run.stderr.endswith(b"z")
    assert len(run.stdout) < MOST_STDOUT


async def test_a_prompt_that_is_not_read_is_no_fault(bench: Bench) -> None:
    deaf = bench.program("deaf", f"#!{sys.executable} -IS\nprint('{GOOD}')\n")
    long = Request("Say it in JSON.", "word " * 200_000, 500)

    outcome = await CommandModel("quill", of_command((deaf,))).send(long, CEILING_S)

    assert outcome.error is None
    assert outcome.text.strip() == GOOD


HANGS = f"""#!{sys.executable} -IS
import fcntl, os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
held = open("HOME/held", "w")
fcntl.flock(held, fcntl.LOCK_EX)
if os.fork():
    LEADER
with open("HOME/ready", "w") as ready:
    ready.write("ready")
time.sleep(600)
"""
"""A program and its child, deaf to kind words, which hold a lock while one of them is there."""


def hanging(bench: Bench, leader: str) -> CommandModel:
    os.mkfifo(bench.home / "ready")
    path = bench.program("hangs", HANGS.replace("HOME", str(bench.home)).replace("LEADER", leader))
    return CommandModel("quill", of_command((path,)))


async def nobody_is_left(bench: Bench) -> None:
    """Returns when the last of them is gone."""
    with (bench.home / "held").open("w") as held:
        async with asyncio.timeout(CEILING_S):
            await asyncio.to_thread(fcntl.flock, held, fcntl.LOCK_EX)


async def test_a_call_that_is_cancelled_leaves_nobody_behind(bench: Bench) -> None:
    model = hanging(bench, "signal.signal(signal.SIGTERM, signal.SIG_DFL); time.sleep(600)")
    call = asyncio.create_task(model.send(REQUEST, CEILING_S))
    assert await asyncio.to_thread((bench.home / "ready").read_text) == "ready"

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    await nobody_is_left(bench)


async def test_what_a_program_leaves_behind_is_ended_and_its_answer_counts(bench: Bench) -> None:
    hanging(bench, f"open('HOME/ready').read(); print('{GOOD}', flush=True); os._exit(0)".replace("HOME", str(bench.home)))

    run = await spawned([str(bench.home / "bin/hangs")], b"", str(bench.home), {}, CEILING_S, linger_s=0.1)

    assert (bytes(run.stdout).decode().strip(), run.status, run.late) == (GOOD, 0, False)
    await nobody_is_left(bench)


async def test_a_call_that_hangs_is_ended_at_its_wall(bench: Bench) -> None:
    hung = bench.program("hung", "#!/bin/sh\nexec sleep 600\n")

    outcome = await CommandModel("quill", of_command((hung,)), timeout_s=0.2).send(REQUEST, CEILING_S)
    sooner = await CommandModel("quill", of_command((hung,))).send(REQUEST, 0.1)

    for one in (outcome, sooner):
        assert isinstance(one.error, ReplyBroken)
        assert "no whole answer in" in str(one.error)
        assert one.usage is None


def test_the_settings_know_the_same_agents() -> None:
    assert tuple(PRESETS) == AGENTS
    assert all(preset.install and preset.log_in for preset in PRESETS.values())
    assert len({CommandModel("quill", preset).identity for preset in PRESETS.values()}) == len(AGENTS)
