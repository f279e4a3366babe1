"""What can be bought, and for how much. Prices are here and nowhere else: no client names one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.money import Money


class Unit(StrEnum):
    """What a product brings, counted in whole ones."""

    CREDITS = "credits"
    MEMBER_DAYS = "member_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    id: str
    title: str
    """What the payer reads on the provider's page."""
    price: Money
    unit: Unit
    quantity: int


PRODUCTS: Mapping[str, Product] = {
    product.id: product
    for product in (
        Product(
            id="credits_10",
            title="ifotor 10 credits",
            price=Money(600),
            unit=Unit.CREDITS,
            quantity=10,
        ),
        Product(
            id="credits_50",
            title="ifotor 50 credits",
            price=Money(2500),
            unit=Unit.CREDITS,
            quantity=50,
        ),
        Product(
            id="member_month",
            title="ifotor membership, 31 days",
            price=Money(1990),
            unit=Unit.MEMBER_DAYS,
            quantity=31,
        ),
    )
}
"""By id. An id never changes its price or quantity: orders refer to it for years; a new price is a
new id.
"""
