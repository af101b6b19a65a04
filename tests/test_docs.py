"""The pages say only what the code knows: references are written from it, examples are read and asked by it."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from deepdaily import cli  # noqa: F401 - the commands are there once it is imported
from deepdaily.cli.options import app
from deepdaily.settings.keys import explained
from deepdaily.settings.loading import load
from webs import deepdaily

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "README.zh.md", *sorted((ROOT / "docs").glob("*.md"))]
VERBS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
OTHERS = frozenset("pipx uv python3 export hugo mkdir echo sqlite3 tar rm".split())
"""Programs that a page may have typed beside ours."""
WITH_MAIL = '\n[[publish]]\nto = "mail"\nhost = "h"\nsender = "a@b.example"\nrecipients = ["c@d.example"]\n'


def blocks(language: str) -> list[tuple[str, str]]:
    """The page and the text of every block of that language."""
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(rf"^ *```{language}\n(.*?)^ *```", page.read_text("utf-8"), re.M | re.S)
    ]


def lines_typed() -> Iterator[tuple[str, str]]:
    """The page and every line of a console that a person types; after a `$`, other lines are answers."""
    for page, block in blocks("console"):
        lines = block.splitlines()
        typed = [line[2:] for line in lines if line.startswith("$ ")] or lines
        yield from ((page, line) for line in typed)


# -- references -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["settings.md", "commands.md"])
def test_a_reference_is_what_the_code_says(page: str) -> None:
    written: dict[str, Any] = runpy.run_path(str(ROOT / "tools/reference.py"))["PAGES"]

    assert (ROOT / "docs" / page).read_text("utf-8") == written[page](), "run `make docs`"


def test_every_key_has_a_meaning_and_every_number_says_what_it_counts() -> None:
    keys = [(f"{table.head} {key.name}", key) for table in explained() for key in table.keys]

    assert len(keys) > 50
    assert [name for name, key in keys if not key.meaning] == []
    assert [name for name, key in keys if re.fullmatch(r"\d+ (or more|to \d+)", key.values)] == [
        "[[sources.mail]] port",
        '[[publish]] to = "mail" port',
    ]


def test_a_person_is_told_the_same_by_the_command(tmp_path: Path) -> None:
    told = deepdaily("config", "--explain", cwd=tmp_path).stdout
    page = (ROOT / "docs/settings.md").read_text("utf-8")

    assert "How long before `digest.at` work begins." in told
    assert all(key.meaning in told and key.meaning in page for table in explained() for key in table.keys)


# -- examples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "block"), blocks("toml"))
def test_an_example_of_settings_can_be_used(page: str, block: str, tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text(block + (WITH_MAIL if "[alert]" in block else ""), "utf-8")

    load(tmp_path / "deepdaily.toml")


def called(line: str) -> tuple[list[str], set[str]]:
    """The command of a line, group first, and its options."""
    words = shlex.split(line, comments=True)
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    return [word for word in words[1:] if re.fullmatch("[a-z]+", word)], options


def unknown(line: str) -> list[str]:
    """What of a line no command of ours has."""
    words, options = called(line)
    root: Any = get_command(app)
    command = root
    for word in words:
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]
    known = {option for parameter in command.params for option in parameter.opts}
    return [line] if command is root else sorted(options - known)


def test_every_line_to_type_is_a_verb_of_the_makefile_or_a_command_with_options_it_has() -> None:
    typed = list(lines_typed())

    assert {page for page, _ in typed} >= {"README.md", "README.zh.md", "mcp.md"}
    for page, line in typed:
        program, _, rest = line.partition(" ")
        if program == "make":
            assert rest.split()[0] in VERBS, page
        elif program not in OTHERS and not re.match(r"~/\.deepdaily/bin/pip ", line):
            assert Path(program).name == "deepdaily", page
            assert unknown(line) == [], page


def test_every_command_named_in_a_sentence_or_table_exists() -> None:
    named = [
        (page.name, found)
        for page in PAGES
        for found in re.findall(r"`(deepdaily [a-z][^`\n]*)`", page.read_text("utf-8").replace("\\|", "|"))
    ]

    assert len(named) > 30
    assert [(page, line) for page, line in named if unknown(re.sub(r"[\[\]|]", " ", line))] == []


@pytest.mark.parametrize("line", ["deepdaily frobnicate", "deepdaily run --nonsense", "deepdaily mcp config --nobody x"])
def test_what_no_command_has_would_be_seen(line: str) -> None:
    assert unknown(line)


def test_the_two_lines_of_the_readme_that_break_the_sample_day_do_what_they_say(tmp_path: Path) -> None:
    """The ladder holds (degraded), and a changed digit turns the check red."""
    lines = [shlex.split(line, comments=True)[1:] for page, line in lines_typed() if page == "README.md" and " demo " in line]

    assert [deepdaily(*line, cwd=tmp_path).returncode for line in lines] == [10, 1]


# -- two languages ----------------------------------------------------------------------------------------------------


def shape(page: Path) -> dict[str, list[str]]:
    """What a page in one language has to share with the same page in another."""
    text = page.read_text("utf-8")
    uncommented = re.sub(r" +# .*", "", text)
    return {
        "headings": list(re.findall(r"^(#+) ", uncommented, re.M)),
        "blocks": re.findall(r"^```\w*\n.*?^```", uncommented, re.M | re.S),
        "rows": [
            row for row in re.findall(r"^\| (`?[^|`]+(?:\\\|[^|`]+)*`?) \|", text, re.M) if row.startswith("`") or row.isdecimal()
        ],
        "pages": sorted(set(re.findall(r"\]\(((?:docs/)?[\w.-]+\.md)", text)) - {"README.md", "README.zh.md"}),
    }


def test_both_readmes_have_the_same_sections_lines_to_type_settings_and_commands() -> None:
    english, chinese = shape(ROOT / "README.md"), shape(ROOT / "README.zh.md")

    assert len(english["headings"]) > 10
    assert len(english["rows"]) > 25
    assert english == chinese


def test_the_readme_s_table_has_every_command() -> None:
    commands: Any = get_command(app)
    named = set(re.findall(r"^\| `deepdaily (\w+)", (ROOT / "README.md").read_text("utf-8"), re.M))

    assert named == commands.commands.keys()
