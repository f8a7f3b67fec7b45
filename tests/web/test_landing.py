"""The page of a campaign's link in the whole bot: it is there while the campaign runs, and what comes by it is counted for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from smsbot import wiring
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.codes import make_code
from smsbot.web.app import make_app

from .console.desks import settings_of

PERSON = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/131.0 Mobile"}
TODAY = datetime.now(UTC).date()
CODE, OVER = make_code(5), make_code(6)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wiring.Parts]:
    settings = settings_of(tmp_path_factory.mktemp("landing") / "bot.db")
    wiring.migrate(settings)
    parts = wiring.assemble(settings)
    week = timedelta(days=7)
    kept = parts.stores.campaigns.keep
    kept(Campaign(0, "Spring", CODE, TODAY - week, TODAY + week, "live", welcome={"en": "Hi"}))
    kept(Campaign(0, "Over", OVER, TODAY - 2 * week, TODAY - week, "live", welcome={"en": "Hi"}))
    parts.live.look()
    yield parts
    parts.live.stop()
    parts.stores.close()
    parts.people.close()


@pytest.fixture
def visitor(parts: wiring.Parts) -> FlaskClient:
    return make_app(parts.doors).test_client()


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), f"{CODE[:3]}-{CODE[3:]}", CODE[:5]])
def test_a_link_leads_to_the_campaign_also_where_it_was_typed_by_hand(
    visitor: FlaskClient, typed: str
) -> None:
    page = visitor.get(f"/c/{typed}", headers=PERSON)
    assert page.status_code == 200
    assert f"/c/{CODE}/sms" in page.text


@pytest.mark.parametrize("code", [OVER, make_code(7), "spring"])
def test_a_campaign_that_is_over_or_never_was_has_no_page(visitor: FlaskClient, code: str) -> None:
    assert visitor.get(f"/c/{code}", headers=PERSON).status_code == 404


def test_visits_and_clicks_are_counted_for_the_campaign(
    visitor: FlaskClient, parts: wiring.Parts
) -> None:
    visitor.get(f"/c/{CODE}?lang=fr", headers=PERSON)
    visitor.get(f"/c/{CODE}/wa?lang=fr", headers=PERSON)
    parts.doors.stop()
    (spring,) = [c for c in parts.stores.campaigns.all() if c.code == CODE]
    counted = {
        (t.outcome, t.channel): t.count
        for t in parts.stores.tallies.since(TODAY - timedelta(days=1))
        if t.language == "fr"
    }
    assert counted == {
        (f"campaign/{spring.id}/scan", "web"): 1,
        (f"campaign/{spring.id}/click", "whatsapp"): 1,
    }
