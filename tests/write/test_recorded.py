"""The sample day written by a real model, replayed from recordings: what is printed of it is proven, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cassettes import FOLDER, KEY, Cassette
from chat_forms import LINK, troubles
from deepdaily.archive import verify
from deepdaily.cli.console import meter
from deepdaily.core.errors import NoModel
from deepdaily.core.evidence import check_claim
from deepdaily.core.text import language_of, width
from deepdaily.core.types import Document, Issue, Language, Shape
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.keeper import calendar_of
from deepdaily.mind import ByModel
from deepdaily.models import Prompt
from deepdaily.models.asking import ModelWriter
from deepdaily.pipeline import run_day
from deepdaily.render.mail import MOST_HTML_BYTES, message
from deepdaily.render.markdown import post
from deepdaily.run import Errand, Record
from deepdaily.store.snapshots import Snapshots
from deepdaily.words import of
from deepdaily.write.by_model.judgement import LONGEST_ADVICE
from deepdaily.write.by_model.shapes import Facts
from golden_files import is_as_agreed


@dataclass(frozen=True)
class Recorded:
    """One replayed day: its issue, record, texts and what verifying it says."""

    language: Language
    issue: Issue
    record: Record
    documents: dict[str, Document]
    verdict: verify.Verdict
    cassette: Cassette


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["zh", "en"])
async def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorded]:
    language: Language = request.param
    folder = tmp_path_factory.mktemp(language)
    settings = sample_web.settings()
    digest = settings.digest.model_copy(update={"language": language})
    wire, cassette = sample_web.DemoWire(), Cassette(FOLDER / f"replies.{language}.jsonl")
    changed = settings.model_copy(update={"digest": digest})
    house = House(changed, {}, folder / "data", folder / "out", wire, sample_web.SEARCH_KEY)
    slot = house.slot(None, sample_web.NOW)
    with house.store() as store:
        now = calendar_of(store, slot, sample_web.NOW)
        async with house.run(store, Errand(slot, now, meter()), now) as run:
            run.writing = ByModel(ModelWriter(cassette, language, of(digest.language).audience, KEY))
            issue = await run_day(run)
        with Snapshots(house.snapshots) as snapshots:
            files = verify.published_files(issue, store, house.channels())
            verdict = verify.verify(issue, store, snapshots, files)
        documents = store.documents(issue.proofs())
        yield Recorded(language, issue, run.record, documents, verdict, cassette)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_post_is_written_as_agreed(day: Recorded, request: pytest.FixtureRequest) -> None:
    """After a wanted change: `pytest tests/write/test_recorded.py --update-golden -s`; read it as its readers do."""
    assert is_as_agreed(f"sample-day.{day.language}.md", post(day.issue), request)


async def test_every_chat_takes_the_day_within_its_limits_and_a_mail_is_not_clipped(day: Recorded) -> None:
    shapes: tuple[Shape, ...] = ("headline", "brief", "full")
    page = message(day.issue, sender="a@b.example", recipients=["c@d.example"], link=LINK).get_body(("html",))

    assert [trouble for shape in shapes for trouble in troubles(day.issue, shape)] == []
    assert page is not None
    assert len(page.get_content().encode()) <= MOST_HTML_BYTES
    assert "sha256" in page.get_content()


async def test_the_recording_answers_every_call_and_a_model_wrote_every_item(day: Recorded) -> None:
    assert [prompt.purpose for prompt in day.cassette.missed] == []
    assert {item.writer for item in day.issue.items} == {"recorded"}
    assert day.record.exit == 0


async def test_every_fact_stands_in_its_snapshot_and_says_no_more_than_its_passages(day: Recorded) -> None:
    facts = [claim for item in day.issue.items for claim in item.claims() if claim.evidence]

    assert len(facts) >= 40
    assert [trouble for claim in facts for trouble in check_claim(claim, day.documents)] == []
    assert day.verdict.green, day.verdict


async def test_our_own_sentences_are_in_the_reader_s_language_and_rest_on_named_passages(day: Recorded) -> None:
    judgements = [claim for item in day.issue.items for claim in item.claims() if claim.judgement]

    assert len(judgements) >= 14
    assert all(claim.basis for claim in judgements)
    assert {language_of(claim.text) for claim in judgements} == {day.language}
    assert max(width(claim.text) for claim in judgements) <= LONGEST_ADVICE


async def test_each_item_says_what_it_is_and_most_say_why_what_to_do_and_what_is_unknown(day: Recorded) -> None:
    items = day.issue.items
    kinds = [{section.kind for section in item.sections} for item in items]

    assert all("what" in found or "detail" in found for found in kinds)
    for kind in ("why", "advice"):
        assert sum(kind in found for found in kinds) >= 5, kind
    assert sum(bool(item.unknowns) for item in items) >= 5


async def test_two_reviewers_spoke_and_the_closing_asks_questions(day: Recorded) -> None:
    assert {finding.reviewer for finding in day.issue.findings} >= {"reliability", "form"}
    assert day.issue.closing.watchlist
    assert [watch.question for watch in day.issue.closing.watchlist if not re.search("[?？]", watch.question)] == []


async def test_the_second_opinion_s_order_is_one_of_the_reasons(day: Recorded) -> None:
    assert any(reason.name == "second opinion" for one in day.record.chosen for reason in one.reasons)


async def test_another_text_is_not_answered_from_the_recording(day: Recorded) -> None:
    cassette = Cassette(FOLDER / f"replies.{day.language}.jsonl")

    with pytest.raises(NoModel):
        await cassette.ask(Prompt("facts", "", "another text"), Facts)

    assert len(cassette.missed) == 1
