"""Routes over plain sessions."""

from fastapi import APIRouter, HTTPException
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload, subqueryload

from .database import Plain
from .models import Country, Member, Team
from .schemas import NewTeam, TeamName, TeamOut, TeamWithBadges
from .views import rosters

router = APIRouter(prefix="/synchronous")


@router.get("/lazy")
def lazy(session: Plain):
    return {team.name: [member.name for member in team.members] for team in session.scalars(select(Team))}


@router.get("/two-levels")
def two_levels(session: Plain):
    found = []
    for team in session.query(Team).all():
        for member in team.members:
            titles = [badge.title for badge in member.badges]
            found.append(f"{member.name}: {len(titles)}")
    return found


@router.get("/second-level")
def second_level(session: Plain):
    teams = session.query(Team).options(selectinload(Team.members)).all()
    return [badge.title for team in teams for member in team.members for badge in member.badges]


@router.get("/response-model", response_model=list[TeamOut])
def response_model(session: Plain):
    return session.scalars(select(Team)).all()


@router.get("/response-model-deep", response_model=list[TeamWithBadges])
def response_model_deep(session: Plain):
    return session.scalars(select(Team).options(selectinload(Team.members))).all()


@router.get("/response-model-loaded", response_model=list[TeamWithBadges])
def response_model_loaded(session: Plain):
    return session.scalars(select(Team).options(selectinload(Team.members).selectinload(Member.badges))).all()


@router.get("/subquery")
def subquery(session: Plain):
    teams = session.query(Team).options(subqueryload(Team.members)).all()
    return [len(team.members) for team in teams]


@router.get("/classic")
def classic(session: Plain):
    return [team.country.name for team in session.query(Team).options(joinedload(Team.country)).order_by(Team.id)]


@router.get("/one", response_model=TeamOut)
def one(session: Plain):
    team = session.get(Team, 1)
    if not team:
        raise HTTPException(404)
    return team


@router.get("/known")
def known_by_the_session(session: Plain):
    countries = session.scalars(select(Country)).all()
    teams = session.scalars(select(Team)).all()
    return [team.country.name for team in teams], len(countries)


@router.get("/sorted")
def sorted_by_a_relationship(session: Plain):
    teams = session.scalars(select(Team)).all()
    return [team.name for team in sorted(teams, key=lambda team: team.country.name)]


@router.get("/twice")
def read_twice(session: Plain):
    teams = session.scalars(select(Team)).all()
    sizes = [len(team.members) for team in teams]
    return [[member.name for member in team.members] for team in teams], sizes


@router.get("/views")
def read_in_a_view(session: Plain):
    return rosters(session.scalars(select(Team)).all())


@router.get("/count-each")
def count_for_each(session: Plain):
    counts = {}
    for team in session.scalars(select(Team)).all():
        statement = select(func.count(Member.id)).where(Member.team_id == team.id)
        counts[team.name] = session.scalar(statement)
    return counts


@router.get("/few")
def fixed_names(session: Plain):
    return [session.scalar(select(func.count(Team.id)).where(Team.name == name)) for name in ("Red", "Blue")]


@router.post("/expired", response_model=TeamName)
def created_and_read(new: NewTeam, session: Plain):
    team = Team(name=new.name)
    session.add(team)
    session.commit()
    return team


@router.post("/expired-rows")
def expired_rows(session: Plain):
    teams = session.scalars(select(Team)).all()
    for team in teams:
        team.notes = f"{team.name}!"
    session.commit()
    return [team.notes for team in teams]
