"""How marks inside a line are written: what a figure is, and what only stands beside it."""

from __future__ import annotations

import pytest

from deepdaily.read.extract import fragment


def read(line: str) -> str:
    return fragment(f"<p>{line}</p>")


@pytest.mark.parametrize(
    "mark",
    [
        '<sup><a href="#n1">1</a></sup>',
        '<a href="#n1"><sup>1</sup></a>',
        '<sup>[<a href="#n1">1</a>, <a href="#n2">2</a>]</sup>',
        '<sup class="reference"><a href="/wiki/Pool#cite_note-3">[3]</a></sup>',
        '<sup id="fnref:1">1</sup>',
        '<sup role="doc-noteref">1</sup>',
        '<a role="doc-noteref" href="notes.html#n1">1</a>',
        '<a epub:type="noteref" href="#n1">[1]</a>',
        '<a class="footnote-ref" href="#fn1">1</a>',
        '<a href="#fn1">[1]</a>',
        '<a href="#fn1">1</a>',
        '<span class="footnote-ref">1</span>',
        '<span class="superscript"><a href="#n1">1</a></span>',
        '<a class="footnote-anchor" href="https://ann.example.com/p/a#footnote-1-9">1</a>',
        '<span class="easy-footnote"><a href="https://ann.example.com/p#easy-footnote-bottom-1"><sup>1</sup></a></span>',
        '<sup class="noprint">[<i><a href="/wiki/Source">source needed</a></i>]</sup>',
        '<sup class="fn-mark"><a href="javascript:void(0)">1</a></sup><span class="modern-footnotes-footnote__note">On 4 nodes.</span>',
        '<span class="ltx_note ltx_role_footnote"><sup>1</sup><span class="ltx_note_outer"><sup>1</sup>On 4 nodes.</span></span>',
        "<d-footnote>On 4 nodes.</d-footnote>",
        '<span class="tooltiptext">On 4 nodes.</span>',
        "<sup>[12]</sup>",
        "<sup>[a]</sup>",
        "<sup>【1】</sup>",
        "<sup>（2）</sup>",
        "<sup>①</sup>",
        "<sup>注1</sup>",
        "<sup>1)</sup>",
        "<sup>†</sup>",
        "<sup>*</sup>",
    ],
)
def test_the_mark_of_a_note_is_no_digit_of_the_figure_before_it(mark: str) -> None:
    assert read(f"The model reaches 71.3{mark} points.") == "The model reaches 71.3 points."
    assert read(f"新模型得分 71.3{mark}，高于旧版。") == "新模型得分 71.3，高于旧版。"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("10<sup>12</sup> tokens", "10^12 tokens"),
        ("10<sup>-3</sup>s", "10^-3 s"),
        ("2<sup>2<sup>3</sup></sup>", "2^2^3"),
        ("(a+b)<sup>2</sup>", "(a+b)^2"),
        ("n<sup> k </sup>m", "n^k m"),
        ("10<b><sup>6</sup></b>张卡", "10^6 张卡"),
        ("约 10<sup>9</sup>，每天", "约 10^9，每天"),
        ('10<span class="superscript">12</span> tokens', "10^12 tokens"),
        ('10<span style="vertical-align: super; font-size: 70%">12</span>', "10^12"),
        ('log 10<span style="vertical-align:sub">2</span>', "log 10_2"),
        ('see <a href="#part-3">3</a> and (<a href="#part-4">4</a>)', "see 3 and (4)"),
        ('told in [<a href="#b3">3</a>, <a class="reference" href="#b4">4</a>]', "told in [3, 4]"),
        ('<a class="reference" href="#usage">Usage</a> tells', "Usage tells"),
        ("the 1<sup>st</sup> and 2<sup>nd</sup>", "the 1st and 2nd"),
        ("le XX<sup>e</sup>, 1<sup>er</sup>", "le XXe, 1er"),
        ("Pool<sup>™</sup> and Net<sup>®</sup>", "Pool™ and Net®"),
        ("see <sup>note</sup>", "see note"),
        ("5<sup>°</sup>C and 90<sup>o</sup>, n<sup>o</sup> 4", "5°C and 90o, no 4"),
        ("10 <sup>9</sup> tokens and <sup>12</sup>C", "10 ^9 tokens and 12C"),
        ("<sup>1</sup>/<sub>2</sub> of it, 3<sup>1</sup>⁄<sub>4</sub> of all", "1/2 of it, 3 1⁄4 of all"),
        ("for $9<sup>99</sup> or €9<sup>.50</sup>", "for $9.99 or €9.50"),
        ("M<sup>me</sup> and Pool<sup>(R)</sup>", "Mme and Pool(R)"),
        ('10<span class="sup">7</span> or 10<span style="font-size: 70%; vertical-align: 0.4em">8</span>', "10^7 or 10^8"),
        ('10<span style="position: relative; top: -0.5em">4</span> tokens', "10^4 tokens"),
        ('log 10<b style="vertical-align: -25%">2</b>', "log 10_2"),
        ("H<sub>2</sub>O and CO<sub>2</sub>", "H2O and CO2"),
        ("log 10<sub>2</sub>", "log 10_2"),
        ("x<sub>1</sub>2", "x_1 2"),
        ("base 16<sub>10</sub>is", "base 16_10 is"),
        ("a<sub>i</sub>3", "ai3"),
    ],
)
def test_a_raised_or_lowered_word_is_kept_apart_from_a_figure(written: str, said: str) -> None:
    assert read(written) == said


