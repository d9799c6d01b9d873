"""What queries load along, for several routes."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from .models import Member, Team

WITH_MEMBERS = (selectinload(Team.members),)


def with_addresses():
    return selectinload(Team.members).options(joinedload(Member.address))


def whole_teams() -> Select[tuple[Team]]:
    statement = select(Team).order_by(Team.id)
    return statement.options(with_addresses())
