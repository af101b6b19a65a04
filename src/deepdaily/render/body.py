"""The HTML of an issue's items, trends and questions, for the page and the feeds. Every foreign string is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape as escape_html
from itertools import groupby
from typing import Protocol

from deepdaily.core.types import Claim, FollowUp, Issue, Item, Section
from deepdaily.render.foreign import anchor, plain, quotation, safe_link, shown
from deepdaily.render.notes import Note, footnotes_of, minute, notes_of
from deepdaily.render.phrases import (
    all_translated,
    endings,
    follow_status,
    heading,
    headline_of,
    in_quotes,
    is_table,
    lines,
    original,
    places,
    points,
    signed,
    thread,
    until,
    voice,
)
from deepdaily.words import Words, of


class Telling(Protocol):
    """A claim with evidence or a basis, and its text as printed, as HTML: a page opens it to its passages, a feed numbers it."""

    def __call__(self, claim: Claim, text: str, *, strong: bool = False) -> str:
        """`strong`: the text alone, whatever stands around it, is what a reader shall see first."""
        ...


def escape(text: str) -> str:
    """`text` as it shall be seen, inside an element or a quoted attribute."""
    return escape_html(plain(text))


def element(text: str, name: str = "", *, strong: bool = False) -> str:
    """`text` as it shall be seen, in an element of that name where one is named."""
    name = "strong" if strong else name
    return f"<{name}>{escape(text)}</{name}>" if name else escape(text)


def link(url: str, text: str = "") -> str:
    """A link to the open web, or the bare text where the address is refused; no address goes on behind a blank."""
    address = safe_link(url)
    label = escape(text or shown(address or url.partition(" ")[0]))
    return f'<a href="{escape_html(address)}" rel="noopener noreferrer">{label}</a>' if address else label


def fragment(issue: Issue) -> str:
    """The whole issue without page, style or script, its proofs as a numbered list at the end: what feeds carry."""
    words, notes = of(issue.draft.language), notes_of(issue)

    def numbered(claim: Claim, text: str, *, strong: bool = False) -> str:
        numbers = dict.fromkeys(notes[evidence].footnote for evidence in claim.evidence)
        return element(text, strong=strong) + "".join(f"<sup>[{number}]</sup>" for number in numbers)

    notice = f"<blockquote><p>{words.notice}{words.colon}{escape(issue.draft.notice)}</p></blockquote>"
    proofs = "\n".join(f"<li>{proof(note, issue, words)}</li>" for note in footnotes_of(issue))
    before = [notice] if issue.draft.notice else []
    return "\n".join([*before, *body(issue, numbered), *([f"<hr>\n<ol>\n{proofs}\n</ol>"] if notes else [])])


def proof(note: Note, issue: Issue, words: Words) -> str:
    """What a note says: the passage where it is not printed as it stands, the page, when it was fetched, its bytes."""
    quoted = escape(in_quotes(quotation(note.evidence))) + " — " if note.quoted else ""
    fetched = f"{words.fetched} {minute(note.cited.fetched_at, issue)}"
    return quoted + words.comma.join((escape(host_of(note, words)), fetched, f"sha256 <code>{note.short_digest}</code>"))


def host_of(note: Note, words: Words) -> str:
    """The host, and in a document with pages the page on which the passage begins."""
    page = note.cited.page_of(note.evidence)
    return note.cited.host + (words.in_brackets(words.pdf_page.format(page)) if page else "")


def body(issue: Issue, tell: Telling, beside: Callable[[Item], str] = lambda _: "") -> Iterator[str]:
    """Items, trends and questions, in order; `tell` is called for the claims in the order of `Draft.claims`.

    `beside` gives the HTML of further lines below an item's byline.
    """
    draft, words = issue.draft, of(issue.draft.language)
    for short, items in groupby(enumerate(draft.items, start=1), key=lambda one: one[1].short):
        yield f'<section class="in-brief">\n<h2>{words.short_items}</h2>' if short else ""
        for number, item in items:
            yield from _item(item, number, words, tell, draft.slot.day, beside(item))
        yield "</section>" if short else ""
    if issue.closing.trends:
        entries = [escape(one.text) + _place(draft.items, one.stories, words) for one in issue.closing.trends]
        yield f'<section class="closing">\n<h2>{words.trends}</h2>\n{_listed(entries)}\n</section>'
    if issue.closing.watchlist or issue.closing.followed:
        status = follow_status(issue.closing.followed, draft.slot.due.date(), words)
        lines = [*([status] if status else []), *map(escape, endings(issue.closing.followed, words))]
        moved = [_moved(one, draft.items, words, tell) for one in issue.closing.followed if one.proof]
        watchlist = issue.closing.watchlist
        asked = [escape(one.question) + _place(draft.items, (one.story,), words, until(one, words)) for one in watchlist]
        yield f'<section class="closing">\n<h2>{words.watchlist}</h2>'
        yield from (f"<p>{line}</p>" for line in lines[:1])
        yield _listed(moved) if moved else ""
        yield from (f"<p>{line}</p>" for line in lines[1:])
        yield _listed(asked) if asked else ""
        yield "</section>"


def _item(item: Item, number: int, words: Words, tell: Telling, day: str, beside: str) -> Iterator[str]:
    """An item; a short one has its address at its title, and is a heading lower."""
    label = f'<span class="label">{escape(words.in_brackets(item.label))}</span> ' if item.label else ""
    title, level = headline_of(item, words) or day, "h3" if item.short else "h2"
    said = link(item.sources[0].url, title) if item.short and item.sources else escape(title)
    yield f'<article id="{anchor(item.story)}">'
    yield f'<{level}><span class="number">{number}</span> {label}{said}</{level}>'
    sources = f"{words.sources}{words.colon}{' · '.join(link(one.url) for one in item.sources)}"
    title, byline = (escape(line) for line in (original(item, words), signed(item, words)))
    if item.short:
        yield f'<p class="sources">{" · ".join(filter(None, (sources, byline, title)))}</p>'
    else:
        yield f'<p class="sources">{sources}</p>'
        yield from (f'<p class="byline">{line}</p>' for line in (title, byline) if line)
    if item.thread:
        yield f'<p class="thread">{escape(thread(item, day, words))}</p>'
    if beside:
        yield beside
    if item.title.evidence:
        yield f'<div class="title-proof">{tell(item.title, words.title_basis)}</div>'
    for section in points(item):
        yield from _point(section, words, tell)
    for section in item.sections:
        if section.points and section.kind != "point":
            yield _section(section, words, tell)
    if item.unknowns:
        yield _block("unknown", words.unknowns, _listed([escape(one) for one in item.unknowns]))
    yield "</article>"


def _point(section: Section, words: Words, tell: Telling) -> Iterator[str]:
    """Each sentence in bold, and nothing else of it; whose voice it is stands behind it."""
    label = voice(section, words)
    whose = f" <small>{escape(words.in_brackets(label))}</small>" if label else ""
    for claim in section.points:
        said = _said(claim, lines(claim, words)[0], tell, strong=True)
        name = "div" if said.startswith("<details") else "p"
        yield f'<{name} class="point">{said}{whose}</{name}>'


def _said(claim: Claim, text: str, tell: Telling, *, strong: bool = False) -> str:
    if claim.evidence or claim.basis:
        return tell(claim, text, strong=strong)
    return element(text, strong=strong)


def _section(section: Section, words: Words, tell: Telling) -> str:
    label = voice(section, words)
    whose = f" <small>{escape(words.in_brackets(label))}</small>" if label else ""
    own = "" if label else f" <small>{words.in_brackets(words.ours[section.kind])}</small>"
    mark = all_translated(section, words)
    whose += f" <small>{escape(mark)}</small>" if mark else ""

    def point(claim: Claim) -> str:
        first, *below = lines(claim, words, marked=not mark)
        more = "\n" + _listed([escape(line) for line in below], "lines") if below else ""
        return judged(claim, _said(claim, first, tell)) + more

    def judged(claim: Claim, said: str) -> str:
        return f'<div class="judgement">{said}{own}</div>' if claim.judgement else said

    def row(claim: Claim) -> str:
        *first, last = map(plain, claim.cells)
        return "".join(f"<td>{cell}</td>" for cell in (*map(escape, first), judged(claim, _said(claim, last, tell))))

    ours = " ours" if all(claim.judgement for claim in section.points) else ""
    name = escape(heading(section, words))
    table = is_table(section)
    told = _table(name, section.columns, [*map(row, section.points)]) if table else _listed([*map(point, section.points)])
    return _block(section.kind + ours, name + whose, told)


def _table(name: str, columns: Sequence[str], rows: Sequence[str]) -> str:
    """A table that scrolls by itself on a narrow screen, with a keyboard too; the rows are HTML already."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{name}"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _block(kind: str, heading: str, told: str) -> str:
    return f'<section class="{kind}">\n<h3>{heading}</h3>\n{told}\n</section>'


def _listed(entries: Sequence[str], kind: str = "") -> str:
    return (f'<ul class="{kind}">\n' if kind else "<ul>\n") + "\n".join(f"<li>{entry}</li>" for entry in entries) + "\n</ul>"


def _moved(one: FollowUp, items: Sequence[Item], words: Words, tell: Telling) -> str:
    """The question, what is known now, and where."""
    state = f" <small>{words.in_brackets(words.states[one.state])}</small>"
    place = _place(items, (one.story,), words) or (f" {link(one.source.url)}" if one.source else "")
    said = tell(one.proof, in_quotes(plain(one.proof.text))) if one.proof else ""
    return f"{escape(one.watch.question)}{state}{place} {said}"


def _place(items: Sequence[Item], stories: Iterable[str], words: Words, before: str = "") -> str:
    found = words.list_comma.join(f'<a href="#{name}">{number}</a>' for number, name in places(items, stories))
    told = words.comma.join(filter(None, (escape(before), found)))
    return f'<span class="places">{words.in_brackets(told)}</span>' if told else ""
