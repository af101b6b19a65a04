"""Whether somebody paid for a text, by what it says of itself: labels and disclosures in English and Chinese. Marks of links are
in `urls.sponsored_link`. What is paid for is left out before anything is ranked."""

from __future__ import annotations

import re

_LABEL = re.compile(
    r"sponsored(?: (?:content|post|article|story|message|by .{1,40}))?|advertorial|advertisement feature"
    r"|paid (?:post|content|partnership|program|promotion)(?: .{1,30})?|partner content|promoted(?: content| post)?"
    r"|brand(?:ed)? content|(?:presented|brought to you) by .{1,40}|in (?:paid )?partnership with .{1,40}"
    r"|赞助(?:内容|文章)?|特约赞助|商业推广|推广(?:内容|文章)?|广告(?:文章|合作)|商业合作|软文|本文由.{1,20}赞助.{0,10}",
    re.IGNORECASE,
)
_SLOT = re.compile(r"advertisement|ad|sponsor|sponsor(?:ed)? post|广告|赞助商", re.IGNORECASE)
"""As a line of a page these mostly name a box beside the text; in a title they label it."""

_DISCLOSURE = re.compile(
    r"(?:disclosure: ?)?this (?:post|article|story|episode|video|newsletter|content) (?:is|was|has been)"
    r" (?:(?:a )?paid (?:for|promotion)|sponsored|made possible|(?:produced|created) in (?:paid )?partnership|brought to you)\b"
    r"|(?:we|i) (?:was|were|have been|am|are) (?:paid|compensated) (?:by|for)\b.{0,60}\b(?:post|article|review)\b"
    r"|(?:this (?:post|article) )?contains (?:paid|affiliate) links\b"
    r"|本(?:文|内容|期)(?:(?:为|系|是|属于?)(?:付费|商业|有偿|推广|赞助)|由.{1,20}(?:赞助|付费))"
    r"|本文(?:含有?|包含)(?:推广|返利|联盟)链接",
    re.IGNORECASE,
)


_BRACKET_FIRST = re.compile(r"\W*[\[【(（](.{1,40}?)[\]】)）]")
_BRACKET_LAST = re.compile(r"[\[【(（]([^\[【(（]{1,40})[\]】)）]\W*$")


def paid_label(line: str) -> bool:
    """Whether a line, a section's name or a category is a label of paid material and nothing else."""
    return bool(_LABEL.fullmatch(line.strip()))


def slot_label(line: str) -> bool:
    """Whether it is a label that alone says little: it names a box as often as a text."""
    return bool(_SLOT.fullmatch(line.strip()))


def paid_title(title: str) -> bool:
    """Whether a title is labelled: `[Sponsored] …`, `广告：…`, `… (Sponsored)`, `… | Partner content`, `…【推广】`."""
    label, colon, _ = re.split(r"([:：])", f"{title}: ", maxsplit=1)
    labels = [label] if colon and len(label) < len(title) else []
    labels += [found[1] for found in (_BRACKET_FIRST.match(title), _BRACKET_LAST.search(title)) if found]
    parts = re.split(r"\s[|｜–—]\s|[|｜]", title)
    ends = [parts[0], parts[-1]] if len(parts) > 1 else []
    return any(map(paid_label, labels + ends)) or any(map(slot_label, labels))


def disclosed(line: str) -> bool:
    """Whether a sentence says of its own text that it was paid for."""
    return bool(_DISCLOSURE.match(line.strip(" *_（()[]【】")))
