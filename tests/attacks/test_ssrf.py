"""No model URL leads the server into its own network, in whatever way it is written, and what a
refusal says stands in the URL already, so that nothing is learnt about what is there."""

import socket
from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.attacks import scenarios
from tests.attacks.target import Target, Visitor, face, target_process
from tests.support.upstream import ScriptedUpstream

__all__ = ["scenarios"]

pytestmark = [pytest.mark.anyio, pytest.mark.databases("sqlite")]

NOTATIONS = [
    "http://127.0.0.1:{port}/v1",
    "http://localhost:{port}/v1",
    "http://LocalHost.:{port}/v1",
    "http://{machine}:{port}/v1",
    "http://127.1:{port}/v1",
    "http://127.0.1:{port}/v1",
    "http://2130706433:{port}/v1",
    "http://0x7f000001:{port}/v1",
    "http://0x7f.0.0.1:{port}/v1",
    "http://0177.0.0.01:{port}/v1",
    "http://127.0.0.1.:{port}/v1",
    "http://127.255.255.254:{port}/v1",
    "http://0:{port}/v1",
    "http://0.0.0.0:{port}/v1",
    "http://[::]:{port}/v1",
    "http://[::1]:{port}/v1",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]:{port}/v1",
    "http://[::127.0.0.1]:{port}/v1",
    "http://[::ffff:127.0.0.1]:{port}/v1",
    "http://[::ffff:7f00:1]:{port}/v1",
    "http://[0:0:0:0:0:FFFF:7F00:0001]:{port}/v1",
    "http://[64:ff9b::7f00:1]:{port}/v1",
    "http://[64:ff9b:1::7f00:1]:{port}/v1",
    "http://[2002:7f00:1::1]:{port}/v1",
    "http://[fe80::1%25lo]:{port}/v1",
    "http://[::1%25lo]:{port}/v1",
    "http://①②⑦.⓪.⓪.①:{port}/v1",
    "http://127。0。0。1:{port}/v1",
    "http://ⓛocalhost:{port}/v1",
    "http://127.0.0.1%2f:{port}/v1",
    "http://%31%32%37.0.0.1:{port}/v1",
]
DECEPTIONS = [
    "http://user:password@127.0.0.1:{port}/v1",
    "http://api.openai.com@127.0.0.1:{port}/v1",
    "http://{allowed}@127.0.0.1:{port}/v1",
    "http://127.0.0.1:{port}\\@{allowed}/v1",
    "http://127.0.0.1:{port}#@{allowed}/v1",
    "http://127.0.0.1:{port}?@{allowed}/v1",
    "http://{allowed}\\@127.0.0.1:{port}/v1",
    "http://{allowed}:{port}/v1",
    "http://{allowed} @127.0.0.1:{port}/v1",
    "http://{allowed}\r\nHost: 127.0.0.1:{port}/v1",
    "http://{allowed}\t@127.0.0.1:{port}/v1",
    "http:127.0.0.1:{port}/v1",
    "http:/127.0.0.1:{port}/v1",
    "http:///127.0.0.1:{port}/v1",
    "//127.0.0.1:{port}/v1",
    "127.0.0.1:{port}/v1",
]
ELSEWHERE = [
    "http://169.254.169.254/latest/meta-data",
    "http://[fd00:ec2::254]/latest",
    "http://metadata.google.internal/computeMetadata/v1",
    "http://100.100.100.200/latest",
    "http://10.0.0.1/v1",
    "http://192.168.0.1/v1",
    "http://172.16.0.1/v1",
    "http://100.64.0.1/v1",
    "http://224.0.0.1/v1",
    "http://255.255.255.255/v1",
    "http://127.0.0.1:1/v1",
    "http://127.0.0.1:22/v1",
    "http://127.0.0.1:0/v1",
    "http://127.0.0.1:65536/v1",
    "http://no-such-host.invalid/v1",
    "http://" + "a" * 64 + ".example/v1",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_",
    "ftp://127.0.0.1:{port}/",
    "unix:///run/docker.sock",
    "data:application/json,x",
    "${{DEFAULT_MODEL_URL}}",
    "http://${{HOST}}:{port}/v1",
    "http://$HOST:{port}/v1",
    "http://%HOST%:{port}/v1",
]


