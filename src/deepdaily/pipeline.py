"""One day, top to bottom. Read this file first.

sources ─collect─▶ candidates ─gather─▶ stories ─edit─▶ stories ─select─▶ the seven ─lead─▶ each with its maker's page
editions ◀─publish─ issue ◀─close─ findings ◀─review─ draft ◀─────────write─────────┘

It flows one way. Every stage keeps what it made in the store and answers from there when it is asked again, so a run
that was killed is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence

from deepdaily.archive.proving import unproven
from deepdaily.choose import rank
from deepdaily.core.errors import NothingToPublish
from deepdaily.core.failures import trouble
from deepdaily.core.types import Closing, Draft, Finding, Harvest, Issue, Loss, Story, Window
from deepdaily.ladder import LADDER, Found, gather
from deepdaily.leading import led
from deepdaily.publish import Publication
from deepdaily.publish.rounds import Rounds, patience_s
from deepdaily.publish.standing import taken
from deepdaily.review import approve, proven
from deepdaily.review.agreement import agreeing
from deepdaily.review.answered import without_answered
from deepdaily.run import Run
from deepdaily.second_reading import edited
from deepdaily.sources import collect as ask_all
from deepdaily.sources.resting import resting
from deepdaily.translating import told_in
from deepdaily.write import begun, recall
from deepdaily.write.by_rule import ByRule

COLLECT_S, COLLECT_PART = 60.0, 0.25
"""The share of the time for collecting: the slowest source may not eat the reading. Before a deadline a part of what is left."""

LEAD_S, LEAD_PART = 20.0, 0.1
"""The share for the makers' pages: at most one a story."""

TRANSLATE_S, TRANSLATE_PART = 600.0, 0.7
"""The share for each other language: what is not told by then is not told, and the issue itself is on time."""

EDIT_S, RANK_S, WRITE_S, REVIEW_S, CLOSE_S = 120.0, 120.0, 900.0, 300.0, 120.0
"""Walls of a model's work where no deadline is near: a slow local model decodes 8k to 10k tokens for an issue."""


async def run_day(run: Run) -> Issue:
    """One issue for the run's slot, from the sources to the channels.

    Raises:
        NothingToPublish: no source answered, and there is no earlier day to remember.
    """
    harvests = await collect(run)
    found = await gather(run, harvests)  # down the ladder, until there is enough to choose from
    found = await edit(run, found)
    chosen = await select(run, found)
    chosen = await lead(run, chosen)
    draft = await write(run, chosen, found)
    draft = await review(run, draft, chosen, found)
    closing = await close(run, draft, chosen, found)
    issue = run.kept(approve(draft, closing, run.findings, run.now))
    if not run.dry:
        await translate(run, issue)
        await publish(run, issue)
    return issue


async def collect(run: Run) -> list[Harvest]:
    """Every source asked once, with the widest window of the ladder."""
    window = Window(run.slot, run.now, run.now - LADDER[-1][1])
    with run.stage("collect", len(run.sources)) as stage:
        wall_s = run.wall(COLLECT_S, COLLECT_PART)
        rests = resting(run.sources, run.slot, run.store)
        harvests = await ask_all(run.sources, window, run.store, wall_s=wall_s, on_done=run.met, rests=rests)
        run.told(harvests)
        stage.went_out = run.record.funnel["offers"] = sum(len(harvest.offers) for harvest in harvests)
        stage.failed = sum(1 for harvest in harvests if trouble(harvest.health))
        idle = sum(harvest.health.state == "resting" for harvest in harvests)
        stage.line = f"{stage.went_out} offers from {len(harvests)} sources, {stage.failed} failed" + (
            f", {idle} rest" if idle else ""
        )
    return harvests


async def edit(run: Run, found: Found) -> Found:
    """The stories as a second reader mends them: one event told twice, a stranger among pages, what the gate let in or kept out."""
    with run.stage("edit", len(found.stories)) as stage:
        found, edits = await edited(run, found, run.wall(EDIT_S, 0.1))
        stage.went_out = len(found.stories)
        stage.line = f"{len(edits)} edits, {len(found.stories)} untold stories"
    return found


async def select(run: Run, found: Found) -> list[Story]:
    """The seven, best first."""
    digest = run.settings.digest
    with run.stage("select", len(found.stories)) as stage:
        ranked, notes = await run.writing.order(found.ranked, digest.items, run.desk, run.wall(RANK_S, 0.1))
        chosen, losses = rank.select(ranked, digest.items, run.desk)
        run.store.keep_losses(run.slot.key, [*found.losses, *losses])
        run.findings += notes
        stage.went_out = run.record.funnel["items"] = len(chosen)
        stage.line = f"{len(chosen)} of {len(found.stories)} stories"
    if not (chosen or found.rung in ("memory", "quiet")):
        raise NothingToPublish(
            "no source answered, and there is no earlier day", "`deepdaily doctor` says whether it is the network"
        )
    run.record.keep_scores(chosen)
    return [one.story for one in chosen]


