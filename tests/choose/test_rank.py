"""The seven, with reasons: our field, at most two a host, none twice, and money moves nothing."""

from __future__ import annotations

from dataclasses import replace

from deepdaily.choose.publishers import COLD, learned
from deepdaily.choose.rank import NOT_OURS, PIN, TRUST, distinct, on_topic_title, rank, relevant, select, stands, why_untold
from deepdaily.core.decisions import Desk, desk_of
from deepdaily.core.types import Decision, Profile, Reason, Story
from deepdaily.core.urls import page_key
from making import NOW, candidate, story

DEEP = "The vLLM team measured LLM inference throughput of 26.2K tokens/s per GPU at 2 ms latency with FP8 quantization. " * 8
TALK = "AI is changing how people think about the future of work, says the author of a book on AI and society. " * 8


def stories(count: int, hosts: int) -> list[Story]:
    subjects = ["kernel", "router", "cache", "tokenizer", "scheduler", "quantizer", "profiler", "sandbox", "gateway", "planner"]
    return [story(f"LLM {subjects[n % 10]} {n} released", DEEP, url=f"https://h{n % hosts}.example/{n}") for n in range(count)]


def test_engineering_depth_beats_talk() -> None:
    deep, talk = (story("LLM inference on new GPUs", DEEP), story("Why AI changes everything", TALK, url="https://b.example/2"))

    assert [one.story for one in rank([talk, deep], NOW)] == [deep, talk]


def test_a_score_is_the_sum_of_its_reasons() -> None:
    (ranked,) = rank([story("vLLM v0.9.1 released", DEEP)], NOW)

    assert abs(ranked.score - sum(reason.value for reason in ranked.reasons)) < 0.01
    assert {"release", "engineering depth"} <= {reason.name for reason in ranked.reasons}


def test_the_mark_of_money_changes_no_score() -> None:
    plain = story("vLLM v0.9.1 released", DEEP)
    offers = tuple(replace(offer, sponsored=True) for offer in plain.candidates[0].offers)
    bought = replace(plain, candidates=(replace(plain.candidates[0], offers=offers),))

    assert rank([bought], NOW)[0].reasons == rank([plain], NOW)[0].reasons


def test_the_best_weight_among_its_sources_is_a_term_of_a_score_and_nothing_of_its_substance() -> None:
    plain = story("vLLM v0.9.1 released", DEEP)
    offer = plain.candidates[0].offers[0]
    both = replace(plain, candidates=(replace(plain.candidates[0], offers=(offer, replace(offer, source="other"))),))

    def term(told: Story, **trust: float) -> float:
        (ranked,) = rank([told], NOW, trust=trust)
        assert stands(ranked) == stands(rank([told], NOW)[0])
        return {one.name: one.value for one in ranked.reasons}.get(TRUST, 0.0)

    assert term(plain, **{offer.source: 1.6}) == 0.6
    assert term(plain, **{offer.source: 0.0}) == -1.0
    assert term(plain, **{offer.source: 1.0}) == term(plain, stranger=2.0) == term(plain) == 0.0
    assert term(both, **{offer.source: 0.2, "other": 0.7}) == -0.3
    assert term(both, other=0.2) == 0.0


def test_one_host_fills_at_most_two_places() -> None:
    chosen, losses = select(rank(stories(9, 1), NOW), 7)

    assert len(chosen) == 2
    assert any("fills 2 places" in loss.reason for loss in losses)


def test_every_story_is_chosen_or_lost_with_a_reason() -> None:
    every = stories(10, 10)
    chosen, losses = select(rank(every, NOW), 7)

    assert len(chosen) == 7
    assert {one.story.id for one in chosen} | {loss.story for loss in losses} == {one.id for one in every}
    assert all(loss.reason for loss in losses)


def test_off_topic_stories_are_not_chosen() -> None:
    recipe = story("The best soup of the year", "Boil water, add salt, wait an hour and serve it hot to your friends. " * 9)

    assert not relevant(recipe)
    assert select(rank([recipe], NOW), 7)[0] == []
    assert relevant(story("vLLM 加速大模型推理", "大模型推理引擎 vLLM 发布新版本，智能体场景吞吐提升 2 倍。" * 5))


