"""Bytes to readable text. Everything here runs in a worker process on hostile input: bytes in, values out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from selectolax.lexbor import LexborHTMLParser

from deepdaily.core.charset import decoded, is_pdf
from deepdaily.core.errors import Forwarded, NoText
from deepdaily.core.text import clean, language_of, squeeze, width
from deepdaily.core.to_machines import told_title
from deepdaily.core.types import NO_STRUCTURE, Language, Structure
from deepdaily.core.urls import domain, site_root
from deepdaily.read.blocks import Block, Visible, depth_of, tree_of, visible
from deepdaily.read.composed import MAX_TEXT_CHARS, Composed, absolute, composed, lines_of
from deepdaily.read.doubt import TRAFILATURA, handed_over, is_doubtful
from deepdaily.read.head import MAX_TITLE_CHARS, Head, author_of, folded, head_of, headline_of, is_article
from deepdaily.read.main_content import main_part
from deepdaily.read.markdown_source import seen_of, without_front_matter
from deepdaily.read.page_dates import moment, published_at
from deepdaily.read.paid import paid_for
from deepdaily.read.parts import parts_of
from deepdaily.read.walls import LITTLE, MIN_COLUMNS, NOTE_COLUMNS, calls_to_pay, is_notice, refuse_wall

__all__ = ["MAX_TEXT_CHARS", "Extracted", "PageBytes", "fragment", "moment", "of_markdown", "page", "with_title"]

MAX_TAGS = 200_000
"""A table of 300,000 cells did not end in 45 s; the longest page of the extraction set has 8,371 tags."""

FEW_TAGS, MAX_STEPS = 8_000, 200_000_000
"""A parser of HTML5 looks through all open elements for each paragraph: of 60,000 `div` in each other lexbor 2.7 makes a
tree in 20 s. Below so many tags nobody need count; real pages are some 40 deep."""

DAMAGED = 100
"""Of so many characters one may be damaged: a cut or wrong byte costs itself."""

MOST_SIGNED = 20
"""Blocks from the top among which a line may name the author."""

OWN = "deepdaily/1"
"""The extractor of a page that needed no second opinion."""

JSON_TYPES = ("application/json", "application/vnd.github+json", "text/json")

STATED = "json-ld/1"
"""The extractor of a page that shows less than it states: scripts fill it in."""

_NOT_TEXT = re.compile(rb"%PDF-|PK\x03\x04|\x89PNG|GIF8|\xff\xd8\xff|RIFF|\x1f\x8b|ID3|OggS|wOF[F2]|\x7fELF")
_TEXT_TYPES = re.compile(r"(?:text/(?:html|plain|markdown|x-markdown)|application/(?:xhtml\+xml|xml))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageBytes:
    """An answer as fetched; `media_type` may carry a charset."""

    url: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """`text` is the title on its own line, an empty line, then one block a line; list entries begin with `- `."""

    title: str
    text: str
    language: Language
    author: str
    published_at: datetime | None
    extractor: str
    sponsored: bool
    partial: bool = False
    """The rest is for those who pay, or on another page."""
    notice: bool = False
    """Most of it speaks of consent, or of a text that is gone."""
    canonical: str = ""
    """The address that the page gives itself, of its own site and not the site's root; empty where it gives none."""
    structure: Structure = NO_STRUCTURE
    pages: tuple[int, ...] = ()
    """Where each page of a PDF begins in `text`."""
    whole_at: str = ""
    """Where all of a page stands that is cut into parts; empty where it is not, or names no such place."""


