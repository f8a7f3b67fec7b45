"""Templates by the Content API, at a carrier in a process of its own."""

import pytest

from smsbot.adapters.twilio import TwilioContents
from smsbot.adapters.twilio.content import PAGE, Approval, NoSuchLanguage
from smsbot.ports.campaign import Busy, InDoubt, Rejected
from tests.adapters.receivers import Receiver, receiving
from tests.carrier import ACCOUNT, TOKEN, LocalCarrier
from tests.running import free_port

pytestmark = [pytest.mark.live, pytest.mark.enable_socket]

BODY = {"twilio/text": {"body": "Hola {{1}}, somos {{2}}"}}
EXAMPLES = {"1": "Ana", "2": "la clínica"}


def contents(url: str, **settings: object) -> TwilioContents:
    given = {"account_sid": ACCOUNT, "token": TOKEN} | settings
    return TwilioContents(api_url=url, **given)  # type: ignore[arg-type]


def test_a_template_is_made_handed_in_and_approved(carrier: LocalCarrier) -> None:
    templates = contents(carrier.url)
    sid = templates.make("spring_es", "es-419", EXAMPLES, BODY)
    assert templates.approvals(sid) == Approval("unsubmitted")
    assert templates.ask_approval(sid, "spring_es", "MARKETING").status == "received"
    assert templates.approvals(sid) == Approval("approved", "spring_es", "MARKETING")
    [listed] = [content for content in templates.listed() if content.sid == sid]
    assert (listed.name, listed.language, listed.variables, listed.types) == (
        "spring_es",
        "es",
        EXAMPLES,
        BODY,
    )
    assert listed.approval.status == "approved"


def test_a_template_that_whatsapp_rejects_says_why(carrier: LocalCarrier) -> None:
    carrier.script(
        {"approvals": [{"name": "bad_*", "status": "rejected", "reason": "a variable at the end"}]}
    )
    templates = contents(carrier.url)
    sid = templates.make("x", "en", {}, BODY)
    templates.ask_approval(sid, "bad_one", "MARKETING")
    assert templates.approvals(sid) == Approval(
        "rejected", "bad_one", "MARKETING", "a variable at the end"
    )


def test_an_approval_may_take_its_time(carrier: LocalCarrier) -> None:
    carrier.script({"approvals": [{"after": 3600}]})
    templates = contents(carrier.url)
    sid = templates.make("x", "en", {}, BODY)
    templates.ask_approval(sid, "slow", "UTILITY")
    assert templates.approvals(sid).status == "received"
    carrier.forward(3601)
    assert templates.approvals(sid).status == "approved"


def test_every_template_is_listed_over_all_pages(carrier: LocalCarrier) -> None:
    templates = contents(carrier.url)
    made = {templates.make(f"page {n}", "en", {}, BODY) for n in range(PAGE + 3)}
    listed = [content.sid for content in templates.listed()]
    assert made <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_language_without_templates_is_said_to_have_none(carrier: LocalCarrier) -> None:
    with pytest.raises(NoSuchLanguage, match="SMS"):
        contents(carrier.url).make("x", "ht", {}, BODY)


def test_what_is_not_there_or_not_allowed_is_refused_with_a_code(carrier: LocalCarrier) -> None:
    templates = contents(carrier.url)
    for refused, code in (
        (lambda: templates.approvals("HX" + "0" * 32), 20404),
        (lambda: templates.make("x", "en", {}, {}), 20001),
        (
            lambda: templates.ask_approval(
                templates.make("x", "en", {}, BODY), "Not Lower Case", "MARKETING"
            ),
            20001,
        ),
        (lambda: contents(carrier.url, token="another").listed(), 20003),
    ):
        with pytest.raises(Rejected) as no:
            refused()
        assert no.value.code == code


def test_a_content_api_that_is_away_or_unreadable_says_so() -> None:
    with pytest.raises(Busy):
        contents(f"http://127.0.0.1:{free_port()}").listed()
    for answer in (
        b"",
        b"{}",
        b"[]",
        b"<html>",
        b'{"contents": [{}], "meta": {"next_page_url": null}}',
    ):
        with receiving(Receiver(200, answer)) as odd, pytest.raises(InDoubt):
            contents(odd.url).listed()
    with receiving(Receiver(503, b"")) as away, pytest.raises(InDoubt):
        contents(away.url).make("x", "en", {}, BODY)
