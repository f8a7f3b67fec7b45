"""The languages of WhatsApp's templates, and which of them a language of ours is.

Source: Meta's page "Supported languages" of the WhatsApp Business Platform (names of 2026; regions without a text of their own
are left out). A code is written with an underscore and means nothing in any other spelling.
"""

CODES = frozenset(
    """
    af sq ar az bn bg ca zh_CN zh_HK zh_TW hr cs da nl en en_GB en_US et fil fi fr ka de el gu ha he hi hu id ga it ja kn kk
    rw_RW ko ky_KG lo lv lt mk ms ml mr nb fa pl pt_BR pt_PT pa ro ru sr sk sl es es_AR es_ES es_MX sw sv ta te th tr uk ur uz
    vi zu
    """.split()  # noqa: SIM905 - the codes of another house, no list of our languages
)

# Where the code is not the language's tag: the script or an older name decides, or WhatsApp has the language with a region only.
_OTHERWISE = dict(
    pair.split(":")
    for pair in """
    zh:zh_CN zh-Hans:zh_CN zh-SG:zh_CN zh-Hant:zh_TW zh-Hant-HK:zh_HK zh-HK:zh_HK zh-Hant-MO:zh_HK zh-MO:zh_HK
    pt:pt_BR pt-AO:pt_PT pt-MZ:pt_PT rw:rw_RW ky:ky_KG tl:fil no:nb nn:nb iw:he in:id
    """.split()  # noqa: SIM905 - as above
)


def whatsapp_code(tag: str) -> str | None:
    """WhatsApp's code of a language (BCP 47): its own, else that of the language without region and script; None for none.

    `zh-Hant-HK` is zh_HK, `fr-CA` is fr, `pt` is pt_BR; Haitian Creole has none, and nothing else may stand for it.
    """
    parts = tag.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        shorter = "-".join(parts[:length])
        code = _OTHERWISE.get(shorter, shorter.replace("-", "_"))
        if code in CODES:
            return code
    return None
