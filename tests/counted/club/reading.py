"""Routes that read, over asynchronous sessions."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, load_only, selectinload

from .database import Kept
from .loading import WITH_MEMBERS, whole_teams
from .models import Match, Member, Team
from .repository import Teams, all_teams, count_members, counts_of_members
from .schemas import (
    MatchOut,
    MemberOut,
    TeamName,
    TeamOut,
    TeamPage,
    TeamSize,
    TeamSummary,
    TeamWithAddresses,
)
from .views import roster, rosters

router = APIRouter(prefix="/reading")


@router.get("/names", response_model=list[TeamName])
async def names(session: Kept):
    return (await session.scalars(select(Team))).all()


@router.get("/lazy")
async def lazy(session: Kept):
    teams = (await session.scalars(select(Team))).all()
    return {team.name: [member.name for member in team.members] for team in teams}


@router.get("/selectin")
async def selectin(session: Kept):
    teams = (await session.scalars(select(Team).options(selectinload(Team.members)))).all()
    return {team.name: [member.name for member in team.members] for team in teams}


@router.get("/joined")
async def joined(session: Kept):
    rows = await session.execute(select(Team).options(joinedload(Team.country)))
    return [team.country.name for team in rows.scalars()]


@router.get("/joined-missing")
async def joined_missing(session: Kept):
    rows = await session.execute(select(Team).options(joinedload(Team.members)))
    return [team.country.name for team in rows.scalars().unique()]


@router.get("/nested", response_model=list[TeamWithAddresses])
async def nested(session: Kept):
    loads = selectinload(Team.members).joinedload(Member.address)
    return (await session.scalars(select(Team).options(loads))).all()


@router.get("/nested-missing", response_model=list[TeamWithAddresses])
async def nested_missing(session: Kept):
    return (await session.scalars(select(Team).options(selectinload(Team.members)))).all()


@router.get("/nested-in-code")
async def nested_in_code(session: Kept):
    teams = (await session.scalars(select(Team).options(*WITH_MEMBERS))).all()
    return [member.address.city for team in teams for member in team.members]


@router.get("/three-levels")
async def three_levels(session: Kept):
    loads = selectinload(Team.members).selectinload(Member.badges)
    teams = (await session.scalars(select(Team).options(loads))).all()
    return [badge.title for team in teams for member in team.members for badge in member.badges]


@router.get("/elsewhere", response_model=list[TeamWithAddresses])
async def options_elsewhere(session: Kept):
    return (await session.scalars(whole_teams())).all()


@router.get("/constant", response_model=list[TeamOut])
async def options_in_a_constant(session: Kept):
    return (await session.scalars(select(Team).options(*WITH_MEMBERS))).all()


@router.get("/contains-eager")
async def from_the_join(session: Kept):
    statement = select(Team).join(Team.members).options(contains_eager(Team.members))
    teams = (await session.scalars(statement)).unique().all()
    return {team.name: [member.name for member in team.members] for team in teams}


@router.get("/join-alone")
async def from_a_join_alone(session: Kept):
    statement = select(Team).join(Team.members).distinct()
    teams = (await session.scalars(statement)).all()
    return {team.name: [member.name for member in team.members] for team in teams}


@router.get("/{team_id}/refreshed", response_model=TeamOut)
async def refreshed(team_id: int, session: Kept):
    team = await session.get(Team, team_id)
    if team is None:
        raise HTTPException(404)
    await session.refresh(team, ["members"])
    return team


@router.get("/{team_id}/awaited")
async def awaited(team_id: int, session: Kept):
    team = await session.get_one(Team, team_id)
    return [member.name for member in await team.awaitable_attrs.members]


@router.get("/awaited")
async def awaited_for_each(session: Kept):
    teams = await all_teams(session)
    return [[member.name for member in await team.awaitable_attrs.members] for team in teams]


@router.get("/helper")
async def query_in_a_helper(session: Kept):
    found = {}
    for team in await all_teams(session):
        found[team.name] = await count_members(session, team.id)
    return found


@router.get("/helper-once")
async def query_for_all(session: Kept):
    teams = await all_teams(session)
    counts = await counts_of_members(session, [team.id for team in teams])
    return {team.name: counts.get(team.id, 0) for team in teams}


@router.get("/views")
async def read_in_a_view(session: Kept):
    return rosters(await all_teams(session))


@router.get("/views-loaded")
async def loaded_for_a_view(session: Kept):
    teams = (await session.scalars(select(Team).options(*WITH_MEMBERS))).all()
    return rosters(teams)


def _lazily(session: Session) -> list[dict[str, object]]:
    teams = session.scalars(select(Team)).all()
    return [roster(team) for team in teams]


@router.get("/greenlet")
async def in_a_greenlet(session: Kept):
    return await session.run_sync(_lazily)


@router.get("/proxy")
async def association_proxy(session: Kept):
    return [list(team.member_names) for team in await all_teams(session)]


@router.get("/proxy-loaded")
async def association_proxy_loaded(session: Kept):
    teams = await session.scalars(select(Team).options(selectinload(Team.members)))
    return [list(team.member_names) for team in teams]


@router.get("/property", response_model=list[TeamSize])
async def property_of_the_model(session: Kept):
    return await all_teams(session)


@router.get("/property-loaded", response_model=list[TeamSize])
async def property_of_the_model_loaded(session: Kept):
    return (await session.scalars(select(Team).options(*WITH_MEMBERS))).all()


@router.get("/matches", response_model=list[MatchOut])
async def loaded_by_the_model(session: Kept):
    return (await session.scalars(select(Match))).all()


@router.get("/matches-deeper")
async def loaded_by_the_model_not_deeper(session: Kept):
    matches = (await session.scalars(select(Match))).all()
    return [match.home.country.name for match in matches]


@router.get("/load-only", response_model=list[TeamName])
async def some_columns(session: Kept):
    return (await session.scalars(select(Team).options(load_only(Team.name)))).all()


@router.get("/load-only-missing")
async def another_column(session: Kept):
    teams = await session.scalars(select(Team).options(load_only(Team.name)))
    return [team.notes for team in teams]


@router.get("/deferred")
async def deferred(session: Kept):
    teams = await session.scalars(select(Team).options(defer(Team.notes)))
    return [team.name for team in teams]


@router.get("/deferred-missing")
async def deferred_read(session: Kept):
    teams = await session.scalars(select(Team).options(defer(Team.notes)))
    return [team.notes for team in teams]


async def the_team(team_id: int, session: Kept) -> Team:
    team = await Teams(session).find(team_id)
    if team is None:
        raise HTTPException(404)
    return team


async def the_whole_team(team_id: int, session: Kept) -> Team:
    team = await Teams(session).find_whole(team_id)
    if team is None:
        raise HTTPException(404)
    return team


@router.get("/{team_id}/dependency", response_model=TeamOut)
async def from_a_dependency(team: Annotated[Team, Depends(the_team)]):
    return team


@router.get("/{team_id}/dependency-loaded", response_model=TeamOut)
async def from_a_dependency_loaded(team: Annotated[Team, Depends(the_whole_team)]):
    return team


@router.get("/validator", response_model=list[TeamSummary])
async def validator(session: Kept):
    return await all_teams(session)


@router.get("/validator-loaded", response_model=list[TeamSummary])
async def validator_loaded(session: Kept):
    return (await session.scalars(select(Team).options(*WITH_MEMBERS))).all()


@router.get("/validated")
async def validated(session: Kept) -> list[TeamOut]:
    return [TeamOut.model_validate(team) for team in await all_teams(session)]


@router.get("/validated-loaded")
async def validated_loaded(session: Kept) -> list[TeamOut]:
    teams = await session.scalars(select(Team).options(selectinload(Team.members)))
    return [TeamOut.model_validate(team) for team in teams]


@router.get("/page", response_model=TeamPage)
async def page(session: Kept):
    total = await session.scalar(select(func.count()).select_from(Team))
    teams = await session.scalars(select(Team).options(selectinload(Team.members)).order_by(Team.id).limit(50))
    return {"total": total, "teams": teams.all()}


@router.get("/page-missing", response_model=TeamPage)
async def page_missing(session: Kept):
    total = await session.scalar(select(func.count()).select_from(Team))
    teams = await session.scalars(select(Team).order_by(Team.id).limit(50))
    return {"total": total, "teams": teams.all()}


@router.get("/parents")
async def back_to_the_parent(session: Kept):
    teams = (await session.scalars(select(Team).options(selectinload(Team.members)))).all()
    return [f"{member.name} of {member.team.name}" for team in teams for member in team.members]


@router.get("/{team_id}/members", response_model=list[MemberOut])
async def members_of(team_id: int, session: Kept):
    statement = select(Member).where(Member.team_id == team_id).options(joinedload(Member.address))
    return (await session.scalars(statement)).all()