def test_a_title_alone_tells_whether_it_speaks_of_our_field() -> None:
    assert on_topic_title("vLLM v0.9.1 released")
    assert on_topic_title("大模型推理再提速")
    assert not on_topic_title("The best soup of the year")


def test_a_round_up_of_others_news_is_not_told_however_much_it_says() -> None:
    assert why_untold(story("LLM weekly: inference on new GPUs", DEEP)) == "a round-up of others' news"
    assert why_untold(story("LLM inference on new GPUs", DEEP)) == ""


def test_the_last_places_are_kept_for_hosts_that_have_none() -> None:
    """Five places of seven are filled from three hosts: the last two are for two others."""
    hosts = ["a", "a", "b", "b", "c", "c", "d", "e"]
    titles = [one.lead.title for one in stories(8, 8)]
    every = [
        story(title, DEEP, url=f"https://{host}.example/{n}") for n, (title, host) in enumerate(zip(titles, hosts, strict=True))
    ]
    order = [next(one for one in rank(every, NOW) if one.story.id == told.id) for told in every]

    chosen, (loss,) = select(order, 7)

    assert [one.story.lead.url[8] for one in chosen] == ["a", "a", "b", "b", "c", "d", "e"]
    assert (loss.url, loss.reason) == (every[5].lead.url, "the last places go to other hosts than c.example")


def test_who_else_speaks_of_a_story_counts_though_their_pages_were_not_read() -> None:
    told = story("vLLM v0.9.1 released with KV cache offloading", DEEP)
    others = [
        candidate(f"KV cache offloading arrives in vLLM v0.9.1, {word}", f"https://{word}.example/1")
        for word in ("again", "elsewhere")
    ]
    noise = [candidate(f"Topic {word} something else entirely", f"https://n.example/{word}") for word in "abcdefghij"]

    (alone,) = rank([told], NOW, among=noise)
    (seen,) = rank([told], NOW, among=[*others, *noise])

    assert seen.score > alone.score
    assert "independent publishers" in {reason.name for reason in seen.reasons}


def test_depth_weighs_in_the_engineering_profile_only() -> None:
    deep, talk = (story("vLLM benchmarks", DEEP, url="https://a.example/1"), story("vLLM party", TALK, url="https://b.example/2"))

    def gap(profile: Profile) -> float:
        scores = {one.story.id: one.score for one in rank([deep, talk], NOW, profile=profile)}
        return scores[deep.id] - scores[talk.id]

    assert gap("engineering") > gap("consensus") + 0.5


def test_a_publisher_s_record_is_a_named_term_that_moves_the_order() -> None:
    left, right = (
        story("vLLM router released", DEEP, url="https://a.example/1"),
        story("vLLM gateway released", DEEP, url="https://b.example/2"),
    )
    records = learned([("https://b.example/9", True)] * 9 + [("https://c.example/1", False)] * 91)

    first, _ = rank([left, right], NOW, standings=records)

    assert first.story.id == right.id
    assert "publisher's record" in {reason.name for reason in first.reasons}
    assert "publisher's record" not in {r.name for one in rank([left, right], NOW, standings=COLD) for r in one.reasons}


def test_the_order_without_places_drops_what_is_too_much_like_a_better_one() -> None:
    same = [story("vLLM v0.9.1 adds KV offloading", DEEP, url=f"https://{name}.example/1") for name in "ab"]
    other = story("Mistral opens Voxtral weights", DEEP, url="https://c.example/1")

    found = distinct(rank([*same, other], NOW), 5)

    assert len(found) == 2
    assert len(distinct(rank([*same, other], NOW), 1)) == 1


# -- the desk's word --------------------------------------------------------------------------------------------------

PAGE = "https://a.example/1"


