"""`doctor` names each fault with one line that mends it, and `publish --test` tries a channel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stubs import chat_server
from webs import deepdaily, environment

SETTINGS = """
[digest]
url = "https://blog.acme.example"
[sources]
packs = []
add = ["https://larkspur.example/feed.atom"{more}]
[[publish]]
to = "hugo"
dir = "{dir}"
[[publish]]
to = "slack"
url_env = "SLACK_WEBHOOK"
[network]
allow_private = ["127.0.0.1"]
"""


def checked(folder: Path, *options: str, **more: str) -> tuple[int, list[dict[str, Any]]]:
    home = {"HOME": str(folder / "home"), "PATH": "/nowhere"}
    done = deepdaily("doctor", "--json", *options, cwd=folder, env=environment(DEEPDAILY_WEB="sample", **home, **more))
    assert done.stderr == "" or "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def written(folder: Path, dir: str = "out", more: str = "") -> None:
    (folder / "deepdaily.toml").write_text(SETTINGS.replace("{dir}", dir).replace("{more}", more))


def of(found: list[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    return [one for one in found if one["part"] == part]


def test_a_sound_installation_has_no_fault_and_nothing_is_made(tmp_path: Path) -> None:
    written(tmp_path)
    status, found = checked(tmp_path, SLACK_WEBHOOK="https://hooks.slack.com/x")

    assert [one for one in found if one["state"] == "fault"] == []
    assert status == 0
    assert {"clock", "settings", "data", "disk", "network", "sources", "models", "channel hugo", "channel slack"} <= {
        one["part"] for one in found
    }
    assert [path.name for path in tmp_path.iterdir()] == ["deepdaily.toml"]


def test_each_fault_has_the_line_that_mends_it_and_no_password_is_told(tmp_path: Path) -> None:
    written(tmp_path, dir="/nonexistent/blog", more=', "https://nowhere.example/feed"')
    status, found = checked(tmp_path, HTTPS_PROXY="http://me:sekrit@proxy.example:3128")
    faults = {one["part"]: one["mend"] for one in found if one["state"] == "fault"}

    assert status == 1
    assert faults["secrets"] == "read -rs SLACK_WEBHOOK; export SLACK_WEBHOOK"
    assert faults["channel hugo"] == "mkdir -p /nonexistent/blog"
    assert faults["sources"].startswith("mend its address below [sources], or: ")
    assert faults["sources"].endswith(" sources remove https://nowhere.example/feed")
    assert of(found, "proxy")[0]["told"] == "https through http://proxy.example:3128"
    assert "sekrit" not in json.dumps(found)


def test_without_settings_it_says_what_begins(tmp_path: Path) -> None:
    _, found = checked(tmp_path)

    assert of(found, "settings")[0]["mend"].endswith("deepdaily init")
    assert of(found, "schedule")[0]["mend"].endswith("deepdaily schedule install")
    assert of(found, "last run")[0:1] == []


def test_the_config_command_tells_which_secrets_are_missing(tmp_path: Path) -> None:
    written(tmp_path)
    done = deepdaily("config", cwd=tmp_path)

    assert "! slack: SLACK_WEBHOOK is not in the environment" in done.stderr


def test_a_channel_is_tried_by_its_name_and_a_fault_is_one_line(tmp_path: Path) -> None:
    written(tmp_path)
    with chat_server() as (address, told):
        well = deepdaily("publish", "--test", "slack", cwd=tmp_path, env=environment(SLACK_WEBHOOK=address))
    unset = deepdaily("publish", "--test", "slack", cwd=tmp_path)
    folder = deepdaily("publish", "--test", "hugo", cwd=tmp_path)
    nobody = deepdaily("publish", "--test", "icq", cwd=tmp_path)

    assert (well.returncode, unset.returncode, folder.returncode, nobody.returncode) == (0, 1, 0, 2), well.stderr
    assert len(told) == 1
    assert "slack" in str(told[0])
    assert "SLACK_WEBHOOK" in unset.stderr
    assert "choose from: hugo, slack" in nobody.stderr
    assert deepdaily("publish", cwd=tmp_path).returncode == 2


TABLES = """
[[sources.page]]
url = "https://larkspur.example/"
[[sources.arxiv]]
categories = ["cs.LG"]
[[sources.huggingface]]
name = "papers"
[[sources.github]]
what = ["trending"]
[[sources.telegram]]
channels = ["larknews"]
[[sources.opml]]
url = "mine.opml"
"""


@pytest.mark.parametrize(
    ("token", "limit"),
    [
        ({}, "GITHUB_TOKEN is not in the environment, so 60 requests an hour"),
        ({"GITHUB_TOKEN": "sekrit"}, "GITHUB_TOKEN is set, so 5,000 requests an hour"),
    ],
)
def test_every_source_with_a_table_of_its_own_kind_has_a_line(token: dict[str, str], limit: str, tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "deepdaily.toml"
    path.write_text(path.read_text() + TABLES)
    (tmp_path / "mine.opml").write_text('<opml><outline text="x" xmlUrl="https://larkspur.example/feed.atom?x=1"/></opml>')

    _, found = checked(tmp_path, SLACK_WEBHOOK="https://hooks.slack.com/x", **token)
    lines = {part: of(found, part) for part in ("page", "arxiv", "huggingface", "github", "telegram", "opml")}

    assert {part: len(those) for part, those in lines.items()} == dict.fromkeys(lines, 1)
    assert lines["telegram"][0]["state"] == "fault"
    assert lines["telegram"][0]["mend"] == "mend its table [[sources.telegram]] in the settings, or take it out"
    assert limit in lines["github"][0]["told"]
    assert "sekrit" not in json.dumps(found)
    assert lines["huggingface"][0]["told"].startswith("papers: ")
    assert not any("telegram" in one["told"] for one in of(found, "sources"))


def test_what_the_settings_say_without_effect_is_a_note_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "deepdaily.toml").write_text('[sources]\ndrop = ["wired: ai"]\n')

    _, found = checked(tmp_path)

    told = {one["told"]: one["mend"] for one in of(found, "settings")}
    assert told["drop: no feed of your lists is called 'wired: ai'"] == "did you mean 'WIRED: AI'?"
