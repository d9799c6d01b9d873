"""What guests from abroad are told at the till."""

from bookshop.services import currencies

NAMES = {"GBP": "pounds", "USD": "dollars", "CHF": "francs"}


def change_of(currency: str, cents: int) -> str:
    return f"{cents * currencies.fetch_rate(currency) / 100:.2f} {NAMES[currency]}"
