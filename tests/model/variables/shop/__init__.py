from .stock import sold as sold
from .stock import *
