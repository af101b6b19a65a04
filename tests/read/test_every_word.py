"""Pages made at random, with what a reader sees of them: every word is kept in order, and none is added."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

import pytest

from deepdaily.archive.visible import bare, holds
from deepdaily.core.text import sentences
from deepdaily.read.extract import PageBytes, fragment, page

INLINE = (
    "b i em strong span code kbd time nobr mark small u ins font abbr data samp var cite dfn bdi x-note odd custom-chip".split()
)
BLOCKS = "div section p blockquote article".split()
HIDDEN = (
    '<span style="display:none">{}</span>', "<span hidden>{}</span>", "<script>{}</script>", "<!-- {} -->", "<del>{}</del>", "<s>{}</s>",
    '<i class="sr-only">{}</i>', '<sup><a href="#n">7</a></sup>', "<sup>[12]</sup>", '<a href="#fn1">[3]</a>', "<wbr>", "&shy;",
    '<span class="sidenote">{}</span>', '<ruby><rt>{}</rt></ruby>', '<svg><text>{}</text></svg>',
)  # fmt: skip

Made = tuple[str, str]
"""Markup, and what is seen of it."""


class Maker:
    """One page: words are numbered, so that a lost, doubled or moved one shows."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.chinese = seed % 2 == 1
        self.count = 0

    def word(self) -> str:
        self.count += 1
        if self.chinese and self.dice.random() < 0.7:
            return chr(0x4E00 + self.count) + self.dice.choice(("的推理服务把请求分开", "不", "在八张卡上测得的延迟下降了", "缓存"))
        return self.dice.choice(("word{}", "Net-{}.5", "{}%", "v{}", "it’s{}")).format(self.count)

    def words(self, least: int = 4, most: int = 12) -> Made:
        """A run of words with marks inside and between them."""
        markup, seen = "", ""
        for _ in range(self.dice.randint(least, most)):
            blank = "" if self.chinese and self.dice.random() < 0.6 else " "
            made, shown = self.inline(self.word())
            markup, seen = markup + blank + made, seen + blank + shown
        return markup + ".", seen + "."

    def inline(self, word: str) -> Made:
        kind = self.dice.random()
        if kind < 0.45:
            return word, word
        if kind < 0.5:
            return self.wrapped(word)
        if kind < 0.65:
            tag = self.dice.choice(INLINE)
            cut = self.dice.randint(1, len(word))
            return f"<{tag}>{word[:cut]}</{tag}>{word[cut:]}", word
        if kind < 0.75:
            return word + self.dice.choice(HIDDEN).format("unseen"), word
        if kind < 0.8:
            return f"<q>{word}</q>", f"“{word}”"
        if kind < 0.85:
            return f"{word}x10<sup>{self.count}</sup>, ", f"{word}x10^{self.count}, "
        if kind < 0.9:
            return f"{word} 10<sup>3</sup>y", f"{word} 10^3 y"
        return f'<a href="/p/{self.count}">{word}</a>', word

    def wrapped(self, word: str) -> Made:
        """A word in several elements, with an entity, a comment or an unclosed element in it."""
        made = self.dice.choice(
            (
                "<b><i>{0}</i></b>",
                "<span><a href='/p/x'><em>{0}</em></a></span>",
                "<!-- > -->{0}<!---->",
                "<b>{0}<!-- <p> --></b>",
                "<u>{0}<b></b></u>",
            )
        ).format(word)
        return self.dice.choice(
            (
                (f"{made}&nbsp;&amp; ", f"{word} & "),
                (f"&lt;{made}&gt;", f"<{word}>"),
                (f"{made}&#x2014;", f"{word}—"),
                (f"{made}\n\t", f"{word} "),
                (made, word),
            )
        )

    def block(self, depth: int = 0) -> Made:
        kinds: list[Callable[[int], Made]] = [
            self.picture,
            self.poem,
            self.listed_values,
            self.listed_parts,
            self.layout,
            self.paragraph,
            self.paragraph,
            self.paragraph,
            self.entries,
            self.values,
            self.terms,
            self.code,
        ]
        return self.dice.choice([*kinds, self.nested] if depth < 3 else kinds)(depth)

    def paragraph(self, _depth: int) -> Made:
        markup, seen = self.words(8, 24)
        tag = self.dice.choice(("p", "p", "p", "div", "h2", "figcaption", "summary"))
        more, also = self.words(8, 12)
        broken = self.dice.random() < 0.2
        return (f"<{tag}>{markup}<br><br>{more}</{tag}>", f"{seen}\n{also}") if broken else (f"<{tag}>{markup}</{tag}>", seen)

    def entries(self, _depth: int) -> Made:
        entries = [self.words() for _ in range(self.dice.randint(2, 4))]
        end = self.dice.choice(("</li>", ""))
        return "<ul>" + "".join(f"<li>{made}{end}" for made, _ in entries) + "</ul>", "\n".join(f"- {seen}" for _, seen in entries)

    def values(self, _depth: int) -> Made:
        rows = [[(self.word(), self.words(1, 2)) for _ in range(3)] for _ in range(self.dice.randint(2, 4))]
        heads = [self.word() for _ in range(3)]
        markup = "".join("<tr>" + "".join(f"<td>{word} <b>{made}</b></td>" for word, (made, _) in row) + "</tr>" for row in rows)
        seen = "\n".join(" | ".join(f"{word} {also}" for word, (_, also) in row) for row in rows)
        return f"<table><tr><th>{'</th><th>'.join(heads)}</th></tr>{markup}</table>", f"{' | '.join(heads)}\n{seen}"

    def terms(self, _depth: int) -> Made:
        (term, seen), (told, also) = self.words(), self.words()
        return f"<dl><dt>{term}</dt><dd>{told}</dd></dl>", f"{seen}\n- {also}"

    def picture(self, _depth: int) -> Made:
        made, seen = self.words()
        caption = self.dice.choice(("figcaption", "figcaption><p", "figcaption><span"))
        end = "".join(f"</{tag}>" for tag in reversed(caption.split("><")))
        return f"<figure><img src='a.png' alt='unseen'><{caption}>{made}{end}</figure>", seen

    def poem(self, _depth: int) -> Made:
        made = [self.words() for _ in range(3)]
        br = self.dice.choice(("<br>", "<br/>", "<br />\n", "<br><br>"))
        return "<p>" + br.join(one for one, _ in made) + "</p>", "\n".join(seen for _, seen in made)

    def listed_values(self, depth: int) -> Made:
        (told, seen), (table, rows) = self.words(), self.values(depth)
        return f"<ul><li>{told}{table}</li></ul>", f"- {seen}\n{rows}"

    def listed_parts(self, _depth: int) -> Made:
        (one, first), (two, second), (three, third) = self.words(), self.words(), self.words()
        markup = f"<ol><li><p>{one}</p><p>{two}</p><!-- unseen --><ul><li>{three}</ul></li></ol>"
        return markup, f"- {first}\n{second}\n- {third}"

    def layout(self, _depth: int) -> Made:
        (one, first), (two, second) = self.words(8, 16), self.words(8, 16)
        return f"<table role='presentation'><tr><td><p>{one}</p></td><td>{two}</td></tr></table>", f"{first}\n{second}"

    def code(self, _depth: int) -> Made:
        lines = [f"call{self.word()} = run" for _ in range(3)]
        numbered = "".join(f'<span class="lineno">{number}</span>{line}\n' for number, line in enumerate(lines, 1))
        return f"<pre><code>{numbered}</code></pre>", "\n".join(lines)

    def nested(self, depth: int) -> Made:
        made = [self.block(depth + 1) for _ in range(self.dice.randint(1, 3))]
        tag = self.dice.choice(("div", "section", "blockquote", "details"))
        return f"<{tag}>" + "".join(one for one, _ in made) + f"</{tag}>", "\n".join(seen for _, seen in made)

    def page(self) -> Made:
        made = [self.block() for _ in range(self.dice.randint(6, 14))]
        around = (
            '<nav><a href="/">unseen menu</a></nav>',
            '<footer>unseen foot</footer><div class="related"><a href="/x">unseen more</a></div>',
        )
        inner = "\n".join(one for one, _ in made)
        head = "<title>Pools apart</title>"
        return (
            f"<!doctype html><html><head>{head}</head><body>{around[0]}<main><h1>Pools apart</h1>{inner}</main>{around[1]}</body></html>",
            "\n".join(["Pools apart", *(seen for _, seen in made)]),
        )


