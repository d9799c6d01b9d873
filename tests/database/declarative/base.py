import re
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from sqlalchemy import DateTime, ForeignKey, MetaData, Numeric, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

intpk = Annotated[int, mapped_column(primary_key=True)]
short = Annotated[str, mapped_column(String(30))]


class UtcDateTime(TypeDecorator):
    impl = DateTime(timezone=True)
    cache_ok = True


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s__%(column_0_N_name)s",
            "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, Decimal: Numeric(10, 2)}


class Named:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Stamped:
    created: Mapped[datetime] = mapped_column(server_default=func.now())
    updated: Mapped[datetime | None] = mapped_column(onupdate=func.now())
    note = mapped_column(String)


class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(ForeignKey("owner.id", ondelete="cascade"), index=True)
