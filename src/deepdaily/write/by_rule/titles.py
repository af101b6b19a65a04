"""English titles in Chinese: by a form that covers every word of them, else a line of the names and terms that they have.

A form is a whole sentence with gaps; what fills a gap must be covered by names and the glossary, or the form does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from deepdaily.core.cues import Cue, table
from deepdaily.core.glossary import has_chinese, in_chinese, term, terms_in
from deepdaily.core.lexicon import EVENT_VERB, LABS, PRODUCTS, TRADE
from deepdaily.core.text import CJK, squeeze
from deepdaily.words import Words

MOST_TOPICS = 3
"""Names and terms each of a topic line: more says nothing."""

_TABLE = table(__name__)
VERBS = {name: Cue(pattern, re.I) for name, pattern in _TABLE["verbs"].items()}
_ANY_VERB = "|".join(f"(?:{pattern})" for pattern in _TABLE["verbs"].values())
_GAPS = {
    "{name}": r"(?P<name>.{2,80}?)", "{place}": r"(?P<place>.{2,80}?)", "{phrase}": r"(?P<phrase>.{2,90}?)",
    "{means}": r"(?P<means>.{2,60}?)", "{target}": r"(?P<target>.{2,60}?)", "{number}": r"(?P<number>\d+)",
    "{verb}": rf"(?P<verb>{_ANY_VERB})",
}  # fmt: skip


def _compiled(pattern: str) -> list[Cue]:
    """One pattern for each alternative of the form: a gap may stand in several of them."""
    found = []
    for one in re.split(r"\|(?=[^()]*(?:\([^()]*\)[^()]*)*$)", pattern):
        for gap, said in _GAPS.items():
            one = one.replace(gap, said)
        found.append(Cue(one, re.I))
    return found


FORMS = {name: _compiled(pattern) for name, pattern in _TABLE["forms"].items()}
_PART = re.compile(r"\s*[(\[](?:part|Part) (?P<part>\d|I{1,3}|IV|V|one|two)[)\]]$")
_PARTS = {"1": "i", "2": "ii", "3": "iii", "one": "i", "two": "ii"}
_WORD = re.compile(r"[A-Za-z0-9][\w.+#/'’&-]*")
_JOINER = re.compile(r",? and |, | & | \+ ")
_TITLE_CASE = re.compile(r"[A-Z][a-z]+(?:['’]s)?(?:[-‑][A-Za-z][a-z]+)*")
_PLAIN = re.compile(r"(?<![\w-])(?:[A-Z]?[a-z]{3,})(?:-[A-Za-z][a-z]{2,})*(?![\w-])")
_FIGURE = re.compile(r"[$€¥v]?[\d.,]+(?:%|/|$)")

_NOT_ALONE = {"II", "III", "IV", "HQ", "US", "UK", "EU", "SOTA", "RFC", "AI", "Q1", "Q2", "Q3", "Q4", "CI/CD", "IPC"}
"""What looks like a name and tells nothing alone."""

MOST_READ = 20_000
"""Characters of a text that are looked through for names."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Which words of a title are proper names, by how it and the text below it write them."""

    title: str
    text: str

    @classmethod
    def of(cls, title: str, text: str) -> _Names:
        return cls(_bare(title), text.replace(title, "")[:MOST_READ])

    def is_name(self, word: str) -> bool:
        """A maker or a product, a figure or an inner capital in it, or a capital where other words have none."""
        word = word.strip(".,:;'’")
        if LABS.fullmatch(word) or PRODUCTS.fullmatch(word):
            return True
        if len(word) < 2 or not any(one.isupper() or one.isdigit() for one in word):
            return "-" in word and len(word) > 3 and term(word) is None and self._stands(rf"\b{re.escape(word)}\b", 5)
        if _TITLE_CASE.fullmatch(word):
            return not re.search("[-‑]", word) and self._is_capital(word)
        return word.casefold() not in TRADE and not re.match(r"[$€¥#]?\d", word)

    def _is_capital(self, word: str) -> bool:
        """In a title that has no capitals otherwise; the first word of it, where the text below never writes it without one."""
        if re.match(rf"{re.escape(word)} v?\d[\d.]*(?: |$)", self.title):
            return True
        of_terms = {part for one in terms_in(self.title) if " " in one.english for part in one.english.split(" ")}
        if word.casefold() in of_terms or not self._is_a_sentence():
            return False
        if re.search(rf"[^:.!?] {re.escape(word)}\b", self.title):
            return True
        small = re.search(rf"\b{re.escape(word.lower())}\b", self.text)
        return not small and self._stands(rf"\b{re.escape(word)}\b", 2)

    def _is_a_sentence(self) -> bool:
        """Whether its plain words have no capitals, as far as they are neither small nor makers and products."""
        _, _, rest = LABS.sub("·", PRODUCTS.sub("·", self.title)).partition(" ")
        plain = [one for one in _PLAIN.findall(rest) if one.casefold() not in _FUNCTION]
        small = sum(one.islower() for one in plain)
        return bool(small) and 2 * small >= len(plain)

    def covers(self, word: str) -> bool:
        """A name, a figure, or a word of the trade in capitals: it stands as it is in Chinese, too."""
        return self.is_name(word) or bool(_FIGURE.match(word)) or (word.isupper() and word.casefold() in TRADE)

    def _stands(self, pattern: str, times: int) -> bool:
        return sum(1 for _ in re.finditer(pattern, self.text)) >= times

    def only(self, phrase: str) -> bool:
        """Names and nothing else, joined by `and` and commas."""
        parts = _JOINER.split(phrase)
        return all(part and all(map(self.covers, part.split(" "))) and any(map(self.is_name, part.split(" "))) for part in parts)

    def runs(self, title: str) -> Iterator[str]:
        """Its names, words that stand together as one, in order; none that a word with a capital goes on, as Stack does Llama."""
        run, last = list[str](), ""
        for word in [*title.split(" "), ""]:
            bare = word.strip('"“”()[]')
            if bare and self.covers(bare) and (run or not _FIGURE.match(bare)):
                run.append(bare.rstrip(".,:;").removesuffix("'s").removesuffix("’s"))
                last = bare
                if word == bare and word[-1] not in ".,:;" and not word.endswith(("'s", "’s")):
                    continue
                bare = ""
            goes_on = (
                bool(run) and run[-1] == last and _TITLE_CASE.fullmatch(bare) and term(bare) is None and not _ends_phrase(bare)
            )
            if any(self.is_name(one) and one not in _NOT_ALONE for one in run) and "(" not in run[0] and not goes_on:
                yield " ".join(run)
            run, last = [], bare


