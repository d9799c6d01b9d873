"""Cards of customers who come again; nothing uses them yet."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bookshop.models import Base


class LoyaltyCard(Base):
    __tablename__ = "loyalty_cards"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    points: Mapped[int]  # FAR168: `loyalty_cards.points`
