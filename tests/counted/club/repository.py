from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from .models import Member, Team


async def all_teams(session: AsyncSession) -> Sequence[Team]:
    return (await session.scalars(select(Team).order_by(Team.id))).all()


async def count_members(session: AsyncSession, team_id: int) -> int:
    return await session.scalar(select(func.count(Member.id)).where(Member.team_id == team_id)) or 0


async def counts_of_members(session: AsyncSession, team_ids: list[int]) -> dict[int, int]:
    statement = select(Member.team_id, func.count(Member.id)).where(Member.team_id.in_(team_ids))
    return dict((await session.execute(statement.group_by(Member.team_id))).tuples().all())


class Teams:
    """Queries on teams; `loads` is what comes along."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def find(self, team_id: int) -> Team | None:
        return await self.session.get(Team, team_id)

    async def find_whole(self, team_id: int) -> Team | None:
        return await self.session.get(Team, team_id, options=[selectinload(Team.members)])