def said(text: str) -> list[str]:
    """Its words in order; of Chinese its characters."""
    return re.findall(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+(?:\^\d+)?|[“”%|]", text)


@pytest.mark.parametrize("seed", range(200))
def test_every_word_that_is_seen_is_kept_in_order_and_none_is_added(seed: int) -> None:
    markup, seen = Maker(seed).page()

    found = page(PageBytes("https://blog.example.com/pools", "text/html; charset=utf-8", markup.encode()))

    assert said(found.text) == said(seen)


@pytest.mark.parametrize("seed", range(200))
def test_every_sentence_that_is_read_is_found_by_the_other_reading(seed: int) -> None:
    body = Maker(seed).page()[0].encode()
    found = page(PageBytes("https://blog.example.com/pools", "text/html; charset=utf-8", body))
    visible = bare(body, "text/html; charset=utf-8")

    assert [one.text for one in sentences(found.text) if not holds(visible, one.text.removeprefix("- "))] == []


@pytest.mark.parametrize("seed", range(50))
def test_an_entry_of_a_feed_is_read_like_a_page(seed: int) -> None:
    maker = Maker(seed)
    made = [maker.block() for _ in range(5)]

    assert said(fragment("".join(one for one, _ in made))) == said("\n".join(seen for _, seen in made))


@pytest.mark.parametrize("seed", range(50))
def test_a_link_stands_where_it_says(seed: int) -> None:
    markup, _ = Maker(seed).page()

    found = page(PageBytes("https://blog.example.com/pools", "text/html; charset=utf-8", markup.encode()))

    assert found.structure.links
    assert all(found.text[one.start :].startswith(one.words) for one in found.structure.links)
    assert all(one.url.startswith("https://blog.example.com/p/") for one in found.structure.links)
    rows = [" | ".join(cell for cell in row) for one in found.structure.tables for row in one.rows]
    assert all(row in found.text for row in rows)
    assert all(found.text[one.start :].startswith(" | ".join(one.rows[0])) for one in found.structure.tables)
