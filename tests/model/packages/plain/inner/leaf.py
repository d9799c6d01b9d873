import httpx

client = httpx.Client()
