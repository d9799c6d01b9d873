"""Objects made into what clients see."""

from collections.abc import Iterable

from .models import Team


def rosters(teams: Iterable[Team]) -> list[dict[str, object]]:
    return [roster(team) for team in teams]


def roster(team: Team) -> dict[str, object]:
    return {"name": team.name, "members": [member.name for member in team.members]}
