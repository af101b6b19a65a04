"""One changed digit in a published post, to see `verify` turn red."""

from __future__ import annotations

import re
from pathlib import Path

_MEASURED = re.compile(r"(?<=\s)\d(?=[\d.,]*\s?(?:%|x|×|ms|GB|tokens|倍|毫秒))")


def change_a_digit(out: Path, day: str) -> str:
    """Change the first measured figure of the post below `out`; says what was changed."""
    post = out / "content" / "posts" / day / "index.md"
    if not post.exists():
        return "nothing: there is no post"
    text = post.read_text(encoding="utf-8")
    figure = _MEASURED.search(text, text.index("\n## "))
    if figure is None:
        return "nothing: the post has no figure"
    at = figure.start()
    changed = str((int(text[at]) + 1) % 10)
    post.write_text(text[:at] + changed + text[at + 1 :], encoding="utf-8")
    return f"“…{text[max(0, at - 20) : at + 12]}…” now reads {changed} for {text[at]}".replace("\n", " ")
