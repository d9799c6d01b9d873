from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    prefix: str = "/configured"
    debug: bool = False


settings = Settings()
