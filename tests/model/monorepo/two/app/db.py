import httpx

thing = httpx.AsyncClient()
