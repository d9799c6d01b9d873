from .a import A, late
from .star import *