def page(answer: PageBytes) -> Extracted:
    """The readable text of a page: no navigation, comments, scripts or text that readers cannot see.

    Raises:
        Forwarded: the page only sends its readers elsewhere.
        NoText: not a text, a login or challenge page, or fewer than MIN_COLUMNS columns.
    """
    if is_pdf(answer.body):
        return _of_pdf(answer.body)
    if answer.media_type.partition(";")[0].strip().lower() in JSON_TYPES:
        return _of_api(answer)
    source = _decoded(answer)
    if "plain" in answer.media_type or "markdown" in answer.media_type:
        return _plain(source)
    tags = source.count("<")
    if tags > MAX_TAGS:
        raise NoText(f"more than {MAX_TAGS} tags")
    if tags > FEW_TAGS and tags * depth_of(source) > MAX_STEPS:
        raise NoText("elements in elements, too many and too deep")
    tree = tree_of(source)
    head, seen = head_of(tree), visible(tree)
    blocks, extractor = _article(seen, source)
    title = told_title(headline_of(head, _tops(seen, tree), answer.url))
    made = composed(title, blocks, seen, _base(tree, answer.url))
    if stated := _stated(head, seen, made):
        made, extractor = stated, STATED
    if head.refresh and width(made.body[: LITTLE + 1]) < LITTLE:
        raise Forwarded("it only sends its readers elsewhere", to=head.refresh)
    paywalled = calls_to_pay(seen.blocks, blocks)
    goes_on, whole_at = parts_of(tree, answer.url)
    refuse_wall(head.title, made.body, tree, paywalled, head.is_article)
    return Extracted(
        title=title,
        text=made.text,
        language=language_of(made.body),
        author=author_of(head, tree, (block.text() for block in seen.blocks[:MOST_SIGNED] if len(block.raw) < 200)),
        published_at=published_at(head, tree, seen.blocks, title, answer.url),
        extractor=extractor,
        sponsored=paid_for(head, _owned(tree), seen, title, made.body, answer.url),
        partial=head.metered or paywalled or goes_on,
        notice=is_notice(made.body),
        canonical=_canonical(head, answer.url),
        structure=made.structure,
        whole_at=whole_at,
    )


def _article(seen: Visible, source: str) -> tuple[list[Block], str]:
    """The article's blocks, and who chose them."""
    part = main_part(seen)
    if is_doubtful(part, source, seen) and (others := handed_over(seen)):
        return others, TRAFILATURA
    return part.blocks, OWN


def _stated(head: Head, seen: Visible, made: Composed) -> Composed | None:
    """The article as the page's JSON-LD states it, where that is more than all that it shows; None where it is not, or is for those
    who pay."""
    if head.metered or width(made.body[: 2 * LITTLE]) >= 2 * LITTLE:
        return None
    bodies = (node.get("articleBody") for node in head.linked if is_article(node))
    body = next((fragment(body[:MAX_TEXT_CHARS]) for body in bodies if isinstance(body, str) and body.strip()), "")
    if len(body) <= sum(len(block.raw) for block in seen.blocks):
        return None
    return Composed(with_title(made.text.partition("\n\n")[0] if made.text != made.body else "", body), body, NO_STRUCTURE)


def _tops(seen: Visible, tree: LexborHTMLParser) -> list[str]:
    """The texts of the page's `h1`, seen ones before any."""
    found: dict[int, str] = {}
    for block in seen.blocks:
        if block.tag == "h1" and len(found) < 20:
            found[id(block.box)] = f"{found.get(id(block.box), '')} {block.text()[: MAX_TITLE_CHARS + 1]}".strip()
    tops = [*found.values()] or [squeeze(clean(top.text(deep=True)[:1000])) for top in tree.css("h1")[:20]]
    return tops or [block.text() for block in seen.blocks if block.tag == "h2"][:1]


def _owned(tree: LexborHTMLParser) -> list[str]:
    elements = (tree.css_first(name) for name in ("html", "body", "article"))
    return [one.attributes.get("class") or "" for one in elements if one is not None]


def _base(tree: LexborHTMLParser, url: str) -> str:
    """What its links are relative to."""
    named = tree.css_first("base[href]")
    return absolute((named.attributes.get("href") or "") if named is not None else "", url) or url


def _canonical(head: Head, url: str) -> str:
    named = absolute(head.canonical, url) if head.canonical else ""
    return named if named and domain(named) == domain(url) and not site_root(named) else ""


def fragment(markup: str) -> str:
    """The text of an entry's HTML (or plain text), one block a line; empty where there is none."""
    if not re.search(r"<[a-zA-Z!/]", markup):
        return _blocks(html.unescape(markup))
    tags = markup.count("<")
    if tags > FEW_TAGS and tags * depth_of(markup) > MAX_STEPS:
        return ""
    seen = visible(tree_of(f"<!doctype html><body>{markup}"))
    return "\n".join(line.text for line in lines_of(seen.blocks))


def of_markdown(source: str) -> str:
    """The text of Markdown, one block a line, headings without their marks; empty where there is none."""
    return _blocks(re.sub(r"^ {0,3}#{1,6}[ \t]+", "", seen_of(source), flags=re.M))


