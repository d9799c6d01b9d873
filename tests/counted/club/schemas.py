from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TeamName(Read):
    id: int
    name: str


class AddressOut(Read):
    city: str


class BadgeOut(Read):
    title: str


class MemberName(Read):
    name: str


class MemberOut(Read):
    name: str
    address: AddressOut | None


class MemberWithBadges(Read):
    name: str
    badges: list[BadgeOut]


class TeamOut(Read):
    id: int
    name: str
    members: list[MemberName]


class TeamWithAddresses(Read):
    name: str
    members: list[MemberOut]


class TeamWithBadges(Read):
    name: str
    members: list[MemberWithBadges]


class TeamSize(Read):
    name: str
    size: int


class TeamPage(BaseModel):
    total: int
    teams: list[TeamOut]


class TeamSummary(Read):
    """The validator counts what the field shows."""

    name: str
    members: int

    @model_validator(mode="before")
    @classmethod
    def counted(cls, team: Any) -> Any:
        return {"name": team.name, "members": len(team.members)}


class MatchOut(Read):
    id: int
    home: TeamName
    goals: list["GoalOut"]


class GoalOut(Read):
    minute: int


class NewTeam(BaseModel):
    name: str
