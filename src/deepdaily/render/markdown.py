"""An issue as a Markdown post. Every foreign string goes through `escape`, every link through `link`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from deepdaily.core.types import Claim, Evidence, FollowUp, Issue, Item, Section
from deepdaily.render.foreign import anchor, at_passage, on_page, plain, quotation, safe_link, shown
from deepdaily.render.front_matter import USUAL_FORM, PostForm, front_matter
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

_CLOSING_COLON = re.compile(r"(?<=[\w+-]):")
_PICTURE = re.compile(r":(?=[^:]*[a-z_+-]|100$|1234$)[\w+-]{1,64}$")


def _no_picture(colon: re.Match[str], written: str = r"\:") -> str:
    """`written` where the colon closes what a site may take for a picture, `:smile:`: Hugo looks for it in the raw source."""
    return written if _PICTURE.search(colon.string[max(0, colon.start() - 65) : colon.start()]) else ":"


def _each(run: re.Match[str]) -> str:
    return "".join(f"\\{sign}" for sign in run.group())


_ESCAPES = (
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    # A browser's tag, an autolink, a comment, and Hugo's `<!--more-->`, which it looks for in the raw source.
    (re.compile(r"<(?=[A-Za-z/!?<])"), "&lt;"),
    (re.compile(r"\\(?=[!-/:-@\[-`{-~\s]|$)"), r"\\\\"),  # before a blank too: the extension for CJK drops it there
    # Braces: shortcodes run before Markdown, also in code spans; attributes after a heading.
    (re.compile(r"([`*{])"), r"\\\1"),
    # As entities: behind a backslash brackets are delimiters of formulas.
    (re.compile(r"\["), "&#91;"),
    (re.compile(r"\]"), "&#93;"),
    (re.compile(r"\$"), r"\\$"),
    (re.compile(r"(?<!\w)_+|_+(?!\w)"), _each),
    # `~3B` after a blank can open a strike-through but nothing could close it.
    (re.compile(r"~(?!\d)|(?<=\S)~"), r"\~"),
    # Hugo's extras, where a site turns them on: raised, marked and inserted text.
    (re.compile(r"\^|==+|\+\++(?=\S)"), _each),
    # Hugo's typographer makes `--flag` a dash, and other signs of `"`, `'`, `...` and `>>`.
    (re.compile(r"--+|[\"']|>>+|\.\.\.+"), _each),
    (_CLOSING_COLON, _no_picture),
    (re.compile(r"(?i)(https?|ftp)://"), r"\1\://"),
    (re.compile(r"(?i)(?<![a-z0-9])(www)\.(?=\w)"), r"\1\\."),
    (re.compile(r"(?<=\w)@(?=\w)"), r"\@"),
    (re.compile(r"([!#])$"), r"\\\1"),
)
_STARTS = ((re.compile(r"^(?=[#>+:\-])"), r"\\"), (re.compile(r"^(\d{1,9})([.)])(?=\s|$)"), r"\1\\\2"))


def escape(text: str) -> str:
    r"""`text` as it shall be seen within a line: no markup, link, footnote or shortcode of its own.

    Only what Markdown would take for markup is escaped: versions, parentheses, `snake_case` and hyphens stay.
    """
    text = plain(text)
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return text


def escape_line(text: str) -> str:
    """`text` escaped for the beginning of a line or list entry: no heading, list or quotation of its own either."""
    return _at_line_start(escape(text))


_BRACKETS = {"&#91;": "[", "&#93;": "]"}
_ACTIVE_ALONE = {
    "[": r"\]\s*[(\[:]|\[\^",
    "]": r"\]\s*[(\[:]|\[\^",
    "*": r"^\*|\*.*\*",
    "`": r"^`|`[^`]+`",
    "_": r"(?:(?<!\w)_+|_+(?!\w)).*(?:(?<!\w)_+|_+(?!\w))",
    "{": r"^\{|\{\{",
    "$": r"\$.*\$",
    "~": r"^~|~.*~",
    "^": r"\^.*\^",
    "=": r"==.*==",
    "+": r"^\+|\+\+.*\+\+",
    "!": r"!\[",
    "#": r"^#",
}
"""When a sign does something in a paragraph that has nothing before it and no notes: mostly only where it stands twice."""


def escape_alone(text: str) -> str:
    """`text` escaped for a paragraph of its own by as few marks as that takes: some themes print a summary as it is written."""
    said = plain(text)
    idle = {sign for sign, active in _ACTIVE_ALONE.items() if not re.search(active, said)}

    def as_said(mark: re.Match[str]) -> str:
        sign = _BRACKETS.get(mark[0]) or mark[0][1]
        return sign if sign in idle else mark[0]

    return re.sub(r"\\.|&#9[13];", as_said, escape_line(text))


def _at_line_start(markdown: str) -> str:
    for pattern, replacement in _STARTS:
        markdown = pattern.sub(replacement, markdown)
    return markdown


def link(url: str) -> str:
    """`[host/path](url)`: never a bare URL, which no Markdown links after a full-width colon."""
    address = safe_link(url)
    return escape(shown(url)) if address is None else _linked(escape(shown(address)), address)


def _linked(markdown: str, address: str) -> str:
    """A link to what `safe_link` made; a picture of letters in it is percent-encoded."""
    return f"[{markdown}]({_CLOSING_COLON.sub(partial(_no_picture, written='%3A'), address)})"


def post(issue: Issue, form: PostForm = USUAL_FORM) -> str:
    """The whole post, ending in a newline."""
    draft, words = issue.draft, of(issue.draft.language)
    notes, place = notes_of(issue), partial(_place, draft.items, words=words)
    blocks = [front_matter(issue, escape_alone(issue.closing.summary), form)]
    if draft.notice:
        blocks.append(f"> {words.notice}{words.colon}{escape(draft.notice)}")
    for short, items in groupby(enumerate(draft.items, start=1), key=lambda one: one[1].short):
        blocks.extend([f"## {words.short_items}"] if short else [])
        for number, item in items:
            blocks.append(_title(item, number, words, draft.slot.day))
            blocks.extend(_item(item, words, notes, draft.slot.day))
    if issue.closing.trends:
        blocks.append(f"## {words.trends}")
        blocks.append("\n".join(f"- {escape_line(one.text)}{place(one.stories)}" for one in issue.closing.trends))
    if issue.closing.watchlist or issue.closing.followed:
        blocks.append(f"## {words.watchlist}")
        blocks.extend(_watchlist(issue, words, notes))
    if notes:
        blocks.extend([f"{words.all_proofs}{words.colon}[{escape(form.proofs)}]({form.proofs})"] if form.proofs else [])
        blocks.append("\n".join(_footnote(note, issue, words) for note in footnotes_of(issue)))
    return "\n\n".join(blocks) + "\n"


def _title(item: Item, number: int, words: Words, day: str) -> str:
    """A heading with a name for links, of a short item one level below: nothing else can bear a name without raw HTML."""
    label = words.in_brackets(escape(item.label)) if item.label else ""
    gap = "" if label.endswith("）") else " "
    said = escape(headline_of(item, words)) or day
    return f"{'###' if item.short else '##'} {number}){label}{gap}{said} {{#{anchor(item.story)}}}"


def _item(item: Item, words: Words, notes: Mapping[Evidence, Note], day: str) -> Iterator[str]:
    # A title in the source's own words is proven by the link beside it.
    marks = "" if item.title.verbatim else _marks(item.title, notes)
    said = words.in_brackets(words.title_basis + marks) if marks else ""
    sources = words.sources + words.colon + " · ".join(link(source.url) for source in item.sources) + said
    below = [escape_line(line) for line in (original(item, words), signed(item, words)) if line]
    yield from [" · ".join([sources, *below[::-1]])] if item.short else [sources, *below]
    if item.thread:
        yield escape_line(thread(item, day, words))
    for section in points(item):
        yield from _point(section, words, notes)
    entries: list[str] = []
    for section in item.sections:
        if section.points and section.kind != "point":
            entries.append(_section(section, words, notes))
            if is_table(section):  # at the left edge: within the entry it would set all others of the list apart
                yield "\n".join(entries)
                yield _table(section, words, notes)
                entries = []
    if item.unknowns:
        entries.append(_entry(f"**{words.unknowns}**", [[escape(one)] for one in item.unknowns], words))
    if entries:
        yield "\n".join(entries)


def _point(section: Section, words: Words, notes: Mapping[Evidence, Note]) -> Iterator[str]:
    """Each in bold, as a paragraph. What follows the closing mark is a bracket or nothing: only so it closes behind a full stop."""
    label = voice(section, words)
    whose = words.in_brackets(escape(label)) if label else ""
    for claim in section.points:
        yield f"**{escape(lines(claim, words)[0])}**{_marks(claim, notes)}{whose}"


def _section(section: Section, words: Words, notes: Mapping[Evidence, Note]) -> str:
    label = voice(section, words)
    mark = all_translated(section, words)
    head = f"**{escape(heading(section, words))}**" + (words.in_brackets(escape(label)) if label else "") + mark
    # A judgement among facts says so itself, as its section cannot.
    own = "" if label else words.in_brackets(words.ours[section.kind])
    if is_table(section):
        return f"- {head}{words.colon}".rstrip()
    return _entry(head, [_claim(one, words, notes, own if one.judgement else "", marked=not mark) for one in section.points], words)


def _table(section: Section, words: Words, notes: Mapping[Evidence, Note]) -> str:
    """The rows below the names of their columns; the last cell of each has the marks of its passages."""
    own = "" if voice(section, words) else words.in_brackets(words.ours[section.kind])
    rows = [[*map(_cell, section.columns)], ["---"] * len(section.columns)]
    for claim in section.points:
        *first, last = map(_cell, claim.cells)
        rows.append([*first, last + _marks(claim, notes) + (own if claim.judgement else "")])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(text: str) -> str:
    """`text` escaped for a table: a bar would end its cell, also behind a backslash."""
    return escape(text).replace("|", "&#124;")


def _entry(head: str, points: Sequence[Sequence[str]], words: Words) -> str:
    """A list entry; several points become a nested list, and so do the lines of a point but the first. All are Markdown already."""
    if len(points) == 1:
        first, *below = points[0]
        return "\n".join([f"- {head}{words.colon}{first}", *(f"  - {_at_line_start(line)}" for line in below)])
    told = [f"- {head}"]
    for first, *below in points:
        told += [f"  - {_at_line_start(first)}", *(f"    - {_at_line_start(line)}" for line in below)]
    return "\n".join(told)


def _claim(claim: Claim, words: Words, notes: Mapping[Evidence, Note], own: str = "", *, marked: bool = True) -> list[str]:
    """Its lines, the first with the marks of its passages; `own` says that it is ours."""
    first, *below = map(escape, lines(claim, words, marked=marked))
    return [first + _marks(claim, notes) + own, *below]


def _marks(claim: Claim, notes: Mapping[Evidence, Note]) -> str:
    """With a blank between two: most themes set their numbers side by side."""
    return " ".join(f"[^{number}]" for number in dict.fromkeys(notes[evidence].footnote for evidence in claim.evidence))


def _place(items: Sequence[Item], stories: Iterable[str], words: Words, before: str = "") -> str:
    """Where in the issue, behind `before`: `（[1](#s-…)、[3](#s-…)）`; empty when there is neither."""
    found = words.list_comma.join(f"[{number}](#{name})" for number, name in places(items, stories))
    told = words.comma.join(filter(None, (before, found)))
    return words.in_brackets(told) if told else ""


def _watchlist(issue: Issue, words: Words, notes: Mapping[Evidence, Note]) -> Iterator[str]:
    """What became of earlier questions, then those of today, as blocks."""
    place = partial(_place, issue.items, words=words)
    if issue.closing.followed:
        yield follow_status(issue.closing.followed, issue.slot.due.date(), words)
        moved = [_moved(one, words, notes, place) for one in issue.closing.followed if one.proof]
        yield from ["\n".join(moved)] if moved else []
        yield from map(escape_line, endings(issue.closing.followed, words))
    watchlist = issue.closing.watchlist
    asked = [f"- {escape_line(watch.question)}{place((watch.story,), before=until(watch, words))}" for watch in watchlist]
    yield from ["\n".join(asked)] if asked else []


def _moved(one: FollowUp, words: Words, notes: Mapping[Evidence, Note], place: Callable[[Iterable[str]], str]) -> str:
    """The question, what is known now, and where."""
    said = words.colon + _claim(one.proof, words, notes)[0] if one.proof else ""
    where = place((one.story,)) or (words.in_brackets(link(one.source.url)) if one.source else "")
    return f"- {escape_line(one.watch.question)}{words.in_brackets(words.states[one.state])}{said}{where}"


def _footnote(note: Note, issue: Issue, words: Words) -> str:
    quoted = in_quotes(escape(quotation(note.evidence))) + " — " if note.quoted else ""
    page = note.cited.page_of(note.evidence)
    address = on_page(note.cited.url, page) if page else at_passage(note.cited.url, note.evidence.quote)
    leaf = words.in_brackets(words.pdf_page.format(page)) if page else ""
    if note.same_document:
        ditto = _linked(words.ditto, address) if address and note.quoted else words.ditto
        return f"[^{note.footnote}]: {quoted}{ditto}{leaf}"
    fetched = f"{words.fetched} {minute(note.cited.fetched_at, issue)}"
    host = escape(note.cited.host)
    host = (_linked(host, address) if address else host) + (words.in_brackets(words.carried) if note.cited.carried else "") + leaf
    facts = (host, fetched, f"sha256 `{note.short_digest}`")
    return f"[^{note.footnote}]: {quoted}{words.comma.join(facts)}"
