"""Routes that write, over asynchronous sessions."""

from fastapi import APIRouter
from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from .database import Committed, Expired, Kept
from .models import Member, Team
from .schemas import NewTeam, TeamName, TeamOut

router = APIRouter(prefix="/writing")


@router.post("/kept", response_model=TeamName)
async def created_and_kept(new: NewTeam, session: Kept):
    team = Team(name=new.name)
    session.add(team)
    await session.commit()
    return team


@router.post("/expired", response_model=TeamName)
async def created_and_expired(new: NewTeam, session: Expired):
    team = Team(name=new.name)
    session.add(team)
    await session.commit()
    return team


@router.post("/refreshed", response_model=TeamName)
async def created_and_refreshed(new: NewTeam, session: Expired):
    team = Team(name=new.name)
    session.add(team)
    await session.commit()
    await session.refresh(team)
    return team


@router.post("/flushed")
async def flushed(new: NewTeam, session: Expired):
    team = Team(name=new.name)
    session.add(team)
    await session.flush()
    answer = {"id": team.id}
    await session.commit()
    return answer


@router.post("/collection", response_model=TeamOut)
async def created_with_unloaded_members(new: NewTeam, session: Kept):
    team = Team(name=new.name)
    session.add(team)
    await session.commit()
    return team


@router.post("/collection-given", response_model=TeamOut)
async def created_with_members(new: NewTeam, session: Kept):
    team = Team(name=new.name, members=[])
    session.add(team)
    await session.commit()
    return team


@router.post("/collection-refreshed", response_model=TeamOut)
async def created_with_refreshed_members(new: NewTeam, session: Kept):
    team = Team(name=new.name)
    session.add(team)
    await session.commit()
    await session.refresh(team, ["members"])
    return team


@router.post("/many")
async def created_in_a_loop(new: list[NewTeam], session: Kept):
    for each in new:
        session.add(Team(name=each.name))
    await session.commit()
    return len(new)


@router.post("/many-dependency")
async def committed_by_the_dependency(new: list[NewTeam], session: Committed):
    session.add_all([Team(name=each.name) for each in new])
    return len(new)


@router.put("/{team_id}/name", response_model=TeamName)
async def renamed(team_id: int, new: NewTeam, session: Kept):
    team = await session.get_one(Team, team_id)
    team.name = new.name
    await session.commit()
    return team


@router.put("/{team_id}/name-expired")
async def renamed_and_read(team_id: int, new: NewTeam, session: Expired):
    team = await session.get_one(Team, team_id)
    team.name = new.name
    await session.commit()
    return {"name": team.name}


@router.put("/names")
async def renamed_at_once(new: NewTeam, session: Kept):
    await session.execute(update(Team).values(notes=new.name))
    await session.commit()


@router.post("/{team_id}/members")
async def added_to_a_collection(team_id: int, new: NewTeam, session: Kept):
    team = await session.get_one(Team, team_id)
    team.members.append(Member(name=new.name))
    await session.commit()


@router.post("/{team_id}/members-loaded")
async def added_to_a_loaded_collection(team_id: int, new: NewTeam, session: Kept):
    team = await session.get_one(Team, team_id, options=[selectinload(Team.members)])
    team.members.append(Member(name=new.name))
    await session.commit()


@router.delete("/members/{member_id}")
async def removed(member_id: int, session: Kept):
    member = (await session.scalars(select(Member).where(Member.id == member_id))).one()
    await session.delete(member)
    await session.commit()
