"""What is of our field, by a title alone or with a page, in two languages; and how the weights are learned."""

from __future__ import annotations

import pytest

from deepdaily.choose import field
from deepdaily.choose.field import ANY, BEGINNING, TITLE_CHARS, judged, learned, shown, spoken
from deepdaily.choose.field_terms import families, kinds
from deepdaily.choose.logistic import Lesson, odds
from making import candidate, story

NEWS = "https://paper.example/2025/11/03/story"

TITLES_OF_OURS = [
    "GLM-6 arrives with open weights and a one-million-token context",
    "Paged attention on AMD: how we halved time to first token",
    "KV cache offloading to NVMe, measured on eight H200s",
    "A speech recognition model that runs on a phone",
    "Reranking beats longer chunks in hybrid search",
    "Fused GEMM kernels for Blackwell in two hundred lines of CuTe DSL",
    "Ollama 0.21 adds structured outputs",
    "Prompt injection through a calendar invite reads your mail",
    "Mistral cuts API pricing per million tokens by half",
    "The EU AI Act's duties for general-purpose models, article by article",
    "Show HN: an MCP server for PostgreSQL",
    "How we fine-tuned Qwen3 on our support tickets with LoRA",
    "国产 GPU 上跑通 671B 推理：显存与吞吐实测",
    "智谱开源新一代语音合成模型",
    "把向量检索换成混合检索之后，召回提升了多少",
    "多智能体协作为什么总在交接处出错",
    "阿里云大模型服务限流事故复盘",
    "Claude Code 新增子智能体与权限沙箱",
    "Speculative decoding with a two-layer draft model",
    "A vector database in a single file",
    "Grammar-constrained decoding for LLMs, explained with automata",
    "SWE-bench Verified is saturated; what now?",
    "OCR for handwritten forms: a small vision-language model beats the big ones",
    "Training a diffusion transformer on one node",
    "OpenAI API outage: elevated error rates for two hours",
    "Tokenizers disagree about Unicode, and your context window pays for it",
    "多模态大模型评测集公开",
    "昇腾上的算子融合实践",
    "用强化学习做后训练的三个坑",
]

TITLES_OF_OTHERS = [
    "A chelating agent that clears lead from drinking water",
    "Real estate agents fear the end of the six per cent commission",
    "FBI agents search a warehouse in Ohio",
    "Fashion model sues her agency over unpaid shows",
    "The economic model behind the central bank's forecast was wrong",
    "Utilities wait three years for a power transformer",
    "Transformer station fire leaves a suburb in the dark",
    "Linux kernel 6.19 drops a file system",
    "The token sale of a crypto exchange ends in court",
    "Security token holders vote on a blockchain merger",
    "Premier League: late goal decides the derby",
    "How sourdough bread became a craft again",
    "Senate committee delays the farm bill",
    "Protein folding intermediates seen by cryo electron microscopy",
    "Postgres 19 speeds up parallel hash joins",
    "Earnings: shipping company's profit falls, shares slide",
    "A new telescope maps dark matter around dwarf galaxies",
    "The iPhone case that survives everything",
    "房产中介行业今年还有多少人留下",
    "变压器出口订单排到两年以后",
    "时装周上的模特与她们的合同",
    "量化交易基金三季度业绩公布",
    "Kimi Antonelli takes pole in the rain",
    "A golf leaderboard nobody expected",
    "Prompt action by firefighters saves the library",
    "Whispers of a merger between two airlines",
    "The benchmark rate stays where it is",
    "Model trains: a hobby for long winters",
    "Mooncake gift boxes get smaller",
    "Claude Monet's garden reopens",
    "A golden retriever finds its way home",
    "PPO or HMO: choosing a health plan",
    "How to build mental models for difficult conversations",
    "国家队集训名单调整，训练强度加大",
    "手机评测：影像与续航哪家强",
    "电影票房排行榜更新",
    "国足名单公布，两名球员落选",
    "新能源汽车降价潮波及经销商",
    "央行调整利率，银行股大跌",
    "考古队在河谷发现三千年前的陶器",
]


@pytest.mark.parametrize("title", TITLES_OF_OURS)
def test_a_title_of_our_field_is_kept_also_where_it_never_says_ai(title: str) -> None:
    assert judged(title, "", NEWS).ours


@pytest.mark.parametrize("title", TITLES_OF_OTHERS)
def test_a_title_of_another_field_is_refused_also_where_it_borrows_our_words(title: str) -> None:
    assert not judged(title, "", NEWS).ours


OURS_IN_EFFECT = (
    "The scheduler now keeps the prefill of a long prompt from starving the decode of short ones. Requests that share a prefix are "
    "sent to the replica whose KV cache already holds it. On eight H100 the time to first token fell by a third, and tensor "
    "parallelism over two nodes no longer waits for NCCL. FP8 quantization of the weights is unchanged. "
)
FARM = (
    "The herd is fed twice a day. Milk prices fell in the autumn, and the minister promised help for farmers after a dry summer. "
    "The bank wants its mortgage paid, and the children go to the village school. "
)


def test_a_page_is_known_by_its_text_where_its_title_says_nothing() -> None:
    assert judged("Version 4.2", OURS_IN_EFFECT * 3, NEWS).ours
    assert not judged("Version 4.2", FARM * 3, NEWS).ours


