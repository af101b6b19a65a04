"""Markdown as it is written, to the words that its readers see: what only its source holds is no text.

Comments of HTML and of Markdown (`[//]: # (…)`), definitions of links, titles and addresses of links, pictures and what is said
instead of them: of all that a reader of the page sees nothing. In a block of code everything is seen.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_DEFINITION = re.compile(r"\s{0,3}\[[^\]\n]{1,200}\]:(?:\s|$)")
_OPENED = {"(": ")", '"': '"', "'": "'"}
_TARGET = r"\([^()\n]{0,2000}(?:\([^()\n]{0,500}\)[^()\n]{0,500})?\)"
_LEADS = rf"(?:{_TARGET}|\[[^\]\n]{{0,200}}\])"
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,2000}\]" + _LEADS)
_EMPTY_LINK = re.compile(r"\[\s*\]" + _LEADS)
_LINK = re.compile(r"\[([^\[\]\n]{1,1000})\]" + _LEADS)
_MOST_LINES_OF_A_TITLE = 20
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(?:[^\n]{0,2000}\n){0,300}?---[ \t]*\n")


def without_front_matter(source: str) -> str:
    """`source` without the settings between two rules that it begins with, as model cards and posts do."""
    found = _FRONT_MATTER.match(source)
    return source[found.end() :] if found and re.match(r"\W*[\w-]+\s*:", found[0]) else source


def seen_of(source: str) -> str:
    """`source` without what its readers do not see; links are their words, all else stands as it is written."""
    kept: list[str] = []
    waiting: list[str] = []
    fence = ""
    for line in source.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            kept.append(line)
            fence = "" if mark and mark[1].startswith(fence) else fence
            continue
        if mark:
            kept += [*_prose(waiting), line]
            waiting, fence = [], mark[1]
            continue
        waiting.append(line)
    return "\n".join([*kept, *_prose(waiting)])


def _prose(lines: list[str]) -> list[str]:
    """Lines outside a block of code."""
    text = _without_definitions(_COMMENT.sub(" ", "\n".join(lines)).split("\n"))
    text = _EMPTY_LINK.sub(" ", _PICTURE.sub(" ", text))
    return _LINK.sub(r"\1", text).split("\n") if lines else []


def _without_definitions(lines: list[str]) -> str:
    """The lines without `[name]: address "title"`, whose title may go on over lines."""
    kept: list[str] = []
    closing, left = "", 0
    for line in lines:
        if closing and left:
            left -= 1
            if not line.strip() or line.rstrip().endswith(closing):
                closing = ""
            continue
        if not _DEFINITION.match(line):
            kept.append(line)
            continue
        rest = line.partition("]:")[2]
        opened = re.search(r"\s([(\"'])", rest)
        if opened and not rest.rstrip().endswith(_OPENED[opened[1]]):
            closing, left = _OPENED[opened[1]], _MOST_LINES_OF_A_TITLE
    return "\n".join(kept)