def with_title(title: str, body: str) -> str:
    """A document's text: title, empty line, blocks; a first block that only repeats the title is left out."""
    first, _, rest = body.partition("\n")
    if title and folded(first) == folded(title):
        body = rest
    return f"{title}\n\n{body}".strip()


def _decoded(answer: PageBytes) -> str:
    """The body as text, as the check of a proof takes it; resiliparse's guess only where that leaves much damaged."""
    kind = answer.media_type.partition(";")[0].strip()
    if not _TEXT_TYPES.fullmatch(kind):
        raise NoText(f"not a page but {kind[:80]}")
    if _NOT_TEXT.match(answer.body) or (b"\0" in answer.body[:1024] and answer.body[:2] not in (b"\xff\xfe", b"\xfe\xff")):
        raise NoText("binary, whatever its type says")
    source = decoded(answer.body, answer.media_type)
    if DAMAGED * source.count("\ufffd") <= len(source):
        return source
    guess = str(detect_encoding(answer.body, from_html_meta=True))
    return str(bytes_to_str(answer.body, guess, errors="replace", fallback_encodings=("utf-8", "gb18030", "windows-1252")))


def _plain(source: str) -> Extracted:
    body = _blocks(seen_of(without_front_matter(source)))
    if width(body) < MIN_COLUMNS:
        raise NoText("hardly any text")
    title = told_title(body.partition("\n")[0].lstrip("# ")[:MAX_TITLE_CHARS])
    return Extracted(title, with_title(title, body), language_of(body), "", None, "text/1", sponsored=False)


def _of_api(answer: PageBytes) -> Extracted:
    """What an API says of a page.

    Raises:
        NoText.
    """
    from deepdaily.read.api_answer import API, told  # a few answers of a day

    said = told(decoded(answer.body, answer.media_type))
    title = told_title(squeeze(said.title)[:MAX_TITLE_CHARS])
    body = fragment(said.text) if said.marked_up else _blocks(seen_of(without_front_matter(said.text)))
    if width(body) < NOTE_COLUMNS:
        raise NoText("hardly any text: the API has a title alone")
    return Extracted(title, with_title(title, body), language_of(body), said.author[:200], said.at, API, sponsored=False)


def _of_pdf(answer: bytes) -> Extracted:
    """A PDF's paragraphs, one a line, without what only repeats its title.

    Raises:
        NoText.
    """
    from deepdaily.core.pdf import pdfium_name, read_pdf  # a few files of a day
    from deepdaily.read.pdf_text import headline, paragraphs, tables_of, without

    found = read_pdf(answer)
    title = told_title(headline(found))
    body = without(paragraphs(found), title)
    begun = f"{title}\n\n" if title else ""
    places = list(accumulate((len(text) + 1 for text in body.texts), initial=len(begun)))
    text = (begun + "\n".join(body.texts))[:MAX_TEXT_CHARS].rstrip()
    body_text = text[len(begun) :]
    if width(body_text) < MIN_COLUMNS:
        raise NoText("hardly any text: a PDF whose pages are pictures")
    pages = tuple(place if number else 0 for number, place in enumerate(places[at] for at in body.begins) if place <= len(text))
    structure = Structure(tables=tuple(one for one in tables_of(body, len(begun)) if one.start < len(text)))
    told = language_of(body_text), found.author, found.made_at, pdfium_name()
    return Extracted(title, text, *told, sponsored=False, structure=structure, pages=pages)


def _blocks(text: str) -> str:
    """`text` with one block a line: no empty lines, rules or immediate repeats, one kind of bullet."""
    kept: list[str] = []
    for line in clean(text).split("\n"):
        line = squeeze(re.sub(r"\t+", " | ", line.strip()))
        line = re.sub(r"^[•◦▪‣·●○■*–—-]\s+", "- ", line)
        if line.startswith("|") and line.endswith("|"):  # a table's row
            line = line.strip("| ")
        if re.search(r"\w", line) and (not kept or kept[-1] != line):
            kept.append(line)
    text = "\n".join(kept)
    if len(text) <= MAX_TEXT_CHARS:
        return text
    return text[:MAX_TEXT_CHARS].rpartition("\n")[0] or text[:MAX_TEXT_CHARS]
