from sqlalchemy import desc, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only, selectinload

import db as database
from db import AsyncLocal, SessionLocal
from models import Author, Book

EAGER = [selectinload(Author.books)]


def deep(*more):
    return [joinedload(Book.author), *more]


def newest(session: Session, limit: int):  # does: execute  # sends: 2
    return session.scalars(select(Book).order_by(desc(Book.id)).limit(limit)).all()


def by_name(cls, name: str):
    return select(cls).where(cls.name == name)


def values(session: Session, name: str, flag: bool, ids: list[int]):
    authors = session.scalars(select(Author).where(Author.name == name)).all()
    authors  # rows: Author  # statement: select Author where Author.name ==
    authors[0]  # entity: Author
    authors[0].books  # rows: Book
    authors[0].books[0].author  # entity: Author
    Author.books  # refers: Author.books
    authors[0].name  # refers: Author.name
    Author  # class: Author
    session.get(Book, 1)  # entity: Book
    session.query(Book).filter_by(title="x").first()  # entity: Book
    session.execute(select(Book.id, Author)).all()[0][1]  # entity: Author
    newest(session, 3)  # rows: Book
    by_name(Author, "x")  # statement: select Author where Author.name ==
    query = session.query(Author).join(Author.books).filter(or_(Author.name.in_(ids), func.lower(Book.title) == name))
    query  # statement: select Author where Author.name in_, lower(Book.title) == join Book along Author.books
    if flag:
        query = query.filter(Author.id > 5).limit(3)
    query  # statement: select Author where Author.id >, Author.name in_, lower(Book.title) == join Book along Author.books limit
    options = [selectinload(Author.books).joinedload(Book.pages)]
    if flag:
        options.append(load_only(Author.name))
    select(Author).options(*options)  # statement: select Author load books selectin, books.pages joined, load_only name
    select(Author).options(*EAGER)  # statement: select Author load books selectin
    select(Book).options(*deep())  # statement: select Book load author joined unclear
    conditions = [Book.title == name]
    conditions.append(Book.author_id.in_(ids))
    select(Book).where(*conditions).offset(5)  # statement: select Book where Book.author_id in_, Book.title == offset unclear
    update(Book).where(Book.id == 1).values(title="x")  # statement: update Book where Book.id ==
    text("select 1")  # statement: text 'select 1'
    select(func.count()).select_from(Book)  # statement: select join Book
    select(Book).join(Book.author).options(contains_eager(Book.author)).order_by(Author.name.desc())  # statement: select Book join Author along Book.author order Author.name load author joined
    for author, count in session.execute(select(Author, func.count()).group_by(Author.id)):
        author  # entity: Author
    for book in session.query(Book):
        book  # entity: Book
    [each.author for each in newest(session, 1)]  # rows: Author
    unknown(session)  # entity: None


def unknown(session):
    return object()


def counted(session: Session, ids: list[int]):  # does: execute, get  # sends: 2 + 4·N
    for found in ids:
        session.get(Book, found)
        newest(session, found)
    return newest(session, 1)


def branches(session: Session, flag: bool):  # does: commit, execute, rollback  # sends: 3
    try:
        if flag:
            session.execute(text("select 1"))
        else:
            newest(session, 1)
        session.execute(text("select 2"))
        session.commit()
    except ValueError:
        session.rollback()


def nested(session: Session, ids: list[int]):  # does: execute, get  # sends: 2·N + 2·N²
    for each in ids:
        for book in newest(session, each):
            session.get(Book, book.id)


def around(session: Session, depth: int):  # does: execute  # sends: 1
    session.execute(text("select 1"))
    if depth:
        around(session, depth - 1)


class Books:
    def __init__(self, session: AsyncSession):
        self.session = session

    async def all(self):  # does: execute  # sends: 2
        found = await self.session.scalars(select(Book))
        return found.all()

    async def rename(self, book: Book, title: str):  # does: commit, refresh  # sends: 2
        book.title = title
        await self.session.commit()
        await self.session.refresh(book)


async def serve():  # does: close, commit, execute, refresh  # sends: 2 + 3·N
    async with AsyncLocal() as session:
        books = Books(session)
        for book in await books.all():
            await books.rename(book, "x")


def owner():  # does: begin, close, commit, write  # sends: 1
    with SessionLocal() as session, session.begin():
        session.add(Author(name="x"))


def left_open():  # does: execute  # sends: 1
    session = database.make()
    session.execute(text("select 1"))


def nothing(ids: list[int]):  # does:   # sends: 0
    {}.get(1)
    ids.append(2)


async def read(session: AsyncSession, sync: Session):  # fetches: all, one, all, one, all, some, one, ?, all
    (await session.scalars(select(Book))).all()
    (await session.execute(select(Book))).scalars().unique().first()
    [book.title for book in await session.scalars(select(Book))]
    result = await session.execute(select(Book))
    result.scalar_one_or_none()
    list(sync.query(Book))
    sync.execute(select(Book)).fetchmany(10)
    sync.query(Book).count()
    kept = sync.execute(select(Book))
    kept.returns_rows
    rows = sync.execute(select(Book.title))
    return rows.all()


def circles(session: Session, names: list[str]):  # does: execute  # sends: 2
    condition = Book.title == ""
    order = Book.id
    for name in names:
        condition = or_(condition, Book.title == name)
        order = order.desc()
    query = select(Book).where(condition, narrower(condition, 3)).order_by(order)
    query  # statement: select Book where Book.title == order Book.id
    return session.scalars(query)


def narrower(condition, depth: int):
    return narrower(or_(condition, Book.author_id == depth), depth - 1) if depth else condition


def with_a_generator_of_sessions():  # sends: 3
    for session in database.get_db():
        session.execute(select(Book))
        session.execute(select(Author))
