from .deeper import *
from .cycle import *

VISIBLE = 1
_private = 2
