"""Shapes of a reply: what stands around the object that was asked for, and what is wrong within it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from endpoints.scripted import Asked
from endpoints.shapes import Told, shape
from model_server import DONE, chunk, http, plain


@shape("b01")
def thoughts_in_tags(asked: Asked) -> Told:
    """Thoughts in tags before the reply, a draft of it among them."""
    return asked.well('<think>\nPerhaps {"title": "a first try", "claims": []}, or not.\n</think>\n\n' + asked.reply())


@shape("b02")
def thoughts_closed_only(asked: Asked) -> Told:
    """Thoughts of which only the closing tag is there: the template opens them."""
    draft = {"title": "a draft that has many more words than the answer is going to have", "claims": [1, 2, 3]}
    return asked.well(f"Let us see. {json.dumps(draft)}\n</think>\n{asked.reply()}")


@shape("b03")
def fenced(asked: Asked) -> Told:
    """A code fence around the reply, and words before and after."""
    return asked.well(f"Here you are:\n\n```json\n{asked.reply()}\n```\n\nAsk me for more {{or for less}}.")


@shape("b05")
def bare_quotes(asked: Asked) -> Told:
    """ASCII quotation marks within a Chinese sentence, not escaped: the commonest fault of JSON in Chinese."""
    return asked.well(asked.reply().replace("“", '"').replace("”", '"'))


@shape("b06")
def trailing_commas(asked: Asked) -> Told:
    """A comma before each bracket that closes a list, and a comment at the end."""
    return asked.well(asked.reply().replace("]", ",]").replace("[,]", "[]") + "  // that is all")


@shape("b07")
def dict_of_python(asked: Asked) -> Told:
    """A dict as Python prints it."""
    return asked.well(repr(json.loads(asked.reply())))


@shape("b08")
def wrapped(asked: Asked) -> Told:
    """The object within another one of a single key."""
    return asked.well(json.dumps({"answer": json.loads(asked.reply())}, ensure_ascii=False))


@shape("b10")
def thinks_aloud(asked: Asked) -> Told:
    """Notes longer than the reply before it, without any tags."""
    notes = {"notes": [f"line {number} says something about serving engines" for number in range(80)]}
    return asked.well(f"analysis: {json.dumps(notes)}\n\nassistantfinal {asked.reply()}")


def _with_third_claim(asked: Asked, change: Callable[[dict[str, Any]], object]) -> Told:
    found = json.loads(asked.reply())
    for claim in found.get("claims", [])[2:3]:
        change(claim)
    return asked.well(json.dumps(found, ensure_ascii=False))


@shape("b11")
def claim_without_cites(asked: Asked) -> Told:
    """One claim of six cites nothing."""
    return _with_third_claim(asked, lambda claim: claim.pop("cites", None))


@shape("b13")
def section_by_another_name(asked: Asked) -> Told:
    """One claim stands in the section `details` instead of `detail`."""
    return _with_third_claim(asked, lambda claim: claim.update(section="details"))


def _in_deltas(asked: Asked, *deltas: dict[str, Any]) -> Told:
    """A stream of these deltas that ends well."""
    usage = asked.took(asked.reply())
    parts = [chunk(choices=[{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    return http(200, "".join([*parts, chunk(finish="stop"), chunk(choices=[], usage=usage), DONE]), "text/event-stream")


@shape("b15")
def all_is_thought(asked: Asked) -> Told:
    """The content is empty, the whole reply stands in `reasoning_content` (a reasoning parser of another model)."""
    return _in_deltas(asked, {"role": "assistant", "content": ""}, {"reasoning_content": asked.reply()})


PARTS_THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "Well."}]}


@shape("b16", model="stream = false")
def content_in_parts(asked: Asked) -> Told:
    """The content is a list of parts, a thought first (Mistral)."""
    text = asked.reply()
    message = {"role": "assistant", "content": [PARTS_THOUGHT, {"type": "text", "text": text}]}
    return plain(text, choices=[{"index": 0, "message": message, "finish_reason": "stop"}], usage=asked.took(text))


@shape("b17")
def content_streamed_in_parts(asked: Asked) -> Told:
    """The same, streamed."""
    return _in_deltas(
        asked, {"role": "assistant", "content": [PARTS_THOUGHT]}, {"content": [{"type": "text", "text": asked.reply()}]}
    )


@shape("b18")
def channels_leak(asked: Asked) -> Told:
    """The marks of its channels stand in the reply (gpt-oss)."""
    channel = "<|channel|>{}<|message|>"
    return asked.well(channel.format("analysis") + "JSON {so}.<|end|><|start|>assistant" + channel.format("final") + asked.reply())


@shape("b19")
def encoded_twice(asked: Asked) -> Told:
    """The object is written as a string of JSON."""
    return asked.well(json.dumps(asked.reply(), ensure_ascii=False))
