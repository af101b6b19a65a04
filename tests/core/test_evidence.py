"""A claim stands on its passage: what code can decide, it decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.core.errors import QuoteNotFound
from deepdaily.core.evidence import check_claim, locate, passage, unfounded, unsupported, worked_out
from deepdaily.core.types import Claim, Evidence
from making import document

SOURCE = "On 9 February the team served 26.2K tokens per GPU second with vLLM 0.9.1, 25% more than before. It says “stable enough”."


def test_a_quotation_is_found_across_other_white_space() -> None:
    text = document("Title", "the rollout\n  is paused today")

    assert locate("rollout is paused", text).quote == "rollout\n  is paused"


def test_words_in_another_order_are_no_quotation() -> None:
    with pytest.raises(QuoteNotFound):
        locate("paused is rollout", document("Title", "the rollout is paused"))


@given(st.integers(0, 60), st.integers(1, 40))
def test_a_passage_stands_where_it_was_taken(start: int, length: int) -> None:
    text = document("Title", SOURCE)
    taken = passage(text, start, start + length)

    assert check_claim(Claim(taken.quote, (taken,)), {text.id: text}) == []


@pytest.mark.parametrize(
    "claim",
    ["2 月 9 日，每 GPU 每秒 2.62 万 token，多 25%。", "vLLM 0.9.1 的团队称其“stable enough”。", "A quarter more: 25 percent."],
)
def test_what_the_passage_says_is_supported(claim: str) -> None:
    assert unsupported(claim, [SOURCE]) == []


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("每 GPU 每秒 2.63 万 token。", "number"),
        ("多 25 倍。", "number"),
        ("2 月 10 日发布。", "date"),
        ("SGLang 也一样。", "name"),
        ("vLLM v0.9.2 发布。", "version"),
        ("团队称其“very stable”。", "quotation"),
        ("这是全球首个。", "superlative"),
    ],
)
def test_what_the_passage_does_not_say_is_named(claim: str, missing: str) -> None:
    assert any(note.startswith(missing) for note in unsupported(claim, [SOURCE]))


def test_a_changed_character_in_the_store_is_noticed() -> None:
    text = document("Title", SOURCE)
    moved = Evidence(text.id, 3, 12, text.text[4:13])

    assert check_claim(Claim(moved.quote, (moved,)), {text.id: text})


@pytest.mark.parametrize(
    ("note", "frame"), [("按所引数字计算：{}", "{}（{}）"), ("Worked out from the figures cited: {}", "{} ({})")]
)
def test_a_figure_that_is_worked_out_from_the_passages_is_founded_with_its_sum_and_not_without(note: str, frame: str) -> None:
    passages = ["It rose from 410 ms to 1,150 ms; 212 and 38 tokens/s were read."]

    def missing(text: str, sum_: str, passages: list[str] = passages) -> list[str]:
        return unsupported(frame.format(text, note.format(sum_)), passages, sum_note=note)

    for text, sum_ in (("2.8x", "1150/410"), ("5.6x", "212/38"), ("180%", "(1150-410)/410*100")):
        assert missing(text, sum_) == []
        assert unsupported(text, passages, sum_note=note)
    assert missing("9x", "1150/410")
    assert missing("2x", "820/410")
    assert missing("25%", "100/4", ["4 cards"]) == []
    assert missing("60%", "60/100*100", ["Nothing."])


def test_a_fact_is_not_proven_by_a_sum_of_its_own() -> None:
    made = document("Throughput is 212 here", "It was 38 before that day.")
    proof = passage(made, 0, len(made.text))

    assert check_claim(Claim("快 5.6 倍（按所引数字计算：212/38）", (proof,)), {made.id: made})


@pytest.mark.parametrize(
    "text",
    ['He said "we will double it".', "他说“明年翻倍”。", "他说『明年翻倍』。", "He said ‘we will double it’.", '他说"明年翻倍"。'],
)
def test_an_invented_quotation_is_seen_in_whatever_marks(text: str) -> None:
    assert any(note.startswith("quotation") for note in unsupported(text, ["He said nothing of the kind."]))
    assert unsupported(text.replace("double it", "see"), ["He said: we will see. 他说：明年翻倍。"]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("“We don't plan to,” she said.", "She said: 'We don’t plan to.'"),
        ("报告写道：“它把‘快’放在第一位。”", "它把「快」放在第一位。"),
        ("他说「先做『慢』的部分」。", "他说，先做“慢”的部分。"),
        ("‘It’s slow – for now’ is their word.", "It's slow - for now."),
    ],
)
def test_a_quotation_is_the_same_in_other_marks_apostrophes_and_dashes(claim: str, source: str) -> None:
    assert unsupported(claim, [source]) == []


def test_marks_that_are_never_closed_open_nothing_and_hide_no_quotation() -> None:
    assert unsupported("“ a 「 b ‘ c “never said so”", ["a b c"]) == ["quotation “never said so”"]
    assert unsupported("“ a b」 c", ["a b c"]) == []
    assert unsupported("‘ab c " * 20_000 + "“ab " * 20_000, ["ab c"]) == []


def test_an_apostrophe_or_an_inch_is_no_quotation() -> None:
    assert unsupported("It's the users' own choice on a 13\" screen.", ['A choice of users on a 13" screen.']) == []


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("from 2.1 to 9.4 million tokens", "从 210 万升到 940 万 token"),
        ("a 64K-to-256K revision", "64K 到 256K 的修订版"),
        ("3 到 5 万次", "30,000 to 50,000"),
        ("500K to 2M calls", "50 万到 200 万次"),
    ],
)
def test_the_first_number_of_a_range_shares_the_magnitude_of_the_second(source: str, claim: str) -> None:
    assert unsupported(claim, [source]) == []
    assert unsupported(claim, ["2 and 9.4 million, 64 and 256K, 3 and 5 万, 500 and 2M"])


@pytest.mark.parametrize(
    ("sum_", "value"),
    [
        ("1150/410", 1150 / 410),
        (" -(3 - 5) * 2.5 ", 5.0),
        ("-3", -3.0),
        ("1/0", None),
        ("True + 1", None),
        ("+3", None),
        ("2**9", None),
        ("abs(3)", None),
        ("a + 1", None),
        ("3 +", None),
        ("9" * 400 + " * 1.0", None),
        ("(" * 9999, None),
    ],
)
def test_a_sum_has_a_value_only_where_it_is_nothing_but_a_sum(sum_: str, value: float | None) -> None:
    assert worked_out(sum_) == value


@pytest.mark.parametrize(
    ("text", "judged", "proposed"),
    [
        ("先看 3 天", False, True),
        ("试 2 次", True, True),
        ("快 40%", False, False),
        ("3 月 20 日前决定", False, True),
        ("每秒都要看", True, True),
        ("「能用」不等于「可靠」", True, True),
        ("「这一句话比我们自己的说法要长得多」", False, False),
        ("he said “stable”", False, False),
        ("SGLang 更好", False, False),
    ],
)
def test_a_judgement_may_bring_small_counts_and_own_terms_and_a_proposal_also_times(
    text: str, judged: bool, proposed: bool
) -> None:
    passages = ["The team has shipped it."]

    assert (unfounded(text, passages, "") == []) is judged
    assert (unfounded(text, passages, "", proposal=True) == []) is proposed


@given(st.text(alphabet="0123456789 ,.-/+%x$到至超过不约快慢升降两三百万亿个半分之每卡预计 fortheupandoverby\n", max_size=80))
def test_whatever_a_passage_says_is_supported_by_itself(text: str) -> None:
    assert unsupported(text, [text]) == []


@pytest.mark.parametrize("text", ["1/0 of it", "9" * 60 + "/3", "9" * 60, "1⁄0", "0x, 0%", "9" * 60 + "⁄7 of it"])
def test_a_number_beyond_reason_is_a_number(text: str) -> None:
    assert unsupported(text, ["Nothing of the kind."])
    assert unsupported(text, [text]) == []


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("限 Free 与 8 美元订阅 Go 两档。", "the Free tier and Go, the eight-dollar subscription."),
        ("提供两种模式：批量与流式。", "It offers batch and streaming."),
        ("Free、Go 与 Plus 三档。", "Free, Go and Plus"),
        ("It has two modes: batch and streaming.", "It offers batch and streaming."),
        ("设置在两次渲染之间改变时崩溃。", "a crash when a setting changed between renders"),
    ],
)
def test_a_small_count_of_what_the_claim_lists_itself_needs_no_figure(claim: str, source: str) -> None:
    assert unsupported(claim, [source]) == []


@pytest.mark.parametrize("claim", ["限 Free 与 Go 三档。", "覆盖 3 个区域。", "提供三种模式：批量与流式。", "两次发布都在周一。"])
def test_a_count_of_what_the_claim_does_not_list_needs_one(claim: str) -> None:
    assert [note.split()[0] for note in unsupported(claim, ["Free and Go, batch and streaming, regions on Monday."])] == ["number"]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("达到 H200 的 3–5 倍。", "a 3-5x improvement over H200."),
        ("覆盖 13 种语言。", "Both cover 13 languages."),
        ("单次录音最长三小时。", "recordings of up to three hours"),
        ("8 块 H100", "on 8x H100 GPUs"),
    ],
)
def test_what_stands_beside_a_number_is_read_as_whole_words(claim: str, source: str) -> None:
    assert unsupported(claim, [source]) == []


def test_a_phrase_that_a_foreign_source_has_between_marks_may_be_translated_and_no_other() -> None:
    source = 'the app says "no resources" where it means "not connected"'
    assert unsupported("把“无资源”与“未连接”分开显示。", [source]) == []
    assert unsupported("把“无资源”、“未连接”与“无权限”分开显示。", [source]) != []
    assert unsupported("把“无资源也无法连接到任何服务器上的任何工具”分开显示。", [source]) != []
    assert unsupported("把“无资源”分开显示。", ["应用把没有资源显示为“没有权限”"]) == ["quotation “无资源”"]


@pytest.mark.parametrize(
    "claim", ["这是首个开源模型。", "该厂商独家提供。", "It is the first open model.", "The first to ship it."]
)
def test_a_word_of_uniqueness_needs_one_in_the_source(claim: str) -> None:
    assert [note.split()[0] for note in unsupported(claim, ["An open model that a vendor ships."])] == ["superlative"]
    assert unsupported(claim, ["The first open model, which only one vendor ships."]) == []


def test_what_is_denied_or_only_measured_is_no_claim_of_uniqueness() -> None:
    assert unsupported("它不是最快的。", ["It is not quick."]) == []
    assert unfounded("重测；看：首次出现的时间", ["It failed."], "", proposal=True) == []
    assert unfounded("这是首次公开。", ["It failed."], "") == ["superlative 首次"]
    assert unfounded("抽 50 次日志", ["More than 50 runs were lost."], "", proposal=True) == []
    assert unfounded("丢了 50 次", ["More than 50 runs were lost."], "") != []
    assert unfounded("清点所有机器，用最大批压测", ["A machine failed."], "", proposal=True) == []
    assert unfounded("所有机器都坏了", ["A machine failed."], "") == ["scope"]


def test_an_acronym_is_supported_by_its_long_form_anywhere_in_the_document() -> None:
    source = document(
        "Results. Latency fell by 3%.\nHere the time to complete a task is not what we mean, but time to commit transactions is."
    )
    fell = passage(source, source.text.index("Latency"), source.text.index("\n"))
    assert check_claim(Claim("TTCT 下降 3%。", (fell,)), {source.id: source}) == []
    assert check_claim(Claim("TTCQ 下降 3%。", (fell,)), {source.id: source}) == ["name TTCQ"]


@pytest.mark.parametrize(
    "text",
    [
        "连同另一侧一起摊，每 GPU 每秒约 5.05K token（按所引数字计算：10.1*8/(8+8)）。",
        "价格是批处理的两倍。",
        "1% 的放行线拦得住 40% 的故障。",
        "57% 不能套到 120b。",
        "首次回应的时间要另算。",
    ],
)
def test_what_figures_make_together_and_what_an_inference_denies_is_founded(text: str) -> None:
    source = [
        "10.1K decode TPGS (tokens per GPU second) on 8 GPUs", "$0.003 per minute and $0.006 per minute", "fewer than 1% of requests fail",
        "40% failed", "gpt-oss-120b beside 57% for gpt-oss-20b",
    ]  # fmt: skip
    assert unfounded(text, source, "按所引数字计算：{}") == []


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("每秒约 6.05K token（按所引数字计算：10.1*8/(8+8)）。", "number"),
        ("每秒约 5.05M token（按所引数字计算：10.1*8/(8+8)）。", "number"),
        ("每秒约 5.05 万 token（按所引数字计算：10.1*8/(8+8)）。", "number"),
        ("价格是批处理的 7 倍。", "number"),
        ("不能套到 130b。", "number"),
        ("为零（按所引数字计算：8-8）。", ""),
        ("剩 3 张（按所引数字计算：8-8）。", ""),
        ("这是首次公开。", "superlative"),
    ],
)
def test_what_they_do_not_make_is_not(text: str, note: str) -> None:
    source = ["10.1K tokens on 8 GPUs", "$0.003 per minute and $0.006 per minute", "gpt-oss-120b beside 57% for gpt-oss-20b"]
    assert [one.split()[0] for one in unfounded(text, source, "按所引数字计算：{}")] == ([note] if note else [])


def test_a_sum_may_write_a_figure_of_thousands_out() -> None:
    source, note = ["5.4 GB for 32K tokens", "6,000 tokens"], "Worked out from the figures cited: {}"
    assert unfounded("About 1.0 GB (Worked out from the figures cited: 5.4*6000/32000).", source, note) == []
    assert unfounded("About 1.0 GB (Worked out from the figures cited: 5.4*6000/33000).", source, note) == ["33000 of the sum"]


NOTES = document("Quillserve v2.4.0", "- Fixed a lock\n- Fixed a crash\nAdded\n- Added a cache\n- Added a scheduler\n- Renamed it")


def counted(text: str, first: str = "Fixed a lock", last: str = "Added a scheduler") -> list[str]:
    proofs = tuple(locate(quote, NOTES) for quote in ("Quillserve v2.4.0", first, last))
    return check_claim(Claim(text, proofs), {NOTES.id: NOTES})


@pytest.mark.parametrize(
    "text",
    ["v2.4.0：4 条：修复 2、新增 2", "v2.4.0: 4 entries: fixed 2, added 2", "v2.4.0：4 条", "共 4 条：安全 1、修复 1、新增 2"],
)
def test_entries_of_a_list_are_counted_again_from_the_first_one_cited_to_the_last(text: str) -> None:
    assert counted(text) == []


@pytest.mark.parametrize(
    ("text", "last", "note"),
    [
        ("v2.4.0：5 条：修复 2、新增 3", "Added a scheduler", "number 5"),
        ("v2.4.0：4 条：修复 2、新增 3", "Added a scheduler", "number 4"),
        ("v2.4.0：4 条：修复 2、新增 2", "Fixed a crash", "number 4"),
        ("v2.4.0：4 条：修复 2、新增 2；快 30%", "Added a scheduler", "number 3E+1%"),
        ("v2.4.0：4 项：修复 2", "Added a scheduler", "number 4"),
    ],
)
def test_a_count_that_the_list_does_not_give_and_what_stands_beside_it_need_their_passage(text: str, last: str, note: str) -> None:
    assert note in counted(text, last=last)


def test_a_count_of_what_is_no_list_or_of_two_documents_is_not_counted() -> None:
    other = document("Quillserve v2.3.0", "- Fixed a port\n- Fixed a name", url="https://blog.example/b")
    both = {one.id: one for one in (NOTES, other)}
    title, entry, elsewhere = locate("Quillserve v2.4.0", NOTES), locate("Fixed a lock", NOTES), locate("Fixed a name", other)

    assert check_claim(Claim("7 条更新", (title,)), both) == ["number 7"]
    assert check_claim(Claim("7 条更新", (entry, elsewhere)), both) == ["number 7"]
