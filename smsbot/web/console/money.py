"""What messages cost, as the pages write it; nothing where the settings name no price."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

import flask_babel

from .desk import Desk


def a_thousand(desk: Desk) -> Callable[[int], str] | None:
    """Writes what a thousand messages of so many segments cost; None where no price is known."""
    if desk.price is None:
        return None
    price = desk.price[0]
    return lambda segments: money(desk, price * segments * 1000)


def cost_of(desk: Desk, segments: int) -> str:
    """What so many segments cost; "" where no price is known."""
    return money(desk, desk.price[0] * segments) if desk.price else ""


def money(desk: Desk, amount: Decimal | None) -> str:
    """An amount in the currency of the price, or bare where none is named; "" for none."""
    if amount is None:
        return ""
    if desk.price is None:
        return cast("str", flask_babel.format_decimal(amount))
    return cast("str", flask_babel.format_currency(amount, desk.price[1]))
