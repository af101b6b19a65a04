"""The passages of a document worth printing: what it is, and the details with numbers.

A passage is one sentence or one list entry that stands alone; what hangs on the sentence before it goes with that or
is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from deepdaily.core import evidence, lexicon
from deepdaily.core.actors import by_actor
from deepdaily.core.cues import Cue
from deepdaily.core.quantities import numbers
from deepdaily.core.text import COMMON, Sentence, names, tokens, versions, width
from deepdaily.core.to_machines import orders_machine, spoken
from deepdaily.core.types import Document, Evidence
from deepdaily.write.by_rule.titles import named_in

SHORTEST, LONGEST = 30, 300
"""Columns of a printable passage: shorter ones say nothing alone, longer ones are no quotation any more."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document's text, with what speaks for printing it."""

    document: Document
    start: int
    end: int
    place: int
    """Position among the document's passages, from 0."""
    listed: bool
    """A list entry: it stands alone by form."""

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def proof(self) -> Evidence:
        """Where it stands."""
        return evidence.passage(self.document, self.start, self.end)


@lru_cache(maxsize=32)  # a story is told and named of the same
def passages(document: Document) -> tuple[Passage, ...]:
    """The printable passages of the body in order; headings, code, menus, credits and dates are left aside."""
    first = document.text.partition("\n")[0]  # the title, or the end of it that its source wrote
    body = len(first) + 1 if document.title.endswith(first) or first.startswith(document.title) else 0
    units = [sentence for sentence in spoken(document.text) if sentence.start >= body]
    return tuple(_printable_of(document, units, _UNPRINTED) or _printable_of(document, units, _UNPRINTED_AT_LEAST))


def _printable_of(document: Document, units: Sequence[Sentence], unprinted: Sequence[Cue]) -> list[Passage]:
    found: list[Passage] = []
    for unit, following in zip(units, [*units[1:], None], strict=True):
        passage = _passage(document, unit, len(found), unprinted)
        if passage is not None:
            found.append(_with_limit(passage, unit, following))
    return found


_LIMIT = Cue(r"\W*(?:however|but|though|although|that said|note that|不过|但|然而)\b", re.I)


def _with_limit(passage: Passage, unit: Sentence, following: Sentence | None) -> Passage:
    """The passage with the sentence behind it that limits what it says, or that has a figure and leans on it, where both are a
    quotation still."""
    if following is None or following.block != unit.block or passage.listed:
        return passage
    leans = lexicon.HANGING.search(following.text) and numbers(following.text)
    if not (leans or _LIMIT.match(following.text)):
        return passage
    both = replace(passage, end=following.end)
    return both if width(both.text) <= LONGEST else passage


_TICKET = re.compile(r"[\s,;:.\-–—]*(?:\[[^\]]*\])?[(\[]?(?:PR|pull request|by @|https?:)\s?.*$|[\s\-–—]*\(#\d+.*$")
"""The tail of a release note that points to its pull request: it says nothing to a reader."""


def _passage(document: Document, unit: Sentence, place: int, unprinted: Sequence[Cue]) -> Passage | None:
    """The unit as a passage, without a label before it; None when it is not worth printing or does not stand alone."""
    listed = unit.text.startswith("- ")
    start = unit.start + (2 if listed else _label_of(unit.text))
    if unit.end - start > 4 * LONGEST:  # before any pattern: a line may have 200,000 characters
        return None
    text = _TICKET.sub("", document.text[start : unit.end])
    if listed and not _tells(text):
        return None
    if not (listed or _ended(text)) or not _printable(text, unprinted):
        return None
    if not listed and (lexicon.ORDERS.search(text) or _repeats_title(text, document)):
        return None
    return None if lexicon.HANGING.search(text) else Passage(document, start, start + len(text), place, listed)


_LABEL = re.compile(r"(?:Abstract|Summary|TL;?DR|摘要|总结)\s?[:：]\s*", re.I)


def _label_of(text: str) -> int:
    """How many characters of a sentence only say what part of the page it is: `Abstract: `."""
    found = _LABEL.match(text)
    return found.end() if found else 0


_LONG_WORD = re.compile(r"[A-Za-z]{4,}")


