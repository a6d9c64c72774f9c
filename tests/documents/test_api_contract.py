"""docs/api.md is the contract: the OpenAPI document, the errors, the events and a live server
keep to it, and it leaves nothing of them out."""

import json
from typing import Any, get_args

import httpx2
import pytest
from pydantic import ConfigDict, TypeAdapter

from app.errors import AppError, ReplyError
from app.schemas.events import ClientEvent, ServerEvent
from tests.support.api_document import (
    ENDPOINTS,
    MESSAGE,
    OPENAPI,
    SECTIONS,
    Rows,
    Schema,
    answered_rows,
    in_words,
    resolved,
)
from tests.support.server import ChatSocket, Person, RunningServer
from tests.support.upstream import ScriptedUpstream

ORIGINAL: dict[str, tuple[int, set[str], set[str]]] = {
    "POST /auth/register": (
        201,
        {"username", "email", "password"},
        {"id", "username", "email", "created_at"},
    ),
    "POST /auth/login": (
        200,
        {"username_or_email", "password"},
        {"access_token", "token_type", "expires_in"},
    ),
    "GET /auth/me": (200, set(), {"id", "username", "email", "created_at", "has_config"}),
    "PUT /auth/config": (200, {"model_url", "model_name", "api_key"}, {"message"}),
    "GET /auth/config": (200, set(), {"model_url", "model_name", "configured_at"}),
    "POST /conversations": (201, {"title"}, {"id", "title", "created_at"}),
    "GET /conversations": (
        200,
        {"limit", "offset"},
        {f"conversations[].{name}" for name in ("id", "title", "created_at", "updated_at")}
        | {"conversations[].message_count", "total"},
    ),
    "GET /conversations/{id}": (200, set(), {"id", "title", "created_at", "updated_at"}),
    "DELETE /conversations/{id}": (204, set(), set()),
    "GET /conversations/{id}/messages": (200, {"limit", "before_id"}, {"messages", "has_more"}),
    "POST /conversations/{id}/messages": (200, {"content"}, set()),
}
"""The endpoints that the API began with: status, what they take, what they answer."""


def _operation(endpoint: str) -> Schema:
    method, path = endpoint.split()
    operation: Schema = OPENAPI["paths"][path][method.lower()]
    return operation


def _taken(rows: Rows) -> dict[str, list[str]]:
    return {name: cells[:2] for name, cells in rows.items()}


def _default(schema: Schema) -> str:
    """What a parameter is where it is left out, as a table says it."""
    default = schema.get("default")
    return default if isinstance(default, str) else json.dumps(default)


def _documented_codes() -> dict[str, int | None]:
    tables = SECTIONS["Errors"].tables
    refusals: dict[str, int | None] = {k: int(row[0]) for k, row in tables["code"].items()}
    return refusals | dict.fromkeys(tables["code of a reply"])


def _own_codes(root: type[AppError] = AppError) -> dict[str, int | None]:
    status = None if issubclass(root, ReplyError) else root.status
    found = {root.code: status} if "code" in vars(root) else {}
    for child in root.__subclasses__():
        found |= _own_codes(child)
    return found


def test_every_error_is_documented_with_its_status_and_no_other() -> None:
    assert _documented_codes() == _own_codes()


