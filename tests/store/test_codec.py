"""What an earlier version kept is read as this one keeps it."""

from __future__ import annotations

from deepdaily.core.types import Harvest, Offer, SourceHealth, Votes
from deepdaily.store.codec import from_json, to_json

OLD = (
    '{"health":{"source":"hackernews","kind":"hackernews","state":"ok","offers":2,"message":"","retry_after_s":null},'
    '"offers":[{"url":"https://a.example/","source":"hackernews","title":"Says \\"points\\": 3","teaser":"","points":99,'
    '"published_at":null,"sponsored":false},{"url":"https://b.example/","source":"hackernews","title":"B","teaser":"",'
    '"points":0,"published_at":null,"sponsored":true}],"documents":[]}'
)
NEW = Harvest(
    SourceHealth("hackernews", "hackernews", "ok", 2),
    (
        Offer("https://a.example/", "hackernews", 'Says "points": 3', votes=Votes("hackernews", 99)),
        Offer("https://b.example/", "hackernews", "B", sponsored=True),
    ),
)


def test_points_of_an_older_store_are_votes_of_hacker_news() -> None:
    assert from_json(Harvest, OLD) == NEW
    assert from_json(Harvest, to_json(NEW)) == NEW
