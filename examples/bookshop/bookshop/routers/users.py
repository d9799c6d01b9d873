import logging
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Query, status
from fastapi.concurrency import run_in_threadpool
from fastapi.security import OAuth2PasswordRequestForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bookshop import security
from bookshop.dependencies import CurrentUser, SessionDep
from bookshop.models import User, now
from bookshop.schemas import Confirmation, NewPassword, NewUser, ResetRequest, Token, UserOut
from bookshop.services import mailer
from bookshop.settings import settings

logger = logging.getLogger(__name__)

router = APIRouter(prefix="/users", tags=["users"])


@router.post("", response_model=UserOut, status_code=status.HTTP_201_CREATED)
async def register(new: NewUser, session: SessionDep, background: BackgroundTasks) -> User:  # FAR054: guessed
    user = User(email=new.email, is_staff=new.email in settings.staff_emails)
    user.password_hash = security.hash_password(new.password.get_secret_value())  # FAR004: bcrypt.hashpw
    user.confirmation = security.new_confirmation_token()
    session.add(user)
    try:
        await session.commit()
    except IntegrityError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, detail="This address is registered") from error
    background.add_task(mailer.send, user.email, "Welcome", f"Confirm with the code {user.confirmation}")
    return user


@router.post("/login")
async def login(form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SessionDep) -> Token:  # FAR054: guessed
    user = await session.scalar(select(User).where(User.email == form.username))
    if user is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong address or password")
    if not await run_in_threadpool(security.verify_password, form.password, user.password_hash):
        logger.warning("Wrong password %s for user %s", form.password, user.id)  # FAR022: password
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Wrong address or password")
    logger.info("User %s logged in with a password", user.id)
    return Token(access_token=security.new_access_token(user.id))


@router.get("/me", response_model=UserOut)
async def get_me(user: CurrentUser, session: SessionDep) -> User:  # FAR119: session
    return user


@router.put("/me/password", status_code=status.HTTP_204_NO_CONTENT)
async def change_password(  # FAR081: password
    password: str,  # FAR024: password
    user: CurrentUser,
    session: SessionDep,
) -> None:
    user.password_hash = await run_in_threadpool(security.hash_password, password)
    await session.commit()


@router.get("/confirm", response_model=UserOut)
async def confirm_by_link(token: Annotated[str, Query(description="The code in the mail")], session: SessionDep) -> User:
    """Where the link in the welcome mail leads; it works once."""
    return await _confirm(token, session)


@router.post("/confirm", response_model=UserOut)
async def confirm(confirmation: Confirmation, session: SessionDep) -> User:
    return await _confirm(confirmation.token.get_secret_value(), session)


async def _confirm(token: str, session: AsyncSession) -> User:
    user = await session.scalar(select(User).where(User.confirmation == token))
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="This code is not known")
    user.confirmed_at = now()
    user.confirmation = None
    await session.commit()
    return user


@router.post("/password-reset", status_code=status.HTTP_202_ACCEPTED)
async def request_reset(request: ResetRequest, session: SessionDep, background: BackgroundTasks) -> None:  # FAR054: guessed
    user = await session.scalar(select(User).where(User.email == request.email))
    if user is None:  # nobody learns here who is a customer
        return
    user.reset_token = security.new_reset_token()
    await session.commit()
    background.add_task(mailer.send, user.email, "Your new password", f"Reset it with the code {user.reset_token}")


@router.put("/password", status_code=status.HTTP_204_NO_CONTENT)
async def set_password(new: NewPassword, session: SessionDep) -> None:  # FAR054: guessed
    user = await session.scalar(select(User).where(User.reset_token == new.reset_token.get_secret_value()))
    if user is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail="This code is not known")
    user.password_hash = await run_in_threadpool(security.hash_password, new.new_password)
    user.reset_token = None
    await session.commit()
