"""Angle brackets of an author are words, those of HTML are not; nothing is cut after either."""

from __future__ import annotations

import pytest

from deepdaily.sources.feed_words import MAX_LINE_CHARS, MAX_TITLE_CHARS, Manner, Said, one_line, readable


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Tuning <think> budgets", "Tuning <think> budgets"),
        ("Tuning <think>long</think> budgets", "Tuning <think>long</think> budgets"),
        ("The <slot> element in agents' output", "The <slot> element in agents' output"),
        ("Inside <script>run()</script> tags", "Inside <script>run()</script> tags"),
        ("HashMap<String, Vec<u8>> grows", "HashMap<String, Vec<u8>> grows"),
        ("Bold <b> and italic <i> tags", "Bold <b> and italic <i> tags"),
        ("</b> ends it", "</b> ends it"),
        ("<b>Bold</b> and <i class='x'>italic</i>", "Bold and italic"),
        ("<b>Bold <i>and</b> more", "Bold <i>and more"),
        ("Two lines<br>of a title", "Two lines of a title"),
        ("Use a < b && b <c in loops", "Use a < b && b <c in loops"),
        ("Latency <5 ms <!-- draft", "Latency <5 ms <!-- draft"),
        ("Latency <!-- draft --> halves", "Latency halves"),
        ("Q&amp;A &lt;live&gt; &mdash; today", "Q&A <live> — today"),
        ("R&D at AT&T", "R&D at AT&T"),
        ("👩‍🔬 measures 🪿", "👩‍🔬 measures 🪿"),
        ("…", ""),
    ],
)
def test_a_title_keeps_every_word(written: str, title: str) -> None:
    assert one_line(Said(written)) == title


def test_a_plain_title_is_text_as_it_stands() -> None:
    assert one_line(Said("<b>Tags</b> &amp; entities\n", "plain")) == "<b>Tags</b> &amp; entities"


def test_a_title_has_a_bound() -> None:
    assert len(one_line(Said("word " * MAX_LINE_CHARS))) <= MAX_TITLE_CHARS


@pytest.mark.parametrize(
    ("manner", "written", "text"),
    [
        ("plain", "if x < 3 and y <z then\nstop &amp; go", "if x < 3 and y <z then\nstop &amp; go"),
        ("plain", "<p>not a paragraph</p>", "<p>not a paragraph</p>"),
        ("loose", "<p>if x < 3 and y <z then stop</p><p>Go</p>", "if x < 3 and y <z then stop\nGo"),
        ("loose", "<p>Option<T> and Map<K, V> grow</p>", "Option<T> and Map<K, V> grow"),
        ("loose", "<p>Run <my-app id='1'>the app</my-app> now</p>", "Run the app now"),
        ("loose", "<p>One</p><Note kind='x'>two</Note>", "One\ntwo"),
        ("loose", "plain words, one\nline each", "plain words, one\nline each"),
        ("loose", "<p>One <!-- never closed</p><p>two</p>", "One <!-- never closed\ntwo"),
        ("markup", "<p>One</p>", "One"),
    ],
)
def test_a_text_keeps_every_word(manner: Manner, written: str, text: str) -> None:
    assert readable((Said(written, manner),)) == text


def test_the_longest_text_is_read_and_none_is_empty() -> None:
    assert readable((Said("short"), Said("<p>much longer</p>"))) == "much longer"
    assert readable(()) == ""
