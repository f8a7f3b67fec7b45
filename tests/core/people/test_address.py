"""An address: how it is spelled, what it is, how it hides itself, and the mark that stands for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsbot.core.people.address import Address, Channel, key_of, parse_address

NUMBER = "+15145550123"
BSUID = "CA.4566546130240823"


@pytest.mark.parametrize(
    ("written", "channel", "handle"),
    [
        (NUMBER, "sms", NUMBER),
        ("26969", "sms", "26969"),
        (f"whatsapp:{NUMBER}", "whatsapp", NUMBER),
        (f"whatsapp:{BSUID}", "whatsapp", BSUID),
        (f"rcs:{NUMBER}", "rcs", NUMBER),
        ("", "sms", ""),
        ("whatsapp:", "whatsapp", ""),
        ("whatsapp:rcs:1", "whatsapp", "rcs:1"),
        ("Whatsapp:1", "sms", "Whatsapp:1"),
    ],
)
def test_an_address_is_its_channel_and_its_handle(
    written: str, channel: Channel, handle: str
) -> None:
    assert parse_address(written) == Address(channel, handle)


@pytest.mark.parametrize(
    ("handle", "kind", "country", "valid"),
    [
        (NUMBER, "e164", None, True),
        ("+12345", "e164", None, True),
        ("+" + "9" * 15, "e164", None, True),
        ("+1234", "e164", None, False),
        ("+" + "9" * 16, "e164", None, False),
        ("+05145550123", "e164", None, False),
        ("15145550123", "e164", None, False),
        ("26969", "e164", None, False),
        ("My Clinic", "e164", None, False),
        ("+1514555012\u0663", "e164", None, False),
        (NUMBER + "\n", "e164", None, False),
        ("", "e164", None, False),
        (BSUID, "bsuid", "CA", True),
        ("CA.ENT.4566", "bsuid", "CA", True),
        ("CA." + "x" * 128, "bsuid", "CA", True),
        ("CA." + "x" * 129, "e164", None, False),
        ("CA.", "e164", None, False),
        ("ca.123", "e164", None, False),
        ("CAN.123", "e164", None, False),
        ("CA.12-3", "e164", None, False),
    ],
)
def test_a_handle_is_a_number_or_the_id_that_hides_one(
    handle: str, kind: str, country: str | None, valid: bool
) -> None:
    address = Address("whatsapp", handle)
    assert (address.kind, address.country, address.valid) == (kind, country, valid)


@given(
    st.sampled_from(["sms", "whatsapp", "rcs"]),
    st.text(st.characters(exclude_categories=()), min_size=3),
)
def test_an_address_never_prints_more_than_its_first_two_characters(
    channel: Channel, handle: str
) -> None:
    address = Address(channel, handle)
    for printed in (repr(address), str(address), f"{address}", f"{[address]}"):
        assert printed.strip("[]") == f"Address({channel}, {handle[:2]}…)"


def test_a_mark_is_of_the_person_not_of_the_channel() -> None:
    assert key_of(b"pepper", Address("sms", NUMBER)) == key_of(
        b"pepper", Address("whatsapp", NUMBER)
    )


def test_a_mark_differs_by_pepper_handle_and_space() -> None:
    marks = [
        key_of(b"pepper", Address("sms", NUMBER)),
        key_of(b"other", Address("sms", NUMBER)),
        key_of(b"pepper", Address("sms", "+15145550124")),
        key_of(b"pepper", Address("sms", BSUID)),
        key_of(b"pepper", Address("sms", NUMBER), "demo:"),
    ]
    assert len(set(marks)) == len(marks)


def test_a_mark_stays_what_it_was() -> None:
    assert key_of(b"pepper", Address("sms", NUMBER)) == "f66ec8ae2c39365c6c3cb65855047aaf"


@given(st.text(st.characters(exclude_categories=())), st.binary(min_size=1, max_size=64))
def test_anything_has_a_mark_of_32_hex_digits_that_does_not_show_it(
    handle: str, pepper: bytes
) -> None:
    mark = key_of(pepper, Address("sms", handle))
    assert len(mark) == 32
    assert set(mark) <= set("0123456789abcdef")
