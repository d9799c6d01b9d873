import enum
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Optional

from sqlalchemy import (
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from base import Base, Named, Owned, Stamped, intpk, short


class Kind(enum.Enum):
    new = 1
    used = 2


def reference(table: str, *, nullable: bool = False, **options):
    return mapped_column(ForeignKey(f"{table}.id", ondelete="SET NULL"), nullable=nullable, **options)


item_tag = Table(
    "item_tag",
    Base.metadata,
    Column("item_id", ForeignKey("item.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
    Index("ix_item_tag_tag", "tag_id"),
)


class Owner(Named, Stamped, Base):
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column("email_address", unique=True)
    note = None
    items: Mapped[list["Item"]] = relationship(back_populates="owner", lazy="selectin", cascade="all, delete-orphan")


class Tag(Named, Base):
    id: Mapped[intpk]
    name: Mapped[short] = mapped_column(index=True, unique=True)


class Item(Named, Stamped, Owned, Base):
    id: Mapped[intpk]
    kind: Mapped[Kind] = mapped_column(Enum(Kind), default=Kind.new)
    type: Mapped[str]
    price: Mapped[Decimal]
    parent_id: Mapped[Optional[int]] = reference("item", nullable=True, index=True)
    sold_at: Mapped[datetime | None]

    owner: Mapped["Owner"] = relationship(back_populates="items")
    parent: Mapped[Optional["Item"]] = relationship(remote_side="Item.id", backref=backref("parts", lazy="raise"))
    tags: Mapped[set["Tag"]] = relationship(secondary=item_tag, backref="items")
    tag_names: AssociationProxy[list[str]] = association_proxy("tags", "name")

    __table_args__ = (
        UniqueConstraint("owner_id", "kind"),
        CheckConstraint("price > 0"),
        Index("ix_item_open", "price", postgresql_where=text("sold_at is null")),
    )
    __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "item"}

    @hybrid_property
    def is_sold(self) -> bool:
        return self.sold_at is not None


class Book(Item):
    """Joined: a table of its own."""

    id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    isbn: Mapped[str] = mapped_column(String(13))
    __mapper_args__ = {"polymorphic_identity": "book"}


class Shelf(Base):
    __tablename__ = "shelves"
    room = mapped_column(Integer, primary_key=True)
    number = mapped_column(Integer, primary_key=True)
    kind = mapped_column(String(10))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "plain"}


class TallShelf(Shelf):
    """Single: in the table of its parent."""

    height: Mapped[int | None] = mapped_column(index=True)
    __mapper_args__ = {"polymorphic_identity": "tall"}


class Place(Base):
    __tablename__ = "places"
    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id), primary_key=True)
    room: Mapped[int]
    number: Mapped[int]
    item: Mapped[Item] = relationship()
    shelf = relationship(Shelf, viewonly=True)

    __table_args__ = (
        ForeignKeyConstraint(["room", "number"], ["shelves.room", "shelves.number"], name="fk_place"),
        {"schema": None},
    )


Index("ix_places_shelf", Place.room, Place.number.desc(), unique=True)
