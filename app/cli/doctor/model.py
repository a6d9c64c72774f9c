"""Check of the operator's default model."""

from app.cli.doctor.check import Check
from app.config import Settings
from app.errors import AppError
from app.services.ai_service import AiService, Endpoint

NAME = "Default model"


async def check_default_model(settings: Settings) -> Check:
    """Whether the endpoint answers with the key, and has the model."""
    key = settings.default_api_key.get_secret_value()
    if not key:
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
