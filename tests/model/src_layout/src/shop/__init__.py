from .db import Session as PublicSession
from .db import *
from . import parts

VERSION = "1"
