"""What a reader sees of stored bytes, read by other code than the reader's."""

from __future__ import annotations

import json
from html import escape

import pytest

from deepdaily.archive.visible import Asked, bare, folded, holds, unseen


def sees(markup: str, quote: str, media_type: str = "text/html; charset=utf-8") -> bool:
    return holds(bare(markup.encode(), media_type), quote)


WORDS = "Latency fell by 31% & stayed <5 ms"


@pytest.mark.parametrize(
    "body",
    [
        f"<html><body><p>{escape(WORDS)}</p></body></html>",
        "<p>Latency <b>fell</b> by\n 31% &amp; <i>stayed</i> &lt;5&nbsp;ms</p>",
        f"<rss><item><description>{escape(escape(WORDS))}</description></item></rss>",
        f"<rss><item><description><![CDATA[<p>{escape(WORDS)}</p>]]></description></item></rss>",
        json.dumps({"items": [{"content_html": f"<p>{escape(WORDS)}</p>"}]}),
        json.dumps({"hits": [{"title": escape(WORDS)}]}),
        "<table><tr><td>Latency fell</td><td>by 31% &amp; stayed &lt;5 ms</td></tr></table>",
    ],
    ids=["page", "marked up", "escaped twice", "CDATA", "JSON with HTML", "JSON", "table"],
)
def test_words_are_found_however_a_format_wraps_them(body: str) -> None:
    assert sees(body, WORDS)


def test_words_are_found_in_the_encoding_that_the_bytes_are_in_whatever_is_said_of_them() -> None:
    page = '<html><head><meta charset="gbk"></head><body><p>首 token 时延降到 86 毫秒</p></body></html>'

    assert "首token时延降到86毫秒" in bare(page.encode("gbk"))
    assert "首token时延降到86毫秒" in bare(page.replace("gbk", "utf-8").encode("gbk"))
    assert "首token时延降到86毫秒" in bare(page.encode(), "text/html; charset=gb2312")


def test_a_damaged_byte_costs_itself() -> None:
    page = "<p>首 token 时延降到 86 毫秒，比上周低。</p>" * 20

    assert "首token时延降到86毫秒" in bare(page.encode()[:-3] + b"\xff", "text/html; charset=utf-8")


@pytest.mark.parametrize("encoding", ["klingon", "idna", "hex", "undefined", "punycode", "unicode_escape", "utf-7"])
def test_a_declared_encoding_that_is_none_is_read_as_utf_8(encoding: str) -> None:
    assert "时延" in bare(f'<?xml version="1.0" encoding="{encoding}"?><a>时延</a>'.encode())


@pytest.mark.parametrize("text", ["[1] A note that begins with a bracket", "{{ a template }}", "[" * 100_000])
def test_a_text_that_only_begins_like_json_is_a_text(text: str) -> None:
    assert "".join(text.split())[:40] in bare(text.encode())


