"""An issue as the HTML of a mail: styles stand in the elements, and in the head what only some programs read.

Many programs drop the head, so each element has its own style for light paper; those that read it turn the page dark.
"""

from __future__ import annotations

import re
from html import escape as escape_html

from deepdaily.core.types import Claim, Issue
from deepdaily.render.body import body, element, escape, link, proof
from deepdaily.render.digest import Brief, Dispatch
from deepdaily.render.foreign import anchor
from deepdaily.render.notes import footnotes_of, notes_of
from deepdaily.render.phrases import headline_of
from deepdaily.words import Words, of

_SOFT = "margin:4px 0;font-size:14px;line-height:1.6;color:#5d5a53"
_STYLES = {
    "h2": "font-size:20px;line-height:1.4;margin:36px 0 6px",
    "h3": "font-size:15px;line-height:1.5;margin:16px 0 2px;color:#0b5a55",
    "p": "margin:6px 0",
    "ul": "margin:4px 0;padding-left:20px",
    "ol": "margin:4px 0;padding-left:24px",
    "table": "border-collapse:collapse;font-size:14px",
    "th": "border:1px solid #dcd8cc;padding:6px;text-align:left",
    "td": "border:1px solid #dcd8cc;padding:6px;vertical-align:top",
    "blockquote": "margin:16px 0;padding:4px 12px;border-left:4px solid #8a4b12",
    "small": "font-size:13px;font-weight:400;color:#5d5a53",
    "a": "color:#0b5a55",
    "p.sources": _SOFT,
    "p.byline": _SOFT,
    "p.thread": _SOFT,
    "p.foot": _SOFT,
    "div.title-proof": _SOFT,
    "p.point": "margin:10px 0;font-size:17px",
    "p.on": "margin:20px 0",
    "div.table": "overflow-x:auto",
    "ol.proofs": "margin:4px 0;padding-left:24px;font-size:13px;line-height:1.5;color:#5d5a53",
}
"""By the element's name, or its name and first class."""

_PAPER = (
    "max-width:640px;margin:0 auto;padding:16px;box-sizing:border-box;overflow-wrap:anywhere;"
    "font:16px/1.65 -apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;color:#1d1c1a;background:#fcfbf8"
)
HEAD = """<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground, .paper { background: #151618 !important; color: #e8e5de !important; }
  a, h3 { color: #7fd0c5 !important; }
  small, .sources, .byline, .thread, .foot, .title-proof, .proofs { color: #a5a198 !important; }
  th, td { border-color: #34363a !important; }
}
</style>"""
"""The same in every mail: nothing of an issue stands in it."""


def mail_page(issue: Issue, on: str, leave: str) -> str:
    """The whole issue, its proofs numbered at the end.

    Args:
        on: where the issue is on the web; empty where that is not known.
        leave: where a reader unsubscribes.
    """
    words, notes = of(issue.draft.language), notes_of(issue)

    def numbered(claim: Claim, text: str, *, strong: bool = False) -> str:
        numbers = dict.fromkeys(notes[evidence].footnote for evidence in claim.evidence)
        return element(text, strong=strong) + "".join(f' <sup><a href="#n{number}">{number}</a></sup>' for number in numbers)

    proofs = [f'<li id="n{note.footnote}">{proof(note, issue, words)}</li>' for note in footnotes_of(issue)]
    basis = f'<hr>\n<h2>{words.page["drawn_from"]}</h2>\n<ol class="proofs">\n{"".join(proofs)}\n</ol>'
    told = [_notice(issue, words), _contents(issue, words), *body(issue, numbered), *([basis] if proofs else [])]
    return _page(issue, "\n".join(told), _on(on, words.message["on_web"]), leave)


def short_page(issue: Issue, told: Dispatch, leave: str) -> str:
    """The same in the shape of `told`, without proofs."""
    items = "\n".join(_item(brief) for brief in told.briefs)
    if told.shape == "headline":
        items = "<ol>\n" + "\n".join(f"<li>{_titled(brief)}</li>" for brief in told.briefs) + "\n</ol>"
    summary = f"<p>{escape(told.summary)}</p>" if told.summary else ""
    told_by = "\n".join(filter(None, [_notice(issue, told.words), summary, items]))
    return _page(issue, told_by, _on(told.link, told.words.message["read_on"]), leave)


def paragraphs(issue: Issue, text: str, leave: str) -> str:
    """The plain part as HTML: what stands in place of a page that would be too long."""
    blocks = ("<br>\n".join(map(_line, block.split("\n"))) for block in text.strip().split("\n\n")[1:])
    return _page(issue, "\n".join(f"<p>{block}</p>" for block in blocks), "", leave)


def _page(issue: Issue, told: str, on: str, leave: str) -> str:
    words, title = of(issue.draft.language), escape(issue.draft.title) or issue.day
    foot = f'<p class="foot"><a href="{escape_html(leave)}">{words.message["unsubscribe"]}</a></p>'
    inner = f'<h1 style="font-size:24px;line-height:1.3;margin:8px 0 16px">{title}</h1>\n{on}\n{_styled(told)}\n'
    return (
        f'<!doctype html>\n<html lang="{words.tag}">\n<head>\n{HEAD}\n<title>{title}</title>\n</head>\n'
        f'<body class="ground" style="margin:0;background:#fcfbf8">\n<main class="paper" style="{_PAPER}">\n'
        f"{inner}{_styled(foot)}\n</main>\n</body>\n</html>\n"
    )


def _styled(html: str) -> str:
    """Our own elements, each with its style; foreign text is escaped in it and has none."""
    return re.sub(r'<([a-z]\w*)((?: id="[^"]*")?(?: class="([\w-]*)[^"]*")?)', _with_style, html)


def _with_style(found: re.Match[str]) -> str:
    style = _STYLES.get(f"{found[1]}.{found[3]}") or _STYLES.get(found[1])
    return f'{found[0]} style="{style}"' if style else found[0]


def _notice(issue: Issue, words: Words) -> str:
    notice = issue.draft.notice
    return f"<blockquote><p>{words.notice}{words.colon}{escape(notice)}</p></blockquote>" if notice else ""


def _contents(issue: Issue, words: Words) -> str:
    titles = ((anchor(item.story), escape(headline_of(item, words, alone=True) or issue.day)) for item in issue.items)
    entries = "\n".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in titles)
    return f'<nav aria-label="{words.page["contents"]}">\n<ol>\n{entries}\n</ol>\n</nav>' if entries else ""


def _on(address: str, label: str) -> str:
    return _styled(f'<p class="on"><a href="{escape_html(address)}"><strong>{label}</strong></a></p>') if address else ""


def _item(brief: Brief) -> str:
    rows = "\n".join(f"<p>{escape(row.text)}</p>" for row in brief.rows)
    source = f'<p class="sources">{link(brief.address)}</p>' if brief.address else ""
    return f"<h2>{brief.number}. {escape(brief.title)}</h2>\n{rows}\n{source}"


def _titled(brief: Brief) -> str:
    return link(brief.address, brief.title) if brief.address else escape(brief.title)


def _line(line: str) -> str:
    """A line of the plain part, whose addresses stand alone."""
    address = line.strip()
    return link(address, address) if re.match(r"https?://\S+$", address) else escape(line)