def test_every_endpoint_is_documented_and_no_other() -> None:
    served = {
        f"{method.upper()} {path}" for path, item in OPENAPI["paths"].items() for method in item
    }
    assert served == set(ENDPOINTS)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_statuses(endpoint: str) -> None:
    answers = SECTIONS[endpoint].answers
    assert set(answers) == {int(status) for status in _operation(endpoint)["responses"]}
    codes = _documented_codes()
    assert {code: codes[code] for told in answers.values() for code in told} == {
        code: status for status, told in answers.items() for code in told
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_an_endpoint_takes(endpoint: str) -> None:
    operation, tables = _operation(endpoint), SECTIONS[endpoint].tables
    for place in ("query", "header"):
        parameters = [p for p in operation.get("parameters", ()) if p["in"] == place]
        assert _taken(tables.get(place, {})) == {
            p["name"]: [
                in_words(p["schema"]),
                "required" if p.get("required") else _default(p["schema"]),
            ]
            for p in parameters
        }
    body = operation.get("requestBody")
    schema = body["content"].get("application/json", {}).get("schema") if body else None
    fields = resolved(schema) if schema else {}
    fields = resolved(fields)
    assert _taken(tables.get("body", {})) == {
        name: [in_words(field), "required" if name in fields.get("required", ()) else "null"]
        for name, field in fields.get("properties", {}).items()
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_an_endpoint_answers(endpoint: str) -> None:
    responses = _operation(endpoint)["responses"]
    status = next(iter(sorted(responses)))
    schema = responses[status].get("content", {}).get("application/json", {}).get("schema")
    always = [] if schema is None else list(answered_rows(schema))
    if_any = [] if schema is None else list(answered_rows(schema, leaves_out=True))
    answered = [list(kinds) for kinds in zip(always, if_any, strict=True)]
    # Whether a field with a default is ever left out is seen below, on a server that runs.
    documented = [[name, row[0]] for name, row in SECTIONS[endpoint].answer.items()]
    assert len(documented) == len(answered)
    for row, kinds in zip(documented, answered, strict=True):
        assert row in kinds


def test_the_shape_of_a_message() -> None:
    schema = OPENAPI["components"]["schemas"]["MessageRead"]
    documented = [[name, row[0]] for name, row in MESSAGE.items()]
    assert documented == [*answered_rows(schema, leaves_out=True)]


def test_the_shape_of_parameters() -> None:
    schemas = OPENAPI["components"]["schemas"]
    documented = [[name, row[0]] for name, row in SECTIONS["Parameters"].tables["params"].items()]
    assert documented == [*answered_rows(schemas["ParamsRead"], leaves_out=True)]
    assert schemas["ReplyParams"]["properties"].keys() == schemas["ParamsRead"]["properties"].keys()


def test_the_shape_of_a_price() -> None:
    schema = OPENAPI["components"]["schemas"]["Price"]
    documented = SECTIONS["PATCH /models/{id}"].tables["price"]
    assert {name: row[1] for name, row in documented.items()} == {
        name: "required" if name in schema["required"] else "null" for name in schema["properties"]
    }


@pytest.mark.parametrize("endpoint", ORIGINAL)
def test_the_endpoints_that_the_api_began_with(endpoint: str) -> None:
    status, taken, answered = ORIGINAL[endpoint]
    section = SECTIONS[endpoint]
    assert status in section.answers
    assert taken <= section.tables.get("query", {}).keys() | section.tables.get("body", {}).keys()
    assert answered <= section.answer.keys()


@pytest.mark.parametrize(
    ("sender", "union"), [("client", ClientEvent), ("server", ServerEvent)], ids=str
)
def test_every_event_is_documented_with_its_keys_and_no_other(sender: str, union: Any) -> None:
    documented = {
        title: SECTIONS[title].tables["key"]
        for title in SECTIONS
        if title.startswith(f"The {sender} sends ")
    }
    events = get_args(get_args(union)[0])
    schemas = [TypeAdapter(event).json_schema() for event in events]
    assert [
        [title, [[k, r[0]] for k, r in rows.items()]] for title, rows in documented.items()
    ] == [_eventin_words(sender, schema) for schema in schemas]


def _eventin_words(sender: str, schema: Schema) -> list[Any]:
    name = schema["properties"]["type"]["const"]
    words = {
        key: in_words(field, key in schema["required"])
        for key, field in schema["properties"].items()
    }
    objects = {key: "message" for key, kind in words.items() if kind == "object"}
    return [
        f"The {sender} sends `{name}`",
        [[key, kind] for key, kind in (words | {"type": f"`{name}`"} | objects).items()],
    ]


# The same against a server that runs.

_strict_event: TypeAdapter[ServerEvent] = TypeAdapter(
    ServerEvent, config=ConfigDict(extra="forbid", strict=True)
)


def _check_object(value: Schema, rows: Rows) -> None:
    """The keys of an object are those of a table; only the ones `if any` may be missing."""
    mine = {name: row[0] for name, row in rows.items() if "." not in name}
    always = {name for name, kind in mine.items() if not kind.endswith("if any")}
    assert always <= value.keys() <= mine.keys()
    for name, kind in mine.items():
        inner = {k.rpartition(".")[2]: r for k, r in rows.items() if k.startswith(f"{name}.")}
        items = {k.rpartition(".")[2]: r for k, r in rows.items() if k.startswith(f"{name}[].")}
        if value.get(name) is not None and (inner or kind == "message"):
            _check_object(value[name], inner or MESSAGE)
        for item in value[name] if kind in ("array", "array of messages") else ():
            _check_object(item, items or MESSAGE)


REFUSAL = {"detail": ["string"], "code": ["string"], "reason": ["string, if any"]}


async def _call(person: Person, endpoint: str, **options: Any) -> httpx2.Response:
    """Call an endpoint of conversation `id`, and hold its answer against its section."""
    method, path = endpoint.split()
    answer = await person.request(method, path.format(**options.pop("path", {})), **options)
    section = SECTIONS[endpoint]
    assert answer.status_code in section.answers, answer.text
    if answer.status_code >= 400:
        _check_object(answer.json(), REFUSAL)
        assert _documented_codes()[answer.json()["code"]] == answer.status_code
    elif section.answer:
        _check_object(answer.json(), section.answer)
    return answer


async def _talk(socket: ChatSocket, content: str, **details: str) -> list[Schema]:
    events = await socket.say(content, **details)
    for event in events:
        _strict_event.validate_python(event)
        for name in ("message", "user_message"):
            if event["type"] == "start":
                _check_object(event[name], MESSAGE)
    return events


@pytest.mark.databases("sqlite")
@pytest.mark.anyio
async def test_the_socket_sends_what_is_documented(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.person_with_model(upstream.url, "reasoning")
    conversation = await ada.conversation()
    seen: list[Schema] = []
    async with ada.socket(conversation) as socket:
        await socket.send(type="ping")
        seen.append(await socket.receive())
        _strict_event.validate_python(seen[-1])
        seen += await _talk(socket, " ", client_id="blank")
        seen += await _talk(socket, "think", client_id="first")
        await ada.set_model(upstream.url, "cut")
        seen += await _talk(socket, "break off")
        failed = seen[-1]
        assert failed["code"] == "upstream_interrupted"
        first = next(event for event in seen if event["type"] == "start")
        await ada.post(f"/messages/{first['message']['id']}/regenerate")
        await socket.until("error")
        await ada.post(f"/messages/{first['message']['id']}/activate")
        seen += await socket.until("switched")
        _strict_event.validate_python(seen[-1])
    async with ada.socket(conversation, str(failed["id"]).removesuffix(".end")) as socket:
        again = await socket.until("error")
        assert [event["type"] for event in again] == ["start", "error"]
        assert again[0]["resumed"] is True
    documented = {t.split("`")[1] for t in SECTIONS if t.startswith("The server sends ")}
    titled = {"title"}  # may come while nobody listens any more
    assert {event["type"] for event in seen} | titled == documented


@pytest.mark.anyio
async def test_rest_answers_what_is_documented(
    server: RunningServer, upstream: ScriptedUpstream
) -> None:
    ada = await server.register()
    account = {"username": ada.name, "email": "x@example.com", "password": "long enough"}
    assert (await _call(ada, "POST /auth/register", json=account)).status_code == 409
    await _call(ada, "POST /auth/login", json={"username_or_email": ada.name, "password": "no"})
    assert (await _call(ada, "GET /auth/config")).status_code == 404
    model = {"model_url": upstream.url, "model_name": "reasoning", "api_key": "sk-test"}
    await _call(ada, "PUT /auth/config", json=model)
    await _call(ada, "GET /auth/config")
    await _call(ada, "GET /auth/me")
    await _call(ada, "GET /auth/options")
    await _call(ada, "GET /auth/config/options")
    refused = {"model_url": "http://10.0.0.1/v1", "api_key": "", "model_name": "any"}
    for endpoint in ("PUT /auth/config", "POST /auth/config/models", "POST /auth/config/test"):
        await _call(ada, endpoint, json=refused)
    await _call(ada, "POST /auth/config/models")
    for model_name in ("reasoning", "401"):
        tried = await _call(ada, "POST /auth/config/test", json={"model_name": model_name})
        assert tried.json()["ok"] is (model_name == "reasoning")
    path = {"id": (await _call(ada, "POST /conversations")).json()["id"]}
    say = "POST /conversations/{id}/messages"
    for model_name in ("reasoning", "cut", "401"):
        await ada.set_model(upstream.url, model_name)
        exchange = (await _call(ada, say, path=path, json={"content": "hello"})).json()
    assert exchange["reply"]["error"]["code"] == "upstream_auth_failed"
    assert (await _call(ada, say, path=path, json={"content": ""})).status_code == 422
    await ada.set_model(upstream.url, "cut")
    reply, message = ({"id": exchange[name]["id"]} for name in ("reply", "message"))
    again = (await _call(ada, "POST /messages/{id}/regenerate", path=reply)).json()["reply"]["id"]
    await ada.set_model(upstream.url, "reasoning")
    go_on = "POST /messages/{id}/continue"
    assert (await _call(ada, go_on, path={"id": again})).status_code == 200
    assert (await _call(ada, go_on, path={"id": again})).status_code == 409
    await _call(ada, "POST /messages/{id}/edit", path=message, json={"content": "hi"})
    await _call(ada, "GET /messages/{id}/versions", path=reply)
    await _call(ada, "POST /messages/{id}/activate", path=message)
    await _call(ada, "GET /conversations/{id}/messages", path=path)
    await _call(ada, "GET /conversations/{id}", path=path)
    await _call(ada, "PATCH /conversations/{id}", path=path, json={"title": "Mine"})
    await _call(ada, "GET /conversations")
    await _call(ada, "GET /conversations/{id}/export", path=path)
    assert (await _call(ada, "GET /conversations/{id}/stream", path=path)).status_code == 204
    await _call(ada, "POST /conversations/{id}/stop", path=path)
    await _call(ada, "DELETE /conversations/{id}", path=path)
    assert (await _call(ada, "GET /conversations/{id}", path=path)).status_code == 404
    await _call(ada, "GET /conversations", params={"deleted": True})
    await _call(ada, "POST /conversations/{id}/restore", path=path)
    await _call(ada, "POST /auth/refresh", json={"refresh_token": ada.refresh_token})
    assert (await _call(ada, "POST /auth/refresh")).status_code == 401
    await _call(ada, "DELETE /auth/config")
    assert (await _call(ada, "DELETE /auth/config")).status_code == 404
    await _call(ada, "GET /auth/sessions")
    await _call(ada, "GET /auth/audit")
    missing = await _call(ada, "DELETE /auth/sessions/{id}", path={"id": 999_999_999})
    assert missing.status_code == 404
    await _call(ada, "POST /auth/ws-ticket")
    wrong = {"old_password": "no", "new_password": "long enough"}
    assert (await _call(ada, "PUT /auth/password", json=wrong)).status_code == 403
    unknown = {"token": "x", "new_password": "long enough"}
    await _call(ada, "POST /auth/password/reset", json=unknown)
    assert (await _call(ada, "DELETE /auth/me", json={"password": "no"})).status_code == 403
    await _call(ada, "POST /auth/logout")
    assert (await _call(ada, "POST /auth/logout-all")).status_code == 401
    await _call(ada, "GET /health/live")
    await _call(ada, "GET /health/ready")
