from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, EmailStr, Field, SecretStr, StringConstraints

from bookshop.models import OrderStatus

Isbn = Annotated[str, StringConstraints(pattern=r"^\d{13}$")]
Price = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2)]
# bcrypt looks at 72 bytes and no more.
Password = Annotated[SecretStr, Field(min_length=12, max_length=72)]


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AuthorOut(Out):
    id: int
    name: str


class BookOut(Out):
    id: int
    isbn: str
    title: str
    price: Decimal
    stock: int
    author: AuthorOut


class OfferPage(BaseModel):
    items: list[BookOut]
    total: int


class Availability(BaseModel):
    isbn: str
    available: bool


class NewBook(BaseModel):
    isbn: Isbn
    title: str = Field(min_length=1, max_length=300)
    author: str = Field(min_length=1, max_length=200)
    price: Price
    stock: int = Field(default=0, ge=0)


class NewPrice(BaseModel):
    price: Price


class Quotes(BaseModel):
    publisher: Decimal
    wholesaler: Decimal


class IsbnCheck(BaseModel):
    isbn: str
    valid: bool
    expected_digit: int


class NewUser(BaseModel):
    email: EmailStr
    password: Password


class UserOut(Out):
    id: int
    email: EmailStr
    is_staff: bool
    confirmed_at: datetime | None


class Customer(UserOut):
    password_hash: str


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"


class ResetRequest(BaseModel):
    email: EmailStr


class NewPassword(BaseModel):
    reset_token: SecretStr
    new_password: str = Field(min_length=12, max_length=72)  # FAR025: new_password


class Confirmation(BaseModel):
    token: SecretStr


class NewLine(BaseModel):
    book_id: int
    quantity: int = Field(ge=1, le=100)


class NewOrder(BaseModel):
    lines: list[NewLine] = Field(min_length=1, max_length=50)


class LineOut(Out):
    book_id: int
    quantity: int
    price: Decimal


class OrderOut(Out):
    id: int
    status: OrderStatus
    placed_at: datetime
    lines: list[LineOut]
    total: Decimal


class PaymentNotice(BaseModel):
    order_id: int
    amount: Price


class SalesRow(Out):
    title: str
    copies: int
    revenue: Decimal


class NewReview(BaseModel):
    book_id: int
    stars: int = Field(ge=1, le=5)
    text: str | None = Field(default=None, max_length=2000)


class ReviewChange(BaseModel):
    stars: int | None = Field(default=None, ge=1, le=5)
    text: str | None = Field(default=None, max_length=2000)


class ReviewOut(Out):
    id: int
    book_id: int
    stars: int
    text: str | None


class Rating(BaseModel):
    stars: float
    count: int


class PhotoNote(BaseModel):
    caption: str = Field(max_length=200)