def _tells(entry: str) -> bool:
    """A list entry that says something: a figure with its unit, or a verb; no title of another page."""
    words = [word for word in _LONG_WORD.findall(entry) if not word.isupper()]
    if len(words) > 3 and 5 * sum(word[0].isupper() for word in words) >= 3 * len(words):
        return False
    return any(number.unit for number in numbers(entry)) or bool(lexicon.VERB.search(entry))


_UNPRINTED_AT_LEAST = (lexicon.BOILERPLATE, lexicon.POINTING, lexicon.META)
_UNPRINTED = (*_UNPRINTED_AT_LEAST, lexicon.CODE)
"""Code is printed only where a text has no sentence without any: a short note on a string is told with the string."""


def _printable(text: str, unprinted: Sequence[Cue]) -> bool:
    columns = width(text)
    if not SHORTEST <= columns <= LONGEST or " | " in text or text.startswith(("|", "#", ">", "http", "@")):
        return False
    if text.endswith((":", "：", "?", "？")) or any(found.search(text) for found in unprinted):
        return False
    letters = sum(c.isalpha() for c in text)
    balanced = text.count("“") == text.count("”") and text.count("(") == text.count(")") and text.count('"') % 2 == 0
    return letters >= columns * 0.3 and balanced


def _ended(text: str) -> bool:
    """Prose ends with a stop; a heading or a subtitle does not."""
    return text.rstrip("”\"'）)]").endswith((".", "!", "。", "！", "；", "…"))


def _repeats_title(text: str, document: Document) -> bool:
    mine, title = set(tokens(text)), set(tokens(document.title))
    return bool(title) and len(mine & title) >= 0.8 * len(mine | title)


def _novel(chosen: Iterable[Passage]) -> Callable[[Passage], bool]:
    """Says at most two thirds of what any chosen passage says, and shares no stretch with it."""
    taken = [(one, set(tokens(one.text))) for one in chosen]

    def fresh(passage: Passage) -> bool:
        mine = set(tokens(passage.text))
        for one, theirs in taken:
            same = one.document.id == passage.document.id
            if same and passage.start < one.end and one.start < passage.end:
                return False
            if len(mine & theirs) > 0.6 * min(len(mine), len(theirs)):
                return False
        return True

    return fresh


def pick(found: Sequence[Passage], worth: Callable[[Passage], float], most: int, taken: Iterable[Passage] = ()) -> list[Passage]:
    """The `most` worthiest passages of positive worth, none like another or like `taken`, in reading order."""
    chosen: list[Passage] = []
    for passage in sorted(found, key=lambda one: (-worth(one), one.place)):
        if len(chosen) == most or worth(passage) <= 0:
            break
        if _novel([*taken, *chosen])(passage):
            chosen.append(passage)
    return sorted(chosen, key=lambda one: (found.index(one),))


def _voice(text: str) -> float:
    """What speaks against printing a sentence in a daily that is not its author: puff, and talk of I and you."""
    return 1.5 * len(lexicon.PUFF.findall(text)) + 0.5 * min(2, len(lexicon.SPEAKING.findall(text)))


def tells_what(passage: Passage) -> float:
    """Worth as the sentence that says what the thing is: early, names the title's things, has an event in it."""
    title, mine = passage.document.title, set(tokens(passage.text))
    words = {term for term in tokens(title) if len(term) > 1}
    named = {term for name in names(title) for term in tokens(name)}
    shared = 0.5 * len(words & mine) / max(3, len(words)) + 0.5 * len(named & mine) / max(1, len(named))
    news = 1.0 if lexicon.NEWS.search(passage.text) else 0.4 if lexicon.EVENT.search(passage.text) else -0.5
    news -= 1.0 if lexicon.DUTY.search(passage.text) else 0.0
    return 1.2 + 2 * shared + news - 0.25 * passage.place - _voice(passage.text)


NEWS_SHARE = 0.4
"""Of a title's words what a sentence has that tells its news, wherever it stands."""

FIRST_NEWS, LAST_NEWS = 12, 40
"""Places until which a sentence on what the title names tells its news, and one with the title's words or a result of it."""


