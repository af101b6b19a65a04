"""How sites say that somebody paid for a text, in English and Chinese: by a label, in a title, by a class of their markup.

A label is a whole line or a whole bracket, never a word of a sentence: an article about advertising is not an advertisement.
"""

from __future__ import annotations

import re

from deepdaily.core.cues import cues, table

_CUES = cues(table(__name__))
_BRACKETED = re.compile(r"^\W{0,3}[\[【(（「](.{1,30}?)[\]】)）」]|[\[【(（「]([^\[【(（「]{1,30})[\]】)）」]\s*$")
_AT_THE_END = re.compile(r"(?:[|｜]\s*|\s[–—-]\s)([^|｜–—-]{1,30})$")


def is_label(text: str) -> bool:
    """Whether a line or a category says of the text beside it that it was paid for."""
    return bool(_CUES["label"].fullmatch(text.strip(" .。!！:：·-—|*_()（）")))


def is_slot(text: str) -> bool:
    """Whether it labels a place for advertisements: it says something of a text only where it touches the headline."""
    return bool(_CUES["slot"].fullmatch(text.strip()))


def marked_title(title: str) -> bool:
    """Whether a title says so itself: `[Sponsored] …`, `【广告】…`, `Sponsored: …`, `… (Sponsor)`, `… | Partner Content`."""
    brackets = [inside for found in _BRACKETED.finditer(title) for inside in found.groups() if inside]
    tail = _AT_THE_END.search(title)
    bracketed = any(is_label(one) or is_slot(one) or one.casefold() == "sponsor" for one in brackets)
    return bracketed or bool(_CUES["announced"].match(title)) or bool(tail and is_label(tail[1]))


def marked_class(names: str) -> bool:
    """Whether one of an element's classes says so, as WordPress writes the categories of a post."""
    return any(_CUES["classes"].fullmatch(name) for name in names.split())
