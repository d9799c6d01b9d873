import httpx

thing = httpx.Client()
