from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, MetaData, Numeric, String, Table, Text, func
from sqlalchemy.ext.declarative import as_declarative, declarative_base, declared_attr
from sqlalchemy.orm import registry, relationship

PREFIX = "app_"
metadata = MetaData(schema="shop")


class Common:
    @declared_attr
    def __tablename__(cls):
        return PREFIX + cls.__name__.lower()

    id = Column(Integer, primary_key=True)


Base = declarative_base(cls=Common, metadata=metadata)


class Customer(Base):
    name = Column(String(50), nullable=False)
    active = Column(Boolean, default=True)
    since = Column(DateTime, default=func.now())
    orders = relationship("Order", backref="customer", lazy="dynamic")


class Order(Base):
    __tablename__ = "orders"
    customer_id = Column(ForeignKey("shop.app_customer.id"), nullable=False, index=True)
    comment = Column("remark", Text)


@as_declarative()
class Other:
    id = Column(Integer, primary_key=True)


class Setting(Other):
    __tablename__ = "settings"
    key = Column(String, unique=True)


mapper_registry = registry()
lines = Table(
    "lines",
    mapper_registry.metadata,
    Column("id", Integer, primary_key=True),
    Column("price", Numeric, nullable=False),
    Column("bill_id", ForeignKey("bills.id")),
)
bills = Table("bills", mapper_registry.metadata, Column("id", Integer, primary_key=True))


class Line:
    pass


class Bill:
    pass


def start_mappers():
    mapper_registry.map_imperatively(Line, lines)
    mapper_registry.map_imperatively(Bill, bills, properties={"lines": relationship(Line, lazy="joined")})


start_mappers()