async def lead(run: Run, chosen: Sequence[Story]) -> list[Story]:
    """The seven, each with its maker's page, or another of its event, where what tells it links there; nothing is grouped again."""
    with run.stage("lead", len(chosen)) as stage:
        stories = await led(run, chosen, run.wall(LEAD_S, LEAD_PART))
        stage.went_out = sum(before.documents != after.documents for before, after in zip(chosen, stories, strict=True))
        stage.line = f"{stage.went_out} pages of their own found"
    return stories


async def write(run: Run, chosen: Sequence[Story], found: Found) -> Draft:
    """An item for each story, and what memory adds."""
    digest = run.settings.digest
    with run.stage("write", len(chosen)) as stage:
        run.store.keep_documents(document for story in chosen for document in story.documents)
        draft = begun(run.slot, run.now, found.rung, digest, found.health)
        draft, notes = await run.writing.write(draft, chosen, run.memory.advised, run.wall(WRITE_S, 0.5))
        draft = recall.remembering(draft, found.kept, found.recalled)
        run.findings += notes
        stage.went_out = len(draft.items)
        facts = sum(bool(claim.evidence) for item in draft.items for claim in item.claims())
        by_model = sum(bool(item.writer) for item in draft.items)
        stage.line = f"{stage.went_out} items, {facts} facts, {by_model} by a model"
    return draft


async def review(run: Run, draft: Draft, chosen: Sequence[Story], found: Found) -> Draft:
    """What stands before the reviewers, and then before the rules, which see what is left."""
    with run.stage("review", len(draft.items)) as stage:
        stories, by_rule = {story.id: story for story in chosen}, ByRule()
        draft, answered = without_answered(draft, stories)
        draft, remarks = await run.writing.look_over(draft, chosen, run.wall(REVIEW_S, 0.4))
        draft, first = agreeing(draft, stories, by_rule)
        titles = [by_rule.headline(story, draft.language, draft.proofs()) for story in chosen]
        claims = [*titles, *(claim for item in draft.items for claim in item.claims())]
        lacking = await unproven((proof for claim in claims for proof in claim.evidence), run.store, run.snapshots, run.engine)
        draft, findings = proven(draft, run.store.documents(draft.proofs()), lacking)
        draft, last = agreeing(draft, stories, by_rule, lacking)  # the proofs took lines out too
        draft = draft if draft.items else recall.quiet(draft, found.health, found.followed)
        run.store.add_losses(run.slot.key, _blocked(found.stories, findings))
        run.findings += [*answered, *remarks, *first, *findings, *last]
        stage.went_out = len(draft.items)
        stage.line = f"{stage.went_out} items stand, {len(run.findings)} findings"
    return draft


def _blocked(stories: Sequence[Story], findings: Sequence[Finding]) -> list[Loss]:
    why = {finding.item: finding.message for finding in findings if finding.severity == "block"}
    return [Loss(story.lead.url, "review", why[story.id], story.id) for story in stories if story.id in why]


async def close(run: Run, draft: Draft, chosen: Sequence[Story], found: Found) -> Closing:
    """Summary, trends and questions of the items that stand, and what became of earlier questions."""
    with run.stage("close", len(draft.items)) as stage:
        run.store.keep_documents(document for document, _ in found.read if document.id in found.answers())
        closing, notes = await run.writing.close(draft, chosen, run.memory.asked, run.wall(CLOSE_S, 0.5))
        closing = recall.concluded(closing, draft, found.recalled, found.followed)
        run.findings += notes
        stage.went_out = len(draft.items)
        stage.line = f"{len(closing.trends)} trends, {len(closing.watchlist)} questions"
    return closing


async def translate(run: Run, issue: Issue) -> None:
    """The issue in the other languages of the settings, each kept beside it; one that is kept already is not told again."""
    kept = {one.draft.language for one in run.store.translations(issue.slot.key)}
    wanted = [language for language in run.settings.digest.also if language not in kept]
    if not wanted:
        return
    with run.stage("translate", len(wanted)) as stage:
        lines = [await told_in(run, issue, language, run.wall(TRANSLATE_S, TRANSLATE_PART)) for language in wanted]
        stage.went_out = len(run.store.translations(issue.slot.key)) - len(kept)
        stage.line = "; ".join(lines)
    run.record.troubles += [one for one in run.writing.troubles() if one not in run.record.troubles]


async def publish(run: Run, issue: Issue) -> None:
    """Bring the issue to every channel that misses it; one that is busy is asked again until the deadline."""
    have_it = () if run.corrects_at else taken(issue, run.store, run.publishers).difference(run.anew)  # a mail is not sent twice
    rounds = Rounds(Publication.of(issue, run.store), run.store, have_it)
    with run.stage("publish", len(run.publishers)) as stage:
        await rounds.first(run.publishers, run.record.meter.step)
        run.reached(rounds)
        await rounds.later(run.publishers, patience_s(run.remaining_s))
        run.reached(rounds)
        stage.went_out, stage.failed = len(run.publishers) - len(rounds.missing), len(rounds.missing)
        stage.line = f"{stage.went_out} of {len(run.publishers)} channels"
    run.ended(run.record.status)  # with this stage in its record
