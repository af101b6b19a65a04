"""How sites say that somebody paid for a text, in English and Chinese: by a label, in a title, by a class of their markup.

A label is a whole line or a whole bracket, never a word of a sentence: an article about advertising is not an advertisement.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from urllib.parse import urlsplit

from deepdaily.core.cues import Cue, cues, table
from deepdaily.core.text import squeeze
from deepdaily.read.blocks import Block, Visible
from deepdaily.read.head import Head, folded

_CUES = cues(table(__name__))
LONG_LINE = 300
"""Characters of a line that is prose."""

SHORT_LABEL = 160
"""Characters of a label that says who paid and for what."""

_BRACKETED = Cue(r"^\W{0,3}[\[【(（「](.{1,30}?)[\]】)）」]|[\[【(（「]([^\[【(（「]{1,30})[\]】)）」]\s*$")
_AT_THE_END = Cue(r"(?:[|｜]\s*|\s[–—-]\s)([^|｜–—-]{1,30})$")


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


def marked_address(url: str) -> bool:
    """Whether a part of the address says so: `/brandvoice/`, `/partner-content/`; a word of a title in it does not."""
    parts = urlsplit(url)
    names = [*(parts.hostname or "").split(".")[:-2], *parts.path.split("/")[:-1]]
    return any(_CUES["address"].fullmatch(name) for name in names)


def _said_in_head(head: Head) -> bool:
    """A `meta` or the JSON-LD of the text: paid for, or of a section or kind that is."""
    for name, value in head.named.items():
        if _CUES["said_paid"].fullmatch(name) and value.strip().casefold() not in _NO:
            return True
        if _CUES["kind"].fullmatch(name) and (is_label(value) or marked_class(value)):
            return True
    for node in head.linked:
        kind, told = str(node.get("@type", "")), (node.get(key) for key in ("articleSection", "genre", "additionalType"))
        if "AdvertiserContentArticle" in kind or ("Article" in kind and node.get("sponsor")):
            return True
        if any(is_label(str(one)) for value in told for one in (value if isinstance(value, list) else [value])):
            return True
    return False


_NO = frozenset(("", "0", "false", "no", "none", "null", "undefined"))


def paid_for(head: Head, owned: Sequence[str], seen: Visible, title: str, body: str, url: str = "") -> bool:
    """Whether a page was paid for: said by its address and marks, by a label right at the headline, or by most links of its text.

    A lone paid link, or an article about advertising, is neither. `Advertisement` alone mostly labels a slot beside the
    text: it counts only where it touches the headline.

    Args:
        owned: the classes of `html`, `body` and the first `article`.
    """
    if (
        any(map(marked_class, owned))
        or marked_address(url)
        or _said_in_head(head)
        or marked_title(title)
        or marked_title(head.title)
    ):
        return True
    if any(map(is_label, body.split("\n")[:3])):
        return True
    return _labelled(seen.blocks, title) or _most_links_are_paid(seen)


def _labelled(blocks: Sequence[Block], title: str) -> bool:
    """Whether one of three lines above the headline, or six below it, is a label or stands in a box for one; or a line that touches
    the headline names a slot. The headline is the first line that says the title, an `h1` before others."""
    places = [at for at, block in enumerate(blocks) if folded(block.text()) == folded(title)]
    at = next((at for at in places if blocks[at].tag == "h1"), places[0] if places else None)
    if at is None:
        return False
    near = [*blocks[max(0, at - 3) : at], *takewhile(lambda block: len(block.raw) < LONG_LINE, blocks[at + 1 : at + 7])]
    before = [words for block in blocks[max(0, at - 3) : at] for words in _words(block)][-3:]
    after = [words for block in blocks[at + 1 : at + 7] for words in _words(block)][:6]
    return any(map(is_label, before + after)) or any(map(is_slot, before[-1:] + after[:1])) or any(map(_boxed, near))


def _boxed(block: Block) -> bool:
    """Whether a short line stands in a box whose class is made for a label, and is not a menu or a link to something else."""
    names = block.box.names.split()
    short = 0 < len(block.text()) < SHORT_LABEL and 2 * block.linked < len(block.raw)
    return short and block.box.dull < 2 and any(_CUES["box"].fullmatch(name) for name in names)


def _words(block: Block) -> list[str]:
    """A short line as it is put together: a label may stand beside a name."""
    return [words for part in block.parts if (words := squeeze(part))] if len(block.raw) < LONG_LINE else [""]


def _most_links_are_paid(seen: Visible) -> bool:
    if not any("sponsored" in anchor.rel.lower() for anchor in seen.links):
        return False
    within: set[int] = set()
    for box in seen.boxes:
        if box.tag in ("article", "main") or id(box.parent) in within:
            within.add(id(box))
    places = [place for block in seen.blocks if not within or id(block.box) in within for place in block.links]
    outward = [seen.links[place] for place in places if seen.links[place].href.startswith("http")]
    paid = [anchor for anchor in outward if "sponsored" in anchor.rel.lower().split()]
    return len(paid) >= 2 and 2 * len(paid) >= len(outward)