def test_a_paper_that_uses_our_tools_for_another_science_is_of_the_other_science() -> None:
    abstract = (
        "We train a graph neural network on molecular dynamics trajectories to predict binding affinity of ligands. The model, a "
        "transformer with equivariant attention, learns the potential energy surface of small molecules from density functional "
        "theory and transfers to peptides and enzymes. Benchmarks on protein pockets show lower error than force fields. "
    )

    assert not judged(
        "Learning molecular energies with equivariant transformers", abstract * 3, "https://arxiv.org/abs/2511.00001"
    ).ours


def test_a_page_of_documentation_is_of_our_field_by_whose_it_is() -> None:
    assert judged("Configuration", "", "https://docs.vllm.ai/en/latest/configuration").ours
    assert not judged("Configuration", "", "https://docs.carpentry.example/configuration").ours


def test_one_mention_of_ai_in_a_long_page_about_something_else_moves_nothing() -> None:
    assert not judged("The valley in winter", FARM * 8 + "Some farmers ask an AI for the weather. ", NEWS).ours


def test_what_is_met_in_every_field_says_nothing_where_nothing_of_ours_is_met() -> None:
    plain = shown("A library released: open source, with an API for developers", "", "https://github.com/carpenter/saw")

    assert plain == {ANY: 1.0}


def test_a_score_is_the_sum_of_reasons_that_bear_the_names_of_families_and_sites() -> None:
    found = judged("OpenAI agents lose money on the stock market", "", "https://openai.com/index/one")

    assert abs(found.score - sum(reason.value for reason in found.reasons)) < 0.001
    assert {"labs", "agents", "a maker's site", "markets and money"} <= {reason.name for reason in found.reasons}
    assert {reason.name for reason in found.reasons} <= {*families(), *kinds(), ANY}
    assert [abs(reason.value) for reason in found.reasons] == sorted((abs(reason.value) for reason in found.reasons), reverse=True)


def test_what_ten_sites_tell_is_judged_as_what_one_tells() -> None:
    one = shown("OpenAI wins its case in court", "", "")
    ten = shown("\n".join(["OpenAI wins its case in court"] * 10), "", "")

    assert ten == one


def test_a_long_page_is_like_its_beginning_and_a_title_like_its_first_hundreds_of_characters() -> None:
    text, title = OURS_IN_EFFECT * 30, "KV cache " * 300

    assert shown(title, text, "") == shown(title[:TITLE_CHARS], text[:BEGINNING], "")


def test_a_story_speaks_by_the_titles_of_all_its_candidates_each_once() -> None:
    told = story("Engine 3 is out", OURS_IN_EFFECT)
    named = candidate("vLLM engine 3 doubles throughput", "https://b.example/1")
    told = type(told)(told.id, (*told.candidates, named), told.documents)

    assert spoken(told) == ("Engine 3 is out\nvLLM engine 3 doubles throughput", told.lead.text, told.lead.url)


# -- learning ---------------------------------------------------------------------------------------------------------


def lessons(titles: list[str], *, so: bool) -> list[Lesson]:
    return [Lesson(shown(title, "", ""), so) for title in titles]


def test_without_a_lesson_every_family_weighs_what_its_side_says() -> None:
    weights = learned([])

    assert weights["agents"] == 1.0
    assert weights["crypto"] == -1.0
    assert weights["building software"] == weights[ANY] == 0.0


def test_weights_learn_from_labels_and_stay_near_their_side_where_there_are_few() -> None:
    taught = [*lessons(["Crypto agents for all"] * 40, so=True), *lessons(["A soup", "A football match"] * 20, so=False)]
    weights = learned(taught)

    assert weights["agents"] > 1.0
    assert weights["crypto"] > -1.0
    assert weights["retrieval and memory"] == 1.0


def test_the_cut_refuses_the_share_that_is_asked_for() -> None:
    theirs = lessons(
        ["A soup", "Bitcoin falls", "Agent of a football coach", "AI in a novel", "The GPU of a video game"] * 20, so=False
    )
    taught = [*lessons(["vLLM agents", "Qwen on a GPU", "RAG with Claude"] * 20, so=True), *theirs]

    def refused(share: float) -> float:
        weights = learned(taught, share)
        scores = [odds(lesson.shown, weights) for lesson in theirs]
        return sum(score < 0 for score in scores) / len(scores)

    assert refused(0.5) < refused(0.95)
    assert refused(0.95) >= 0.8


def test_a_lesson_of_half_the_weight_teaches_less() -> None:
    whole = lessons(["Football agents"] * 9, so=True)
    half = [Lesson(lesson.shown, so=True, weight=0.5) for lesson in whole]

    assert learned(whole)["agents"] > learned(half)["agents"] > 1.0


def test_the_weights_that_are_shipped_know_every_family_and_kind_and_none_changed_its_side() -> None:
    weights = field.shipped()

    assert set(weights) == {*families(), *kinds(), ANY}
    assert all(weights[name] > 0 for name, side in {**families(), **kinds()}.items() if side > 0)
    assert all(weights[name] < 0 for name, side in {**families(), **kinds()}.items() if side < 0)


def test_other_weights_give_another_verdict_and_leave_the_shipped_one_alone() -> None:
    said = "An inference server for large language models", "", ""

    assert judged(*said, {ANY: -9.0}).ours is False
    assert judged(*said, {ANY: 9.0}).ours
    assert judged(*said) == judged(*said)
