"""One day as one page: no script, nothing loaded from elsewhere, every fact opens to the passage it rests on."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from html import escape as escape_html
from importlib.resources import files
from itertools import count

from deepdaily.core.evidence import check_claim
from deepdaily.core.text import CJK, clean, language_of
from deepdaily.core.types import Cited, Claim, Document, Evidence, Issue, Language
from deepdaily.render.body import body, element, escape, link
from deepdaily.render.excerpts import GAP, Stretch, contexts, excerpt
from deepdaily.render.foreign import anchor, plain, quotation, safe_link
from deepdaily.render.notes import Note, minute, notes_of
from deepdaily.render.phrases import dated, headline_of, in_quotes
from deepdaily.words import Words, of

CHARACTERS_A_MINUTE, WORDS_A_MINUTE = 400, 220
"""Reading speed in Chinese and in Latin script; usual figures for technical prose, not measured by us."""

BASIS_SHOWN = 4
"""Passages that a judgement opens to; a day has some thirty judgements, and its page shall stay below 80 KB."""

# A figure with its unit, but not the digits inside a name or version (GPT-5.3, v0.9.1). It begins with the digit, not with what
# may not stand before it: so the search leaps from digit to digit.
_FIGURE = re.compile(
    r"\d(?<![\w.\-]\d)\d*(?:[.,:]\d+)*(?:\s?(?:%|‰|(?:[kMGT]?i?[BbW]|[nµm]?s|[kMG]?Hz|[KMBx])\b)|[ ]?(?:倍|万|亿))?(?![\w.\-]*\d)",
    re.ASCII,
)


def page(issue: Issue, texts: Mapping[str, Document]) -> str:
    """The whole HTML document.

    Args:
        issue: the day.
        texts: the cited documents by id, for the excerpts; one that is missing shows its bare quotation.
    """
    draft, words, own = issue.draft, of(issue.draft.language), files("deepdaily.render")
    proofs, style = Proofs(issue), own.joinpath("page.css").read_text("utf-8")
    return (
        own.joinpath("page.html")
        .read_text("utf-8")
        .format(
            language=words.tag,
            says=words.page,
            style=style,
            digest=b64encode(sha256(style.encode()).digest()).decode(),
            title=escape(draft.title) or draft.slot.day,
            masthead=masthead(masthead_of(issue, texts), words),
            told="\n".join(filter(None, body(issue, proofs.tell))),
            excerpts=proofs.excerpts(texts),
        )
    )


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands above the items: foreign text, unescaped, and what is counted; without the words around them."""

    due: date
    language: Language
    title: str
    summary: str
    notice: str
    contents: tuple[tuple[str, str], ...]
    """Anchor and headline of each item."""
    minutes: int
    hosts: int
    facts: int
    checked: int
    """Those of `facts` that say no more than their passages."""


def masthead_of(issue: Issue, texts: Mapping[str, Document]) -> Masthead:
    """What stands above the items of the issue; `texts` are the cited documents by id."""
    draft, own = issue.draft, of(issue.draft.language)
    facts = [claim for claim in issue.claims() if claim.evidence]
    return Masthead(
        due=draft.slot.due.date(),
        language=draft.language,
        title=plain(draft.title),
        summary=issue.closing.summary,
        notice=draft.notice,
        contents=tuple((anchor(item.story), headline_of(item, own) or draft.slot.day) for item in draft.items),
        minutes=_minutes(issue),
        hosts=len({source.host for item in draft.items for source in item.sources}),
        facts=len(facts),
        checked=sum(_stands(claim, _cited(claim, texts)) for claim in facts),
    )


def masthead(above: Masthead, words: Words) -> str:
    """Date, title, figures, notice and contents as HTML, with the words of the issue's language or of the page's around it."""
    says, day = words.page, above.due.isoformat()
    ours = "" if words.tag == of(above.language).tag else f' lang="{words.tag}"'
    figures = (
        says["items"].format(len(above.contents)),
        says["minutes"].format(above.minutes),
        says["hosts"].format(above.hosts),
        ("✓ " if above.checked == above.facts else "") + says["checked"].format(checked=above.checked, facts=above.facts),
    )
    contents = (f'<li><a href="#{place}">{escape(title)}</a></li>' for place, title in above.contents)
    notice = f"<strong{ours}>{words.notice}</strong>{words.colon}{escape(above.notice)}"
    return "\n".join(
        [
            f'<p class="date"{ours}><time datetime="{day}">{dated(above.due, words)}</time></p>',
            f"<h1>{escape(above.title) or day}</h1>",
            f'<p class="summary">{escape(above.summary)}</p>' if above.summary else "",
            f'<ul class="figures"{ours}>' + "".join(f"<li>{figure}</li>" for figure in figures) + "</ul>",
            f'<p class="notice" role="note">{notice}</p>' if above.notice else "",
            f'<nav aria-label="{says["contents"]}"><ol>{"".join(contents)}</ol></nav>',
            f'<p class="hint"{ours}>{says["hint"]}</p>' if above.facts else "",
        ]
    )


