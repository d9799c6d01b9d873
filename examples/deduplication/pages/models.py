from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Page(Base):
    __tablename__ = "pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    page_uuid: Mapped[str] = mapped_column(String(36), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)  # FAR203: declared unique by `content_hash`
    title: Mapped[str] = mapped_column(String(200))
    sync_status: Mapped[str] = mapped_column(String(20))


class Attachment(Base):  # FAR204: `page_uuid, name` of `Attachment` is not unique in any migration
    __tablename__ = "attachments"

    page_uuid: Mapped[str] = mapped_column(ForeignKey("pages.page_uuid"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)


class SyncRecord(Base):
    __tablename__ = "sync_records"

    page_uuid: Mapped[str] = mapped_column(ForeignKey("pages.page_uuid"), primary_key=True)
    sync_status: Mapped[str] = mapped_column(String(20))
