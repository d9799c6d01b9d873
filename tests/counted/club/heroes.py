"""The same with SQLModel."""

import os
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import selectinload
from sqlalchemy.pool import NullPool
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

router = APIRouter(prefix="/heroes")
engine = create_engine(f"sqlite:///{os.environ.get('CLUB_DATABASE', 'club.db')}.heroes", poolclass=NullPool)


class GuildBase(SQLModel):
    name: str


class Guild(GuildBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    heroes: list["Hero"] = Relationship(back_populates="guild")


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    guild_id: int | None = Field(default=None, foreign_key="guild.id")
    guild: Guild | None = Relationship(back_populates="heroes")


class HeroPublic(SQLModel):
    name: str


class GuildPublic(GuildBase):
    id: int
    heroes: list[HeroPublic]


def new_session():
    with Session(engine) as session:
        yield session


Opened = Annotated[Session, Depends(new_session)]


@router.get("/guilds", response_model=list[GuildPublic])
def guilds(session: Opened):
    return session.exec(select(Guild)).all()


@router.get("/guilds-loaded", response_model=list[GuildPublic])
def guilds_loaded(session: Opened):
    return session.exec(select(Guild).options(selectinload(Guild.heroes))).all()


@router.get("/names")
def guild_names(session: Opened):
    return [hero.guild.name for hero in session.exec(select(Hero).order_by(Hero.id)).all() if hero.guild]


@router.get("/pairs")
def pairs(session: Opened):
    return [(hero.name, guild.name) for hero, guild in session.exec(select(Hero, Guild).join(Guild))]


@router.post("/guilds", response_model=GuildPublic)
def create_guild(guild: GuildBase, session: Opened):
    made = Guild.model_validate(guild)
    session.add(made)
    session.commit()
    session.refresh(made)
    return made
