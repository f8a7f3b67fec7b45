"""The ways into a campaign, made: its links, its QR code, its poster, and the words of its page, in each language.

The words are in `locales/<language>/LC_MESSAGES/ways.po`; `pybabel extract -F pyproject.toml -k _ -o ways.pot smsbot/adapters`
gathers them. A language that has none sees English.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations

from smsbot.core.campaign.campaign import Campaign, said
from smsbot.core.campaign.ways import counted_link, prefilled, sms_link, wa_link
from smsbot.core.conversation.compose import Book
from smsbot.core.language.placeholders import Unfilled, fill
from smsbot.ports import Refused
from smsbot.ports.ways import Links, PageWords, Paper

from .numbers import written
from .posters import Poster, Posters
from .qr import qr_png, qr_svg


@dataclass(frozen=True, kw_only=True)
class MadeWays:
    """The port `Ways`. `sms` and `whatsapp` are the numbers in E.164 that people write to, "" where there is none."""

    book: Callable[[], Book]
    words_by_language: Mapping[str, NullTranslations]
    sms: str
    whatsapp: str
    public_url: str
    posters: Callable[
        [], Posters
    ]  # made when the first poster is: it looks for the machine's fonts
    today: Callable[[], date]

    def links(self, campaign: Campaign, language: str) -> Links:
        """Its links in a language; what they write is the campaign's own text, or a greeting where it has none."""
        text = self._prefill(campaign, language)
        return Links(
            prefill=text,
            sms=sms_link(self.sms, text) if self.sms else "",
            whatsapp=wa_link(self.whatsapp, text) if self.whatsapp else "",
            counted=counted_link(self.public_url, campaign.code) if self.public_url else "",
        )

    def _prefill(self, campaign: Campaign, language: str) -> str:
        book = self.book()
        found = said(campaign.prefill, language, book.catalogs.default)
        _ = self._spoken(language)
        tag, text = found or (language, _("Hello"))
        try:
            return prefilled(text, campaign.code, book.standing.get(tag, {}))
        except Unfilled:  # the console says so; a link that is on a wall goes on leading here
            return campaign.code

    def qr_svg(self, text: str) -> bytes:
        """A QR code as a picture that scales. Raises `ValueError` for a text that is too long."""
        return qr_svg(text).encode()

    def qr_png(self, text: str) -> bytes:
        """The same as pixels. Raises `ValueError` for a text that is too long."""
        return qr_png(text)

    def poster(self, campaign: Campaign, language: str, paper: Paper) -> bytes:
        """A poster as PDF, with the first keyword, or the code where there is none. Raises `Refused`."""
        if not self.sms:
            raise Refused("set TWILIO_FROM: the poster names the number that people text to")
        _ = self._spoken(language)
        book = self.book()
        standing = self._standing(book, language)
        links = self.links(campaign, language)
        poster = Poster(
            language=language,
            rtl=self._rtl(book, language),
            clinic=book.profile.name,
            headline=_("Questions? Just text us."),
            lines=(
                _("An answer in your own language, within seconds."),
                _("Nobody writes to you unless you ask."),
            ),
            link=counted_link(self.public_url, campaign.code, language)
            if self.public_url
            else links.sms,
            scan=_("Scan with your phone's camera"),
            text_us=_("or text this word to this number"),
            keyword=(campaign.keywords[0] if campaign.keywords else campaign.code).upper(),
            number=written(self.sms),
            small=fill(
                _(
                    "Automatic service with general information, not medical advice. Message and data rates may"
                    " apply. %(STOP)s ends messages. %(clinic)s, %(address)s, %(phone)s. %(privacy_url)s"
                ),
                {**standing, "phone": _together(standing["phone"])},
            ),
            day=self.today(),
        )
        try:
            return self.posters().pdf(poster, paper)
        except ValueError as error:
            raise Refused(str(error)) from None

    def words(self, language: str) -> PageWords:
        """What the page of the counted link says in a language."""
        _ = self._spoken(language)
        book = self.book()
        standing = self._standing(book, language)
        return PageWords(
            language=language,
            rtl=self._rtl(book, language),
            lead=_(
                "Write to us in your own language. An automatic service answers at once with general facts,"
                " not medical advice."
            ),
            text_us=_("Text us"),
            whatsapp=_("Write on WhatsApp"),
            or_text=_("or text this word to this number"),
            small=fill(
                _(
                    "Message and data rates may apply. %(STOP)s ends messages. Privacy: %(privacy_url)s"
                ),
                standing,
            ),
            closed=_("This link is no longer in use."),
            call=_("You can call us:"),
            languages=_("Other languages"),
        )

    def _spoken(self, language: str) -> Callable[[str], str]:
        """The words of a language, or of English."""
        found = self.words_by_language.get(language) or self.words_by_language["en"]
        return found.gettext

    @staticmethod
    def _standing(book: Book, language: str) -> Mapping[str, str]:
        return book.standing.get(language) or book.standing[book.catalogs.default]

    @staticmethod
    def _rtl(book: Book, language: str) -> bool:
        catalog = book.catalogs.by_tag.get(language)
        return catalog is not None and catalog.language.rtl


def _together(number: str) -> str:
    """A number that no line ends within."""
    return number.replace(" ", "\u00a0").replace("-", "\u2011")