def test_a_pinned_page_is_chosen_whatever_its_host_its_topic_and_its_score() -> None:
    every = [story(f"LLM {word} released", DEEP, url=f"https://a.example/{word}") for word in ("router", "cache", "kernel")]
    recipe = story("The best soup of the year", "Boil water and add salt. " * 30, url="https://a.example/soup")
    desk = Desk(pinned=frozenset({page_key(recipe.lead.url)}))

    chosen, _ = select(rank([*every, recipe], NOW, desk=desk), 7, desk)
    without, losses = select(rank([*every, recipe], NOW), 7)

    assert chosen[0].story.id == recipe.id
    assert chosen[0].reasons[0] == Reason("pinned at the desk", PIN)
    assert recipe.id not in {one.story.id for one in without}
    assert recipe.id in {loss.story for loss in losses}


def test_a_ban_leaves_a_story_out_with_its_reason_also_one_that_is_pinned() -> None:
    deep = story("LLM inference on new GPUs", DEEP, url=PAGE)
    desk = Desk(banned_hosts=frozenset({"a.example"}), pinned=frozenset({page_key(PAGE)}))

    chosen, (loss,) = select(rank([deep], NOW, desk=desk), 7, desk)

    assert chosen == []
    assert loss.reason == "a.example is banned at the desk"


def votes(vote: int, *, count: int = 3) -> Desk:
    return Desk(votes=tuple((f"https://h0.example/v{n}", f"LLM kernel {n} tuned", vote) for n in range(count)))


def test_three_votes_move_a_story_up_or_down_with_a_reason_but_do_not_drown_the_rest() -> None:
    every = stories(10, 5)

    def place(desk: Desk) -> tuple[int, float, set[str]]:
        ranked = rank(every, NOW, desk=desk)
        at = next(at for at, one in enumerate(ranked) if one.story.id == every[0].id)
        return at, ranked[at].score, {reason.name for reason in ranked[at].reasons}

    plain, up, down = place(Desk()), place(votes(+1)), place(votes(-1))

    assert up[0] < plain[0] or plain[0] == 0
    assert down[0] > up[0]
    assert 0.3 < up[1] - plain[1] < 2
    assert 0.2 < plain[1] - down[1] < 2
    assert "readers found the like useful" in up[2] & down[2] - plain[2]
    assert place(votes(+1, count=50))[1] - plain[1] < 3


def test_votes_that_were_taken_back_leave_every_score_as_it_was() -> None:
    said = Decision("d-1", "useful", PAGE, NOW, title="LLM kernel 0 released")
    taken_back = replace(said, taken_back_at=NOW)
    every = stories(10, 5)

    assert rank(every, NOW, desk=desk_of([said])) != rank(every, NOW)
    assert rank(every, NOW, desk=desk_of([taken_back])) == rank(every, NOW)


# -- the floor --------------------------------------------------------------------------------------------------------


def test_a_story_below_the_floor_is_not_told_though_places_are_empty() -> None:
    solid, manual = (
        story("LLM inference on new GPUs", DEEP),
        story("Overview", "LLM inference agent. " * 60, url="https://docs.acme.example/docs/agents"),
    )
    chosen, (loss,) = select(rank([solid, manual], NOW), 7)

    assert [one.story for one in chosen] == [solid]
    assert loss.story == manual.id
    assert loss.reason.startswith("substance -")
    assert loss.reason.endswith("below the floor 0.50: reference page -3.00")


def test_what_is_old_or_was_read_in_part_has_no_less_substance() -> None:
    old = story("LLM inference on new GPUs", DEEP, hours=160)
    teaser = story("LLM agents come to the phone", "LLM agents come to the phone.", url="https://b.example/2", partial=True)

    assert all(map(stands, rank([old, teaser], NOW)))


def test_a_pin_lifts_a_story_over_the_floor() -> None:
    manual = story("Overview", "LLM inference agent. " * 60, url="https://docs.acme.example/docs/agents")
    desk = Desk(pinned=frozenset({page_key(manual.lead.url)}))

    assert len(select(rank([manual], NOW, desk=desk), 7, desk)[0]) == 1


