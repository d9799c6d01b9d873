from .star import *

CYCLIC = 4
DEEP  # is: 3
missing  # names: None
