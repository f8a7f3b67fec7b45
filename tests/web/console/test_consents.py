"""Consents from elsewhere in the console: a look first, then taken in; and what is kept of one person."""

import csv
import io
import json
import re
from itertools import count
from typing import Any

import pytest

from smsbot.core.people.imports import NEEDED

from .conftest import SignIn, Staff

NUMBERS = count(110)
ROW = {
    "channel": "sms",
    "language": "fr",
    "consented_at": "2026-05-31T14:30:00-04:00",
    "source": "paper",
    "actor": "the front desk",
    "frequency": "2 a month",
    "sender": "+15145550100",
    "age18": "yes",
    "words": "Je veux recevoir deux messages par mois. STOP pour finir.",
}


@pytest.fixture
def row() -> dict[str, str]:
    """A consent that can be proved, of somebody whom no other test knows."""
    return {**ROW, "number": f"+1647555{next(NUMBERS):04}"}


def listed(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    lines = csv.DictWriter(out, [*NEEDED, "words"])
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue().encode()


def look(staff: Staff, content: bytes, name: str = "list.csv") -> Any:
    staff.get("/console/consents")
    return staff.post(
        "/console/consents",
        {"file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def sealed(page: Any) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert found
    return found[1]


def kept(staff: Staff, row: dict[str, str]) -> Any:
    staff.get("/console/consents")
    form = {"number": row["number"], "channel": "sms"}
    return staff.post("/console/consents/export", form)


def test_a_list_is_looked_at_and_nothing_is_written_before_the_button(
    sign_in: SignIn, row: dict[str, str]
) -> None:
    anna, boss = sign_in("marketer"), sign_in("admin")
    page = look(anna, listed(row, {**row, "number": "=1+1"}, {**row, "age18": ""}, row))
    assert "1 can be taken in" in page.text
    assert "3 left out" in page.text
    assert "the same number stands in row 2" in page.text
    assert row["number"] not in page.text.replace(sealed(page), "")
    assert kept(boss, row).status_code == 404
    done = anna.post("/console/consents/take", {"sealed": sealed(page)})
    assert "1 taken in." in done.text
    found = json.loads(kept(boss, row).data)
    assert found["subscription"]["language"] == "fr"
    assert row["words"] in json.dumps(found["consents"], ensure_ascii=False)


def test_a_list_that_is_taken_in_twice_takes_nobody_in_twice(
    sign_in: SignIn, row: dict[str, str]
) -> None:
    anna = sign_in("marketer")
    page = look(anna, listed(row))
    for words in ("1 taken in.", "0 taken in."):
        assert words in anna.post("/console/consents/take", {"sealed": sealed(page)}).text


def test_the_report_names_each_row_and_no_number(sign_in: SignIn, row: dict[str, str]) -> None:
    anna = sign_in("marketer")
    page = look(anna, listed(row, {**row, "number": "514"}))
    report = anna.post("/console/consents/report", {"sealed": sealed(page)})
    rows = list(csv.DictReader(io.StringIO(report.text)))
    assert [(r["row"], r["outcome"]) for r in rows] == [("2", "ready"), ("3", "refused")]
    assert row["number"] not in report.text


@pytest.mark.parametrize(
    ("content", "name", "code", "words"),
    [
        (b"", "", 400, "Choose a file."),
        (b"", "empty.csv", 422, "empty.csv: is empty"),
        (b"PK\x03\x04rest", "list.xlsx", 422, "save it as CSV in UTF-8"),
        ("number\nécole".encode("latin-1"), "old.csv", 422, "UTF-8"),
        (b"number,channel\n1,sms", "short.csv", 422, "short.csv"),
    ],
)
def test_a_list_that_cannot_be_used_says_what_to_do(
    content: bytes, name: str, code: int, words: str, sign_in: SignIn
) -> None:
    page = look(sign_in("marketer"), content, name)
    assert page.status_code == code
    assert words in page.text
    assert "Nothing was changed." in page.text


def test_more_than_a_page_can_take_is_for_the_terminal(sign_in: SignIn) -> None:
    anna = sign_in("marketer")
    anna.get("/console/consents")
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{anna.token}\r\n',
        '--x\r\nContent-Disposition: form-data; name="file"; filename="large.csv"\r\n\r\n',
        "x" * (1024 * 1024 + 1),
        "\r\n--x--\r\n",
    )
    page = anna.client.post(
        "/console/consents",
        data="".join(parts).encode(),
        content_type="multipart/form-data; boundary=x",
    )
    assert page.status_code == 413
    assert "smsbot people import" in page.text


def test_another_s_look_or_a_forged_one_is_not_taken_in(
    sign_in: SignIn, row: dict[str, str]
) -> None:
    anna, ben = sign_in("marketer"), sign_in("marketer", name="bruno")
    page = look(anna, listed(row))
    ben.get("/console/consents")
    for seal in (sealed(page), "forged"):
        answer = ben.post("/console/consents/take", {"sealed": seal})
        assert answer.status_code == 400
        assert "Send the list once more." in answer.text


def test_an_admin_gives_out_and_deletes_what_is_kept_of_a_person(
    sign_in: SignIn, row: dict[str, str]
) -> None:
    anna, boss = sign_in("marketer"), sign_in("admin")
    anna.post("/console/consents/take", {"sealed": sealed(look(anna, listed(row)))})
    assert json.loads(kept(boss, row).data)["number"] == row["number"]
    form = {"number": f"+1 (647) 555-{row['number'][-4:]}", "channel": "sms"}
    boss.get("/console/consents")
    assert "Tick the box first" in boss.post("/console/consents/forget", form).text
    boss.post("/console/consents/forget", {**form, "sure": "yes"})
    assert "The reference for the person" in boss.get("/console/consents").text
    after = json.loads(kept(boss, row).data)
    assert after["number"] is None
    assert after["subscription"] is None


def test_a_number_that_is_none_is_refused_and_kept_in_the_field(sign_in: SignIn) -> None:
    boss = sign_in("admin")
    boss.get("/console/consents")
    page = boss.post("/console/consents/export", {"number": "0142", "channel": "sms"})
    assert page.status_code == 400
    assert "international form" in page.text
    assert 'value="0142"' in page.text


@pytest.mark.parametrize("path", ["export", "forget"])
def test_who_is_no_admin_reaches_nobody(path: str, sign_in: SignIn) -> None:
    anna = sign_in("marketer")
    assert "One person" not in anna.get("/console/consents").text
    form = {"number": "+16475550100", "channel": "sms", "sure": "yes"}
    assert anna.post(f"/console/consents/{path}", form).status_code == 403
