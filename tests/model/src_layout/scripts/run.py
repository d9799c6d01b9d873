import shop
import shop.db as database
from shop import hidden, parts
from shop.parts import one

shop.VERSION  # is: '1'
shop.make  # names: shop.db.make
database.LIMIT  # is: 10
database.hidden  # reveals: httpx.Client
hidden  # reveals: None
one.make  # names: shop.db.make
parts.one.make  # names: shop.db.make
