"""What differs between deployments: read from the environment, `BOOKSHOP_…`."""

from pathlib import Path

from pydantic import AnyHttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BOOKSHOP_", env_file=".env", extra="ignore")

    database: Path = Path("bookshop.db")
    covers: Path = Path("covers")
    staff_emails: frozenset[str] = frozenset()
    shop_origin: str = "https://bookshop.example.com"
    partner_origins: list[str] = ["*"]
    stocktaking: bool = False

    signing_key: SecretStr = SecretStr("insecure-development-key-of-the-bookshop")  # FAR021: signing_key
    token_minutes: int = 30
    payment_key: SecretStr | None = None

    smtp_host: str | None = None
    smtp_user: str = "shop"
    smtp_password: str = ""  # FAR025: smtp_password

    market_url: AnyHttpUrl = AnyHttpUrl("https://market.example/")
    publisher_url: AnyHttpUrl = AnyHttpUrl("https://publisher.example/")


settings = Settings()