def _cited(claim: Claim, texts: Mapping[str, Document]) -> tuple[Document, ...]:
    return tuple(texts[proof.document] for proof in claim.evidence if proof.document in texts)


@lru_cache(maxsize=256)
def _stands(claim: Claim, cited: tuple[Document, ...]) -> bool:
    """Whether the claim says no more than its documents: asked again for each form of an issue, and the dearest part of each."""
    return not check_claim(claim, {document.id: document for document in cited})


def _minutes(issue: Issue) -> int:
    draft = issue.draft
    printed = [claim.text for claim in issue.claims()]
    printed += [text for item in draft.items for text in item.unknowns]
    printed += [*(trend.text for trend in issue.closing.trends), *(watch.question for watch in issue.closing.watchlist)]
    text = "\n".join(printed)
    rest, chinese = re.subn(f"[{CJK}]", " ", text)
    latin = len(re.findall(r"[A-Za-z0-9][\w.\-]*", rest))
    return max(1, math.ceil(chinese / CHARACTERS_A_MINUTE + latin / WORDS_A_MINUTE))


MARKS = {name: f"<!--{name}-->" for name in ("fetched", "excerpt", "original", "drawn_from")}
"""What the reader puts its own language's words in the place of; foreign text is escaped and cannot say it."""


class Proofs:
    """The facts of an issue and the passages they rest on, each linked to the other.

    Args:
        issue: the day.
        address: where a note's passage is shown; by default further down on the same page.
        told_on: address of the page with the facts; empty where it is the same page.
        texts: the cited documents by id, for the reader: there every fact opens to its passage with what stands around it, also a
            fact that is the passage, and MARKS stand in the place of our own words.
    """

    def __init__(
        self,
        issue: Issue,
        address: Callable[[Note], str] | None = None,
        told_on: str = "",
        texts: Mapping[str, Document] | None = None,
    ) -> None:
        words = of(issue.draft.language)
        fetched, says = (words.fetched, words.page) if texts is None else (MARKS["fetched"], MARKS)
        self._issue, self._fetched, self._says, self.notes = issue, fetched, says, notes_of(issue)
        self._origins: dict[str, tuple[str, str]] = {}
        """By document, what its cards have in common: many facts rest on each."""
        self._address, self._told_on = address or (lambda note: f"#e{note.number}"), told_on
        self._ids = count(1)
        self._around = _contexts(self.notes.values(), texts) if texts is not None else None
        self._told: dict[Evidence, str] = {}
        """Where a passage is first relied on: the facts are numbered as `body` tells them."""
        facts = (claim for claim in issue.claims() if claim.evidence)
        for number, claim in enumerate(facts, start=1):
            for evidence in claim.evidence:
                self._told.setdefault(evidence, f"c{number}")

    def told_at(self, note: Note) -> str:
        """Address of the first fact that rests on the note's passage."""
        return f"{self._told_on}#{self._told[note.evidence]}"

    def tell(self, claim: Claim, text: str, *, strong: bool = False) -> str:
        """A claim that opens to its passages: the whole sentence is the button."""
        if claim.judgement:
            return self._drawn(claim, text, strong)
        notes = [self.notes[evidence] for evidence in dict.fromkeys(claim.evidence)]
        own_words = claim.verbatim and plain(claim.text) in text  # a title's proof is told in our words
        lang = f' lang="{language_of(claim.text)}"' if own_words else ""
        name = "strong" if strong else "span"
        said = f"<{name}{lang}>{_with_figures(plain(text))}</{name}>"
        cards = [self._card(note, *self._origin(note), quoted=self._around is not None or not claim.verbatim) for note in notes]
        return _opening(f'class="fact" id="c{next(self._ids)}"', said, "", notes, cards)

    def _drawn(self, claim: Claim, text: str, strong: bool) -> str:
        """A judgement that opens to the passages it is drawn from, as far as a printed fact still rests on them.

        A card has the passage itself and its place; when and how it was fetched stands with the fact.
        """
        known = [self.notes[evidence] for evidence in dict.fromkeys(claim.basis) if evidence in self.notes]
        if not (notes := known[:BASIS_SHOWN]):
            return element(text, strong=strong)
        cards = [self._card(note, f"<b>{escape(note.cited.host)}</b>") for note in notes]
        return _opening('class="drawn"', element(text, "span", strong=strong), f"{self._says['drawn_from']} ", notes, cards)

    def _card(self, note: Note, origin: str, original: str = "", quoted: bool = True) -> str:
        shown = self._passage(note, bool(original)) if quoted else ""
        passage = f'<a href="{self._address(note)}">{self._says["excerpt"]}</a>'
        return f'<div class="proof">{shown}<p>{origin} · {passage}{original}</p></div>'

    def _passage(self, note: Note, with_context: bool) -> str:
        """The quotation, marked among the words around it where they are at hand and asked for."""
        quote = quotation(note.evidence)
        before, after = (self._around or {}).get(note.evidence, ("", "")) if with_context else ("", "")
        said = escape_html(in_quotes(quote))
        if before or after:
            said = f"{escape(before)} <mark>{escape_html(quote)}</mark> {escape(after)}".strip()
        return f'<blockquote lang="{language_of(quote)}">{said}</blockquote>'

    def _origin(self, note: Note) -> tuple[str, str]:
        """When and from where the note's document was fetched, and the link to its page where that may be followed."""
        cited = note.cited
        if cited.document not in self._origins:
            digest = f" · sha256 <code>{note.short_digest}</code>" if self._around is None else ""
            address = safe_link(cited.url)
            led = f'<a href="{escape_html(address or "")}" rel="noopener noreferrer">{self._says["original"]}</a>'
            original = f" · {led}" if address else ""
            fetched = f"<b>{escape(cited.host)}</b> · {self._time(cited)}{digest}"
            self._origins[cited.document] = fetched, original
        return self._origins[cited.document]

    def _time(self, cited: Cited) -> str:
        return f"{self._fetched} {minute(cited.fetched_at, self._issue)}"

    def excerpts(self, texts: Mapping[str, Document]) -> str:
        """The cited documents in the order of their first note; empty where the issue has no facts."""
        documents: dict[str, list[Note]] = {}
        for note in self.notes.values():
            documents.setdefault(note.evidence.document, []).append(note)
        if not documents:
            return ""
        articles = "\n".join(self._document(texts.get(name), notes) for name, notes in documents.items())
        return (
            f'<section class="snapshots" aria-labelledby="snapshots">\n<h2 id="snapshots">{self._says["excerpts"]}</h2>\n'
            f'<p class="hint">{self._says["excerpts_hint"]}</p>\n{articles}\n</section>'
        )

    def _document(self, document: Document | None, notes: Sequence[Note]) -> str:
        cited = notes[0].cited
        lang = document.language if document else language_of(notes[0].evidence.quote)
        shown = self.marked(excerpt(document, notes))
        return (
            f'<article class="snapshot">\n<h3 lang="{lang}">{escape(cited.title) or escape(cited.host)}</h3>\n'
            f"<p>{link(cited.url)} · {self._time(cited)} · {self._says['extractor']} {escape(cited.extractor)}</p>\n"
            f'<p><code class="digest">{escape(cited.snapshot)}</code></p>\n'
            f'<div class="excerpt" lang="{lang}">{shown}</div>\n</article>'
        )

    def marked(self, stretches: Iterable[Stretch]) -> str:
        """Stored text with its passages marked, each with its way back."""
        return "".join(self._stretch(one) for one in stretches)

    def _stretch(self, stretch: Stretch) -> str:
        """Marked text; a passage that spans several stretches carries its id on the first and its way back on the last."""
        if stretch is GAP:
            return f'<span class="gap">{stretch.text}</span>'
        names = (f' id="e{note.number}"' if note.number in stretch.begins else "" for note in stretch.notes)
        opened = "".join(f"<mark{name}>" for name in names)
        back = "".join(self._back(note) for note in stretch.notes if note.number in stretch.ends)
        return opened + escape_html(clean(stretch.text)) + "</mark>" * len(stretch.notes) + back

    def _back(self, note: Note) -> str:
        label, place = f"{self._says['back']} {note.number}", self.told_at(note)
        return f'<a class="back" href="{place}" aria-label="{label}" title="{label}">↩{note.number}</a>'


