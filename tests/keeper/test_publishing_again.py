"""What was published is looked at again, brought out again on demand, and can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree

import pytest

from deepdaily.archive.verify import published_files, verify
from deepdaily.cli.console import LineMeter
from deepdaily.cli.daily import say_outcome
from deepdaily.core.errors import Exit, SettingsError
from deepdaily.core.types import Issue
from deepdaily.demo import sample_web
from deepdaily.house import House
from deepdaily.keeper import Outcome, run_slot
from deepdaily.run import Errand, Task
from deepdaily.settings import Settings
from deepdaily.settings.channel_tables import HugoTable, MailTable, PageTable
from deepdaily.store.snapshots import Snapshots
from making import SLOT
from webs import files_below

POST, FEED = f"content/posts/{SLOT.day}/index.md", "feeds/atom.xml"


def house(folder: Path, out: str | None = "out", chosen: Settings | None = None) -> House:
    below = folder / out if out else None
    return House(chosen or sample_web.settings(), {}, folder / "data", below, sample_web.DemoWire(), sample_web.SEARCH_KEY)


async def asked(
    folder: Path, task: Task = "write", channels: Collection[str] = (), out: str | None = "out", chosen: Settings | None = None
) -> Outcome:
    errand = Errand(SLOT, sample_web.NOW, LineMeter(), task=task, channels=channels)
    return await run_slot(house(folder, out, chosen), errand)


@pytest.fixture
async def published(tmp_path: Path) -> dict[str, bytes]:
    """The files of the sample day below `out`."""
    await asked(tmp_path)
    return files_below(tmp_path / "out")


async def test_a_published_slot_is_left_alone(tmp_path: Path, published: dict[str, bytes]) -> None:
    outcome = await asked(tmp_path)

    assert (outcome.exit, outcome.issue, outcome.changed) == (0, None, [])
    assert files_below(tmp_path / "out") == published


@pytest.mark.parametrize("lost", [[POST], [FEED], ["page/index.html"], [POST, FEED]])
@pytest.mark.parametrize("emptied", [False, True])
async def test_a_lost_file_comes_back_at_the_next_run(
    tmp_path: Path, published: dict[str, bytes], lost: list[str], emptied: bool
) -> None:
    for name in lost:
        path = tmp_path / "out" / name
        path.write_bytes(b"") if emptied else path.unlink()
    outcome = await asked(tmp_path)

    assert outcome.exit == 0
    assert files_below(tmp_path / "out") == published


async def test_another_folder_gets_what_it_misses(tmp_path: Path, published: dict[str, bytes]) -> None:
    await asked(tmp_path, out="other")

    assert files_below(tmp_path / "other") == published


async def test_an_edited_post_is_left_as_it_is_and_told_and_a_feed_is_written_anew(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    for name in (POST, FEED):
        (tmp_path / "out" / name).write_text("changed")
    await asked(tmp_path)
    outcome = await asked(tmp_path)

    assert outcome.changed == [("hugo", tmp_path / "out" / POST)]
    assert files_below(tmp_path / "out") == published | {POST: b"changed"}


async def test_publish_writes_an_edited_post_again_and_leaves_other_channels_alone(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    post, page = tmp_path / "out" / POST, tmp_path / "out" / f"page/{SLOT.day}.html"
    post.write_text(f'+++\n[deepdaily]\nslot = "{SLOT.stamp}"\n+++\nedited')
    page.write_text("edited")
    outcome = await asked(tmp_path, "publish", ["hugo"])

    assert outcome.exit == 0
    assert post.read_bytes() == published[POST]
    assert page.read_text() == "edited"


async def test_a_channel_that_is_not_in_the_settings_is_refused_by_name(tmp_path: Path, published: dict[str, bytes]) -> None:
    with pytest.raises(SettingsError, match="no channel 'hogo'"):
        await asked(tmp_path, "publish", ["hogo"])


@pytest.mark.parametrize("task", ["publish", "send", "retract", "correct"])
async def test_a_day_without_an_issue_is_refused(tmp_path: Path, task: Task) -> None:
    with pytest.raises(SettingsError, match="has no issue"):
        await asked(tmp_path, task)


async def test_a_retracted_issue_is_gone_from_files_and_reader_and_no_run_writes_it_again(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    await asked(tmp_path, "retract")
    again = await asked(tmp_path)

    assert again.retracted
    assert files_below(tmp_path / "out") == {}
    with house(tmp_path).store() as store:
        assert store.issue(SLOT.day) is None
        assert store.find("LiteLLM", 10) == []
        assert store.status(SLOT.key) == "retracted"


async def test_a_retracted_issue_is_brought_out_again_as_it_was(tmp_path: Path, published: dict[str, bytes]) -> None:
    await asked(tmp_path, "retract")
    outcome = await asked(tmp_path, "publish")

    assert outcome.exit == 0
    assert files_below(tmp_path / "out") == published
    with house(tmp_path).store() as store:
        assert store.earlier_issues(SLOT.key) == []


async def test_retracting_keeps_what_a_person_changed_and_says_so(tmp_path: Path, published: dict[str, bytes]) -> None:
    (tmp_path / "out" / POST).write_text("mine")
    outcome = await asked(tmp_path, "retract")

    assert outcome.remarks == [f"{tmp_path / 'out' / POST} was changed by somebody and stays: remove it yourself"]
    assert files_below(tmp_path / "out") == {POST: b"mine"}


async def test_a_post_that_was_moved_with_its_section_is_not_missed_for_ever(tmp_path: Path, published: dict[str, bytes]) -> None:
    content = tmp_path / "out" / "content"
    (content / "posts").rename(content / "news")
    chosen = sample_web.settings()
    moved = chosen.model_copy(update={"publish": (HugoTable(section="news"), *chosen.publish[1:])})
    first = await asked(tmp_path, chosen=moved)
    second = await asked(tmp_path, chosen=moved)

    where = house(tmp_path, chosen=moved)
    with where.store() as store, Snapshots(where.snapshots) as snapshots:
        issue = store.issue(SLOT.day)
        assert issue is not None
        verdict = verify(issue, store, snapshots, published_files(issue, store, where.channels()))

    assert (first.exit, second.exit, second.issue) == (0, 0, None)
    assert verdict.green
    assert not (content / "posts").exists()
    assert sorted(path.name for path in (content / "news" / SLOT.day).iterdir()) == sorted(
        Path(name).name for name in published if name.startswith("content/")
    )


async def test_an_issue_that_could_not_be_brought_out_again_can_still_be_taken_back(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    (tmp_path / "out" / POST).write_text("mine, and no front matter")  # refused, as it is no post of the slot
    refused = await asked(tmp_path, "publish", ["hugo"])
    (tmp_path / "out" / POST).write_bytes(published[POST])
    await asked(tmp_path, "retract")

    assert refused.exit == Exit.INCOMPLETE
    assert files_below(tmp_path / "out") == {}


async def test_what_follows_files_is_no_message_that_was_not_sent(tmp_path: Path) -> None:
    chosen = sample_web.settings()
    with_steps = chosen.model_copy(update={"publish": (HugoTable(dir=tmp_path / "site", after=("true",)),)})
    await asked(tmp_path, chosen=with_steps, out=None)
    outcome = await asked(tmp_path, "publish", chosen=with_steps, out=None)

    assert (outcome.exit, outcome.remarks) == (0, [])


async def test_a_correction_where_there_are_messages_alone_is_kept(tmp_path: Path) -> None:
    chosen = sample_web.settings()
    mail = MailTable(host="127.0.0.1", port=1, sender="a@example.com", recipients=("b@example.com",))
    await asked(tmp_path, chosen=chosen)
    outcome = await asked(tmp_path, "correct", chosen=chosen.model_copy(update={"publish": (mail,)}), out=None)

    assert outcome.exit == Exit.PUBLISHED


def yesterday(folder: Path) -> Issue:
    """An issue of the day before the sample day, published below `out`."""
    with house(folder).store() as store:
        today = store.issue(SLOT.day)
        assert today is not None
        slot = replace(SLOT, due=SLOT.due - timedelta(days=1))
        draft = replace(today.draft, slot=slot, title="昨天")
        issue = store.keep_issue(replace(today, draft=draft, approved_at=today.approved_at - timedelta(days=1)))
        store.keep_documents(store.documents(issue.proofs()).values())
    return issue


async def test_taking_an_issue_back_leaves_the_edited_post_of_another_day_alone(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    before = yesterday(tmp_path)
    old = await run_slot(house(tmp_path), Errand(before.slot, sample_web.NOW, LineMeter(), task="publish"))
    post = tmp_path / "out" / POST.replace(SLOT.day, before.day)
    post.write_text("edited")
    await asked(tmp_path, "retract")

    assert old.exit == 0
    assert post.read_text() == "edited"
    assert not (tmp_path / "out" / POST).exists()
    assert "昨天" in (tmp_path / "out" / FEED).read_text()
    assert sample_web.settings().digest.title.format(date=SLOT.day) not in (tmp_path / "out" / FEED).read_text()
    assert (tmp_path / "out/page/index.html").read_bytes() == (tmp_path / f"out/page/{before.day}.html").read_bytes()


async def test_the_feed_of_another_language_is_written_without_a_retracted_issue_too(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    before = yesterday(tmp_path)
    with house(tmp_path).store() as store:
        today = store.issue(SLOT.day)
        assert today is not None
        for issue, title in ((today, "Of today"), (before, "Of yesterday")):
            store.keep_translation(replace(issue, draft=replace(issue.draft, language="en", title=title)))
        newest = store.keep_issue(replace(today, draft=replace(today.draft, slot=replace(SLOT, due=SLOT.due + timedelta(days=1)))))
    await asked(tmp_path, "publish")
    feed = tmp_path / "out/feeds/atom.en.xml"
    told = feed.read_text()
    await asked(tmp_path, "retract")
    left = feed.read_text()
    await asked(tmp_path, "publish")

    assert newest.day != SLOT.day
    assert "Of today" in told
    assert "Of today" not in left
    assert "Of yesterday" in left
    assert feed.read_text() == told
    assert (tmp_path / f"out/content/posts/{SLOT.day}/index.en.md").exists()


async def test_what_could_not_be_written_without_a_retracted_issue_is_told_and_tried_again(
    tmp_path: Path, published: dict[str, bytes]
) -> None:
    yesterday(tmp_path)
    feed = tmp_path / "out" / FEED
    feed.unlink()
    feed.mkdir()  # nothing can be written there
    (feed / "x").touch()
    first = await asked(tmp_path, "retract")
    (feed / "x").unlink()
    feed.rmdir()
    second = await asked(tmp_path, "retract")

    assert first.record is not None
    assert first.record.missing == ("feeds",)
    assert second.record is not None
    assert second.record.missing == ()
    assert "昨天" in feed.read_text()


async def test_a_post_that_somebody_removed_with_its_folder_is_in_nobodys_way(tmp_path: Path, published: dict[str, bytes]) -> None:
    rmtree(tmp_path / "out" / "content")
    await asked(tmp_path, "retract")

    assert files_below(tmp_path / "out") == {}


async def test_a_channel_that_was_taken_out_of_the_settings_is_named_without_its_folder(
    tmp_path: Path, published: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = sample_web.settings()
    fewer = chosen.model_copy(update={"publish": (PageTable(name="second"),)})
    outcome = await asked(tmp_path, chosen=fewer)
    say_outcome(house(tmp_path, chosen=fewer), outcome, dry=False, as_json=False)
    told = capsys.readouterr().out

    assert outcome.exit == 0
    assert f"hugo   {POST}\n" in told
    assert f"second {tmp_path / 'out' / 'page' / SLOT.day}.html\n" in told


async def test_what_other_channels_miss_stays_in_the_record_of_what_one_was_given(tmp_path: Path) -> None:
    mail = MailTable(host="smtp.example", sender="a@b.example", recipients=("c@d.example",), user_env="DEEPDAILY_TEST_NO_SUCH_USER")
    chosen = sample_web.settings().model_copy(update={"publish": (PageTable(dir=tmp_path / "site"), mail)})
    written = await asked(tmp_path, out=None, chosen=chosen)
    again = await asked(tmp_path, "publish", ["page"], out=None, chosen=chosen)

    assert (written.exit, again.exit) == (Exit.INCOMPLETE, Exit.PUBLISHED)
    with house(tmp_path, None, chosen).store() as store:
        assert store.record(SLOT.key).missing == ("mail",)