def title_in_chinese(title: str, text: str, words: Words) -> str:
    """The title by the first form that covers it; empty where none does.

    Args:
        text: the body that it stands over: a word is a name where the body writes it as one.
        words: of the Chinese table.
    """
    said = _bare(title)
    names = _Names.of(title, text)
    part = _PART.search(said)
    bare = said[: part.start()] if part else said
    for form, patterns in FORMS.items():
        for pattern in patterns:
            filled = _filled(pattern.fullmatch(bare), names, words)
            if filled is not None:
                return _spaced(words.by_rule.titles[form].format(**filled)) + _part_of(part, words)
    return ""


def _bare(title: str) -> str:
    """Without the name of its series before it."""
    return re.sub(r"^\[[^\]]{1,30}\]\s*", "", squeeze(title)).rstrip(".")


def _filled(found: re.Match[str] | None, names: _Names, words: Words) -> dict[str, str] | None:
    """Every gap in Chinese; None where one is not covered."""
    if found is None:
        return None
    tell: dict[str, Callable[[str], str]] = {
        "name": lambda said: _joined(said) if names.only(said) else "",
        "place": lambda said: _joined(said) if names.only(said) else "",
        "number": str,
        "verb": lambda said: next(words.by_rule.verbs[name] for name, verb in VERBS.items() if verb.fullmatch(said)),
    }
    filled = {
        gap: tell[gap](said) if gap in tell else _phrase(said, names) for gap, said in found.groupdict().items() if said is not None
    }
    return filled if all(filled.values()) else None


def _phrase(said: str, names: _Names) -> str:
    """A noun phrase, or two joined by `and`; empty where a word is left, or where names are all there is."""
    if re.search(r"[:()（）：]", said):
        return ""
    parts = [in_chinese(part.removeprefix("the ").removeprefix("The "), names.covers) for part in _JOINER.split(said)]
    if not all(parts) or len(parts) > 3:
        return ""
    text = "、".join([*parts[:-2], " 和 ".join(parts[-2:])])
    return "" if text.isascii() else text