@pytest.fixture
def places(listener: socket.socket, model: ScriptedUpstream) -> dict[str, object]:
    port = listener.getsockname()[1]
    return {"port": port, "allowed": model.host, "machine": socket.gethostname()}


async def _save(person: Visitor, url: str) -> httpx2.Response:
    body = {"model_url": url, "model_name": "echo", "api_key": ""}
    return await person.request("PUT", "/auth/config", json=body)


@pytest.mark.parametrize("urls", [NOTATIONS, DECEPTIONS, ELSEWHERE], ids=["a", "b", "c"])
async def test_refusals_of_one_reason_are_the_same(
    target: Target, places: dict[str, object], urls: list[str]
) -> None:
    """A port that listens and one that does not, a name that is known and one that is not."""
    ada = await target.visitor()
    refused = {
        (answer := await _save(ada, url)).json()["reason"]: face(answer)
        for url in (
            "http://10.9.8.7/v1",
            "http://no-such-host.invalid/v1",
            "http://@/v1",
            "http://10.9.8.7/v1?key=x",
        )
    }
    assert refused.keys() == {"private_address", "host", "malformed", "query"}
    for url in urls:
        answer = await _save(ada, url.format(**places))
        assert face(answer) == refused[answer.json()["reason"]], url
    assert (await ada.get("/auth/config")).status_code == 404


async def test_what_a_lookup_found_is_not_told(target: Target, places: dict[str, object]) -> None:
    ada = await target.visitor()
    for url in (
        "http://{machine}:{port}/v1",  # found, and private
        "http://no-such-host.invalid:{port}/v1",
        "http://2130706433:{port}/v1",
        "http://127.1:{port}/v1",
        "http://metadata.google.internal/v1",
        "http://169.254.169.254/v1",
    ):
        answer = await _save(ada, url.format(**places))
        assert answer.json()["reason"] == "host", url


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:{port}/v1/chat/completions", "//[::1]:{port}/"]
)
async def test_redirects_are_not_followed(
    target: Target,
    model: ScriptedUpstream,
    places: dict[str, object],
    status: int,
    place: str,
) -> None:
    ada = await target.visitor(model.url, f"redirect_{status}")
    reply = (await ada.say(await ada.conversation("T"), place.format(**places))).json()["reply"]
    assert reply["status"] == "failed"
    assert reply["error"]["code"].startswith("upstream_")


async def test_nothing_in_a_url_or_key_is_filled_in_from_the_environment(
    target: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor()
    await ada.set_model(f"{model.url}/${{SECRET_KEY}}/$PATH", "${SECRET_KEY}", "${SECRET_KEY}")
    await ada.say(await ada.conversation("T"), "${SECRET_KEY}")
    asked = model.replies[-1]
    assert asked.headers["authorization"] == "Bearer ${SECRET_KEY}"
    assert asked.model == "${SECRET_KEY}"
    assert "SECRET_KEY" in asked.path and "PATH" in asked.path
    assert asked.last_user_text == "${SECRET_KEY}"


@pytest.fixture(scope="module")
async def elsewhere(
    anyio_backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    """A server on the same database that allows no private address."""
    folder = tmp_path_factory.mktemp("elsewhere")
    settings = {"ALLOWED_PRIVATE_MODEL_HOSTS": "", "DEFAULT_API_KEY": ""}
    async with target_process(database_url, folder, **settings) as running:
        yield running
        running.assert_unharmed()


async def test_an_address_is_judged_again_at_each_use(
    target: Target, elsewhere: Target, model: ScriptedUpstream
) -> None:
    ada = await target.visitor(model.url)
    there = elsewhere.seen_by(ada)
    before = model.connections
    reply = (await there.say(await ada.conversation("T"), "hello")).json()["reply"]
    assert reply["error"]["code"] == "model_url_not_allowed"
    assert model.connections == before
