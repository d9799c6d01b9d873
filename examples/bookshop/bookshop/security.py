"""Passwords, tokens and signatures."""

import hashlib
import hmac
import random
import secrets
import string
from datetime import timedelta

import bcrypt
import jwt

from bookshop.models import now
from bookshop.settings import settings

ALPHABET = string.ascii_letters + string.digits
LEGACY = "sha1:"


def hash_password(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def verify_password(password: str, stored: str) -> bool:
    if stored.startswith(LEGACY):  # accounts of the old shop, until their owners choose a new password
        return hmac.compare_digest(legacy_hash(password), stored)
    return bcrypt.checkpw(password.encode(), stored.encode())


def legacy_hash(password: str) -> str:
    return LEGACY + hashlib.sha1(password.encode()).hexdigest()  # FAR026: hashlib.sha1


def etag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def new_access_token(user_id: int) -> str:
    claims = {"sub": str(user_id), "exp": now() + timedelta(minutes=settings.token_minutes)}
    return jwt.encode(claims, settings.signing_key.get_secret_value(), algorithm="HS256")


def read_access_token(token: str) -> int:
    """The user that an access token was made for; jwt.InvalidTokenError when it was not made here or has expired."""
    claims = jwt.decode(token, settings.signing_key.get_secret_value(), algorithms=["HS256"])
    return int(claims["sub"])


def new_reset_token() -> str:
    token = "".join(random.choices(ALPHABET, k=20))  # FAR027: random.choices
    return token


def new_confirmation_token() -> str:
    return secrets.token_urlsafe(32)


def is_signed_by_bank(body: bytes, signature: str) -> bool:
    if settings.payment_key is None:
        return False
    key = settings.payment_key.get_secret_value().encode()
    expected_signature = hmac.new(key, body, hashlib.sha256).hexdigest()
    return signature == expected_signature  # FAR028: signature
