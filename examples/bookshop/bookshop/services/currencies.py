"""What our prices are in other currencies, for guests from abroad."""

import logging

import httpx
import requests

from bookshop.services import greetings  # FAR216: `bookshop/services/currencies.py` and `bookshop/services/greetings.py`
from bookshop.settings import settings

logger = logging.getLogger(__name__)

CURRENCIES = ("GBP", "USD", "CHF")


def fetch_rate(currency: str) -> float:
    response = requests.get(f"{settings.market_url}rates/{currency}")  # FAR120: `requests.get(...)` waits for ever
    rate: float = response.json()["rate"]  # FAR124: call `response.raise_for_status()` before
    return rate


async def fetch_rates() -> dict[str, float]:
    rates = {}
    for currency in CURRENCIES:
        async with httpx.AsyncClient(base_url=str(settings.market_url)) as http:  # FAR121: in each turn of a loop
            response = await http.get(f"rates/{currency}")
            response.raise_for_status()
            rates[currency] = response.json()["rate"]
    return rates


def fetch_opening_hours() -> str:
    with requests.Session() as session:
        while True:  # FAR123: `session.get` is tried again at once
            try:
                response = session.get(f"{settings.market_url}hours", timeout=5)
                response.raise_for_status()
                return response.text
            except requests.RequestException:
                logger.warning("The market does not say when it opens", exc_info=True)


def spoken() -> list[str]:
    return [greetings.NAMES[currency] for currency in CURRENCIES]