def _opening(kind: str, said: str, label: str, notes: Sequence[Note], cards: Sequence[str]) -> str:
    """A sentence that opens to the cards of its notes; their numbers stand behind it."""
    numbers = " ".join(f"<sup>{label if at == 0 else ''}{note.number}</sup>" for at, note in enumerate(notes))
    shown = "\n".join(cards)
    return f"<details {kind}><summary>{said}{numbers}</summary>\n{shown}\n</details>"


def _contexts(notes: Iterable[Note], texts: Mapping[str, Document]) -> dict[Evidence, tuple[str, str]]:
    """What stands before and behind each passage, as far as its document is at hand and the passage in its place."""
    by_document: dict[str, list[Note]] = {}
    for note in notes:
        by_document.setdefault(note.evidence.document, []).append(note)
    found: dict[Evidence, tuple[str, str]] = {}
    for name, mine in by_document.items():
        if name in texts:
            found |= contexts(texts[name], mine)
    return found


def _with_figures(text: str) -> str:
    """`text` escaped, each figure marked as one that can be opened."""
    pieces, at = [], 0
    for found in _FIGURE.finditer(text):
        pieces += [escape_html(text[at : found.start()]), f'<b class="figure">{escape_html(found.group())}</b>']
        at = found.end()
    return "".join([*pieces, escape_html(text[at:])])
