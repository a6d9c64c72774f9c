"""What langchain-openai gets of `full`, as a whole and streamed. Prints JSON."""

import json
import sys
from typing import Any

from langchain_openai import ChatOpenAI

base_url, key = sys.argv[1:]
model: Any = ChatOpenAI(base_url=base_url, api_key=key, model="default")  # type: ignore[arg-type]


def told(message: Any) -> dict[str, Any]:
    return {
        "content": message.content,
        "calls": [[call["name"], call["args"]] for call in message.tool_calls],
        "finish_reason": message.response_metadata.get("finish_reason"),
        "refusal": message.additional_kwargs.get("refusal"),
        "tokens": (message.usage_metadata or {}).get("total_tokens"),
    }


chunks = list(model.stream("hello", stream_usage=True))
whole = chunks[0]
for chunk in chunks[1:]:
    whole += chunk
json.dump({"whole": told(model.invoke("hello")), "streamed": told(whole)}, sys.stdout)
