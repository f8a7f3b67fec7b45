"""The languages of WhatsApp's templates."""

import re

import pytest

from smsbot.adapters.files import LOCALES
from smsbot.adapters.twilio.languages import CODES, whatsapp_code


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"), ("en-GB", "en_GB"), ("en-US", "en_US"), ("en-CA", "en"),
        ("fr", "fr"), ("fr-CA", "fr"), ("es", "es"), ("es-MX", "es_MX"), ("es-419", "es"),
        ("pt", "pt_BR"), ("pt-BR", "pt_BR"), ("pt-PT", "pt_PT"), ("pt-AO", "pt_PT"),
        ("zh-Hans", "zh_CN"), ("zh-Hant", "zh_TW"), ("zh-Hant-HK", "zh_HK"), ("zh-HK", "zh_HK"), ("zh-TW", "zh_TW"),
        ("zh-Hans-SG", "zh_CN"), ("zh", "zh_CN"), ("tl", "fil"), ("no", "nb"), ("he", "he"), ("iw", "he"),
        ("sr-Cyrl", "sr"), ("zh_Hans", "zh_CN"),
    ],
)  # fmt: skip
def test_a_language_has_its_code_or_that_of_the_language_without_its_region(
    tag: str, code: str
) -> None:
    assert whatsapp_code(tag) == code


@pytest.mark.parametrize("tag", ["ht", "ta-", "xx", "", "eng", "-", "zzz-CN"])
def test_nothing_stands_for_a_language_that_whatsapp_has_not(tag: str) -> None:
    assert whatsapp_code(tag) in (None, "ta")


def test_a_code_is_its_own_code() -> None:
    assert {code: whatsapp_code(code.replace("_", "-")) for code in CODES} == {
        code: code for code in CODES
    }
    assert all(re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", code) for code in CODES)


def test_every_language_that_the_bot_speaks_has_a_code_but_haitian_creole() -> None:
    tags = [path.name for path in LOCALES.iterdir() if path.is_dir()]
    assert tags
    assert [tag for tag in tags if whatsapp_code(tag) is None] == ["ht"]