def tells_headline(passage: Passage) -> float:
    """Worth as the sentence that tells what the title announces; 0 where it has too few of the title's words and names."""
    title, text = passage.document.title, passage.document.text
    mine = set(tokens(passage.text))
    words = {term for term in tokens(title) if len(term) > 2 and term not in COMMON}
    named = {term for name in (*names(title), *named_in(title, text)) for term in tokens(name)}
    shared, of_names = len(words & mine) / max(1, len(words)), len(named & mine) / max(1, len(named))
    result = bool(lexicon.RESULT.search(passage.text)) and any(number.unit for number in numbers(passage.text))
    first = title.partition(" ")[0].strip(":,")
    subject = first[:1].isupper() and len(first) > 3 and passage.text.startswith(first)  # of the headline, and of the sentence
    early = (named & mine or subject) and (result or (passage.place < FIRST_NEWS and tells_what(passage) > 0))
    own = bool(_OWN_RESULT.search(passage.text))
    if passage.place > LAST_NEWS or not (shared >= NEWS_SHARE or early or own):
        return 0.0
    told = 1.5 * result + 1.5 * own - 2.0 * bool(_BEFORE.search(passage.text))
    told += 2 * (passage.place == 0 and not by_actor(passage.document.url, title))  # a reporter begins with the news
    return max(0.1, 2 * shared + of_names + told + max(-1.0, tells_what(passage)))


_OWN_RESULT = Cue(
    r"\b(?:we|the authors) (?:propose|present|introduce|show|demonstrate|develop|prove|release|find)\b|本文提出|我们提出", re.I
)
_BEFORE = Cue(
    r"\b(?:previous(?:ly)?|earlier|prior|last (?:year|month|week)) (?:\w+ ){0,2}(?:work|post|release|version|blog|part)s?\b", re.I
)
"""What speaks of the work itself, and of what was there before it."""


def gives_detail(passage: Passage) -> float:
    """Worth as a detail: measured quantities first, then versions and names; list entries count as they are."""
    measured = sum(1 for number in numbers(passage.text) if number.unit)
    bare = len(numbers(passage.text)) - measured
    named = len(names(passage.text)) + len(versions(passage.text))
    weight = min(3.0, 1.2 * measured) + 0.3 * min(2, bare) + 0.25 * min(4, named) + (0.3 if passage.listed else 0.0)
    told = 0.8 if weight and lexicon.RESULT.search(passage.text) else 0.0
    title = {term for term in tokens(passage.document.title) if len(term) > 3 and not term[0].isdigit()}
    told += 0.3 * min(2, len(title & set(tokens(passage.text))))
    told -= 1.0 if not measured and lexicon.ORDERS.search(passage.text) else 0.0
    told -= 1.0 if lexicon.SPEAKING.search(passage.text) else 0.0  # our and we are not the daily's
    return weight + told - 0.5 - _voice(passage.text) - 0.01 * passage.place


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table under its header: both lines are its proof."""

    document: Document
    header: tuple[int, int]
    row: tuple[int, int]

    @property
    def text(self) -> str:
        """`Prefill: H200 = 16 GPUs; GB200 = 8 GPUs`: each cell beside its column's name."""
        heads, cells = (
            [cell.strip() for cell in self.document.text[start:end].split(" | ")] for start, end in (self.header, self.row)
        )
        named = [f"{head} = {cell}" for head, cell in zip(heads[1:], cells[1:], strict=True) if cell]
        return f"{cells[0]}: " + "; ".join(named)


MOST_COLUMNS = 5
_FIGURE = re.compile(r"[~≈<>≤≥+\-−]?\s?[$¥€]?\d[\d.,]*")


def rows(document: Document) -> list[TableRow]:
    """Rows with figures of the document's small tables, in order; the first line of a table is its header."""
    found: list[TableRow] = []
    header: tuple[int, int] | None = None
    start, columns = 0, 0
    for line in document.text.split("\n"):
        span, cells = (start, start + len(line)), line.split(" | ")
        start += len(line) + 1
        figures = any(_FIGURE.match(cell.strip()) for cell in cells[1:])
        if not 2 <= len(cells) <= MOST_COLUMNS:
            header, columns = None, 0
        elif not columns:  # the first line of a table; one with figures is no header, and its rows stay unprinted
            header, columns = None if figures else span, len(cells)
        elif header is None or len(cells) != columns:  # a subtotal, a broken row: what follows cannot be named
            header = None
        elif cells[0].strip() and figures:
            row = TableRow(document, header, span)
            if width(row.text) <= LONGEST and not lexicon.CODE.search(line) and not orders_machine(line):
                found.append(row)
    return found
