"""What `show` prints: an issue, an item with its proof and score, what became of a link."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from deepdaily.archive.lookup import fate, item_of
from deepdaily.cli.console import funnel
from deepdaily.core.decisions import in_words
from deepdaily.core.errors import SettingsError
from deepdaily.core.spending import spent
from deepdaily.core.types import Chosen, Cited, Claim, Evidence, Issue, Loss, RunRecord, Slot, Stage
from deepdaily.core.urls import canonical
from deepdaily.render.foreign import plain
from deepdaily.store import Store
from deepdaily.words import Words, languages, of


@dataclass(frozen=True, slots=True)
class Shown:
    """The same thing for a person and for a program."""

    lines: list[str]
    value: Any


def issue(issue: Issue, store: Store, *, audit: bool) -> Shown:
    """The issue's items and funnel; with `audit` also stages, sources and losses."""
    draft = issue.draft
    lines = [draft.title, *([draft.notice] if draft.notice else [])]
    lines += [f"{n:>2}. {item.title.text}  [{item.story}]" for n, item in enumerate(draft.items, 1)]
    lines += [f"finding  {one.severity}: {one.message} [{one.item}]" for one in issue.findings]
    before = store.earlier_issues(draft.slot.key) if audit else []
    lines += [f"earlier  {one.approved_at.isoformat()}: {len(one.items)} items; this issue took its place" for one in before]
    also = [one for one in store.translations(draft.slot.key) if one.draft.language != draft.language]
    lines += [f"also     {one.draft.language}: {len(one.items)} items" for one in also]
    ran = run(draft.slot.key, store, audit=audit)
    languages = {"language": draft.language, "also": [one.draft.language for one in also]}
    return Shown(
        lines + ran.lines,
        ran.value
        | languages
        | {"earlier": [one.approved_at for one in before], "findings": [asdict(finding) for finding in issue.findings]},
    )


def run(slot: str, store: Store, *, audit: bool) -> Shown:
    """A slot's run, whether or not it ended in an issue: how it stands, its funnel; with `audit` all it asked and lost."""
    record = store.record(slot)
    calls = spent(store.calls_of(slot), lambda call: f"{call.model} {call.purpose}") if audit else []
    lines = [f"run      {record.status}: {funnel(record.funnel)}"]
    value = {"day": Slot.of_key(slot).day} | run_value(slot, record, store)
    if audit:
        health = [harvest.health for harvest in store.harvests(slot)]
        losses = store.losses(slot)
        edits = [one for one in store.decisions() if one.slot == slot]
        value |= {"sources": [asdict(one) for one in health], "losses": [asdict(one) for one in losses]}
        value["edits"] = [asdict(one) for one in edits]
        value["calls"] = [asdict(one) for one in calls]
        lines += [f"stage    {one.label}: {one.came_in} in, {one.went_out} out, {one.took_s} s" for one in record.stages]
        lines += [f"source   {one.source}: {one.state}, {one.offers} offers {one.message}".rstrip() for one in health]
        lines += [
            f"calls    {one.name}: {one.told('')}"
            for one in spent(store.calls_of(slot), lambda call: f"{call.model} {call.purpose}")
        ]
        lines += [f"edit     {one.id}: {in_words(one)}" for one in edits]
        lines += [f"trouble  {one}" for one in record.troubles]
        lines += [f"missing  {one}: it has no issue yet" for one in record.missing]
        lines += [f"said     {name}: {line}" for name, text in record.said.items() for line in map(plain, text.splitlines())]
        lines += [f"loss     {one.url}: {one.stage}: {one.reason}" for one in losses]
    return Shown(lines, value)


def run_value(slot: str, record: RunRecord, store: Store) -> dict[str, Any]:
    """A run's record and its editions as JSON prints them."""
    stamp = Slot.of_key(slot).stamp
    return {
        "slot": stamp,
        "status": record.status,
        "exit": record.exit,
        "rung": record.rung,
        "degraded": record.degraded,
        "funnel": record.funnel,
        "stages": [_stage_value(one) for one in record.stages],
        "chosen": [_score_value(one) for one in record.chosen],
        "troubles": [str(one) for one in record.troubles],
        "missing": record.missing,
        "said": record.said,
        "editions": [asdict(one) | {"slot": stamp} for one in store.editions(slot)],
    }


