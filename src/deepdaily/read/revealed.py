"""What only a script shows: open shadow roots, streamed parts, and hidden text that is most of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

UNREAD = frozenset(
    "script style template iframe object embed svg canvas head nav select option datalist textarea input dialog video audio"
    " map rt rp rtc del s strike wbr title search progress meter frameset noframes".split()
)

LEAST_REVEALED, NOTHING_SHOWN, LITTLE_SHOWN = 60, 20, 400
"""Characters of hidden text that may be a page; of a page that shows nothing; of one that scripts fill in."""

MOST_STREAMED = 200
"""Parts of a page that come behind it."""

_TEMPLATE = re.compile(r"<template\b([^<>]{0,2000})>|</template\s*>", re.IGNORECASE)
_OPEN = re.compile(r"shadowroot(?:mode)?\s*=\s*[\"']?open", re.IGNORECASE)
_REVEALED = re.compile("^(?:hidden$|aria-hidden$)|visibility:hidden|opacity:0")


def opened(source: str) -> str:
    """`source` with `<template shadowrootmode=open>` … `</template>` as elements that are shown."""
    opened: list[bool] = []

    def other(tag: re.Match[str]) -> str:
        if tag[1] is not None:
            opened.append(bool(_OPEN.search(tag[1])))
            return "<shadow-root>" if opened[-1] else tag[0]
        return "</shadow-root>" if opened and opened.pop() else tag[0]

    return _TEMPLATE.sub(other, source)


def streamed_parts(tree: LexborHTMLParser) -> dict[str, LexborNode]:
    """The hidden parts that React streams behind the page, by the id of the place to which its script brings each."""
    parts = {(part.attributes.get("id") or "")[2:]: part for part in tree.css("div[id^='S:'][hidden]")[:MOST_STREAMED]}
    places = [(place.attributes.get("id") or "")[2:] for place in tree.css("template[id^='B:']")[:MOST_STREAMED]] if parts else []
    return {f"B:{name}": parts[name] for name in places if name in parts}


def most_of_the_page(hidden: dict[str, list[LexborNode]], shown: int) -> frozenset[str]:
    """The ways of hiding by which more is hidden than is shown; by `display:none` only of a page that shows nothing,
    and what is for readers without scripts only of one that shows little.

    Text of no size or outside the window is never shown by a script.
    """
    least = {way: max(shown, LEAST_REVEALED) for way in hidden if _REVEALED.search(way)}
    if shown < NOTHING_SHOWN:
        least |= {way: LEAST_REVEALED for way in hidden if "display:none" in way}
    if shown < LITTLE_SHOWN and "noscript" in hidden:
        least["noscript"] = LITTLE_SHOWN
    return frozenset(way for way, than in least.items() if _is_longer(hidden[way], than))


def _is_longer(nodes: Sequence[LexborNode], than: int) -> bool:
    """Whether they hold more text than that; scripts and styles in them are none."""
    if sum(len(node.text(deep=True)) for node in nodes) <= than:
        return False
    counted = 0
    for node in nodes:
        stack = [node.child]
        while stack:
            here = stack.pop()
            if here is None:
                continue
            stack.append(here.next)
            if here.tag == "-text":
                counted += len((here.text_content or "").strip())
                if counted > than:
                    return True
            elif here.tag not in UNREAD:
                stack.append(here.child)
    return False
