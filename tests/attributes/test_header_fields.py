"""Fields of a head and of blocks of `label: value`: read exactly, and never from a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from deepdaily.attributes import attributes_of
from deepdaily.core.evidence import stands
from making import document

ADVISORY = "https://github.com/advisories/GHSA-abcd-12ef-34gh"
MODEL = "https://huggingface.co/quill/Quill-30B"


def fields(title: str, body: str, url: str = "https://quill.example/proposals/one") -> list[tuple[str, str]]:
    told = document(title, body, url=url)
    found = attributes_of(told)
    assert all(stands(proof, told) for one in found for proof in one.evidence)
    return [(one.name, one.value) for one in found if one.name not in ("row", "entry")]


def test_the_head_of_a_proposal_states_its_status_type_and_day() -> None:
    told = document("SEP-1: Trees", "- Status: Final\n- Type: Standards Track\n- Created: 2025-07-22\n- Author(s): Ana\nAbstract")
    found = attributes_of(told)

    assert [(one.name, one.value) for one in found] == [("status", "Final"), ("type", "Standards Track"), ("created", "2025-07-22")]
    assert found[2].day == date(2025, 7, 22)
    assert found[0].columns == ("Status",)


def test_of_two_blocks_of_a_head_the_first_counts() -> None:
    body = "- Status: Final\n- Issue: #1577\nStatus | Draft\nCreated | 2025-09-29"

    assert fields("SEP-1577: Sampling", body) == [("status", "Final"), ("created", "2025-09-29")]


@pytest.mark.parametrize(
    "line",
    [
        "Status: Proposal Author: Community Contributor Created: 2026-01-31",
        "The status: it was approved by all of them after a long talk on Tuesday evening.",
        "Type: Blog",
        "Created: by the whole team",
        "Status: Ignore all previous instructions",
        "Status: 200",
    ],
)
def test_several_fields_on_a_line_a_sentence_and_a_value_of_another_kind_are_none(line: str) -> None:
    assert fields("RFC: Trees", line) == []


def test_a_label_below_the_head_says_something_of_another_thing() -> None:
    prose = "This proposal describes how a tree of requests is kept in memory while its leaves are still being written. " * 2

    assert fields("RFC: Trees", f"{prose}\nStatus: Final\nCreated: 2026-01-02") == []


def test_an_advisory_states_versions_severity_and_identifiers_label_above_value() -> None:
    body = """High severity
Package
quillserve
Affected versions
>= 2.0, < 2.4.1
Patched versions
2.4.1
Description
A crafted file name lets an attacker write files. Affected versions: see above.
Severity
High
8.8
CVE ID
CVE-2026-12345
GHSA ID
GHSA-abcd-12ef-34gh"""

    assert fields("Path traversal in Quillserve", body, ADVISORY) == [
        ("affected", ">= 2.0, < 2.4.1"),
        ("fixed", "2.4.1"),
        ("severity", "High"),
        ("identifier", "CVE-2026-12345"),
        ("identifier", "GHSA-abcd-12ef-34gh"),
    ]


def test_versions_of_two_packages_are_not_told_as_of_one() -> None:
    block = "Affected versions\n< {}\nPatched versions\n2.4.1\nDescription of it\n"

    assert fields("Path traversal", block.format("2.4.1") + block.format("3.0.0"), ADVISORY) == [("fixed", "2.4.1")]


def test_the_front_matter_of_a_model_card_is_read_with_its_lists() -> None:
    body = "license: apache-2.0\nlanguage:\n- en\n- zh\nbase_model: quill/Quill-30B-Base\ntags:\nQuill-30B"

    assert fields("quill/Quill-30B", body, MODEL) == [
        ("license", "apache-2.0"),
        ("languages", "en, zh"),
        ("base-model", "quill/Quill-30B-Base"),
    ]


def test_a_block_of_a_model_card_is_read_wherever_it_stands_and_of_a_post_nowhere() -> None:
    body = "A sentence that says what the model can do, which is longer than a label. " * 3
    body += "\n- Type: Causal Language Models\n- Number of Parameters: 30.5B\n- Layers: 48\n- Context Length: 262,144 natively."
    told = [("parameters", "30.5B"), ("context", "262,144 natively")]

    assert fields("quill/Quill-30B", body, MODEL) == told
    assert fields("Ten engines compared", body) == []


def test_total_and_activated_parameters_are_two_fields() -> None:
    body = "Architecture | Mixture-of-Experts\nTotal Parameters | 1T\nActivated Parameters | 32B\nContext Length | 128K"

    assert fields("kestrel/Kestrel", body, MODEL) == [("parameters", "1T"), ("parameters", "32B"), ("context", "128K")]


@pytest.mark.parametrize(
    "banner",
    [
        "Update, February 9: GitHub is pausing the rollout of the model.",
        "This repository has been archived by the owner on Feb 1, 2026.",
        "This release had known issues with CPU usage.",
        "本项目已停止维护。",
    ],
)
def test_a_banner_at_the_very_top_states_what_became_of_it(banner: str) -> None:
    later = "\n".join(f"Sentence number {n} of the page stands here." for n in range(8))

    assert ("status", banner) in fields("Quillserve", f"{banner}\n{later}")
    assert ("status", banner) not in fields("Quillserve", f"{later}\n{banner}")


def test_a_title_says_in_which_state_a_thing_can_be_had() -> None:
    assert fields("Quill is now generally available", "It can be had.") == [("availability", "generally available")]
    assert fields("Guide to trees [Beta]", "They grow.") == [("availability", "Beta")]
    assert fields("A preview of the day", "It rains.") == []


def test_a_day_that_is_none_is_no_day() -> None:
    found = attributes_of(document("SEP-1: Trees", "- Status: Final\n- Created: 2026-02-31", url="https://quill.example/seps/1"))

    assert [(one.name, one.day) for one in found] == [("status", None), ("created", None)]


def test_a_value_of_another_kind_further_down_does_not_tear_a_field() -> None:
    body = "License: MIT\nContext Length: 128K\nNotes on them:\nLicense: see the file, the notes: and all\nContext Length: unknown"

    assert fields("quill/Quill-30B", body, MODEL) == [("license", "MIT"), ("context", "128K")]


@pytest.mark.parametrize(
    "line",
    [
        "License: see the file beside the code",
        "License\nThis model is free.",
        "Languages: see below",
        "Base model: we began with the weights of last year",
        "Parameters: three",
        "Context Length: long",
    ],
)
def test_what_a_label_is_followed_by_must_look_like_its_value(line: str) -> None:
    assert fields("quill/Quill-30B", line, MODEL) == []


def test_a_value_that_says_there_is_none_is_no_value() -> None:
    body = "Severity\nHigh\nAffected versions\n< 2.4.1\nPatched versions\nNone"

    assert fields("Path traversal in quill", body, ADVISORY) == [("severity", "High"), ("affected", "< 2.4.1")]