@pytest.mark.parametrize(
    ("markup", "quote"),
    [
        ("scores 92.4<sup><a href='#n1'>1</a></sup> on it", "scores 92.4 on it"),
        ("scores 92.4<sup class='footnote-ref'>1</sup> on it", "scores 92.4 on it"),
        ("scores 92.4<a href='#fn3'>[3]</a> on it", "scores 92.4 on it"),
        ("scores 92.4<sup>*</sup> on it", "scores 92.4 on it"),
        ("10<sup>13</sup> tokens", "10^13 tokens"),
        ("10<sup>13</sup>2", "10^13 2"),
        ("the 1<sup>st</sup> of Pools<sup>TM</sup>", "the 1st of PoolsTM"),
        ("H<sub>2</sub>O and log<sub>2</sub>8 and x<sub>i</sub>", "H2O and log_2 8 and xi"),
        ("costs <del>$20</del> <ins>$15</ins>", "costs $15"),
        ("on <time>3 May</time>, as <q>open</q> weights, by <nobr>Pools Inc</nobr>", "on 3 May, as “open” weights, by Pools Inc"),
        ("gives <math alttext='0.44'><mn>0.44</mn></math> loss", "gives 0.44 loss"),
        ("gives <math alttext='0.44'></math> loss", "gives 0.44 loss"),
        ("<math><mfrac><mn>1</mn><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></mfrac></math>", "1/(a+b)"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><msub><mi>y</mi><mn>1</mn></msub></math>", "x^2 y_1"),
        ("<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup><msqrt><mn>3</mn></msqrt></math>", "x_1^2 √(3)"),
        ("<math><semantics><mn>2.3</mn><annotation>2.3\\times</annotation></semantics></math>x", "2.3x"),
        ("<span class='katex'><math><mn>2.3</mn></math><span class='katex-html'>2.3</span></span>x", "2.3x"),
        ("新版本<strong>不</strong>支持<a href='/x'>旧接口</a>", "新版本不支持旧接口"),
        ("1&shy;,024 <wbr>slots", "1,024 slots"),
        ("at 5<sup>°</sup>C, 90<sup>o</sup>", "at 5°C, 90o"),
        ("10 <sup>9</sup> tokens and <sup>12</sup>C", "10 ^9 tokens and 12C"),
        ("3<sup>1</sup>⁄<sub>4</sub> of all for $9<sup>99</sup>", "3 1⁄4 of all for $9.99"),
        ("10<span class='sup'>7</span>, 10<b style='vertical-align: 0.4em'>8</b>", "10^7, 10^8"),
        ("log 10<span style='vertical-align: sub'>2</span>", "log 10_2"),
        ("scores 92.4<a href='/p#footnote-1'>1</a> on it", "scores 92.4 on it"),
        ("scores 92.4<sup>【1】</sup> on it", "scores 92.4 on it"),
        ("told in [<a href='#b3'>3</a>, <a href='#b4'>4</a>]", "told in [3, 4]"),
        ("costs <span class='old-price'>$20</span> <i style='text-decoration: line-through'>$18</i> $15", "costs $15"),
        ("<math><msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup></math>5", "x^(n+1) 5"),
        ("<math><munder><mi>max</mi><mi>x</mi></munder><mi>f</mi></math>", "max_x f"),
        ("in <script type='math/tex'>O(n)</script> steps", "in O(n) steps"),
        ("in <img class='latex' alt='O(n)'> steps <img alt='🚀'>", "in O(n) steps 🚀"),
        ("pick <select><option>one<option>two</select> of <svg><title>mark</title><text>7</text></svg> them", "pick of them"),
        ("128<span class='fn__note footnote__note'>On 4 nodes.</span> requests", "128 requests"),
        ("<ruby>漢<rt>kan</rt></ruby>字", "漢字"),
    ],
)
def test_marks_are_spelled_as_a_reader_takes_them(markup: str, quote: str) -> None:
    assert sees(f"<p>{markup}</p>", quote)


@pytest.mark.parametrize(
    ("markup", "quote"),
    [
        ("92.4<sup><a href='#n1'>1</a></sup>", "92.41"),
        ("10<sup>13</sup>", "1013"),
        ("10<sup>13</sup>", "10"),
        ("log<sub>2</sub>8", "log28"),
        ("<table><tr><td>1</td><td>024</td></tr></table>", "1024"),
        ("1,024 slots", "24 slots"),
        ("a 2.62 rise", "a 2.6"),
        ("<del>$20</del>15", "$20"),
        ("<span hidden>never</span> shown, as most of it is", "never"),
        ("<span style='display:none'>never</span> shown, as most of it is", "never"),
        ("<span class='sr-only'>never</span> shown, as most of it is", "never"),
        ("<script>never()</script><style>never</style><!-- never --><template>never</template> shown", "never"),
        ("", ""),
    ],
)
def test_a_figure_or_a_word_that_nobody_sees_is_not_there(markup: str, quote: str) -> None:
    assert not sees(f"<p>{markup}</p>", quote)


def test_what_a_script_reveals_is_seen_where_it_is_most_of_the_page() -> None:
    page = "<p>menu</p><div style='visibility: hidden; opacity: 0'><p>The scheduler moved to two pools of cards.</p></div>"

    assert sees(page, "The scheduler moved to two pools of cards.")
    assert sees("<template shadowrootmode=open><p>The scheduler moved.</p></template>", "The scheduler moved.")


def test_an_element_that_is_never_closed_hides_no_more_than_it_would_in_a_browser() -> None:
    assert sees("<ul><li hidden>gone<li>first of them<li>second of them</ul><p>after the list", "first of them second of them")
    assert sees("<p hidden>gone<p>seen by all of them", "seen by all of them")
    assert sees("<table><tr><td hidden>gone<td>a cell that stays<tr><td>another one</table>", "a cell that stays another one")
    assert sees("<dl><dt hidden>gone<dd>what it means to all</dl>", "what it means to all")
    assert sees("the end <script>never closed", "the end")
    assert sees("cut off <a href='x", "cut off")


def test_a_quotation_mark_that_belongs_to_no_value_swallows_nothing() -> None:
    assert sees('<p class=a" b>Seen by all.</p><p title="x">And this.</p>', "Seen by all.")
    assert sees('<p title="a > b">Seen by all.</p>', "Seen by all.")
    assert not sees('<p title="a > bees">Seen by all.</p>', "bees")
    assert sees("<p title='x\" y>Seen by all.</p>", "Seen by all.")
    assert sees("as told <a href='#p1'>#1</a> of them <a href='#p2'>#</a>", "as told #1 of them")


def test_names_in_angle_brackets_stay_where_the_text_is_no_markup() -> None:
    assert sees(json.dumps({"title": "How <think> blocks work"}), "How <think> blocks work", "application/json")
    assert sees("Vec<T> is slower", "Vec<T> is slower", "text/plain")
    assert sees("<rss><title>Vec&lt;T&gt; is slower</title></rss>", "Vec<T> is slower", "application/xml")


def test_a_note_in_the_margin_is_read_but_not_in_the_sentence_beside_it() -> None:
    page = "<p>a sandbox of its own<label class='margin-toggle'>⊕</label><span class='sidenote'>Only on Linux.</span> and fast"

    assert sees(page, "a sandbox of its own and fast")
    assert sees(page, "Only on Linux.")


def test_a_title_that_only_the_head_says_is_seen() -> None:
    assert sees('<head><meta property="og:title" content="Pools are split"></head><p>text', "Pools are split")


def test_white_space_and_bars_between_cells_do_not_count_but_between_digits() -> None:
    assert folded("a  | b\n c 1 | 2") == "abc1 2"


def test_elements_within_each_other_are_read_in_bounded_work() -> None:
    assert holds(bare(("<sup>" * 500 + "x" + "</sup>" * 500).encode()), "x")
    assert holds(bare(("<div>" * 3000 + "deep" + "</div>" * 3000).encode()), "deep")


def test_a_sentence_may_begin_with_a_figure_behind_one_that_ends_with_another() -> None:
    assert sees("<p>It began in 2025. 30% of the calls fail.</p><p>Part 4,</p><p>12 cards</p>", "30% of the calls fail.")
    assert sees("<p>It began in 2025. 30% of the calls fail.</p><p>Part 4,</p><p>12 cards</p>", "12 cards")
    assert not sees("<p>It began in 2025.30%</p>", "30%")


def test_each_quotation_may_stand_in_another_reading_of_one_answer() -> None:
    body = b"See [the notes](https://larch.example/n) on <b>7</b> GPUs"
    quotes = ("elsewhere", "See the notes on", "(https://larch.example/n)", "on 7 GPUs", "nowhere")

    assert unseen(Asked(body, "text/markdown", quotes)) == ["elsewhere", "nowhere"]


def test_a_worker_is_asked_for_the_quotations_that_are_not_there() -> None:
    assert unseen(Asked(b"<p>one two</p>", "text/html", ("one", "three", "two"))) == ["three"]


def _feed(description: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><item><description>{description}</description></item></channel></rss>'.encode()


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        (
            "&lt;p&gt;The &lt;b&gt;new&lt;/b&gt; &lt;plan&gt; tag takes Set&lt;K&gt; in 4 ms.&lt;/p&gt;",
            "The new <plan> tag takes Set<K> in 4 ms.",
        ),
        ("<![CDATA[<p>Both <tool_use> and <i>Set<K></i> are read.</p>]]>", "Both <tool_use> and Set<K> are read."),
        (
            "<![CDATA[<p>一个 <x-card a='1'>卡片</x-card> 里的 <规划> 与 <plan> <b>不同</b>。</p>]]>",
            "一个 卡片 里的 <规划> 与 <plan> 不同。",
        ),
        ("<![CDATA[<p>where n <m and <em>k</em> is 3</p>]]>", "where n <m and k is 3"),
        ("Uses Set<K> and &lt;b&gt;more&lt;/b&gt; of it.", "Uses Set<K> and more of it."),
    ],
)
def test_a_name_between_angle_brackets_in_a_feed_is_found_beside_real_marks(description: str, sentence: str) -> None:
    assert holds(bare(_feed(description), "application/xml"), sentence)


def test_a_foreign_element_of_a_page_is_no_word_of_it() -> None:
    visible = bare(b"<html><p>We <plan>do</plan> it.</p></html>", "text/html")

    assert holds(visible, "We do it.")
    assert not holds(visible, "We <plan>do")


@pytest.mark.parametrize("mark", ["<a", "<T>", "</x>", "<x-y>", "<x a='1'>", '<a b="', "<!-- "])
def test_marks_without_an_end_are_read_in_one_pass(mark: str) -> None:
    assert isinstance(bare(b"<rss>" + mark.encode() * 30_000, "application/xml"), str)
