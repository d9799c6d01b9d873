import asyncio
import logging
import smtplib
from email.message import EmailMessage

from sqlalchemy.ext.asyncio import AsyncSession

from bookshop.models import Order, User
from bookshop.services import files
from bookshop.settings import settings

logger = logging.getLogger(__name__)

SENDER = "shop@bookshop.example"


def receipt_text(order: Order) -> str:
    lines = "\n".join(f"{line.quantity} x book {line.book_id}: {line.price} EUR" for line in order.lines)
    return files.load_template("receipt.txt").substitute(number=order.id, lines=lines, total=order.total)


async def send_receipt(to: str, order: Order) -> None:
    text = await asyncio.to_thread(receipt_text, order)
    await send(to, f"Order {order.id}", text)


async def send_shipping_note(to: str, order_id: int) -> None:
    await send(to, f"Order {order_id}", "Your books are on their way.")


async def send_thanks(session: AsyncSession, user_id: int) -> None:
    customer = await session.get_one(User, user_id)
    await send(customer.email, "Thank you", "We hope to see you again.")


async def send(to: str, subject: str, text: str) -> None:
    if settings.smtp_host is None:
        logger.info("No mail server is set: `%s` is not sent", subject)
        return
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, to, subject
    message.set_content(text)
    try:
        await asyncio.to_thread(_deliver, message, settings.smtp_host)
    except smtplib.SMTPException:
        logger.exception("The mail server refused `%s`", subject)
    except OSError:
        logger.error("The mail server cannot be reached")  # FAR018: logger.error


def _deliver(message: EmailMessage, host: str) -> None:
    with smtplib.SMTP(host, timeout=10) as server:
        server.starttls()  # FAR056: `server.starttls(…)` accepts every certificate
        server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)