def _spaced(text: str) -> str:
    """With a blank between Latin and Chinese words, and none between Chinese ones."""
    text = re.sub(rf"(?<=[{CJK}]) (?=[{CJK}])", "", text)
    return re.sub(rf"(?<=[A-Za-z0-9])(?=[{CJK}])|(?<=[{CJK}])(?=[A-Za-z0-9])", " ", text)


def _joined(named: str) -> str:
    parts = _JOINER.split(named)
    return "、".join([*parts[:-2], " 和 ".join(parts[-2:])])


def _part_of(part: re.Match[str] | None, words: Words) -> str:
    number = part["part"].lower() if part else ""
    named = words.by_rule.parts.get(_PARTS.get(number, number), "")
    return words.in_brackets(named) if named else ""


@lru_cache(maxsize=64)  # asked of every sentence of a text
def named_in(title: str, text: str) -> tuple[str, ...]:
    """The proper names of an English title over `text`, in order, each once."""
    return tuple(dict.fromkeys(_Names.of(title, text).runs(_bare(title))))


def topics_in_chinese(title: str, words: Words, head: str = "") -> str:
    """What an English title is about, to stand beside it: its noun phrases, behind `head` where one is given; empty without one.

    Under a head, the kind of page, a phrase of several words must be among them, as a lone one tells too little.
    """
    told = _subjects(title)
    if not told or (head and all(one.lone for one in told)):
        return ""
    listed = words.list_comma.join(dict.fromkeys(one.chinese for one in told))
    return f"{head}{words.colon}{listed}" if head else listed


@dataclass(frozen=True, slots=True)
class _Topic:
    """A noun phrase that tells a subject; `lone`: of one word."""

    chinese: str
    lone: bool


def _subjects(said: str) -> list[_Topic]:
    """At most MOST_TOPICS phrases, each told whole: beside a word that nothing covers a term is part of another thing, as the
    language models of `protein language models` are."""
    found, run = list[_Topic](), list[str]()
    for word in [*said.replace("‑", "-").split(" "), ""]:
        bare = word.strip('"“”()[].,:;?!')
        if bare and not _ends_phrase(bare):
            run.append(bare)
            if word[-1:] not in ".,:;?!)":
                continue
        found += _whole(run)
        run = []
    return list(dict.fromkeys(found))[:MOST_TOPICS]


def _whole(run: Sequence[str]) -> list[_Topic]:
    """The phrase in Chinese, where terms and words of the trade cover all of it and one of them tells a subject."""
    terms = terms_in(" ".join(run))
    if not any(one.kind in "mn" and has_chinese(one.chinese) for one in terms):
        return []
    phrase = " ".join(word for word in run if not any(f"（{word}）" in one.chinese for one in terms))  # (MCP) behind its long form
    told = in_chinese(phrase, lambda word: word.casefold() in TRADE or word.isdigit())
    return [_Topic(told, len(run) == 1 and "-" not in phrase)] if told else []


def _ends_phrase(word: str) -> bool:
    """A word between noun phrases: a small one, or a verb of news."""
    return word.casefold() in _FUNCTION or bool(EVENT_VERB.fullmatch(word)) or bool(_VERB_OF_NEWS.fullmatch(word))


_VERB_OF_NEWS = Cue(
    r"gets?|got|does|do|did|has|have|had|makes?|made|hunts?|hits?|shows?|disput\w+|violat\w+|reports?|drops?|sues?|joins?|cuts?|wins?|plans?"
    r"|starts?|stops?|tests?|fac(?:es|ing)|tells?|says?|said|kills?|leads?|helps?|needs?|wants?|uses?|using|works?|run(?:s|ning)?|serv(?:e|es)"
    r"|scal(?:e|es|ing)|improv(?:e|es|ing)|build(?:s|ing)?|deploy(?:s|ing)?|transcribes?|understanding|introducing|announcing",
    re.I,
)
_FUNCTION = frozenset(
    """
    a an the of for in on with from to by at as into over under via and or vs versus is are was be its their our your how why what
    when new using through across between beyond without toward towards inside about it this that now one two three four several
    many some all any more most every each other no not
    """.split()
)
"""Words that end a noun phrase."""