@pytest.mark.parametrize(
    "struck",
    [
        "<del>$40</del>",
        "<s>$40</s>",
        "<strike>$40</strike>",
        '<span style="text-decoration: line-through">$40</span>',
        '<i class="line-through">$40</i>',
        '<b style="text-decoration: underline line-through red">$40</b>',
        '<span class="old-price">$40</span>',
        '<span class="price--compare">$40</span>',
        '<span class="text-decoration-line-through">$40</span>',
    ],
)
def test_what_is_struck_out_is_not_said_any_more(struck: str) -> None:
    assert read(f"It costs {struck} $30 a month, <ins>with</ins> <u>support</u>.") == "It costs $30 a month, with support."


@pytest.mark.parametrize(
    "tag", "b i em strong span code kbd time nobr mark small u ins font abbr data var samp cite dfn bdi tt x-note whatever".split()
)
def test_an_element_inside_a_line_neither_ends_it_nor_vanishes(tag: str) -> None:
    assert read(f"It was out on <{tag}>9 March</{tag}> for <{tag}>1</{tag}>,024 teams.") == "It was out on 9 March for 1,024 teams."
    assert read(f"新版<{tag}>不</{tag}>支持旧接口。") == "新版不支持旧接口。"


def test_a_quotation_keeps_its_words_and_its_marks() -> None:
    assert read("They call it <q>the fastest</q> and measured it.") == "They call it “the fastest” and measured it."


def test_what_no_reader_sees_joins_no_words_and_parts_none() -> None:
    assert read("in<wbr>fer&shy;ence ser&#8203;ver <ruby>池<rp>(</rp><rt>chí</rt><rp>)</rp></ruby>") == "inference server 池"


def test_a_picture_says_nothing_but_its_emoji() -> None:
    assert read('Done <img alt="🚀" src="r.png"> today<img alt="A rocket">.') == "Done 🚀 today."


@pytest.mark.parametrize(
    "note",
    [
        '<span class="sidenote">On 4 nodes.</span>',
        '<small class="margin-note">On 4 nodes.</small>',
        '<label class="margin-toggle">⊕</label>',
    ],
)
def test_a_note_in_the_margin_is_no_part_of_the_line(note: str) -> None:
    assert read(f"It serves 96{note} requests.") == "It serves 96 requests."


