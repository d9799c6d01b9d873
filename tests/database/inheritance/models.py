from __future__ import annotations

from datetime import date
from typing import Any, List, Literal, Optional

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, DynamicMapped, Mapped, MappedAsDataclass, WriteOnlyMapped, mapped_column

SCHEMA = {"schema": "staff"}


class Base(MappedAsDataclass, DeclarativeBase):
    registry = orm.registry(type_annotation_map={dict[str, Any]: JSONB, List[str]: ARRAY(sa.String)})


class Employee(Base):
    __tablename__ = "employees"
    __table_args__ = SCHEMA

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    kind: Mapped[Literal["clerk", "boss"]] = mapped_column(init=False)
    hired: Mapped[date] = mapped_column(default=date(2020, 1, 1))
    notes: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSONB), default_factory=dict)
    skills: Mapped[List[str]] = mapped_column(default_factory=list)
    boss_id: Mapped[Optional[int]] = mapped_column(sa.ForeignKey("staff.employees.id"), default=None)
    boss: Mapped[Optional[Employee]] = orm.relationship(remote_side=[id], back_populates="clerks", default=None)
    clerks: DynamicMapped[Employee] = orm.relationship(back_populates="boss", default=())
    shifts: WriteOnlyMapped[Shift] = orm.relationship(cascade="all, delete-orphan", passive_deletes=True, init=False)

    __mapper_args__ = {"polymorphic_on": "kind"}


class Boss(Employee):
    __mapper_args__ = {"polymorphic_identity": "boss"}
    budget: Mapped[Optional[float]] = mapped_column(default=None)


class Shift(Base):
    __tablename__ = "shifts"
    __table_args__ = (sa.Index(None, "day", "employee_id", unique=True), SCHEMA)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    employee_id: Mapped[int] = mapped_column(sa.ForeignKey(Employee.id, ondelete="CASCADE"))
    day: Mapped[date]


class Tool(Base):
    __tablename__ = "tools"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class PowerTool(Tool):
    """Concrete: a table with all of its columns."""

    __tablename__ = "power_tools"
    __mapper_args__ = {"concrete": True}
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    watts: Mapped[int] = mapped_column(server_default=sa.text("0"))
