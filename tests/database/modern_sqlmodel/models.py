from datetime import datetime, timezone
from typing import List, Optional
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint
from sqlmodel import Field, Relationship, SQLModel


def now() -> datetime:
    return datetime.now(timezone.utc)


class TeamHero(SQLModel, table=True):
    team_id: Optional[int] = Field(default=None, foreign_key="team.id", primary_key=True)
    hero_id: Optional[UUID] = Field(default=None, foreign_key="heroes.id", primary_key=True)


class TeamBase(SQLModel):
    name: str = Field(index=True, unique=True, max_length=40)
    city: str | None = None


class Team(TeamBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: List["Hero"] = Relationship(back_populates="teams", link_model=TeamHero)
    missions: list["Mission"] = Relationship(back_populates="team", cascade_delete=True)


class TeamPublic(TeamBase):
    id: int


class Hero(SQLModel, table=True):
    __tablename__ = "heroes"
    __table_args__ = (UniqueConstraint("name", "secret_name"), Index("ix_heroes_age_name", "age", "name"))

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str
    secret: str = Field(sa_column=Column("secret_name", Text, nullable=False))
    age: Optional[int] = Field(default=None, index=True)
    powers: dict = Field(default_factory=dict, sa_type=JSON)
    born: datetime = Field(default_factory=now, sa_column_kwargs={"server_default": "now()"})
    teams: List[Team] = Relationship(back_populates="heroes", link_model=TeamHero)


class Mission(SQLModel, table=True):
    id: int = Field(primary_key=True)
    team_id: int = Field(foreign_key="team.id", ondelete="CASCADE", index=True)
    lead_id: Optional[UUID] = Field(foreign_key="heroes.id")
    done: bool = False
    team: Team = Relationship(back_populates="missions", sa_relationship_kwargs={"lazy": "joined"})
    lead: Optional[Hero] = Relationship()


class Report(BaseModel):
    missions: list[int]