def _stage_value(one: Stage) -> dict[str, Any]:
    numbers = {"came_in": one.came_in, "went_out": one.went_out, "failed": one.failed, "took_s": one.took_s}
    return {"stage": one.label, **numbers, "told": one.line}


def _score_value(one: Chosen) -> dict[str, Any]:
    return asdict(one) | {"reasons": {reason.name: reason.value for reason in one.reasons}}


SHORT = 12
"""Digits of a digest that are enough to find a snapshot by."""


def item(issue: Issue, number: str, store: Store, *, audit: bool = False) -> Shown:
    """One item: each claim once, its quotation where that says it in other words, and where it is stored; the score's parts.

    `audit`: also addresses, positions, times and digests whole.
    """
    found = item_of(issue, int(number)) if number.isdecimal() else None
    if found is None:
        raise SettingsError(f"{issue.day} has no item {number!r}", f"it has 1 to {len(issue.items)}")
    words = of(issue.draft.language if issue.draft.language in languages() else "en")
    places = _Places({one.document: one for one in found.sources}, words, audit=audit)
    lines = [f"{number}) {found.title.text}", " · ".join(filter(None, (found.kind, found.byline)))]
    lines += places.told(found.title)
    for section in found.sections:
        ours = words.ours.get(section.kind, "") if any(one.judgement for one in section.points) else ""
        lines.append("  " + words.sections[section.kind] + (words.in_brackets(ours) if ours else ""))
        for claim in section.points:
            translated = words.in_brackets(f"{words.machine_translated}{words.colon}{claim.translator}") if claim.translator else ""
            lines += [f"    {claim.text}{translated}", *places.told(claim)]
    scored = next((one for one in store.record(issue.slot.key).chosen if one.story == found.story), None)
    if scored is None:
        return Shown(lines, {"item": asdict(found), "score": {}})
    terms = ", ".join(f"{term.name} {term.value:+}" for term in scored.reasons)
    lines.append(f"  {words.site['score']} {scored.score}{words.colon}{terms}")
    return Shown(lines, {"item": asdict(found), "score": _score_value(scored)})


class _Places:
    """Where claims are proven, in lines: what was said just before is not said again."""

    def __init__(self, cited: Mapping[str, Cited], words: Words, *, audit: bool) -> None:
        self._cited, self._words, self._audit = cited, words, audit
        self._last = ""

    def told(self, claim: Claim) -> list[str]:
        """A line a proof: the quotation where the claim is not it, and the source."""
        return [self._line(claim, proof) for proof in claim.evidence]

    def _line(self, claim: Claim, proof: Evidence) -> str:
        one = self._cited[proof.document]
        quoted = "" if normalized(proof.quote) in normalized(claim.text) and not self._audit else f"“{proof.quote}” "
        if self._audit:
            return f"        {quoted}{one.url} [{proof.start}:{proof.end}], {one.fetched_at.isoformat()}, {one.snapshot}"
        digest = one.snapshot.removeprefix("sha256:")[:SHORT]
        place = f"{urlsplit(one.url).hostname or one.url}, {digest}…"
        said = self._words.ditto if place == self._last else place
        self._last = place
        return f"        {quoted}{said}"


def normalized(text: str) -> str:
    """Without blanks and marks of quotation."""
    return re.sub(r"[\s“”\"「」]+", "", text)


def link(url: str, store: Store) -> Shown:
    """What became of a link, newest slot first."""
    try:
        wanted = canonical(url)
    except ValueError as error:
        raise SettingsError(f"{url!r} is no web address", "give it with https://") from error
    found = fate(wanted, store)
    lines = [
        f"{day}: lost at {one.stage}: {one.reason}" if isinstance(one, Loss) else f"{day}: told as “{one.title.text}” [{one.story}]"
        for day, one in found
    ]
    value = [{"day": day, "loss" if isinstance(one, Loss) else "item": asdict(one)} for day, one in found]
    return Shown(lines or [f"{wanted} was never offered in this store"], value)
