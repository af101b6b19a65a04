"""An installation has a web: the real one, or one that a variable puts before any command."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepdaily.cli.console import meter
from deepdaily.core.errors import BadStatus
from deepdaily.house import House
from deepdaily.read.web_wire import Answer
from deepdaily.run import Errand
from deepdaily.settings import Settings
from fakes import FakeWire
from webs import deepdaily, environment

SETTINGS = """
[digest]
language = "en"
[sources]
packs = []
add = ["https://larkspur.example/feed.atom", "https://quant-lab.example/feed.xml"]
"""


def written(folder: Path) -> str:
    path = folder / "deepdaily.toml"
    path.write_text(SETTINGS, "utf-8")
    return str(path)


def test_the_web_of_the_sample_day_stands_before_any_command(tmp_path: Path) -> None:
    env = environment() | {"DEEPDAILY_WEB": "sample"}
    places = ("--settings", written(tmp_path), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"))
    done = deepdaily("run", *places, "--now", "2026-03-12T07:30:00+08:00", env=env)

    assert done.returncode in (0, 10), done.stderr
    assert "example/" in (tmp_path / "out/content/posts/2026-03-12/index.md").read_text("utf-8")


def test_a_web_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    done = deepdaily("config", env=environment() | {"DEEPDAILY_WEB": "moon"}, cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr == ("deepdaily: DEEPDAILY_WEB=moon is no web; the one there is: sample; nothing was begun\n")


def test_the_sample_day_is_told_in_the_language_of_other_settings(tmp_path: Path) -> None:
    done = deepdaily("demo", "--settings", written(tmp_path), cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "**What it is**" in (tmp_path / "deepdaily-demo/out/content/posts/2026-03-12/index.md").read_text("utf-8")


POST = "deepdaily-demo/out/content/posts/2026-03-12/index.md"


def test_the_sample_day_is_told_by_recorded_replies_and_says_so_and_without_models_by_rules(tmp_path: Path) -> None:
    recorded = deepdaily("demo", cwd=tmp_path)
    told = (tmp_path / POST).read_text("utf-8")
    taken = deepdaily("demo", "--break", "models", cwd=tmp_path)
    quoted = (tmp_path / POST).read_text("utf-8")

    assert (recorded.returncode, taken.returncode) == (0, 0), recorded.stderr + taken.stderr
    assert told.count("由 录下的模型回复（示例日） 撰写") == 7
    assert "落地建议" in told
    assert "录下的" not in quoted


def test_an_issue_is_written_again_only_where_there_is_one(tmp_path: Path) -> None:
    env = environment() | {"DEEPDAILY_WEB": "sample"}
    places = ("--settings", written(tmp_path), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"))
    none = deepdaily("run", *places, "--now", "2026-03-12T07:30:00+08:00", "--again", env=env)
    deepdaily("run", *places, "--now", "2026-03-12T07:30:00+08:00", env=env)
    again = deepdaily("run", *places, "--now", "2026-03-12T09:15:00+08:00", "--again", env=env)
    shown = deepdaily("show", "2026-03-12", "--audit", "--settings", places[1], "--data", places[3], env=env)

    assert none.returncode == 2
    assert "2026-03-12 has no issue; run without --again" in none.stderr
    assert again.returncode in (0, 10), again.stderr
    assert "Corrected: this issue was written again at 2026-03-12 09:15" in (
        tmp_path / "out/content/posts/2026-03-12/index.md"
    ).read_text("utf-8")
    assert "earlier  2026-03-12T07:30:00+08:00" in shown.stdout


async def test_a_feed_of_the_settings_own_bridge_rests_alone(tmp_path: Path) -> None:
    bridge = "https://rss.example"
    wire = FakeWire({f"{bridge}/a": Answer(503, {"retry-after": "3600"}, b""), f"{bridge}/b": Answer(200, {}, b"a text")})
    house = House(Settings.model_validate({"sources": {"rsshub": bridge}}), {}, tmp_path, web=wire)
    now = house.clock("2026-03-12T07:30:00+08:00")
    with house.store() as store:
        async with house.run(store, Errand(house.slot(None, now), now, meter()), now) as run:
            with pytest.raises(BadStatus):
                await run.fetcher.get(f"{bridge}/a")
            await run.fetcher.get(f"{bridge}/b")

    assert wire.asked == [f"{bridge}/a", f"{bridge}/b"]
