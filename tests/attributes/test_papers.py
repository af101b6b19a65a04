"""A paper's page: authors, subjects and day, in the two forms that such pages have."""

from __future__ import annotations

from datetime import date

from deepdaily.attributes import attributes_of
from deepdaily.attributes.papers import people
from making import document

URL = "https://arxiv.org/abs/2602.01234"


def test_a_page_with_labels_states_all_three() -> None:
    body = """Computer Science > Machine Learning
[Submitted on 3 Feb 2026 (v1), last revised 5 Feb 2026 (this version, v2)]
Title:Tidal Attention
Authors:Ana Blom, Li Wei and Tom O'Neil
Abstract:We study attention over long prompts.
Comments: | 12 pages
Subjects: | Machine Learning (cs.LG); Computation and Language (cs.CL)"""
    found = {one.name: one for one in attributes_of(document("Tidal Attention", body, url=URL))}

    assert found["authors"].value == "Ana Blom, Li Wei and Tom O'Neil"
    assert found["subjects"].value == "Machine Learning (cs.LG); Computation and Language (cs.CL)"
    assert (found["submitted"].value, found["submitted"].day) == ("3 Feb 2026", date(2026, 2, 3))
    assert people(found["authors"].value) == ["Ana Blom", "Li Wei", "Tom O'Neil"]


def test_names_between_title_and_abstract_and_codes_below_are_known_without_labels() -> None:
    body = "Title:Tidal Attention\nAna Blom, Li Wei\nAbstract:We study it.\ncs.LG, q-bio.BM"
    found = [(one.name, one.value) for one in attributes_of(document("Tidal Attention", body, url=URL))]

    assert found == [("authors", "Ana Blom, Li Wei"), ("subjects", "cs.LG, q-bio.BM")]


def test_a_sentence_in_their_place_is_no_list_of_authors() -> None:
    body = "Title:Tidal Attention\nWe show in 3 steps: that attention is a tide of many small waves which meet\nAbstract:It is."

    assert attributes_of(document("Tidal Attention", body, url=URL)) == ()


def test_the_middle_of_a_long_page_is_not_searched() -> None:
    lines = [f"Line {n}." for n in range(30)]
    body = "\n".join([*lines, "Authors: Ana Blom", *lines])

    assert attributes_of(document("Tidal Attention", body, url=URL)) == ()
