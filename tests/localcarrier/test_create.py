"""What is refused, with which of Twilio's codes, and what is taken on and will yet fail."""

import json

import pytest

from localcarrier.book import Book, Template
from localcarrier.create import ERRORS, Refusal, draft

TO, FROM, NOW = "+15145550123", "+15145550100", 1_800_000_000.0
SERVICE = "MG" + "2" * 32
HELLO = "HX" + "a" * 32


def book(**approval: str) -> Book:
    """A book with one template, of which WhatsApp says so."""
    known = Book()
    known.templates[HELLO] = Template(
        HELLO, "hello", "en", {"2": "us"}, {"twilio/text": {"body": "Hi {{1}}, from {{ 2 }}"}}, NOW, NOW,
        dict(approval) or None,
    )  # fmt: skip
    return known


def form(**fields: str | None) -> dict[str, str]:
    whole = {"To": TO, "From": FROM, "Body": "hello"} | fields
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": None}, 21604),
        ({"To": "12"}, 21211),
        ({"To": "whatsapp:hello"}, 21211),
        ({"To": "+0514"}, 21211),
        ({"From": None}, 21603),
        ({"From": "?"}, 21212),
        ({"From": "+15145550199"}, 21606),
        ({"From": f"whatsapp:{FROM}"}, 21910),
        ({"To": f"whatsapp:{TO}"}, 21910),
        ({"MessagingServiceSid": "MG1"}, 20001),
        ({"Body": None}, 21602),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "ftp://x"}, 21609),
        ({"StatusCallback": "/twilio/status/1"}, 21609),
        ({"ValidityPeriod": "0"}, 20001),
        ({"ValidityPeriod": "36001"}, 20001),
        ({"ValidityPeriod": "soon"}, 20001),
        ({"ContentVariables": '{"1": "x"}'}, 21654),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
        ({"ContentSid": "hello"}, 21655),
        ({"ContentSid": HELLO, "ContentVariables": "{"}, 21656),
        ({"ContentSid": HELLO, "ContentVariables": "[]"}, 21656),
        ({"ContentSid": HELLO, "ContentVariables": '{"1": 1}'}, 21656),
    ],
)
def test_a_request_is_refused_with_twilios_code(fields: dict[str, str | None], code: int) -> None:
    with pytest.raises(Refusal) as no:
        draft(form(**fields), book(), frozenset({FROM}), late=False, now=NOW)
    assert (no.value.code, no.value.status) == (code, 400)
    assert code in ERRORS


def test_a_text_is_taken_on_and_counted() -> None:
    made = draft(form(Body="ж" * 71, ValidityPeriod="60"), book(), frozenset(), late=False, now=NOW)
    assert (made.to, made.sender, made.segments, made.validity, made.failure) == (
        TO,
        FROM,
        2,
        60,
        None,
    )
    assert draft(form(Body="x" * 1600), book(), frozenset(), late=False, now=NOW).segments == 11


def test_whoever_opted_out_is_refused_at_once_or_found_out_on_the_way() -> None:
    known = book()
    known.opted_out.add(f"phone:{TO}")
    with pytest.raises(Refusal) as no:
        draft(form(), known, frozenset(), late=False, now=NOW)
    assert no.value.code == 21610
    by_service = form(From=None, MessagingServiceSid=SERVICE)
    assert draft(by_service, known, frozenset(), late=True, now=NOW).failure == 21610
    on_whatsapp = form(To=f"whatsapp:{TO}", From=f"whatsapp:{FROM}")
    assert draft(on_whatsapp, known, frozenset(), late=False, now=NOW).failure == 63016


def whatsapp(known: Book, now: float = NOW, **fields: str | None) -> int | None:
    fields = {"To": f"whatsapp:{TO}", "From": f"whatsapp:{FROM}"} | fields
    return draft(form(**fields), known, frozenset(), late=False, now=now).failure


def test_whatsapp_takes_a_text_of_ours_for_a_day_after_the_persons_last() -> None:
    known = book()
    assert whatsapp(known) == 63016
    known.wrote[f"whatsapp:{TO}"] = NOW - 86399
    assert whatsapp(known) is None
    assert whatsapp(known, now=NOW + 1) == 63016


TEMPLATE = {"Body": None, "ContentSid": HELLO, "ContentVariables": json.dumps({"1": "Ana"})}


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        ("approved", None),
        ("received", 63016),
        ("pending", 63016),
        ("rejected", 63040),
        ("paused", 63041),
        ("disabled", 63042),
    ],
)
def test_outside_the_day_it_takes_an_approved_template_only(
    status: str, failure: int | None
) -> None:
    assert whatsapp(book(status=status), **TEMPLATE) == failure


def test_a_template_that_was_handed_to_nobody_goes_within_the_day_only() -> None:
    known = book()
    assert whatsapp(known, **TEMPLATE) == 63016
    known.wrote[f"whatsapp:{TO}"] = NOW
    assert whatsapp(known, **TEMPLATE) is None


@pytest.mark.parametrize(
    ("value", "failure"),
    [("a\nb", 63013), ("a\tb", 63013), ("a     b", 63013), ("a    b", None), ("", None)],
)
def test_a_variable_has_no_line_end_tab_or_row_of_spaces(value: str, failure: int | None) -> None:
    variables = json.dumps({"1": value})
    assert (
        whatsapp(book(status="approved"), Body=None, ContentSid=HELLO, ContentVariables=variables)
        == failure
    )


def test_a_template_needs_a_value_for_each_variable_and_a_language_of_whatsapps() -> None:
    known = book(status="approved")
    assert whatsapp(known, Body=None, ContentSid=HELLO) == 63028
    for language, failure in (
        ("pt_BR", None),
        ("zh_CN", None),
        ("pt", 63027),
        ("zh", 63027),
        ("zh-Hans", 63027),
    ):
        known.templates[HELLO].language = language
        assert whatsapp(known, **TEMPLATE) == failure


def test_a_template_is_rendered_with_the_values_given_and_else_its_own() -> None:
    made = draft(form(**TEMPLATE), book(), frozenset(), late=False, now=NOW)
    assert made.body == "Hi Ana, from us"


def test_an_sms_gets_the_plain_text_and_whatsapp_the_richest() -> None:
    known = book(status="approved")
    known.templates[HELLO].types = {
        "twilio/text": {"body": "plain"},
        "twilio/quick-reply": {"body": "rich"},
    }
    assert draft(form(**TEMPLATE), known, frozenset(), late=False, now=NOW).body == "plain"
    rich = form(**TEMPLATE, To=f"whatsapp:{TO}", From=f"whatsapp:{FROM}")
    assert draft(rich, known, frozenset(), late=False, now=NOW).body == "rich"
