from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase):
    pass


member_badges = Table(
    "member_badges",
    Base.metadata,
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("badge_id", ForeignKey("badges.id"), primary_key=True),
)


class Country(Base):
    __tablename__ = "countries"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    country_id: Mapped[int | None] = mapped_column(ForeignKey("countries.id"))

    country: Mapped[Country | None] = relationship()
    members: Mapped[list["Member"]] = relationship(back_populates="team", cascade="all, delete-orphan")
    member_names: AssociationProxy[list[str]] = association_proxy("members", "name")

    @property
    def size(self) -> int:
        return len(self.members)


class Address(Base):
    __tablename__ = "addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str]


class Badge(Base):
    __tablename__ = "badges"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Member(Base):
    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))

    team: Mapped[Team] = relationship(back_populates="members")
    address: Mapped[Address | None] = relationship()
    badges: Mapped[list[Badge]] = relationship(secondary=member_badges)


class Goal(Base):
    __tablename__ = "goals"

    id: Mapped[int] = mapped_column(primary_key=True)
    minute: Mapped[int]
    match_id: Mapped[int] = mapped_column(ForeignKey("matches.id"))


class Match(Base):
    """What it needs is loaded by itself."""

    __tablename__ = "matches"

    id: Mapped[int] = mapped_column(primary_key=True)
    home_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))

    home: Mapped[Team] = relationship(lazy="joined")
    goals: Mapped[list[Goal]] = relationship(lazy="selectin")
