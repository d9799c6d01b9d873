from db import SessionLocal


def kept_open():
    session = SessionLocal()  # leaks: session by end, error
    session.commit()


def closed_if_nothing_fails():
    session = SessionLocal()  # leaks: session by error, return
    found = session.get(int, 1)
    if found is None:
        return
    session.close()


def closed():
    session = SessionLocal()
    try:
        session.get(int, 1)
    finally:
        session.close()


def handed_on(register):
    session = SessionLocal()
    register(session)
