"""Agents on the command line as they take a prompt and give a reply, each with its tools switched off by its own flags.

Flags and forms are those of claude 2.1, codex 0.171, gemini 0.61, qwen 0.15 and llm 0.36, each tried against a server of our own
that shows what it was sent, and of the source of ollama: `tools/try_agents.py` tries them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deepdaily.models.outputs import Output, of_any, of_codex, of_gemini, of_result, of_text

FOLDER, SYSTEM, NAME = "{folder}", "{system}", "{name}"
"""Stand in arguments and the environment for the folder beside the empty one, the instructions, and the model's name."""

SYSTEM_FILE = "system.md"
"""Holds the instructions in the folder beside the empty one."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One program: how it is started, what it may see, how its output is read."""

    arguments: tuple[str, ...]
    """The program first; the instructions go before the prompt where neither these nor `also` take them."""
    heard: Callable[[str, str], Output]
    """What its stdout and stderr tell."""
    named: tuple[str, ...] = ()
    """More arguments where a model is asked for by name."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More arguments where a variable is set."""
    last: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    """Variables of the environment that it may see: its keys, and where it finds its login or its server."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Variables of ours."""
    files: Mapping[str, str] = field(default_factory=dict)
    """In the folder beside the empty one, by name."""
    install: str = ""
    log_in: str = "log in, or name the variable that holds its key by env"

    @property
    def program(self) -> str:
        return self.arguments[0]

    @property
    def takes_system(self) -> bool:
        """Whether the instructions have a place of their own."""
        return any(SYSTEM in word or SYSTEM_FILE in word for word in (*self.arguments, *self.also.values()))

    def words(self, name: str, system: str, folder: str, environment: Mapping[str, str]) -> list[str]:
        """All arguments of one call."""
        more = [word for variable, words in self.where.items() if environment.get(variable) for word in words]
        words = [*self.arguments, *(self.named if name else ()), *more, *self.last]
        return [system if word == SYSTEM else word.replace(FOLDER, folder).replace(NAME, name) for word in words]


def of_command(command: Sequence[str]) -> Preset:
    """The preset of that name, else the argument list as it is."""
    if len(command) == 1 and command[0] in PRESETS:
        return PRESETS[command[0]]
    return Preset(tuple(command), of_any)


def _each(flag: str, *values: str) -> tuple[str, ...]:
    return tuple(word for value in values for word in (flag, value))


_CODEX_OFF = (
    "apps", "plugins", "remote_plugin", "shell_tool", "unified_exec", "view_image", "image_generation", "browser_use",
    "computer_use", "in_app_browser", "multi_agent", "multi_agent_v2", "hooks", "skill_search", "tool_suggest", "code_mode",
    "code_mode_host", "goals", "sleep_tool", "workspace_dependencies", "memories", "shell_snapshot",
    "unbounded_connection_retries",  # else it never ends without a network
)  # fmt: skip
"""Features of codex, by `-c features.NAME=false`: a name that a version does not know is a warning there, by --disable an error."""

_CODEX_UNTOLD = (
    "include_permissions_instructions", "include_environment_context", "include_apps_instructions",
    "include_collaboration_mode_instructions", "skills.include_instructions", "agents.enabled",
)  # fmt: skip
"""What it would tell its model beside the prompt: 70 KB of it."""

_QWEN_TOOLS = (
    "read_file", "edit", "write_file", "run_shell_command", "glob", "grep_search", "list_directory", "web_fetch", "web_search",
    "save_memory", "todo_write", "task", "agent", "skill", "tool_search", "task_stop", "send_message", "ask_user_question",
    "exit_plan_mode",
)  # fmt: skip

_NOTHING_ALLOWED = '[[rule]]\ntoolName = "*"\ndecision = "deny"\npriority = 999\n'

PRESETS: Mapping[str, Preset] = {
    "claude": Preset(
        (
            "claude", "-p", "--output-format", "json", "--tools", "", "--no-session-persistence", "--strict-mcp-config",
            "--setting-sources", "", "--disable-slash-commands", "--system-prompt", SYSTEM,
        ),
        of_result,
        named=("--model", NAME),
        seen=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CONFIG_DIR"),
        # who asks waits by itself, and knows for how long there is time
        also={"CLAUDE_CODE_MAX_RETRIES": "1", "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
        install="npm install -g @anthropic-ai/claude-code",
        log_in="run `claude` once and log in, or set ANTHROPIC_API_KEY",
    ),
    "codex": Preset(
        (
            "codex", "exec", "--json", "--skip-git-repo-check", "--ephemeral", "--ignore-user-config", "--ignore-rules",
            "-s", "read-only", "--color", "never", "-c", 'web_search="disabled"', "-c", "project_doc_max_bytes=0",
            "-c", f'model_instructions_file="{FOLDER}/{SYSTEM_FILE}"',
            *_each("-c", *(f"features.{name}=false" for name in _CODEX_OFF), *(f"{name}=false" for name in _CODEX_UNTOLD)),
        ),
        of_codex,
        named=("-m", NAME),
        last=("-",),
        seen=("CODEX_API_KEY", "CODEX_HOME"),
        install="npm install -g @openai/codex",
        log_in="run `codex login` once, or set CODEX_API_KEY",
    ),
    "gemini": Preset(
        (
            "gemini", "-o", "json", "--skip-trust", "-e", "none", "--allowed-mcp-server-names", "none",
            "--admin-policy", f"{FOLDER}/nothing.toml",
        ),
        of_gemini,
        named=("-m", NAME),
        last=("-p", ""),
        seen=(
            "GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_GCA",
            "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION", "GOOGLE_APPLICATION_CREDENTIALS",
        ),
        also={"GEMINI_SYSTEM_MD": f"{FOLDER}/{SYSTEM_FILE}"},
        files={"nothing.toml": _NOTHING_ALLOWED},
        install="npm install -g @google/gemini-cli",
        log_in="run `gemini` once and log in, or set GEMINI_API_KEY",
    ),
    "qwen": Preset(
        (
            "qwen", "-o", "json", "--bare", "--chat-recording=false", "--approval-mode", "default",
            *_each("--exclude-tools", *_QWEN_TOOLS), "--system-prompt", SYSTEM,
        ),
        of_result,
        named=("-m", NAME),
        where={"OPENAI_API_KEY": ("--auth-type", "openai")},  # --bare leaves the login of its settings out
        seen=("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
        install="npm install -g @qwen-code/qwen-code",
        log_in="set OPENAI_API_KEY, OPENAI_BASE_URL and the model's name",
    ),
    "llm": Preset(
        ("llm", "prompt", "--no-log", "-u", "-s", SYSTEM),
        of_text,
        named=("-m", NAME),
        seen=("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "LLM_GEMINI_KEY", "OPENROUTER_KEY", "LLM_USER_PATH", "LLM_MODEL"),
        install="pipx install llm",
        log_in="run `llm keys set openai`, or set the variable of its key",
    ),
    "ollama": Preset(
        ("ollama", "run", NAME, "--format", "json", "--nowordwrap", "--hidethinking"),
        of_text,
        seen=("OLLAMA_HOST",),
        install="see https://ollama.com/download",
        log_in="run `ollama signin`",
    ),
}  # fmt: skip
"""By the name that the settings know (`settings.model_tables.AGENTS`)."""