def test_one_launch_fills_one_place_though_its_titles_are_unlike() -> None:
    log, beside = (
        story("Heron and Codex are now available in public preview on Forge", DEEP, url="https://forge.example/log/1"),
        story("One place for agents: use Codex or Heron where you work", DEEP, url="https://forge.example/news/2"),
    )
    order = [next(one for one in rank([log, beside], NOW) if one.story == told) for told in (log, beside)]
    chosen, (loss,) = select(order, 7)

    assert [one.story for one in chosen] == [log]
    assert loss.reason == "the launch of a chosen story under another address"


def test_an_incident_that_its_maker_calls_minor_ranks_below_one_without_a_grade() -> None:
    plain, minor, chinese = (
        story("LLM router incident report", f"{grade} {DEEP}", url=f"https://{name}.example/1")
        for name, grade in (("a", ""), ("b", "Severity: Low."), ("c", "严重程度：低。"))
    )
    first, *others = rank([plain, minor, chinese], NOW)

    assert first.story == plain
    assert {reason.name for one in others for reason in one.reasons} >= {"small by its own word"}


def test_what_the_score_calls_of_our_field_is_not_refused_for_it_and_a_ban_still_holds() -> None:
    """A text is not read a second time for a verdict that the score has."""
    (plain,) = rank([story("A recipe for soup", "Salt, water and time." * 40)], NOW)
    ours = replace(plain, score=2.0, reasons=(Reason("of our field", 0.8), Reason("release", 1.2)))
    banned = Desk(banned_topics=(frozenset({"soup"}),))

    assert [one.reason for one in select([plain], 7)[1]] == ["not about building or running AI systems"]
    assert select([ours], 7)[0] == [ours]
    assert not select([ours], 7, banned)[0]


def test_the_candidate_that_says_most_speaks_for_its_story() -> None:
    plain, telling = candidate("A note", "https://notes.example/1"), candidate("OpenAI releases GPT-9", "https://wire.example/2")
    told = replace(story("LLM inference on new GPUs", DEEP), candidates=(plain, telling))
    (found,) = rank([told], NOW)

    assert found.story.candidates == (telling, plain)
    assert found.story.documents == told.documents


def test_what_a_second_reader_refuses_is_not_told_and_what_it_admits_is_if_it_was_read_whole() -> None:
    ours, outside = story("LLM inference kernels", url=PAGE), story("Trams run late on Sunday", url="https://t.example/")
    refused = frozenset({(page_key(PAGE), "the second reader: advertising")})
    admitted = Desk(admitted=frozenset({page_key("https://t.example/")}), refused=refused)
    banned = replace(admitted, banned_hosts=frozenset({"t.example"}))
    part = story("Trams run late on Sunday", url="https://t.example/", partial=True)
    roundup = story("This week in trams: ten links", url="https://t.example/")

    assert why_untold(ours, admitted) == "the second reader: advertising"
    assert why_untold(ours, replace(admitted, pinned=frozenset({page_key(PAGE)}))) == ""
    assert why_untold(story("LLM inference kernels", url="https://o.example/"), admitted) == ""
    assert [why_untold(outside, desk) for desk in (Desk(), admitted, banned)] == [NOT_OURS, "", "t.example is banned at the desk"]
    assert why_untold(part, admitted) == NOT_OURS
    assert "round-up" in why_untold(roundup, admitted)


def test_two_stories_that_were_parted_may_both_be_told_however_like_their_titles_are() -> None:
    twins = [story("LLM inference engine Kestrel serves agents on GPUs", DEEP, url=f"https://{n}.example/") for n in "ab"]
    ranked = rank(twins, NOW)
    desk = Desk(parted=frozenset({frozenset(page_key(one.lead.url) for one in twins)}))
    elsewhere = Desk(parted=frozenset({frozenset({page_key(PAGE), page_key(twins[0].lead.url)})}))

    assert [len(select(ranked, 2, one)[0]) for one in (Desk(), elsewhere, desk)] == [1, 1, 2]
