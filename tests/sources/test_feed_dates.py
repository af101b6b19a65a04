"""Dates as feeds of many languages and programs write them mean one moment, on whatever day they are read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdaily.sources.feed_dates import moment_of, stands_in


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Thu, 05 Mar 2026 21:15:00 GMT", at(3, 5, 21, 15)),
        ("Thu, 5 Mar 2026 21:15:00 +0530", at(3, 5, 15, 45)),
        ("Thu,5 Mar 26 21:15 UT", at(3, 5, 21, 15)),
        ("Thu, 05 Mar 2026 24:00:00 GMT", at(3, 6)),
        ("Mar 5 21:15:00 +0800 2026", at(3, 5, 13, 15)),
        ("Thu Mar 05 2026 21:15:00 GMT+0800 (China Standard Time)", at(3, 5, 13, 15)),
        ("2026-03-05T21:15:00", at(3, 5, 21, 15)),
        ("2026-03-05T21:15:00+08:00", at(3, 5, 13, 15)),
        ("2026-03-05 21:15:00 -0330", at(3, 6, 0, 45)),
        ("2026-03-05+08:00", at(3, 4, 16)),
        ("20260305", at(3, 5)),
        ("20260305T211500Z", at(3, 5, 21, 15)),
        ("2026-064", at(3, 5)),
        ("2026-W10-4", at(3, 5)),
        ("1772745300", at(3, 5, 21, 15)),
        ("1772745300000", at(3, 5, 21, 15)),
        ("2026/03/05 21:15:00", at(3, 5, 21, 15)),
        ("2026/3/5", at(3, 5)),
        ("2026.3.5 21:15", at(3, 5, 21, 15)),
        ("5.3.2026", at(3, 5)),
        ("25/03/2026", at(3, 25)),
        ("3/5/2026 9:15 PM", at(3, 5, 21, 15)),
        ("March 5, 2026", at(3, 5)),
        ("Thursday, March 5th, 2026 at 9pm", at(3, 5, 21)),
        ("5-Mar-2026 12:15 AM", at(3, 5, 0, 15)),
        ("Mar-05-2026 21:15", at(3, 5, 21, 15)),
        ("Thu, 05 Mar 2026 21.15.00 GMT", at(3, 5, 21, 15)),
        ("2026-03-05T21:15:00 08:00", at(3, 5, 13, 15)),
        ("5. maaliskuuta 2026 klo 21.15", at(3, 5, 21, 15)),
        ("5 marca 2026", at(3, 5)),
        ("5 Ağustos 2026", at(8, 5)),
        ("5 березня 2026", at(3, 5)),
    ],
)
def test_a_date_in_any_form_of_the_field_is_read(written: str, meant: datetime) -> None:
    assert moment_of(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026年3月5日 下午9:15", at(3, 5, 13, 15)),
        ("2026-03-05 下午9:15", at(3, 5, 13, 15)),
        ("2026/3/5 上午 9:15:00", at(3, 5, 1, 15)),
        ("2026年3月5日 晚上9点半", at(3, 5, 13, 30)),
        ("发布时间：2026-03-05 21:15", at(3, 5, 13, 15)),
        ("2026. 3. 5. 오후 9:15", at(3, 5, 12, 15)),
        ("2026-03-05 午後9:15", at(3, 5, 12, 15)),
        ("2026年3月5日 上午9时15分", at(3, 5, 1, 15)),
        ("2026年03月05日 中午12:15", at(3, 5, 4, 15)),
        ("２０２６年３月５日　２１：１５", at(3, 5, 13, 15)),
        ("2026年3月5日 21:15 UTC", at(3, 5, 21, 15)),
        ("周四, 05 三月 2026 21:15:00 +0800", at(3, 5, 13, 15)),
        ("2026年3月5日 午後9時15分", at(3, 5, 12, 15)),
        ("2026년 3월 5일 오후 9:15", at(3, 5, 12, 15)),
        ("Do, 05 März 2026 21:15:00 +0100", at(3, 5, 20, 15)),
        ("Donnerstag, 5. März 2026, 21:15 Uhr", at(3, 5, 21, 15)),
        ("jeu. 5 févr. 2026 21:15:00 +0100", at(2, 5, 20, 15)),
        ("jeudi 5 mars 2026 à 21h15", at(3, 5, 21, 15)),
        ("mar, 10 mar 2026 21:15:00 +0100", at(3, 10, 20, 15)),
        ("5 de marzo de 2026", at(3, 5)),
        ("чт, 05 мар 2026 21:15:00 +0300", at(3, 5, 18, 15)),
    ],
)
def test_a_date_in_another_language_is_read_with_that_country_s_zone(written: str, meant: datetime) -> None:
    assert moment_of(written) == meant


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        *(
            ("UTC", 0),
            ("GMT", 0),
            ("Z", 0),
            ("CET", 1),
            ("CEST", 2),
            ("MSK", 3),
            ("IST", 5.5),
            ("JST", 9),
            ("KST", 9),
            ("AEDT", 11),
        ),
        *(("EST", -5), ("EDT", -4), ("PST", -8), ("PDT", -7), ("UTC+8", 8), ("GMT+8", 8), ("UTC+05:30", 5.5), ("GMT-0700", -7)),
        *(("Asia/Shanghai", 8), ("Europe/Berlin", 1), ("America/New_York", -5), ("+0800[Asia/Shanghai]", 8), ("北京时间", 8)),
        *(("Middle/Nowhere", 0), ("Asia/Nowhere", 0), ("XYZ", 0)),
    ],
)
def test_a_zone_is_read_by_offset_name_or_place_and_one_nobody_knows_is_utc(zone: str, hours: float) -> None:
    for written in (f"2026-03-05 21:15:00 {zone}", f"Thu, 05 Mar 2026 21:15:00 {zone}"):
        found = moment_of(written)
        assert found is not None
        assert (at(3, 5, 21, 15) - found).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("written", "beside", "hour"),
    [
        ("Thu, 05 Mar 2026 10:15:00 CST", "A release", 16),
        ("Thu, 05 Mar 2026 10:15:00 CST", "新版本发布", 2),
        ("2026-03-05 10:15:00 CST", "新版本发布", 2),
        ("2026-03-05 10:15:00 CST", "A release", 10),
    ],
)
def test_a_name_of_two_zones_is_china_s_beside_chinese_and_otherwise_that_of_mail(written: str, beside: str, hour: int) -> None:
    assert moment_of(written, beside) == at(3, 5, hour, 15)


@pytest.mark.parametrize(
    "written",
    [
        *("", "lately", "3 days ago", "2026", "2026-03", "March 2026", "Mar 5", "05/03/2026", "2026-02-30", "30 Feb 2026"),
        *("2026-13-01", "2026年13月40日", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "0", "9" * 400),
        *("2026-03-05 21:75:00", "2026-03-05 33:15:00", "2026-400", "2026-W60-1"),
    ],
)
def test_what_names_no_day_or_two_is_no_date(written: str) -> None:
    assert moment_of(written) is None


@given(st.text(st.sampled_from("0123456789-/:.+ TZ年月日下午aprMJanmfeb,()[]"), max_size=40) | st.text(max_size=60))
def test_any_words_give_a_moment_of_our_time_or_none(written: str) -> None:
    found = moment_of(written)

    assert found is None or 1995 <= found.year <= 2100


@pytest.mark.parametrize(
    ("day", "written", "stands"),
    [
        ((2026, 3, 5), "5 mars 2026", True),
        ((2026, 3, 5), "26-03-05", True),
        ((2026, 11, 28), "2026-11", False),
        ((2026, 11, 1), "2026/03/05", False),
        ((2026, 11, 11), "2026-11", False),
    ],
)
def test_another_reader_s_day_must_stand_in_the_words(day: tuple[int, int, int], written: str, stands: bool) -> None:
    assert stands_in(day, written) is stands
