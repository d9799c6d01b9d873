import collections.abc
import os.path
import urllib.request as fetcher
import xml.etree.ElementTree
from collections import OrderedDict as Ordered, defaultdict
from concurrent import futures
from os import path, path as p
from urllib import request

import requests as r
import sqlalchemy as sa
import sqlalchemy.orm
from fastapi import APIRouter, FastAPI as App, status
from httpx import Client
from requests.sessions import Session

if True:
    import json
else:
    import ujson as json

try:
    import orjson
except ImportError:
    orjson = None

os.path.join  # names: os.path.join
path.join  # names: os.path.join
collections.abc.Mapping  # names: collections.abc.Mapping
xml.etree.ElementTree.parse  # names: xml.etree.ElementTree.parse
fetcher.urlopen  # names: urllib.request.urlopen
request.urlopen  # names: urllib.request.urlopen
futures.ThreadPoolExecutor  # names: concurrent.futures.ThreadPoolExecutor
Ordered  # names: collections.OrderedDict
r.get  # names: requests.get
r.Session  # names: requests.Session
Session  # names: requests.Session
Session()  # reveals: requests.Session
Client().get  # names: httpx.Client.get
sa.orm.Session  # names: sqlalchemy.orm.Session
sqlalchemy.orm.Session  # names: sqlalchemy.orm.Session
App()  # reveals: fastapi.FastAPI
APIRouter().get  # names: fastapi.APIRouter.get
status.HTTP_404_NOT_FOUND  # is: 404
orjson.loads  # names: orjson.loads
unknown_module.thing  # names: None


def local():
    import threading as t
    from os import getcwd

    t.Lock  # names: threading.Lock
    getcwd  # names: os.getcwd


t  # names: None
