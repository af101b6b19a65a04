"""What the built-in writer adds of its own, by rule: advice where a playbook truly fits, and what the source is silent on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from deepdaily.core.actors import by_actor
from deepdaily.core.lexicon import RELEASE
from deepdaily.core.types import Claim, Language, Story
from deepdaily.words import of
from deepdaily.write.by_rule.rules import DISPUTED, PLAYBOOKS, SILENCES


def advice_for(
    story: Story, quotes: Sequence[str], language: Language, spent: Collection[str] = (), *, adopting: bool = True
) -> tuple[Claim, ...]:
    """Advice of the first playbook that fits; none for a page that was not read.

    Args:
        quotes: what the item prints; some advice is wrong beside some facts.
        spent: advice printed before.
        adopting: whether the thing can be had; advice on trying what is paused is left out.
    """
    if story.lead.partial:
        return ()
    title, printed = story.lead.title, "\n".join(quotes)
    for playbook in PLAYBOOKS:
        fits = playbook.title.search(title) and playbook.text.search(story.lead.text)
        barred = playbook.unless.search(title) or playbook.never_beside.search(printed)
        if fits and not barred and (adopting or not playbook.adopts):
            text = of(language).by_rule.advice[playbook.name]
            return () if text in spent else (Claim(text),)
    return ()


def unknowns_of(story: Story, headline: str, language: Language) -> tuple[str, ...]:
    """What a reader would ask and no document has a word of; nothing where the page was not read whole."""
    if story.lead.partial or DISPUTED.search(headline):
        return ()
    texts = "\n".join(document.text for document in story.documents)
    launched = bool(RELEASE.search(headline)) and by_actor(story.lead.url, story.lead.title)
    words = of(language).by_rule
    silent = [
        words.silences[one.name]
        for one in SILENCES
        if one.title.search(headline) and not one.broken_by(texts) and (launched or not one.of_launches)
    ]
    return (words.silent.format(words.or_else.join(silent[:2])),) if silent else ()
