"""What a page states by its form is told in the reader's language, exactly, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from deepdaily.core.errors import DeepdailyError
from deepdaily.core.evidence import check_claim
from deepdaily.core.types import Claim, Document, Section, document_id
from deepdaily.read.extract import PageBytes, page
from deepdaily.write.by_rule.cards import MOST_ROWS, MOST_TOLD, card, release_card
from making import document

URL = "https://github.com/quill/quillserve/releases/tag/v2.4.0"
DRAWN = Path(__file__).resolve().parents[2] / "evals/attributes/pages.txt"


def notes(body: str, title: str = "Quillserve v2.4.0", url: str = URL) -> Document:
    return document(title, body, url=url)


def proven(sections: list[Section], *documents: Document) -> list[Claim]:
    """Their claims, each of which the check lets pass."""
    claims = [claim for section in sections for claim in section.points]
    known = {one.id: one for one in documents}
    assert [(claim.text, found) for claim in claims if (found := check_claim(claim, known))] == []
    assert all(section.kind in ("what", "detail") and section.points for section in sections)
    return claims


def told(one: Document, language: str = "zh") -> list[str]:
    return [claim.text for claim in proven(card(one, language), one)]


# -- releases ----------------------------------------------------------------------------------------------------------

BODY = "\n".join(
    [
        "- Fixed the lock of the store", "- Fixed a bug where commands could bypass the ask permission rule", "- Added a cache for prices",
        "- Changed the timeout from 60 seconds to 10 minutes", "- Removed the old client of the gateway", "- The new scheduler is here",
    ]
)  # fmt: skip


def test_a_release_is_counted_by_sort_and_its_urgent_entries_are_quoted() -> None:
    assert told(notes(BODY)) == [
        "v2.4.0：安全：“Fixed a bug where commands could bypass the ask permission rule”",
        "v2.4.0：移除或弃用：“Removed the old client of the gateway”",
        "v2.4.0：变更：“Changed the timeout from 60 seconds to 10 minutes”",
        "v2.4.0：6 条：安全 1、移除或弃用 1、修复 1、新增 1、变更 1、其他 1",
    ]
    assert told(notes(BODY), "en")[::3] == [
        "v2.4.0: security: “Fixed a bug where commands could bypass the ask permission rule”",
        "v2.4.0: 6 entries: security 1, removed or deprecated 1, fixed 1, added 1, changed 1, other 1",
    ]


def test_no_more_entries_than_a_reader_sees_are_told_and_none_too_long_or_too_short() -> None:
    many = "\n".join(f"- Removed the old client number {n} of the gateway" for n in range(9))

    assert len(told(notes(many))) == 1 + MOST_TOLD
    assert told(notes("- Minor fixes")) == []
    assert told(notes("- Removed " + "the old client and " * 30)) == []


def test_a_few_entries_are_all_told() -> None:
    assert told(notes("- Fixed the lock of the store\n- The new scheduler is here")) == [
        "v2.4.0：修复：“Fixed the lock of the store”",
        "v2.4.0：“The new scheduler is here”",
    ]


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("- Added", "- AWS Bedrock\n- Added"),
        BODY.replace("the cache", "x").replace("Added a cache for prices", "Added: - a cache for prices - a list of models"),
        BODY.replace("Fixed", "Careful with").replace("Added", "About").replace("Changed", "Look at"),
    ],
    ids=["a label among them", "a list within", "few sorts known"],
)
def test_entries_that_cannot_be_counted_by_sort_are_not_counted(body: str) -> None:
    assert [line for line in told(notes(body)) if " 条" in line] == []


def test_notes_without_a_version_are_told_without_one() -> None:
    assert (
        told(notes("- Fixed the lock of the store\n- Fixed the crash of the store", title="Spring release"))[-1] == "2 条：修复 2"
    )


def test_releases_of_one_project_are_told_together() -> None:
    older = notes("- Fixed the crash of the store", "Quillserve v2.3.9", URL.replace("4.0", "3.9"))
    newer = notes(BODY)
    sections = release_card([newer, older], "zh")
    lines = [claim.text for claim in proven(sections, newer, older)]

    assert [section.kind for section in sections] == ["what", "detail"]
    assert [line.partition("：")[0] for line in lines] == ["v2.4.0"] * 3 + ["v2.3.9", "v2.4.0"]
    assert release_card([document("A post", "It rains.")], "zh") == []


# -- fields ------------------------------------------------------------------------------------------------------------


def test_the_fields_of_a_head_are_one_line_in_the_readers_language() -> None:
    proposal = document(
        "SEP-1: Trees", "- Status: Final\n- Type: Standards Track\n- Created: 2025-07-22", url="https://q.example/seps/1"
    )

    assert told(proposal) == ["状态：Final；类型：Standards Track；创建日期：2025-07-22"]
    assert told(proposal, "en") == ["status: Final; type: Standards Track; created: 2025-07-22"]


def test_identifiers_of_an_advisory_stand_together_before_its_versions() -> None:
    body = "Severity: High\nAffected versions: < 2.4.1\nFixed in: 2.4.1\nCVE: CVE-2026-12345\nGHSA: GHSA-abcd-12ef-34gh"
    advisory = document("CVE-2026-12345 in Quillserve", body)

    assert told(advisory) == ["编号：CVE-2026-12345、GHSA-abcd-12ef-34gh；严重度：High；受影响版本：< 2.4.1；修复版本：2.4.1"]


def test_total_and_activated_parameters_keep_their_names() -> None:
    body = "Total Parameters | 1T\nActivated Parameters | 32B\nContext Length | 128K"
    model = document("kestrel/Kestrel", body, url="https://huggingface.co/kestrel/Kestrel")

    assert told(model) == ["总参数：1T；激活参数：32B；上下文长度：128K"]
    assert told(model, "en") == ["total parameters: 1T; activated parameters: 32B; context length: 128K"]


def test_many_authors_are_told_by_the_first() -> None:
    paper = document(
        "Tides", "Title:Tides\nAna Blom, Li Wei, Bo Kim, Jo Ray\nAbstract:We study.\ncs.LG", url="https://arxiv.org/abs/2602.01234"
    )

    assert told(paper) == ["作者：Ana Blom、Li Wei、Bo Kim 等；学科：cs.LG"]
    assert told(paper, "en") == ["authors: Ana Blom, Li Wei, Bo Kim and others; subjects: cs.LG"]


def test_a_banner_is_quoted_beside_the_fields() -> None:
    banner = "This repository has been archived by the owner on Feb 1, 2026."

    assert told(document("Quillserve", f"{banner}\nLicense: MIT")) == [f"状态：“{banner}”", "许可证：MIT"]
    assert told(document("Quillserve", banner)) == [f"状态：“{banner}”"]


def test_a_state_in_a_title_is_told_by_the_title_alone() -> None:
    assert told(document("Quill is now generally available", "It can be had.")) == []


# -- tables ------------------------------------------------------------------------------------------------------------

TABLE = "Model | Latency | Notes\nHeron | 20 ms | fast\nFinch | 45 ms | -"


def test_a_table_is_told_by_columns_and_cells_and_row_by_row_in_a_line() -> None:
    (section,) = card(document("Heron", f"Measurements\n{TABLE}"), "zh")

    assert (section.heading, section.columns) == ("原文表格：Measurements", ("模型", "时延", "备注"))
    assert [claim.text for claim in section.points] == ["Heron：时延 = 20 ms；备注 = fast", "Finch：时延 = 45 ms"]
    assert section.points[1].cells == ("Finch", "45 ms", "-")
    assert card(document("Heron", TABLE), "en")[0].heading == "a table of the source"


def test_a_chinese_table_is_told_in_english_columns() -> None:
    (section,) = card(document("定价", "套餐 | 月费 | 特点\n基础 | $40 | 入门\n专业 | $100 | 成长"), "en")

    assert section.columns == ("plan", "monthly fee", "特点")


def test_a_long_table_says_how_much_of_it_is_shown() -> None:
    rows = "\n".join(f"Heron {n} | {n + 10} ms | fast" for n in range(13))
    (section,) = card(document("Heron", f"Model | Latency | Notes\n{rows}"), "zh")

    assert len(section.points) == MOST_ROWS
    assert section.heading == "原文表格（共 13 行，取前 6 行）"


def test_of_several_tables_the_one_nearest_to_the_title_is_told() -> None:
    other = TABLE.replace("Heron", "Owl").replace("Finch", "Lark")
    (section,) = card(document("Heron is fast", f"First\n{other}\nThen\n{TABLE}"), "zh")

    assert section.points[0].cells[0] == "Heron"


def test_prose_states_nothing_by_its_form() -> None:
    assert card(document("A post", "It takes 20 ms instead of 45 ms, says the team. The licence is MIT."), "zh") == []


# -- the frozen web ----------------------------------------------------------------------------------------------------


def pages(shared: Path) -> Iterator[tuple[str, Document]]:
    """Kind and document of the pages that are not drawn for the judgement."""
    folder = shared / "frozen-web"
    drawn = {line.rstrip("/") for line in DRAWN.read_text("utf-8").split()}
    rows = {row["url"]: row for line in (folder / "manifest.jsonl").open() if (row := json.loads(line)).get("page_in_warc")}
    for archive in sorted(folder.glob("*.warc.gz")):
        with archive.open("rb") as stream:
            for record in ArchiveIterator(stream):
                url = record.rec_headers.get_header("WARC-Target-URI")
                row = rows.pop(url, None) if record.rec_type == "response" else None
                if row is None or row["kind"] in ("feed", "api") or url.rstrip("/") in drawn:
                    continue
                media_type = record.http_headers.get_header("Content-Type") or "text/html"
                try:
                    found = page(PageBytes(url, media_type, record.content_stream().read()))
                except DeepdailyError:
                    continue
                name, day = document_id(url, "", found.text), datetime(2026, 2, 11, tzinfo=UTC)
                yield row["kind"], Document(name, url, "", "", found.title, found.text, found.language, "", day)


def test_every_claim_of_real_pages_passes_the_check_and_most_pages_with_a_form_have_one(shared: Path) -> None:
    had: dict[str, list[bool]] = {}
    for kind, one in pages(shared):
        for language in ("zh", "en"):
            claims = proven(card(one, language), one)
        had.setdefault(kind, []).append(bool(claims))

    assert sum(map(len, had.values())) > 300
    assert all(sum(had[kind]) > 0.8 * len(had[kind]) for kind in ("release", "paper", "spec"))
    assert not any(had["newsletter"] + had["ai-digest"])
