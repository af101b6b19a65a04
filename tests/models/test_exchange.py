"""A reply is the JSON object in it, whatever stands around."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from deepdaily.core.errors import ReplyMisshapen
from deepdaily.models import Prompt
from deepdaily.models.exchange import FRAME_TOKENS, Request, request_for
from deepdaily.models.lenient import MOST_OBJECTS, read


class Note(BaseModel):
    """A headline with the numbers it cites."""

    title: Annotated[str, Field(max_length=40)]
    cites: list[int] = []


GOOD = '{"title": "Quillserve 2.4", "cites": [1, 2]}'
PROMPT = Prompt("facts", "Extract facts.", "1| Quillserve 2.4 is out.", 900)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here it is:\n{GOOD}\nAnything else? {{}}",
        f'<think>maybe {{"title": "a draft that is longer than the reply that follows", "cites": [1]}}</think>{GOOD}',
        f"The set {{1, 2}} is cited.\n{GOOD}",
        '{"title": "Quillserve\t2.4", "cites": [1, 2], "more": true}',
    ],
)
def test_the_object_is_found_in_what_stands_around_it(text: str) -> None:
    note = read(text, Note)

    assert note.title.split() == ["Quillserve", "2.4"]
    assert note.cites == [1, 2]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no JSON object"),
        ("I cannot help with that.", "no JSON object"),
        ('{"title": "cut', "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('{"titel": "x"}', "title: Field required"),
        (json.dumps({"title": "x" * 41}), "title: String should have at most 40"),
        ('{"title": "\\ud800"}', "title: "),
        ('{"a":' * 100_000, "no JSON object"),
        ('{"notes": [{"text": "whole"}, {"text": "cut here', "title: Field required"),
        ("{ " * (MOST_OBJECTS + 1) + '"', "no JSON object"),
    ],
)
def test_a_reply_that_is_not_in_the_shape_says_where(text: str, named: str) -> None:
    with pytest.raises(ReplyMisshapen) as caught:
        read(text, Note)

    assert named in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "所谓"新一代"引擎，"快"三倍", "cites": [1, 2]}',
        '{"title": "Quillserve 2.4", "cites": [1, 2,],} // done',
        "{'title': 'Quillserve 2.4', 'cites': [1, 2]}",
        json.dumps({"result": json.loads(GOOD)}),
        json.dumps(GOOD),
        'notes {"draft": ["a list that is much longer than the answer", "1", "2", "3"]} assistantfinal ' + GOOD,
        '{"title": "a draft", "cites": []} No: ' + GOOD,
        f"<|channel|>analysis<|message|>{{like this}}<|end|><|channel|>final<|message|>{GOOD}",
        "{ " * MOST_OBJECTS + GOOD,
        '{"title": "Quillserve 2.4", "cites": [1, "one", 2]}',
    ],
)
def test_what_small_models_make_of_json_is_read_as_they_meant_it(text: str) -> None:
    assert read(text, Note).cites == [1, 2]


def test_one_bad_element_costs_itself_alone() -> None:
    class Notes(BaseModel):
        notes: Annotated[list[Note], Field(min_length=1)]

    good = {"title": "Quillserve 2.4", "cites": [1]}

    assert len(read(json.dumps({"notes": [good, {"cites": [2]}, good, {"title": "x" * 41}]}), Notes).notes) == 2
    with pytest.raises(ReplyMisshapen, match="title"):
        read(json.dumps({"notes": [{"cites": [2]}]}), Notes)


def test_what_may_have_been_cut_is_not_mended() -> None:
    broken = "{'title': 'Quillserve 2.4'}"

    assert read(broken, Note).title == "Quillserve 2.4"
    with pytest.raises(ReplyMisshapen):
        read(broken, Note, repaired=False)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        read(text, Note)
    except ReplyMisshapen:
        return
    raise AssertionError("random text is no note")


def test_the_system_part_is_the_same_for_every_material() -> None:
    one = request_for(PROMPT, Note, None)
    other = request_for(Prompt("facts", PROMPT.instructions, "1| Another.", 900), Note, None, "title: missing")

    assert one.system == other.system
    assert one.system == PROMPT.instructions
    assert "cites" in one.schema["properties"]
    assert one.user == PROMPT.material
    assert other.user.startswith("1| Another.\n\nAn earlier reply was not usable: title: missing.")


def test_the_longest_reply_is_the_models_or_the_prompts() -> None:
    assert request_for(PROMPT, Note, None).most_tokens == 900
    assert request_for(PROMPT, Note, 8000).most_tokens == 8000


def test_a_reply_is_kept_under_all_that_it_depends_on() -> None:
    request = Request("a", "b", 900)
    keys = {
        request.key("m", 1),
        request.key("m", 2),
        request.key("n", 1),
        Request("a", "c", 900).key("m", 1),
        Request("d", "b", 900).key("m", 1),
        Request("ab", "", 900).key("m", 1),
    }

    assert len(keys) == 6
    assert Request("a", "b", 900).key("m", 1) in keys


def test_a_prompt_has_no_more_tokens_than_bytes() -> None:
    assert Request("微调", "ab", 1).prefill_bound == 8 + FRAME_TOKENS
