"""Programs of others, as they are installed by everybody, get value for value what a model's server
has sent; only ids and the model's name are ours."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.keys.clients import INSTALLED
from tests.keys.programs import CALL, LOGPROBS, USAGE, Program, program_of
from tests.support.server import RunningServer
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio

CLIENTS = Path(__file__).parent / "clients"
BIN = INSTALLED / "python" / "bin"
SECONDS = 120
TEXTS = {"content": "Hi 🍣", "refusal": "No.", "reasoning_content": "Let me think"}
MESSAGE: dict[str, Any] = {"role": "assistant", **TEXTS}
CALLS = [{**CALL, "index": 0}, {"index": 0, "function": {"arguments": ""}}]
STREAMED = {
    **{"message": MESSAGE, "calls": CALLS},
    **{"finish_reason": "tool_calls", "usage": USAGE},
}


@pytest.fixture
async def program(server: RunningServer, upstream: ScriptedUpstream) -> AsyncIterator[Program]:
    """A key of somebody's who has the models of `full`, which is also their default one."""
    ada = await server.person_with_model(upstream.url, "wrong_key")
    for name in ("counting", "greets", "full"):
        await ada.set_model(upstream.url, name)
    yield await program_of(ada)


async def run(program: Program, *command: str | Path, **environment: str) -> str:
    """What a program prints that is given our address and a key."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": os.devnull} | environment,
    )
    async with asyncio.timeout(SECONDS):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def address(program: Program) -> str:
    return f"http://127.0.0.1:{program.server.port}/v1"


async def told_by(program: Program, script: str) -> dict[str, Any]:
    given = address(program), program.key
    if script.endswith(".py"):
        out = await run(program, BIN / "python", CLIENTS / script, *given)
    else:
        # Packages are looked for beside a script.
        place = INSTALLED / "node" / script
        await asyncio.to_thread(shutil.copyfile, CLIENTS / script, place)
        out = await run(program, "node", place, *given)
    told: dict[str, Any] = orjson.loads(out)
    return told


async def test_openai_python(program: Program, upstream: ScriptedUpstream) -> None:
    told = await told_by(program, "openai_python.py")
    ids = {"default", "default/full", "default/counting", "default/greets", "default/wrong_key"}
    assert set(told["models"]) == ids
    whole = told["whole"]
    assert whole.pop("id").startswith("chatcmpl-")
    assert whole == {
        "model": "default",
        "message": {**MESSAGE, "tool_calls": [CALL]},
        "finish_reason": "tool_calls",
        "logprobs": LOGPROBS,
        "usage": USAGE,
    }
    assert told["streamed"] == STREAMED
    missing = {"kind": "NotFoundError", "code": "model_not_found", "param": "model"}
    assert told["missing"] == missing
    assert told["auth"]["code"] == "upstream_auth_failed"
    tried = [request for request in upstream.requests if request.model == "wrong_key"]
    assert len(tried) == 1  # a key that is refused is not tried again
    assert told["embedding"] == [0.125, -1e-9]
    assert all(program.key not in str(request) for request in upstream.requests)


async def test_openai_node(program: Program) -> None:
    told = await told_by(program, "openai_node.mjs")
    assert told["whole"] == {
        "index": 0,
        "message": {**MESSAGE, "tool_calls": [CALL]},
        "finish_reason": "tool_calls",
        "logprobs": LOGPROBS,
        "usage": USAGE,
        "model": "default",
    }
    assert told["streamed"] == STREAMED
    missing = {"kind": "NotFoundError", "code": "model_not_found", "status": 404}
    assert told["missing"] == missing


async def test_ai_sdk(program: Program) -> None:
    told = await told_by(program, "ai_sdk.mjs")
    for way in ("whole", "streamed"):
        assert told[way] == {
            "text": "Hi 🍣No.",  # it takes a refusal for the end of the text
            "reasoning": "Let me think",
            "calls": [["find", {"a": 1}]],
            "finish": "tool-calls",
            "tokens": [11, 7, 18],
        }


async def test_langchain(program: Program) -> None:
    told = await told_by(program, "langchain.py")
    for way in ("whole", "streamed"):
        assert told[way] == {
            "content": "Hi 🍣",
            "calls": [["find", {"a": 1}]],
            "finish_reason": "tool_calls",
            "refusal": "No." if way == "whole" else told[way]["refusal"],
            "tokens": 18,
        }


async def test_llm(program: Program, tmp_path: Path) -> None:
    model = {
        **{"model_id": "ours", "model_name": "default/greets", "api_key_name": "ours"},
        "api_base": address(program),
    }
    files = {"extra-openai-models.yaml": [model], "keys.json": {"ours": program.key}}
    for name, content in files.items():  # JSON is YAML
        await asyncio.to_thread((tmp_path / name).write_bytes, orjson.dumps(content))
    for more in ((), ("--no-stream",)):
        command = (BIN / "llm", "-m", "ours", *more, "hi")
        assert await run(program, *command, LLM_USER_PATH=str(tmp_path)) == "Hi 🍣\n"
