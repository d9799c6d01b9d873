import shop
import shop.api as api
from shop import CYCLIC, DEEP, VISIBLE, _private, sleep, time
from shop import A
from shop import late as later
from shop.api import routes

from .. import a, b
from ..b import Derived
from . import __version__
from ...too_far import nothing

VISIBLE  # is: 1
DEEP  # is: 3
CYCLIC  # is: 4
_private  # is: UNKNOWN
sleep  # names: time.sleep
time.sleep  # names: time.sleep
A  # names: shop.a.A
A().client  # reveals: httpx.Client
Derived().other()  # reveals: shop.b.B
later  # names: shop.a.late
a.A  # names: shop.a.A
b.a.b.make()  # reveals: shop.b.B
shop.A  # names: shop.a.A
shop.api.routes  # names: shop.api.routes
api.__version__  # is: '1'
__version__  # is: '1'
nothing  # names: None
routes.VISIBLE  # is: 1
