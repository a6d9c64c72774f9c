"""Check of the operator's default model."""

import asyncio

import httpx2

from app.cli.doctor.check import Check
from app.cli.listening import page_address
from app.config import Settings
from app.errors import AppError
from app.local_model import NAME as DEMO_MODEL
from app.services.ai_service import AiService, Endpoint

NAME = "Default model"
ASK_SECONDS = 2


async def check_default_model(settings: Settings) -> Check:
    """Whether the endpoint answers with the key, and has the model."""
    key = settings.default_api_key.get_secret_value()
    if not key:
        address = page_address(settings.host, settings.port)
        if await asyncio.to_thread(_offers_demo, address):
            return Check(NAME, True, f"{DEMO_MODEL}: the local model of the server at {address}")
        return Check(NAME, True, "none (no DEFAULT_API_KEY); users bring their own")
    model = settings.default_model_name
    service = AiService(settings)
    try:
        names = await service.list_models(Endpoint(settings.default_model_url, model, key))
    except AppError as error:
        advice = "check DEFAULT_MODEL_URL and DEFAULT_API_KEY"
        return Check(NAME, False, error.text("en"), advice)
    finally:
        await service.aclose()
    advice = "" if model in names else f"DEFAULT_MODEL_NAME is not one of its {len(names)} models"
    return Check(NAME, True, f"{model}: the endpoint answers", advice)


def _offers_demo(address: str) -> bool:
    """Whether a server runs here with `--local-model`: it alone knows what it was started with."""
    try:
        answer = httpx2.get(f"{address}/auth/options", timeout=ASK_SECONDS, trust_env=False)
        return answer.json().get("default_model_is_demo") is True
    except (httpx2.HTTPError, ValueError, AttributeError):
        return False