def math(inner: str, written: str = "") -> str:
    return f'<math alttext="{written}"><semantics><mrow>{inner}</mrow><annotation encoding="application/x-tex">\\tex{{}}</annotation></semantics></math>'


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (math("<mn>0.31</mn>", "0.31"), "0.31"),
        (math("<mn>1.8</mn><mo>×</mo>"), "1.8×"),
        (math("<mfrac><mn>1</mn><mn>2</mn></mfrac>"), "1/2"),
        (math("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>"), "(a+b)/c"),
        (math("<msup><mn>10</mn><mn>6</mn></msup>"), "10^6"),
        (math("<msub><mi>x</mi><mi>i</mi></msub>"), "x_i"),
        (math("<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>"), "x_1^2"),
        (math("<msqrt><mi>n</mi><mo>+</mo><mn>1</mn></msqrt>"), "√(n+1)"),
        (math("<mi>f</mi><mo>&#x2061;</mo><mi>x</mi><mo>&#x2062;</mo><mi>y</mi>"), "fxy"),
        ('<math alttext="n = 7"></math>', "n = 7"),
        ('<math alttext="\\frac{1}{2}"></math>', ""),
        ("<math><mfrac><mn>1</mn></mfrac></math>", "1"),
        (math("<msup><mi>x</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup>"), "x^(n+1)"),
        (math("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup><mi>s</mi>"), "10^−3 s"),
        (math("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>"), "∑_(i=1)^n i"),
        (math("<munder><mi>max</mi><mi>x</mi></munder><mi>f</mi>"), "max_x f"),
        (math("<mover><mi>x</mi><mo>¯</mo></mover>"), "x¯"),
        (math("<mroot><mi>n</mi><mn>3</mn></mroot>"), "^3√(n)"),
        (math("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>"), "1 2"),
        (math("<mn>10</mn><mspace width='1em'></mspace><mn>20</mn>"), "10 20"),
        ('<script type="math/tex">10^{6}</script>', "10^{6}"),
        ('<span class="MathJax">8</span><script type="math/tex">8</script>', "8"),
        ('<img class="latex" alt="O(n)">', "O(n)"),
        ('<img eeimg="1" alt="k=5">', "k=5"),
    ],
)
def test_a_formula_is_written_once_as_it_is_read(formula: str, said: str) -> None:
    assert read(f"about {formula} of it").split() == ["about", *said.split(), "of", "it"]


@pytest.mark.parametrize(
    "formula",
    [
        f'<span class="katex"><span class="katex-mathml">{math("<mn>8</mn>")}</span><span class="katex-html" aria-hidden="true">8</span></span>',
        f'<span class="katex"><span class="katex-mathml">{math("<mn>8</mn>")}</span><span class="katex-html">8</span></span>',
        f'<mjx-container><mjx-math aria-hidden="true">8</mjx-math><mjx-assistive-mml>{math("<mn>8</mn>")}</mjx-assistive-mml></mjx-container>',
        f'<span class="MathJax_Preview">8</span><span class="MathJax"><nobr aria-hidden="true">8</nobr><span>{math("<mn>8</mn>")}</span></span>',
        f'<span class="mwe-math-element"><span class="mwe-math-mathml-inline" style="display: none;">{math("<mn>8</mn>")}</span><img aria-hidden="true" alt="{{8}}"></span>',
        '<span class="katex"><span class="katex-html">8</span></span>',
    ],
    ids=["katex", "katex-seen", "mathjax-3", "mathjax-2", "wikipedia", "katex-without-mathml"],
)
def test_the_writings_of_a_formula_are_one(formula: str) -> None:
    assert read(f"in {formula} bits") == "in 8 bits"


def test_what_follows_a_formula_joins_no_exponent_of_it() -> None:
    assert read(f"a {math('<msup><mn>10</mn><mn>6</mn></msup>')}5 of them") == "a 10^6 5 of them"
    assert read(f"a {math('<mn>10</mn>')}x speedup") == "a 10x speedup"


def test_parts_that_stand_apart_on_the_page_are_not_glued() -> None:
    assert read('<span style="display: block">One line.</span><span style="display:flex">Another</span>') == "One line.\nAnother"
    assert read("<my-line>One line.</my-line><my-line>Another</my-line>") == "One line. Another"


def test_a_formula_of_any_depth_and_length_comes_to_an_end() -> None:
    deep = "<mrow>" * 2_000 + "<mn>5</mn>"

    assert read(f"about <math>{deep}</math>").split() == ["about", "5"]
    assert read(f"about <math>{'<mn>5</mn>' * 5_000}</math>").startswith("about 5")
