"""True lines of a draft with a fault planted in some: what a review makes of them when its reviewer finds each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from deepdaily.core.numbering import LineAt, numbered, passages_of
from deepdaily.core.quantities import quantities
from deepdaily.core.text import names, versions
from deepdaily.core.types import Claim, Draft, Item, Section, Story
from deepdaily.mind import ByModel
from deepdaily.models.asking import ModelWriter
from deepdaily.review.agreement import agreeing
from deepdaily.write.by_rule import ByRule
from fakes import FakeModel

Reviser = Literal["well", "badly", "with another fault", "not at all"]
"""`badly`: the words that are wrong stay; `with another fault`: they go, and others that no source has take their place."""

KINDS = ("figure", "name", "negation", "scope", "cause", "time", "superlative", "attribution")


def fault(kind: str, text: str, language: str) -> tuple[str, str]:
    """The text with a fault of a kind, and the words that are wrong."""
    chinese = language == "zh"
    if kind == "figure" and (figure := _figure(text)):
        return text.replace(figure, f"{figure}7", 1), f"{figure}7"
    if kind == "name" and (found := [one for one in names(text) if len(one) > 3]):
        return text.replace(found[0], "Reedbox", 1), "Reedbox"
    words = {
        "negation": ("并非如此：", "It is not so that "),
        "scope": ("在所有情况下，", "In every case, "),
        "cause": ("因为配置错误，", "Because of a wrong setting, "),
        "time": ("已经全面上线：", "Shipped everywhere by now: "),
        "superlative": ("史上最快：", "The fastest ever: "),
    }.get(kind, ("业界公认，", "As all agree, "))
    said = words[0 if chinese else 1]
    return said + text, said.rstrip("，：, :")


def _figure(text: str) -> str:
    """The first figure that is no part of a version; empty where there is none."""
    own = "".join(versions(text))
    found = (text[one.start : one.end].strip() for one in quantities(text))
    digits = ("".join(sign for sign in one if sign.isdigit() or sign == ".").strip(".") for one in found)
    return next((one for one in digits if one and one in text and one not in own), "")


@dataclass(frozen=True)
class Fault:
    """A planted fault: where, the line as it was, and the words that are wrong."""

    at: LineAt
    kind: str
    old: Claim
    words: str


def planted(draft: Draft, most: int, share: int = 4) -> tuple[Draft, list[Fault]]:
    """The draft with a fault in `share` of nine facts, at most `most`, each of the next kind."""
    faults, items = list[Fault](), list[Item]()
    for number, item in enumerate(draft.items, 1):
        new: dict[int, Claim] = {}
        for line, kind, claim in numbered(item):
            if kind == "title" or not claim.evidence or (line + 5 * number) % 9 >= share or len(faults) == most:
                continue
            what = KINDS[len(faults) % len(KINDS)]
            text, words = fault(what, claim.text, draft.language)
            new[line] = replace(claim, text=text)
            faults.append(Fault((number, line), what, claim, words))
        items.append(_with(item, new))
    return replace(draft, items=tuple(items)), faults


def _with(item: Item, new: Mapping[int, Claim]) -> Item:
    sections, line = list[Section](), 1
    for section in item.sections:
        points = tuple(new.get(line + place, claim) for place, claim in enumerate(section.points, 1))
        line += len(section.points)
        sections.append(replace(section, points=points))
    return replace(item, sections=tuple(sections))


@dataclass(frozen=True)
class Outcome:
    """What a review left: of the faulty lines mended, cut and printed, of the true facts kept."""

    mended: int
    cut: int
    printed: tuple[Fault, ...]
    true_facts: int
    kept: int
    by_rule: int


async def reviewed(draft: Draft, faults: Sequence[Fault], stories: Sequence[Story], reviser: Reviser, key: bytes) -> Outcome:
    """The draft looked over by a reviewer that finds every fault, and notes one true fact in seven without need."""
    by_id, wrong = {story.id: story for story in stories}, {one.at for one in faults}
    true = [
        (number, line, claim)
        for number, item in enumerate(draft.items, 1)
        for line, kind, claim in numbered(item)
        if claim.evidence and kind != "title" and (number, line) not in wrong
    ]
    remarks = [_remark(one.at, "cut", f"“{one.words}”不在原文里") for one in faults]
    remarks += [_remark((number, line), "note", "可以更短") for number, line, _ in true[::7]]
    lines = {"lines": _lines(draft, faults, reviser)}
    model = FakeModel(reliability={"remarks": remarks}, form={"remarks": []}, revision=lines)
    writer = ModelWriter(_InParts(model), draft.language, "readers", key)
    left, _ = await ByModel(writer).look_over(draft, stories, 60)
    left, _ = agreeing(left, by_id, ByRule())
    printed = [{claim.text for claim in item.claims()} for item in left.items]
    return Outcome(
        sum(one.old.text in printed[one.at[0] - 1] for one in faults),
        sum(one.old.text not in printed[one.at[0] - 1] for one in faults),
        tuple(one for one in faults if any(one.words in text for text in printed[one.at[0] - 1])),
        len(true),
        sum(claim.text in printed[number - 1] for number, _, claim in true),
        sum(not item.writer for item in left.items),
    )


class _InParts:
    """The model asked item by item, each time with the remarks and lines of that item: lists are cut where they are long."""

    def __init__(self, model: FakeModel) -> None:
        self._model = model

    async def ask(self, prompt: Any, shape: Any) -> Any:
        every = self._model.replies[prompt.purpose]
        part = {name: [one for one in told if f"\n{one['line']} [" in prompt.material] for name, told in every.items()}
        return await FakeModel(**{prompt.purpose: part}).ask(prompt, shape)

    def room(self, prompt: Any, shape: Any) -> int:
        return 1  # an item at a time


def _remark(at: LineAt, severity: str, message: str) -> dict[str, str]:
    return {"line": f"{at[0]}.{at[1]}", "severity": severity, "message": message}


def _lines(draft: Draft, faults: Sequence[Fault], reviser: Reviser) -> list[dict[str, Any]]:
    if reviser == "not at all":
        return []
    passages, found = passages_of(draft), list[dict[str, Any]]()
    for one in faults:
        number, line = one.at
        faulty = draft.items[number - 1].claims()[line - 1].text
        other = fault(KINDS[(KINDS.index(one.kind) + 1) % len(KINDS)], one.old.text, draft.language)[0]
        text = {"well": one.old.text, "with another fault": other}.get(reviser, f"{faulty.rstrip('。.')} v1.")
        cites = [passages[number - 1][proof] for proof in one.old.evidence]
        found.append({"line": f"{number}.{line}", "text": text, "cites": cites})
    return found
