"""What stands above a post: the same in TOML and in YAML, and what a site may add to it."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
import yaml

from deepdaily.core.types import Issue
from deepdaily.render.front_matter import PostForm, front_matter
from render import issues

PARAMS = {
    "Title": "mine",
    "author": "no",
    "weight": 3,
    "day": date(2026, 2, 1),
    "a b": {"deep": ["0o14", "~"], "empty": {}, "rows": [{"x": 1}]},
    "none": [],
}


def told(issue: Issue, kind: str, **more: Any) -> dict[str, Any]:
    written = front_matter(issue, "a *b*", PostForm(front_matter=kind, **more))  # type: ignore[arg-type]
    fence = "+++" if kind == "toml" else "---"
    assert (written[:4], written[-4:]) == (f"{fence}\n", f"\n{fence}")
    found: dict[str, Any] = (tomllib.loads if kind == "toml" else yaml.safe_load)(written[4:-4])
    return found


@pytest.mark.parametrize("issue", [issues.issue(), issues.hostile()])
def test_yaml_says_what_toml_says(issue: Issue) -> None:
    assert told(issue, "yaml", params=PARAMS, card="card.png", path="/p/") == told(
        issue, "toml", params=PARAMS, card="card.png", path="/p/"
    )


@pytest.mark.parametrize("kind", ["toml", "yaml"])
def test_what_was_proven_is_ours_to_say_and_the_rest_is_the_site_s(kind: str) -> None:
    front = told(issues.issue(), kind, params={**PARAMS, "draft": True, "deepdaily": 1, "Categories": ["News"]})

    assert (front["title"], front["draft"], front["author"], front["summary"]) == (
        "AI 技术深度日报（2026-02-11）",
        False,
        "no",
        "a *b*",
    )
    assert front["deepdaily"]["schema"] == 1
    assert front["Categories"] == ["News"]
    assert not {"categories", "Title"} & front.keys()


def test_tags_of_the_settings_come_first_and_topics_can_be_left_out() -> None:
    assert told(issues.issue(), "toml", tags=("daily", "AI"))["tags"] == ["daily", "AI", "QuillServe", "工具协议", "CI-CD"]
    assert told(issues.issue(), "toml", tags=("daily",), tags_from_topics=False)["tags"] == ["daily"]


def test_a_card_is_told_as_themes_ask_for_it_and_a_cover_of_the_site_goes_before() -> None:
    front = told(issues.issue(), "toml", card="card.png", path="/posts/x/", params={"cover": {"image": "own.png"}})

    assert (front["images"], front["image"], front["cover"]) == (["posts/x/card.png"], "card.png", {"image": "own.png"})
    assert "images" not in told(issues.issue(), "toml")
