"""The maker's page leads; what came into another product and manuals come last."""

from __future__ import annotations

import random

from deepdaily.choose.leads import lead_order
from making import document


def test_the_maker_leads_then_reports_then_other_products_then_manuals() -> None:
    ordered = [
        document("Introducing Claude Opus 4.6", url="https://www.anthropic.com/news/opus", hours=30),
        document("Anthropic releases Claude Opus 4.6", url="https://press.example/1", hours=5),
        document("Claude Opus 4.6 is now available in Windsurf", url="https://windsurf.com/blog/opus", hours=2),
        document("Day 0 support: Claude Opus 4.6", url="https://docs.litellm.ai/blog/opus", hours=1),
        document("Claude Opus 4.6", url="https://docs.claude.com/docs/models/opus", hours=1),
        document("AI weekly digest: Claude Opus 4.6", url="https://weekly.example/7", hours=1),
        document("Introducing Claude Opus 4.6", url="https://www.anthropic.com/news/opus-teaser", hours=1, partial=True),
    ]
    shuffled = random.Random(7).sample(ordered, len(ordered))

    assert sorted(shuffled, key=lead_order) == ordered
