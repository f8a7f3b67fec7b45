"""Of consents from elsewhere only those are taken that can be proved; and no complaint repeats what it is about."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.people.address import Address
from smsbot.core.people.imports import (
    ELSE,
    NEEDED,
    WORDS,
    Around,
    NoProof,
    Row,
    Unusable,
    consent_of,
    masked,
    rows_of,
)

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
AROUND = Around(
    business="Clinic",
    languages=frozenset({"en", "fr", "zh-Hans"}),
    zone=ZoneInfo("America/Toronto"),
    zone_name="America/Toronto",
    now=NOW,
    oldest=NOW - timedelta(days=730),
    text_of=lambda name: "The words.\n" if name == "form.txt" else "",
    region=lambda address: "CA" if address.handle.startswith("+1") else "",
)
GOOD = {
    "number": "+15145550123",
    "channel": "sms",
    "language": "fr",
    "consented_at": "2026-05-31T14:30:00-04:00",
    "source": "paper",
    "actor": "Ada",
    "words": "J'accepte de recevoir vos nouvelles.",
    "frequency": "2 a month",
    "sender": "+15145550100",
    "age18": "yes",
}


def row(**changed: str) -> Row:
    return Row(2, {**GOOD, **changed})


def refused(**changed: str) -> str:
    with pytest.raises(NoProof) as caught:
        consent_of(row(**changed), AROUND)
    return str(caught.value)


def test_a_row_with_every_proof_is_a_consent() -> None:
    consent = consent_of(row(not_condition="yes", policy="https://clinic.example/privacy"), AROUND)
    assert consent.address == Address("sms", "+15145550123")
    assert (consent.language, consent.words) == ("fr", GOOD["words"])
    assert consent.at == datetime(2026, 5, 31, 18, 30, tzinfo=UTC)
    grounds = consent.grounds
    assert (grounds.source, grounds.method, grounds.actor, grounds.action) == (
        "paper",
        "import",
        "Ada",
        "yes",
    )
    assert (grounds.business, grounds.sender, grounds.frequency, grounds.purpose) == (
        "Clinic",
        "+15145550100",
        "2 a month",
        "news",
    )
    assert (grounds.unconditional, grounds.adult, grounds.policy) == (
        True,
        True,
        "https://clinic.example/privacy",
    )
    assert (grounds.country, grounds.zone) == ("CA", "America/Toronto")


@pytest.mark.parametrize("name", NEEDED)
def test_without_one_of_the_proofs_it_stays_out(name: str) -> None:
    assert name in refused(**{name: " "})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"number": "5145550123"}, "international form"),
        ({"number": "1.5145550123E+10"}, "international form"),
        ({"number": "+1514555012３"}, "international form"),
        ({"number": "+999123456789"}, "no country"),
        ({"number": "=+15145550123"}, "formula"),
        ({"number": "+1514555+cmd"}, "international form"),
        ({"number": "@SUM(A1)"}, "formula"),
        ({"actor": "=HYPERLINK()"}, "formula"),
        ({"actor": "-1"}, "formula"),
        ({"frequency": "+2"}, "formula"),
        ({"words": "@import"}, "formula"),
        ({"sender": "+1514'; DROP"}, "formula"),
        ({"channel": "fax"}, "channel is not one of sms, whatsapp"),
        ({"language": "xx"}, "language is not one of en, fr, zh-Hans"),
        ({"consented_at": "03/04/2026"}, "not a day or a moment"),
        ({"consented_at": "2026-11-25"}, "has not come yet"),
        ({"consented_at": "2024-11-01"}, "longer ago"),
        ({"consented_at": "0001-01-01T00:00:00+23:00"}, "no moment"),
        ({"source": "hearsay"}, "source is not one of"),
        ({"age18": "no"}, "only adults"),
        ({"age18": "unknown"}, "only adults"),
        ({"words": ""}, "exact words"),
        ({"words_file": "form.txt"}, "exact words"),
        ({"words": "", "words_file": "other.txt"}, "not beside this one"),
        ({"words": "x" * 4001}, "longer than 4000"),
        ({"source": "web"}, "needs ip and user_agent"),
        ({"source": "web", "ip": "::1"}, "needs ip and user_agent"),
        ({"ip": "::1"}, "from the web only"),
    ],
)
def test_what_cannot_be_proved_stays_out_and_is_told_why(
    changed: dict[str, str], says: str
) -> None:
    assert says in refused(**changed)


def test_a_row_with_too_many_or_too_few_cells_stays_out() -> None:
    with pytest.raises(NoProof, match="cells"):
        consent_of(Row(2, GOOD, fits=False), AROUND)


@pytest.mark.parametrize("written", ["+1 514-555-0123", "+1 (514) 555.0123", "+1\u00a0514 5550123"])
def test_numbers_are_read_as_people_write_them(written: str) -> None:
    assert consent_of(row(number=written), AROUND).address.handle == "+15145550123"


def test_a_day_alone_is_its_beginning_at_the_clinic() -> None:
    consent = consent_of(row(consented_at="2026-05-31"), AROUND)
    assert consent.at == datetime(2026, 5, 31, 4, 0, tzinfo=UTC)


def test_the_words_may_stand_in_a_file_beside() -> None:
    assert consent_of(row(words="", words_file="form.txt"), AROUND).words == "The words."


def test_a_consent_from_the_web_has_its_address_and_browser() -> None:
    grounds = consent_of(row(source="Web", ip="192.0.2.7", user_agent="Browser/1"), AROUND).grounds
    assert (grounds.source, grounds.ip, grounds.agent) == ("web", "192.0.2.7", "Browser/1")


def test_a_language_is_known_however_it_is_written() -> None:
    assert consent_of(row(language="zh_hans"), AROUND).language == "zh-Hans"


@given(st.sampled_from([*NEEDED, *WORDS, *ELSE]), st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_taken_or_refused_and_never_repeated(
    name: str, text: str
) -> None:
    why = ""
    try:
        consent_of(row(**{name: f"{text}~q~"}), AROUND)
    except NoProof as error:
        why = str(error)
    assert "~q~" not in why


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+15145550123", "…23"), ("", "…"), ("abc", "…"), ("1234", "…"), ("=+15145550199", "…99")],
)
def test_a_number_is_shown_by_its_last_two_digits(number: str, shown: str) -> None:
    assert masked(row(number=number)) == shown


# ---------------------------------------------------------------- files

HEAD = ",".join(GOOD)
LINE = ",".join(GOOD.values())


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_in_utf8_is_read_with_rows_counted_as_a_spreadsheet_does(
    separator: str, encoding: str
) -> None:
    lines = [separator.join(GOOD), "", separator.join(GOOD.values())]
    rows = rows_of("\r\n".join(lines).encode(encoding))
    assert rows == (Row(3, GOOD),)


def test_a_cell_may_hold_several_lines_and_the_rows_are_still_counted() -> None:
    several = LINE.replace(GOOD["words"], '"One.\nTwo, ""three""."')
    rows = rows_of(f"{HEAD}\n{several}\n{LINE}\n".encode())
    assert [r.number for r in rows] == [2, 3]
    assert rows[0].cells["words"] == 'One.\nTwo, "three".'


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_only_the_ends_of_lines_end_a_row(character: str) -> None:
    actor = f"Ada{character}Lovelace"
    (one,) = rows_of(f"{HEAD}\n{LINE.replace('Ada', actor)}\n".encode())
    assert one.cells["actor"] == actor


def test_names_are_read_whatever_their_order_and_letters() -> None:
    (one,) = rows_of(f"{HEAD.upper()}\n{LINE}".encode())
    assert one.cells == GOOD
    (other,) = rows_of(f"{','.join(reversed(GOOD))}\n{','.join(reversed(GOOD.values()))}".encode())
    assert other.cells == GOOD


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (f"{HEAD}\n{LINE}\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "workbook"),
        (f"{HEAD}\n{LINE}\n{LINE}\u00e9\n".encode("cp1252"), "line 3 is not in UTF-8"),
        (f"{HEAD}\n{LINE}\u00e9\n".encode() + b"\xe9", "line 3 is not in UTF-8"),
        (f"{HEAD}\n{LINE}\0".encode(), "line 2 holds a zero byte"),
        (f'{HEAD}\n"never ended'.encode(), "row 2: the quotation marks"),
        (f"{HEAD},number\n".encode(), "same name"),
        (f"{HEAD},surprise\n".encode(), "column 11 has a name that is not known"),
        (HEAD.replace("number,", "").encode(), "no column number"),
        (HEAD.replace("words,", "").encode(), "no column words or words_file"),
    ],
)
def test_a_file_that_cannot_be_taken_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        rows_of(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", f"{HEAD}\n{LINE}\n".encode()):
        try:
            rows_of(start + content)
        except Unusable:
            continue
