"""Slack's messages: within its bounds, and nothing foreign comes to life in them."""

from __future__ import annotations

import json
from dataclasses import replace

from deepdaily.lab.rendered import issue_with
from deepdaily.render.digest import questions
from deepdaily.render.slack import MOST_BLOCKS, MOST_CHARS, MOST_HEADER_CHARS, slack_messages
from render import issues


def test_foreign_text_stands_there_as_it_is_and_mentions_nobody() -> None:
    [message] = slack_messages(issue_with({"title": "<!here> A & B <https://bad.example|good.example>", "summary": "*b* <@U1>"}))

    said = json.dumps(message)
    assert "<!" not in said
    assert "<@" not in said
    assert "&lt;!here&gt; A &amp; B" in said
    assert {one["text"]["type"] for one in message["blocks"] if "text" in one} == {"plain_text"}
    assert "<https://good.example/plain>" in said


def test_a_long_day_is_split_between_items_and_every_text_fits() -> None:
    issue = issue_with({"title": "<" * 400, "summary": "&" * 4_000})
    items = tuple(replace(issue.items[0], story=f"s-{number}") for number in range(40))

    messages = slack_messages(replace(issue, draft=replace(issue.draft, items=items, notice="A quiet day")))

    assert len(messages) > 1
    for blocks in (message["blocks"] for message in messages):
        assert len(blocks) <= MOST_BLOCKS
        sizes = [(one["type"], len(one["text"]["text"])) for one in blocks if "text" in one]
        assert all(size <= (MOST_HEADER_CHARS if kind == "header" else MOST_CHARS) for kind, size in sizes)
    assert "quiet" in json.dumps(messages[0])


def test_a_whole_day_has_its_questions_and_a_link_that_may_not_be_given_is_left_out() -> None:
    day = json.dumps(slack_messages(issues.issue()), ensure_ascii=False)
    refused = json.dumps(slack_messages(issue_with({"link": "javascript:alert(1)"})))

    assert all(question.text[:20] in day for question in questions(issues.issue()))
    assert "• " in day
    assert "context" in day
    assert "javascript" not in refused
    assert "context" not in refused
