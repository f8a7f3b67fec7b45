"""The ways into a campaign: links, QR codes and posters, made for the clinic of this moment."""

from collections.abc import Callable
from dataclasses import dataclass

from smsbot.adapters.posters import Poster, Posters, machine_fonts
from smsbot.adapters.qr import qr_png, qr_svg
from smsbot.core.campaign.campaign import Campaign, said
from smsbot.core.campaign.ways import counted_link, prefilled, sms_link, wa_link
from smsbot.core.conversation.compose import Book
from smsbot.core.language import placeholders
from smsbot.ports import Clock, Refused
from smsbot.ports.ways import Links, Paper

PAPERS = {"a4": "a4", "letter": "us-letter"}


@dataclass(frozen=True, kw_only=True)
class ClinicWays:
    """The port `Ways`. `sender` is the number that people write to, as the carrier has it."""

    book: Callable[[], Book]
    sender: str
    public_url: str
    clock: Clock

    def links(self, campaign: Campaign, language: str) -> Links:
        """Its links in a language."""
        book = self.book()
        found = said(campaign.prefill, language, book.catalogs.default)
        tag, words = found or (language, "")
        text = prefilled(words, campaign.code, book.standing.get(tag, {}))
        number = self.sender or book.profile.phone
        return Links(
            prefill=text,
            sms=_or_none(lambda: sms_link(number, text)),
            whatsapp=_or_none(lambda: wa_link(number, text)),
            counted=counted_link(self.public_url, campaign.code, language),
        )

    def address(self, campaign: Campaign) -> str:
        """Where its QR code leads: to a page in the language of whoever looks at it."""
        return counted_link(self.public_url, campaign.code)

    def qr_svg(self, text: str) -> bytes:
        """A QR code as a picture that scales."""
        return qr_svg(text).encode()

    def qr_png(self, text: str) -> bytes:
        """The same as pixels, large enough to be printed."""
        return qr_png(text)

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:
        """A poster as PDF. Raises `Refused` where it cannot be set, saying what is lacking."""
        book = self.book()
        printed = campaign.poster.get(language, ())
        if not printed:
            raise Refused("write the headline of the poster in this language first")
        catalog = book.catalogs.by_tag[language]
        values = dict(book.standing[language])
        keyword = next(iter(campaign.keywords), campaign.code)
        values |= {"keyword": keyword, "number": values["phone"]}

        def phrase(key: str) -> str:
            tag, forms = book.catalogs.find(language, key)
            return placeholders.fill(forms[0], {**book.standing[tag.language.tag], **values})

        try:
            return Posters(machine_fonts()).pdf(
                Poster(
                    language=language,
                    rtl=catalog.language.rtl,
                    clinic=book.profile.name,
                    headline=printed[0],
                    lines=tuple(printed[1:3]),
                    link=counted_link(self.public_url, campaign.code, language),
                    scan=phrase("poster_scan"),
                    text_us=phrase("poster_text"),
                    keyword=keyword,
                    number=values["phone"],
                    small=phrase("poster_small"),
                    day=self.clock.now().date(),
                ),
                PAPERS[paper],  # type: ignore[arg-type] # one of the two
            )
        except ValueError as error:
            raise Refused(str(error)) from None


def _or_none(made: Callable[[], str]) -> str:
    """A link, or "" where the sender is no number that such a link can have."""
    try:
        return made()
    except ValueError:
        return ""
