"""Numbers that belong to nobody: those that regulators reserve for fiction, and those that no country can assign.

Sources: the North American numbering plan (555-0100 to 555-0199 in every area; of toll-free numbers only 800-555-0199), Ofcom's
numbers for drama use (mobile 07700 900000 to 900999), the French numbering plan (06 39 98 xx xx and its landline blocks), the
Australian authority's numbers for creative use (0491 570 006, 110, 156 to 159, 313, 737). Where a country reserves none, the
phone page uses a national number that begins with 000: no numbering plan can assign it (a test asks libphonenumber).
Country codes have the lengths of ITU-T E.164: else the first digit of a number in Germany would pass for the last of its code.
"""

import re

_RESERVED = re.compile(
    r"""\+(?:
    1(?!8(?:00|33|44|55|66|77|88|22)5550)[2-9]\d{2}55501\d{2}  # North America
    | 18005550199
    | 447700900\d{3}                 # United Kingdom, mobile
    | 33(?:63998\d{4}|19900\d{4}|26191\d{4}|35301\d{4}|46571\d{4}|53649\d{4})  # France
    | 61491570(?:006|110|156|157|158|159|313|737)  # Australia, mobile
    | (?:                            # elsewhere, a national number that begins with 000, after a country code of
      [17]                           # one digit,
      | 2[07] | 3[0-469] | 4[013-9] | 5[1-8] | 6[0-6] | 8[1246] | 9[0-58]  # two,
      | 2[1-689]\d | 3[578]\d | 42\d | 5[09]\d | 6[7-9]\d | 8[0357-9]\d | 9[679]\d  # or three
      ) 00055501\d{2}
    )""",
    re.VERBOSE | re.ASCII,
)


def is_fictional(handle: str) -> bool:
    """Whether the number can belong to nobody."""
    return bool(_RESERVED.fullmatch(handle))
