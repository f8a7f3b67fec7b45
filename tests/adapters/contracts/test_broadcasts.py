"""What the stores of campaigns, broadcasts and deliveries do, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert, select, update

from smsbot.adapters.cipher import Cipher
from smsbot.adapters.sql.broadcasts import SqlBroadcasts
from smsbot.adapters.sql.campaigns import SqlCampaigns, SqlContents
from smsbot.adapters.sql.deliveries import SqlDeliveries, united
from smsbot.adapters.sql.engine import make_engine
from smsbot.adapters.sql.tables import deliveries, people, person_keys
from smsbot.core.campaign.broadcast import Audience, Broadcast
from smsbot.core.campaign.campaign import Campaign
from smsbot.core.campaign.plan import Plan, Subscriber
from smsbot.core.people.address import Address
from smsbot.ports import Refused
from smsbot.ports.campaign import Claimed, Content, Outcome, Status

from ..conftest import SERVER, execute, fresh_database

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANN, BEN = 1, 2
SPRING = Campaign(0, "Spring", "K7F2", date(2026, 11, 1), date(2026, 12, 31), keywords=("SPRING",))
TEXTS = {"en": ("%(clinic)s: hello. %(STOP)s to end.",), "fr": ("Bonjour", "Salut")}


@dataclass
class Stores:
    engine: Engine
    cipher: Cipher
    campaigns: SqlCampaigns
    broadcasts: SqlBroadcasts
    deliveries: SqlDeliveries
    contents: SqlContents

    def subscribe(self, count: int, **more: object) -> list[int]:
        """Adds people of fiction; their ids."""
        rows = [
            {
                "created_at": AT,
                "number": self.cipher.seal(f"+151455501{n % 100:02}"),
                "number_channel": "sms",
                "language": "en",
                "country": "CA",
                "zones": "America/Toronto",
                "subscribed_at": AT - timedelta(days=n),
                **more,
            }
            for n in range(count)
        ]
        with self.engine.begin() as connection:
            return sorted(
                connection.execute(insert(people).values(rows).returning(people.c.id)).scalars()
            )

    def broadcast(self, **more: object) -> Broadcast:
        campaign = self.campaigns.keep(replace(SPRING, code=f"K{len(self.campaigns.all())}"))
        made = Broadcast(
            id=0,
            campaign_id=campaign.id,
            name="Hello",
            day=date(2026, 11, 25),
            at=time(11),
            until=AT + timedelta(days=7),
            texts=TEXTS,
        )
        return self.broadcasts.keep(replace(made, **more))  # type: ignore[arg-type]

    def sending(self, count: int = 3, **more: object) -> Broadcast:
        """A broadcast on its way, with so many people whose moment has come."""
        ids = self.subscribe(count)
        made = self.broadcast(**more)
        for act, by in (("submit", ANN), ("release", BEN), ("start", 0)):
            made = self.broadcasts.move(made.id, act, by=by)
        plans = [planned(i) for i in ids]
        assert self.deliveries.plan(made.id, 0, ids[-1], plans)
        return made

    def claim(
        self, broadcast: Broadcast, at: datetime, done: Outcome | None = None
    ) -> Claimed | None:
        """The next that is due and can be had; the outcome of the one before is written in any case."""
        for delivery_id in self.deliveries.due(broadcast, at, 50):
            if claimed := self.deliveries.claim(broadcast, delivery_id, at, done):
                return claimed
            done = None
        if done is not None:
            self.deliveries.finish(done)
        return None

    def states(self, broadcast: Broadcast) -> dict[str, int]:
        found: dict[str, int] = {}
        for tally in self.deliveries.tally(broadcast.id):
            found[tally.state] = found.get(tally.state, 0) + tally.people
        return found


def planned(person: int, due: datetime = AT, variant: str = "A") -> Plan:
    return Plan(person, "planned", "sms", "en", "CA", variant, due)  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", SERVER])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    engine = make_engine(fresh_database(request, request.param), 10)
    cipher = Cipher([Cipher.make_key()])
    made = Stores(
        engine,
        cipher,
        SqlCampaigns(engine, 10),
        SqlBroadcasts(engine, 10),
        SqlDeliveries(engine, cipher),
        SqlContents(engine, 10),
    )
    yield made
    for store in (made.campaigns, made.broadcasts, made.contents):
        store.close()
    made.deliveries.close()


# ---------------------------------------------------------------- campaigns


def test_a_campaign_is_kept_as_it_was_given_and_only_by_who_saw_it_last(stores: Stores) -> None:
    full = replace(
        SPRING,
        state="live",
        referrals=("23850",),
        welcome={"en": "Hello", "ar": "مرحبا"},
        prefill={"en": "I saw your poster"},
        news=True,
    )
    kept = stores.campaigns.keep(full)
    assert kept == replace(full, id=kept.id)
    assert stores.campaigns.get(kept.id) == kept
    changed = stores.campaigns.keep(replace(kept, name="Summer"))
    assert changed.version == 2
    with pytest.raises(Refused, match="changed"):
        stores.campaigns.keep(replace(kept, name="Winter"))
    assert [c.name for c in stores.campaigns.all()] == ["Summer"]


def test_a_template_counts_only_once_it_is_approved(stores: Stores) -> None:
    waiting = Content("broadcast/1/A", "fr", "d1", "HX1", "pending")
    stores.contents.keep(waiting, AT)
    assert stores.contents.sid("broadcast/1/A", "fr", "d1") == ""
    stores.contents.keep(replace(waiting, state="approved"), AT)
    assert stores.contents.sid("broadcast/1/A", "fr", "d1") == "HX1"
    assert stores.contents.sid("broadcast/1/A", "fr", "d2") == ""
    assert [c.state for c in stores.contents.all()] == ["approved"]


# ---------------------------------------------------------------- broadcasts


def test_a_broadcast_comes_back_as_it_was_written(stores: Stores) -> None:
    made = stores.broadcast(
        audience=Audience(
            ("fr",), ("sms",), ("CA",), (1,), date(2026, 1, 1), date(2026, 2, 1), (7,)
        ),
        budget=Decimal("12.5"),
        holdout=10,
        tested=20,
    )
    assert stores.broadcasts.get(made.id) == made
    assert made.texts == TEXTS
    assert made.budget == Decimal("12.5")


def test_a_second_person_releases_and_nobody_changes_what_was_submitted(stores: Stores) -> None:
    made = stores.broadcast()
    submitted = stores.broadcasts.move(made.id, "submit", by=ANN)
    with pytest.raises(Refused, match="no draft"):
        stores.broadcasts.keep(replace(submitted, name="Other"))
    with pytest.raises(Refused, match="second person"):
        stores.broadcasts.move(made.id, "release", by=ANN)
    assert stores.broadcasts.move(made.id, "release", by=BEN).state == "released"
    with pytest.raises(Refused, match="released cannot be told to submit"):
        stores.broadcasts.move(made.id, "submit", by=ANN)


def test_of_two_who_act_at_once_one_is_told(stores: Stores) -> None:
    made = stores.broadcast()
    stores.broadcasts.move(made.id, "submit", by=ANN)

    def release(by: int) -> bool:
        try:
            stores.broadcasts.move(made.id, "release", by=by)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(release, [2, 3, 4, 5])) == [False, False, False, True]


# ---------------------------------------------------------------- planning


def test_the_audience_is_those_who_subscribe_and_fit_in_pages(stores: Stores) -> None:
    stores.subscribe(5)
    stores.subscribe(2, language="fr", country="FR", number_channel="whatsapp", wrote_at=AT)
    stores.subscribe(1, opted_out_at=AT)
    stores.subscribe(1, number=None)
    stores.subscribe(1, language="fr", first_campaign=3, subscribed_at=AT - timedelta(days=40))
    everybody = stores.broadcast()
    first = stores.deliveries.audience(everybody, 0, 4, AT)
    rest = stores.deliveries.audience(everybody, first[-1].id, 100, AT)
    assert len(first) == 4
    assert [p.id for p in rest] == sorted(p.id for p in rest)
    assert len(rest) == 4
    french = [p for p in rest if p.country == "FR"]
    assert french[0] == Subscriber(
        french[0].id, "whatsapp", "fr", "FR", "America/Toronto", AT, None, 0
    )

    def fitting(**audience: object) -> int:
        wanted = replace(everybody, audience=Audience(**audience))  # type: ignore[arg-type]
        return len(stores.deliveries.audience(wanted, 0, 100, AT))

    assert fitting(languages=("fr",)) == 3
    assert fitting(channels=("whatsapp",)) == 2
    assert fitting(countries=("CA",), languages=("fr",)) == 1
    assert fitting(campaigns=(3,)) == 1
    assert fitting(subscribed_until=(AT - timedelta(days=30)).date()) == 1
    assert fitting(subscribed_from=AT.date()) == 2


def test_nobody_is_planned_twice_whoever_plans(stores: Stores) -> None:
    stores.subscribe(3)
    made = stores.broadcast()
    ids = [p.id for p in stores.deliveries.audience(made, 0, 10, AT)]
    plans = [planned(i) for i in ids]
    assert not stores.deliveries.plan(made.id, 0, ids[-1], plans)  # it is not released
    for act, by in (("submit", ANN), ("release", BEN)):
        stores.broadcasts.move(made.id, act, by=by)
    with ThreadPoolExecutor(3) as pool:
        kept = list(pool.map(lambda _: stores.deliveries.plan(made.id, 0, ids[-1], plans), "abc"))
    assert sorted(kept) == [False, False, True]
    assert stores.states(made) == {"planned": 3}
    found = stores.broadcasts.get(made.id)
    assert found is not None
    assert found.checkpoint == ids[-1]


# ---------------------------------------------------------------- sending


def test_each_is_claimed_once_however_many_claim(stores: Stores) -> None:
    made = stores.sending(20)

    def claim_all(_: str) -> list[int]:
        found, done = [], None
        while claimed := stores.claim(made, AT, done):
            found.append(claimed.id)
            done = Outcome(claimed.id, "sent", sid=f"SM{claimed.id}", segments=2)
        return found

    with ThreadPoolExecutor(4) as pool:
        claimed = [i for ids in pool.map(claim_all, "abcd") for i in ids]
    assert len(claimed) == len(set(claimed)) == 20
    assert stores.states(made) == {"sent": 20}


def test_what_is_claimed_names_the_person_and_is_not_claimed_again(stores: Stores) -> None:
    made = stores.sending(1)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    assert claimed.to == Address("sms", "+15145550100")
    assert (claimed.language, claimed.country, claimed.zones) == ("en", "CA", "America/Toronto")
    assert claimed.tries == 1
    assert stores.claim(made, AT) is None
    assert stores.states(made) == {"sending": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"opted_out_at": AT}, "opted_out"),
        ({"number": None}, "opted_out"),
        ({"held_until": AT + timedelta(days=30)}, "held"),
    ],
)
def test_consent_is_read_again_at_the_last_moment(
    stores: Stores, change: dict[str, object], reason: str
) -> None:
    made = stores.sending(2)
    first, second = (p.id for p in stores.deliveries.audience(made, 0, 9, AT))
    execute(stores.engine, update(people).where(people.c.id == first).values(change))
    claimed = stores.claim(made, AT)
    assert claimed is not None
    assert claimed.person_id == second
    assert [t.reason for t in stores.deliveries.tally(made.id) if t.state == "skipped"] == [reason]


def test_nobody_gets_more_than_the_cap(stores: Stores) -> None:
    first = stores.sending(1, cap=1)
    claimed = stores.claim(first, AT)
    assert claimed is not None
    stores.deliveries.finish(Outcome(claimed.id, "sent", sid="SM1"))
    second = stores.broadcast(cap=1)
    assert [p.lately for p in stores.deliveries.audience(second, 0, 9, AT + timedelta(1))] == [1]
    assert [p.lately for p in stores.deliveries.audience(second, 0, 9, AT + timedelta(31))] == [0]
    for act, by in (("submit", ANN), ("release", BEN), ("start", 0)):
        second = stores.broadcasts.move(second.id, act, by=by)
    assert stores.deliveries.plan(second.id, 0, 1, [planned(claimed.person_id)])
    assert stores.claim(second, AT + timedelta(days=1)) is None
    assert [t.reason for t in stores.deliveries.tally(second.id)] == ["cap"]


def test_a_paused_or_canceled_broadcast_gives_nothing_more(stores: Stores) -> None:
    made = stores.sending(3)
    assert stores.claim(made, AT) is not None
    stores.broadcasts.move(made.id, "pause", reason="errors")
    assert stores.claim(made, AT) is None
    stores.broadcasts.move(made.id, "cancel")
    assert stores.deliveries.cancel(made.id, "canceled", 1) == 1
    assert stores.deliveries.cancel(made.id, "canceled", 10) == 1
    assert stores.states(made) == {"sending": 1, "canceled": 2}


def test_what_is_not_due_or_not_decided_waits(stores: Stores) -> None:
    made = stores.sending(2)
    later = AT + timedelta(hours=1)
    before = stores.broadcasts.get(made.id)
    assert before is not None
    one, other = stores.subscribe(2)
    plans = [planned(one, later), planned(other, AT, variant="")]
    assert stores.deliveries.plan(made.id, before.checkpoint, other, plans)
    for _ in range(2):
        assert stores.claim(made, AT) is not None
    assert stores.claim(made, AT) is None
    assert stores.deliveries.next_due(made.id) == AT
    stores.broadcasts.decide(made.id, "B")
    decided = stores.broadcasts.get(made.id)
    assert decided is not None
    claimed = stores.claim(decided, AT)
    assert claimed is not None
    assert claimed.variant == ""
    assert stores.claim(decided, later) is not None


def test_a_delivery_put_off_is_claimed_again_at_its_new_moment(stores: Stores) -> None:
    made = stores.sending(1)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    later = AT + timedelta(minutes=5)
    put_off = Outcome(claimed.id, "planned", "busy", due_at=later)
    assert stores.claim(made, AT, put_off) is None
    assert stores.states(made) == {"planned": 1}
    again = stores.claim(made, later)
    assert again is not None
    assert (again.id, again.tries) == (claimed.id, 2)


# ---------------------------------------------------------------- what the carrier tells


def test_statuses_move_a_delivery_on_whatever_their_order(stores: Stores) -> None:
    made = stores.sending(2)
    one, two = (stores.claim(made, AT) for _ in range(2))
    assert one is not None
    assert two is not None
    # Before the create response, and the earlier after the later.
    told = [Status(one.id, "SM1", "delivered", None), Status(one.id, "SM1", "sent", None)]
    assert stores.deliveries.heard([*told, Status(two.id, "SM2", "undelivered", 30003)]) == 0
    stores.deliveries.finish(Outcome(one.id, "sent", sid="SM1", segments=3))
    assert stores.states(made) == {"delivered": 1, "undelivered": 1}
    assert {t.error for t in stores.deliveries.tally(made.id)} == {None, 30003}
    assert sum(t.segments for t in stores.deliveries.tally(made.id)) == 3
    assert stores.deliveries.owned(["SM1", "SM2", "SM9"]) == {"SM1", "SM2"}


def test_a_status_of_another_message_changes_nothing(stores: Stores) -> None:
    made = stores.sending(1)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    stores.deliveries.finish(Outcome(claimed.id, "sent", sid="SM1"))
    foreign = [Status(claimed.id, "SM2", "failed", 30003), Status(999, "SM3", "sent", None)]
    assert stores.deliveries.heard(foreign) == 2
    assert stores.states(made) == {"sent": 1}


def test_what_was_begun_and_never_ended_is_in_doubt(stores: Stores) -> None:
    made = stores.sending(2)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    assert stores.deliveries.doubtful(AT - timedelta(seconds=1), 10) == []
    (doubtful,) = stores.deliveries.doubtful(AT, 10)
    assert (doubtful.id, doubtful.to) == (claimed.id, claimed.to)
    stores.deliveries.finish(Outcome(claimed.id, "unknown"))
    assert stores.deliveries.doubtful(AT, 10) == []
    # A status that comes at last says what became of it.
    assert stores.deliveries.heard([Status(claimed.id, "SM7", "delivered", None)]) == 0
    assert stores.states(made) == {"delivered": 1, "planned": 1}


# ---------------------------------------------------------------- people


def test_an_answer_counts_for_the_invitation_that_came_last(stores: Stores) -> None:
    made = stores.sending(1)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    ann = {"key": "ann", "person_id": claimed.person_id}
    execute(stores.engine, insert(person_keys).values(ann))
    stores.deliveries.finish(Outcome(claimed.id, "sent", sid="SM1"))
    soon, late = AT + timedelta(hours=1), AT + timedelta(hours=80)
    assert stores.deliveries.wrote(["nobody"], soon) is None
    assert stores.deliveries.wrote(["ann"], late) is None
    assert stores.deliveries.wrote(["ann"], soon) == made.campaign_id
    assert stores.deliveries.wrote(["ann"], soon, stops=True) == made.campaign_id
    (tally,) = stores.deliveries.tally(made.id)
    assert (tally.replied, tally.opted_out) == (1, 1)


def test_two_people_who_are_one_get_one_message(stores: Stores) -> None:
    made = stores.sending(3)
    sent = stores.claim(made, AT)
    assert sent is not None
    stores.deliveries.finish(Outcome(sent.id, "sent", sid="SM1"))
    other = next(p.id for p in stores.deliveries.audience(made, 0, 9, AT) if p.id != sent.person_id)
    with stores.engine.begin() as connection:
        united(connection, other, sent.person_id)
    assert stores.states(made) == {"sent": 1, "canceled": 1, "planned": 1}


@pytest.mark.parametrize("skipped_is_other", [True, False])
def test_of_two_who_are_one_the_message_that_will_leave_stays(
    stores: Stores, skipped_is_other: bool
) -> None:
    made = stores.sending(2)
    first, second = stores.deliveries.audience(made, 0, 9, AT)
    skipped, kept = (second.id, first.id) if skipped_is_other else (first.id, second.id)
    skip = update(deliveries).where(deliveries.c.person_id == skipped)
    execute(stores.engine, skip.values(state="skipped", reason="no_zone"))
    with stores.engine.begin() as connection:
        united(connection, first.id, second.id)
    assert stores.states(made) == {"skipped": 1, "planned": 1}
    execute(stores.engine, update(people).where(people.c.id == kept).values(zones="Europe/Paris"))
    claimed = stores.claim(made, AT)
    assert claimed is not None
    assert claimed.person_id == first.id


def test_what_those_do_who_were_left_out_is_counted_beside_the_invited(stores: Stores) -> None:
    made = stores.sending(1)
    (person,) = stores.deliveries.audience(made, 0, 9, AT)
    ann = {"key": "ann", "person_id": person.id}
    execute(stores.engine, insert(person_keys).values(ann))
    execute(stores.engine, update(deliveries).values(state="holdout"))
    for early_or_late in (AT - timedelta(hours=1), AT + timedelta(hours=80)):
        stores.deliveries.wrote(["ann"], early_or_late)
        (tally,) = stores.deliveries.tally(made.id)
        assert (tally.state, tally.replied) == ("holdout", 0)
    assert stores.deliveries.wrote(["ann"], AT + timedelta(hours=1)) is None
    assert stores.deliveries.wrote(["ann"], AT + timedelta(hours=2), stops=True) is None
    (tally,) = stores.deliveries.tally(made.id)
    assert (tally.replied, tally.opted_out) == (1, 0)
    assert stores.deliveries.let_go(AT, 10) == 1


def test_when_people_wrote_last_is_kept_of_those_who_subscribe(stores: Stores) -> None:
    one, gone = stores.subscribe(2)
    for name, person in (("ann", one), ("gone", gone)):
        execute(stores.engine, insert(person_keys).values(key=name, person_id=person))
    execute(stores.engine, update(people).where(people.c.id == gone).values(number=None))
    stores.deliveries.active({})
    stores.deliveries.active({"ann": AT, "gone": AT, "nobody": AT})
    with stores.engine.connect() as connection:
        wrote = dict(map(tuple, connection.execute(select(people.c.id, people.c.wrote_at))))
    assert wrote == {one: AT, gone: None}


def test_after_a_while_a_delivery_leads_to_nobody(stores: Stores) -> None:
    made = stores.sending(2)
    claimed = stores.claim(made, AT)
    assert claimed is not None
    stores.deliveries.finish(Outcome(claimed.id, "sent", sid="SM1"))
    assert stores.deliveries.let_go(AT - timedelta(seconds=1), 10) == 0
    assert stores.deliveries.let_go(AT, 10) == 1
    assert stores.deliveries.let_go(AT, 10) == 0
    assert stores.states(made) == {"sent": 1, "planned": 1}
