import os

import shop
import shop.stock
from shop import left, sold
from shop.stock import Shelf, count
from shop import stock as warehouse
from shop.stock import sold as gone

here = 1


def use(given: int) -> None:
    inner = 2
    here  # variable: main.py:here
    sold  # variable: shop/stock.py:sold
    gone  # variable: shop/stock.py:sold
    left  # variable: shop/stock.py:left
    shop.sold  # variable: shop/stock.py:sold
    shop.stock.left  # variable: shop/stock.py:left
    warehouse.both  # variable: shop/stock.py:both
    inner  # variable: None
    given  # variable: None
    count  # variable: None
    Shelf  # variable: None
    Shelf.height  # variable: None
    os.environ  # variable: None
    os  # variable: None
    missing  # variable: None

    from shop.stock import both

    both  # variable: shop/stock.py:both


sold  # variable: shop/stock.py:sold
shop.left  # variable: shop/stock.py:left
