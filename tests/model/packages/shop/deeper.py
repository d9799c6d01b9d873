import time
from time import sleep

DEEP = 3
