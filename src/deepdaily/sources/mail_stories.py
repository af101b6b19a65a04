"""The stories of a newsletter: its headlines with their links, and what it says below each. In a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from deepdaily.core.cues import cues, table
from deepdaily.core.errors import SourceError
from deepdaily.core.text import CJK, sentences, squeeze
from deepdaily.core.urls import sponsored_link
from deepdaily.read.blocks import depth_of, tree_of, visible
from deepdaily.read.composed import TextLine, lines_of
from deepdaily.read.paid import is_label, is_slot
from deepdaily.sources.listed_rows import MAX_TITLE_CHARS
from deepdaily.sources.mail_links import is_story_link, is_web_version
from deepdaily.sources.mail_parts import mail_text

MAX_TAGS, FEW_TAGS, MAX_STEPS = 60_000, 8_000, 200_000_000
"""As for pages that are read; a long newsletter has some 5,000."""

MOST_STORIES = 60
"""Of one mail."""

LEAST_WORDS = 4
"""Of a link that is a headline by itself, and of a heading that is one; a Chinese character is half a word."""

STORY_LINES, STORY_CHARS = 8, 1_500
"""Of what stands below a headline."""

FILLS = 0.6
"""So much of a line is the link: the line is the headline."""

ESSAY_CHARS, A_STORY_CHARS = 1_500, 2_500
"""A mail of so many characters with so many for each of its links tells itself."""

_CUES = cues(table(__name__))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CJK = re.compile(f"[{CJK}]")
_WRITTEN = re.compile(r"https?://[^\s<>\"'“”）)\]]{4,2000}")


@dataclass(frozen=True, slots=True)
class MailStory:
    """What a newsletter says of one page."""

    link: str
    """As it is written."""
    title: str
    text: str
    """What stands below the headline, one block a line; may be empty."""
    paid: bool


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A newsletter as it was read."""

    name: str
    """Its Message-ID without brackets; empty where it has none."""
    subject: str
    shown: str
    """The part that was read, as text: HTML, or plain."""
    is_html: bool
    readers: tuple[str, ...]
    stories: tuple[MailStory, ...]
    text: str
    """All that it says, one block a line."""
    web: str
    """Where it says that it stands on the web itself; empty where it does not."""

    @property
    def is_essay(self) -> bool:
        """Whether it tells something itself rather than naming pages that do."""
        return len(self.text) >= max(ESSAY_CHARS, A_STORY_CHARS * len(self.stories))


def parse_mail(raw: bytes) -> ReadMail:
    """The stories of a mail in its order, one a link; runs in a worker.

    Raises:
        SourceError: it cannot be read.
    """
    mail = mail_text(raw)
    markup = mail.text if mail.is_html else _marked_up(mail.text)
    tags = markup.count("<")
    if tags > MAX_TAGS or (tags > FEW_TAGS and tags * depth_of(markup) > MAX_STEPS):
        raise SourceError(f"more than {MAX_TAGS} tags, or elements in elements without end")
    tree = tree_of(markup)
    seen = visible(tree)
    lines = lines_of(seen.blocks)
    hrefs = [anchor.href for anchor in seen.links]
    gathered = _Gathering(hrefs, _bold(tree))
    for line in lines:
        gathered.take(line)
    web = mail.web or next((hrefs[at] for line in lines for words, at in _links(line) if is_web_version(words)), "")
    text = "\n".join(line.text for line in lines)
    return ReadMail(mail.name, mail.subject, mail.text, mail.is_html, mail.readers, gathered.told(), text, web)


@dataclass(slots=True)
class _Story:
    link: str
    title: str
    paid: bool
    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        if len(self.lines) < STORY_LINES and sum(map(len, self.lines)) + len(text) <= STORY_CHARS and text != self.title:
            self.lines.append(text)


