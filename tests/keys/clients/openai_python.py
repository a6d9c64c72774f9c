"""What openai-python gets of `full`: as a whole, streamed, and its errors. Prints JSON."""

import json
import sys
from typing import Any

import openai

base_url, key = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, api_key=key)
ask: Any = {"model": "default", "messages": [{"role": "user", "content": "hello"}]}


def whole() -> dict[str, Any]:
    answer = client.chat.completions.create(**ask)
    (choice,) = answer.choices
    return {
        "id": answer.id,
        "model": answer.model,
        "message": choice.message.model_dump(exclude_unset=True),
        "finish_reason": choice.finish_reason,
        "logprobs": choice.logprobs and choice.logprobs.model_dump(exclude_unset=True),
        "usage": answer.usage and answer.usage.model_dump(exclude_unset=True),
    }


def streamed() -> dict[str, Any]:
    text: dict[str, str] = {}
    usage = reason = None
    calls: list[Any] = []
    options = {"include_usage": True}
    for chunk in client.chat.completions.create(**ask, stream=True, stream_options=options):
        if chunk.usage is not None:
            usage = chunk.usage.model_dump(exclude_unset=True)
        for choice in chunk.choices:
            delta = choice.delta.model_dump(exclude_unset=True)
            calls += delta.pop("tool_calls", ())
            for name, piece in delta.items():
                text[name] = text.get(name, "") + piece
            reason = choice.finish_reason or reason
    return {"message": text, "calls": calls, "finish_reason": reason, "usage": usage}


def refused(model: str) -> dict[str, Any]:
    try:
        client.chat.completions.create(**ask | {"model": model})
    except openai.APIStatusError as error:
        return {"kind": type(error).__name__, "code": error.code, "param": error.param}
    return {}


def embedding() -> list[float]:
    answer = client.embeddings.create(model="default/counting", input="x", encoding_format="float")
    return answer.data[0].embedding


json.dump(
    {
        "models": [model.id for model in client.models.list()],
        "model": client.models.retrieve("default/full").id,
        "whole": whole(),
        "streamed": streamed(),
        "missing": refused("missing"),
        "auth": refused("default/wrong_key"),
        "embedding": client.embeddings.create(model="default/counting", input="x")
        .data[0]
        .embedding,
    },
    sys.stdout,
)
