"""What the built-in writer says of its own: judgements whose every gap a stated attribute fills, and what the source is silent on.

A sentence is given once in seven issues; where nothing fills its gaps there is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from deepdaily.core.actors import by_actor
from deepdaily.core.glossary import column as head_of
from deepdaily.core.lexicon import RELEASE
from deepdaily.core.quantities import Quantity, quantities
from deepdaily.core.text import dates
from deepdaily.core.types import Attribute, Claim, Evidence, Language, Section, SectionKind, Story
from deepdaily.words import of
from deepdaily.write.by_rule.headline import status_of
from deepdaily.write.by_rule.rules import DISPUTED, SILENCES
from deepdaily.write.by_rule.titles import named_in

LEAST_RATIO = 1.5
"""How many times a price is another's before that is worth a line."""

LEAST_WORDS = 7
"""Of an entry that says in what case something holds; `fixed a security vulnerability` does not."""


def judged(
    story: Story, printed: Sequence[Attribute], language: Language, spent: Collection[str] = (), today: date | None = None
) -> list[Section]:
    """Why it matters, what may follow and what to do, as far as attributes say; often nothing.

    Args:
        printed: what the pages state and the item prints.
        spent: judgements and advice of this issue and of the last ones.
        today: the issue's day; None for the day that the page was read on.
    """
    said = of(language).by_rule
    lines: dict[SectionKind, list[Claim]] = {"why": [], "impact": [], "advice": []}
    if not story.lead.partial:
        for section, name, gaps, basis in _drawn(story, printed, language, today or story.lead.fetched_at.date()):
            text = said.judged[name].format(**gaps)
            if text not in spent:
                lines[section].append(Claim(text, basis=tuple(dict.fromkeys(basis))))
    return [
        Section(section, tuple(claims[:1]), said.proposal if section == "advice" else said.ours)
        for section, claims in lines.items()
        if claims
    ]


_Drawn = tuple[SectionKind, str, dict[str, object], Sequence[Evidence]]
"""Where it stands, which sentence, what fills it, and the passages that is read from."""


def _drawn(story: Story, printed: Sequence[Attribute], language: Language, today: date) -> Iterator[_Drawn]:
    yield from _of_state(story)
    yield from _of_advisory(printed)
    if not _WARNED.search(story.lead.text):
        yield from _of_entries(printed)
    yield from _of_deadline(printed, today)
    yield from _of_prices(printed, language)


def _of_state(story: Story) -> Iterator[_Drawn]:
    """The title says that it can be had, the top of the page that it cannot now."""
    status = status_of(story.lead)
    if status is None or not RELEASE.search(story.lead.title):
        return
    state, proof = status
    named = named_in(story.lead.title, story.lead.text)
    if state in ("paused", "rolled-back", "withdrawn") and named:
        gaps: dict[str, object] = {"name": named[0]}
        yield "why", f"state-{state}", gaps, (proof,)
        yield "advice", "state", gaps, (proof,)


def _of_advisory(printed: Sequence[Attribute]) -> Iterator[_Drawn]:
    affected, fixed = (next((one for one in printed if one.name == name), None) for name in ("affected", "fixed"))
    if affected and fixed:
        gaps: dict[str, object] = {"affected": affected.value, "fixed": fixed.value}
        yield "advice", "advisory", gaps, (*affected.evidence, *fixed.evidence)


_WARNED = re.compile(r"(?:do not|don['’]t|not) (?:recommend )?(?:to )?upgrad|不(?:建议|要)升级", re.I)
"""A page that advises against its own release."""


def _of_entries(printed: Sequence[Attribute]) -> Iterator[_Drawn]:
    """Of release notes: entries of security, and those that change what one relies on, by the version that has them."""
    for sort, names in (("security", ("security",)), ("changes", ("breaking", "default"))):
        for version in (one for one in printed if one.name == "version"):
            document = version.evidence[0].document
            found = [one for one in printed if one.sort in names and one.evidence[0].document == document]
            found = [one for one in found if len(one.value.split(" ")) >= LEAST_WORDS or not one.value.isascii()]
            if found:
                basis = [proof for one in (version, *found) for proof in one.evidence]
                gaps: dict[str, object] = {"version": version.value}
                yield "advice", f"entries-{sort}", gaps, basis
                break


def _of_deadline(printed: Sequence[Attribute], today: date) -> Iterator[_Drawn]:
    """How long is left."""
    left = [one for one in printed if one.name == "retires" and one.day and one.day > today]
    for one in sorted(left, key=lambda one: one.day or date.max)[:1]:
        days = ((one.day or today) - today).days
        gaps: dict[str, object] = {"name": one.of, "day": (one.day or today).isoformat(), "days": days}
        yield "impact", "deadline", gaps, one.evidence
        other = next((other for other in printed if other.name == "replacement" and other.of == one.of), None)
        if other and _MODEL.fullmatch(other.value):
            yield "advice", "replacement", {**gaps, "other": other.value}, (*one.evidence, *other.evidence)


_MODEL = re.compile(r"(?!(?:use|self|migrate|deploy|contact|see)\b)[\w./:@-]+(?: [\w./:@-]+){0,2}", re.I)
"""What looks like the name of a model, and is no instruction."""


def _of_prices(printed: Sequence[Attribute], language: Language) -> Iterator[_Drawn]:
    """The greatest price of a column against the least, where both are of one unit and stand in one table."""
    rows = [one for one in printed if one.name == "price" and one.cells and one.of]
    if any(one.name == "version" for one in printed):  # what a release lists is of many makers
        return
    best: tuple[float, _Drawn] | None = None
    for column in range(max((len(one.cells) for one in rows), default=0)):
        priced = [(found, one) for one in rows if column < len(one.cells) and (found := _price(one.cells[column]))]
        if len(priced) < 2 or len({found.number.unit for found, _ in priced}) > 1 or len({one.columns for _, one in priced}) > 1:
            continue
        (low, cheap), (high, dear) = min(priced, key=_value), max(priced, key=_value)
        ratio = float(high.number.value / low.number.value) if low.number.value else 0.0
        if ratio >= LEAST_RATIO and (best is None or ratio > best[0]):
            note = of(language).by_model.worked_out.format(f"{high.number.value:f}/{low.number.value:f}")
            head = head_of(dear.columns[column], language)
            gaps: dict[str, object] = {"dear": dear.of, "cheap": cheap.of, "column": head, "ratio": f"{ratio:.3g}", "sum": note}
            best = ratio, ("impact", "prices", gaps, (*dear.evidence, *cheap.evidence))
    if best:
        yield best[1]


def _price(cell: str) -> Quantity | None:
    """The only figure of a cell, where it is money."""
    found = quantities(cell)
    return found[0] if len(found) == 1 and found[0].number.unit and not dates(cell) else None


def _value(priced: tuple[Quantity, Attribute]) -> float:
    return float(priced[0].number.value)


def unknowns_of(story: Story, headline: str, language: Language) -> tuple[str, ...]:
    """What a reader would ask and no document has a word of; nothing where the page was not read whole."""
    title = story.lead.title
    if story.lead.partial or DISPUTED.search(title):
        return ()
    texts = "\n".join(document.text for document in story.documents)
    launched = bool(RELEASE.search(title)) and by_actor(story.lead.url, title)
    words = of(language).by_rule
    silent = [
        words.silences[one.name]
        for one in SILENCES
        if one.title.search(f"{title}\n{headline}") and not one.broken_by(texts) and (launched or not one.of_launches)
    ]
    return (words.silent.format(words.or_else.join(silent[:2])),) if silent else ()