class _Gathering:
    """Line after line of a mail to its stories."""

    def __init__(self, hrefs: Sequence[str], bold: frozenset[str]) -> None:
        self._hrefs, self._bold = hrefs, bold
        self._stories: list[_Story] = []
        self._open: _Story | None = None
        self._heading = ""
        self._below: list[str] = []
        self._paid = self._paid_told = False

    def told(self) -> tuple[MailStory, ...]:
        """The first story of each link."""
        found: dict[str, MailStory] = {}
        for one in self._stories:
            found.setdefault(one.link, MailStory(one.link, one.title, "\n".join(one.lines), one.paid))
        return tuple(found.values())[:MOST_STORIES]

    def take(self, line: TextLine) -> None:
        text = line.text.removeprefix("- ")
        links = [(words, self._hrefs[at]) for words, at in _links(line) if _is_web(self._hrefs[at])]
        if any(not is_story_link(words) for words, _ in links):
            self._open = None
            return
        if is_label(text) or is_slot(text) or _CUES["sponsor"].fullmatch(text):
            self._paid, self._paid_told, self._open, self._heading = True, False, None, ""
            return
        heading = bool(line.block and line.block.tag in _HEADINGS)
        if heading and not links:
            self._begin_heading(text)
        elif not sum(self._headline(text, heading, words, href) for words, href in links):
            self._add(text)

    def _begin_heading(self, text: str) -> None:
        self._end_paid()
        self._open, self._below = None, []
        self._heading = text if words_in(text) >= LEAST_WORDS else ""

    def _end_paid(self) -> None:
        """A heading, or a headline of its own, ends what was paid for, once that has had one."""
        if self._paid and self._paid_told:
            self._paid = False

    def _headline(self, text: str, heading: bool, words: str, href: str) -> bool:
        """Whether a link begins a story, or is that of the heading above; then it is taken."""
        more = bool(_CUES["more"].fullmatch(words))
        enough = not more and words_in(words) >= LEAST_WORDS
        fills = len(words) >= FILLS * len(text)
        if not more and fills and (heading or enough or (href in self._bold and words_in(words) >= 2)):
            if heading or href in self._bold:
                self._end_paid()
            self._begin(href, _CUES["minutes"].sub("", text if heading else words))
            return True
        if self._heading:
            self._begin(href, self._heading, [*self._below, *([] if more else [text])])
            return True
        if enough:
            self._begin(href, _sentence(text, words), [text])
            return True
        return more and self._open is not None

    def _begin(self, href: str, title: str, below: Sequence[str] = ()) -> None:
        self._open = _Story(href, squeeze(title)[:MAX_TITLE_CHARS], self._paid or sponsored_link(href))
        self._paid_told |= self._paid
        self._heading, self._below = "", []
        for text in below:
            self._open.add(text)
        self._stories.append(self._open)

    def _add(self, text: str) -> None:
        if self._open is not None:
            self._open.add(text)
        elif self._heading and len(self._below) < STORY_LINES:
            self._below.append(text)


def words_in(text: str) -> float:
    """How many words a text has; a Chinese character is half a word."""
    chinese = len(_CJK.findall(text))
    return len(re.findall(r"[^\W_][\w'’.-]*", _CJK.sub(" ", text))) + chinese / 2


def _links(line: TextLine) -> Iterator[tuple[str, int]]:
    """The words of each link of a line, and its place among the mail's links."""
    for start, end, place in line.links:
        if words := line.text[start:end].strip():
            yield words, place


def _sentence(text: str, words: str) -> str:
    """The sentence in which a link stands; the words of the link where it is too long for a title."""
    found = next((one.text for one in sentences(text) if words in one.text), words)
    return found if len(found) <= MAX_TITLE_CHARS // 2 else words


def _is_web(href: str) -> bool:
    try:
        return urlsplit(href.strip()).scheme.lower() in ("http", "https")
    except ValueError:
        return False


def _bold(tree: LexborHTMLParser) -> frozenset[str]:
    """Links in bold, by a tag or a style of theirs or right around them."""
    tagged = tree.css("b a[href], strong a[href]") + [_link_around(node) for node in tree.css("a[href] b, a[href] strong")]
    styled = [node for node in tree.css("a[href]") if _is_bold(node)]
    return frozenset((node.attributes.get("href") or "") for node in (*tagged, *styled) if node is not None)


def _link_around(node: LexborNode) -> LexborNode | None:
    above = node.parent
    for _ in range(6):
        if above is None or above.tag == "a":
            return above
        above = above.parent
    return None


def _is_bold(node: LexborNode) -> bool:
    around = [node, node.parent, node.child]
    elements = (one for one in around if one is not None and not (one.tag or "-").startswith("-"))
    return any(_BOLD.search(one.attributes.get("style") or "") for one in elements)


def _marked_up(text: str) -> str:
    """A plain mail as HTML: a paragraph with an address is one link, whose words are its first line.

    Of each line counts what stands before an address.
    """
    made = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        found = _WRITTEN.search(paragraph)
        lines = [squeeze(_WRITTEN.split(line)[0]).rstrip(" :-<>(") for line in paragraph.split("\n")]
        lines = [line for line in lines if re.search(r"\w", line)]
        if found and lines:
            lines[0] = f'<a href="{escape(found[0].rstrip(".,;:!?"))}">{escape(lines[0])}</a>'
            made.append("<p>" + "</p><p>".join([lines[0], *map(escape, lines[1:])]) + "</p>")
        else:
            made += [f"<p>{escape(line)}</p>" for line in lines]
    return "".join(made)
