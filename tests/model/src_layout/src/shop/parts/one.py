from shop import PublicSession, client, make
from shop.db import LIMIT

PublicSession  # names: shop.db.Session
client.get  # names: httpx.Client.get
make()  # reveals: shop.db.Session
make().get()  # reveals: httpx.Client
LIMIT  # is: 10
