"""Numbers of nobody: both ends of every block, and what lies just outside."""

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smsbot.core.people.fiction import is_fictional

# The first and the last number of each block.
BLOCKS = [
    ("+15145550100", "+15145550199"),
    ("+12015550100", "+12015550199"),
    ("+19895550100", "+19895550199"),
    ("+18765550100", "+18765550199"),  # Jamaica is in the North American plan
    ("+18005550199", "+18005550199"),  # the only toll-free one
    ("+447700900000", "+447700900999"),
    ("+33639980000", "+33639989999"),
    ("+33199000000", "+33199009999"),
    ("+33261910000", "+33261919999"),
    ("+33353010000", "+33353019999"),
    ("+33465710000", "+33465719999"),
    ("+33536490000", "+33536499999"),
    ("+61491570006", "+61491570006"),
    ("+61491570110", "+61491570110"),
    ("+61491570156", "+61491570159"),
    ("+61491570313", "+61491570313"),
    ("+61491570737", "+61491570737"),
    ("+490005550100", "+490005550199"),
    ("+3530005550100", "+3530005550199"),
]
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def shifted(number: str, by: int) -> str:
    return f"+{int(number[1:]) + by}"


@pytest.mark.parametrize(("first", "last"), BLOCKS)
def test_a_block_ends_where_it_ends(first: str, last: str) -> None:
    assert is_fictional(first)
    assert is_fictional(last)
    assert not is_fictional(shifted(first, -1))
    assert not is_fictional(shifted(last, 1))


@pytest.mark.parametrize(
    "handle",
    [
        "+18005550198", "+18885550100", "+18335550150",  # toll-free numbers are given out
        "+11145550100", "+10145550100",  # no area begins with 0 or 1
        "+15145560123", "+1514555012", "+151455501234", "15145550123", "5145550123", "+1 514 555 0123", "+15145550123 ",
        "+15145550123\n", "whatsapp:+15145550123", "+151455501\u0662\u0663", "\uff0b15145550123",
        "+61491570266", "+61491571266",  # the one nobody reserved, and one the table does not list
        "CA.15145550123", "CA.4566546130240823", "26969", "CLINIC", "", "+",
        "+0000555010", "+00005550100", "+000555010",
    ],
)  # fmt: skip
def test_what_only_looks_like_fiction_is_not(handle: str) -> None:
    assert not is_fictional(handle)


@pytest.mark.parametrize("region", REGIONS)
def test_in_every_region_a_number_that_begins_with_000_is_fiction_and_cannot_be_assigned(
    region: str,
) -> None:
    code = phonenumbers.country_code_for_region(region)
    for number in (f"+{code}0005550100", f"+{code}0005550199"):
        assert is_fictional(number)
        parsed = phonenumbers.parse(number)
        assert not phonenumbers.is_valid_number(parsed)
        assert not phonenumbers.is_valid_number_for_region(parsed, region)


@given(st.sampled_from(CODES), st.text("0123456789", max_size=3), st.integers(100, 199))
def test_no_digit_of_a_number_passes_for_one_of_its_country_code(
    code: int, first: str, last: int
) -> None:
    handle = f"+{code}{first}0005550{last}"
    parsed = phonenumbers.parse(handle)
    assume(parsed.country_code == code)
    assert is_fictional(handle) == (first == "")
    assert not (is_fictional(handle) and phonenumbers.is_valid_number(parsed))


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_has_an_answer(text: str) -> None:
    assert not is_fictional(text)
