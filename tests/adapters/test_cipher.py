"""What is sealed is opened with the keys alone."""

import pytest

from smsbot.adapters.cipher import Cipher, WrongKey
from smsbot.ports import Unavailable
from smsbot.settings import Misconfigured

from .people import AT, NUMBER, asked, record

OLD, NEW = Cipher.make_key(), Cipher.make_key()


@pytest.mark.parametrize("text", ["", NUMBER.handle, "é\u0000字\U0001f600" * 500])
def test_what_is_sealed_is_opened_again(text: str) -> None:
    sealed = Cipher([NEW]).seal(text)
    assert Cipher([NEW]).unseal(sealed) == text
    assert not text or text not in sealed


def test_the_same_text_looks_different_each_time() -> None:
    cipher = Cipher([NEW])
    assert cipher.seal(NUMBER.handle) != cipher.seal(NUMBER.handle)


def test_keys_can_be_changed_while_the_old_ones_still_open() -> None:
    sealed = Cipher([OLD]).seal("a")
    assert Cipher([NEW, OLD]).unseal(sealed) == "a"
    with pytest.raises(WrongKey):
        Cipher([OLD]).unseal(Cipher([NEW, OLD]).seal("a"))


def test_a_wrong_key_says_what_to_do_and_is_worth_another_try() -> None:
    with pytest.raises(Unavailable, match="DATA_KEYS"):
        Cipher([NEW]).unseal(Cipher([OLD]).seal("a"))


def test_what_was_changed_does_not_open() -> None:
    sealed = Cipher([NEW]).seal("a")
    for broken in (
        sealed[:-4],
        sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:],
        "",
        "é",
    ):
        with pytest.raises(WrongKey):
            Cipher([NEW]).unseal(broken)


@pytest.mark.parametrize("keys", [[], [""], [" "], ["secret-but-short"], [NEW, "é" * 43]])
def test_keys_that_are_none_are_refused_without_naming_them(keys: list[str]) -> None:
    with pytest.raises(Misconfigured) as caught:
        Cipher(keys)
    assert "DATA_KEYS" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_record_comes_back_as_it_was() -> None:
    cipher = Cipher([NEW])
    flag = record(
        "RedFlagSeen", classes=("vision",), held_until=AT, carrier_blocks=True, reference="AB23"
    )
    for kept in (flag, asked()):
        sealed = cipher.seal_record(kept)
        assert cipher.unseal_record(sealed) == kept
        assert NUMBER.handle not in sealed
