"""A server whose name servers never answer: what its users see. Run in a network of its own, where
`/etc/resolv.conf` names SILENT and `/etc/hosts` is the file given; prints what it saw, as JSON."""

import asyncio
import fcntl
import json
import signal
import socket
import struct
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support import forks
from tests.support.server import Person
from tests.support.server_process import server_process
from tests.support.upstream import ScriptedUpstream

SILENT = "127.0.0.1"
KNOWN, ONCE_KNOWN = "models.test", "moved.test"
HOSTS = f"127.0.0.1 localhost {KNOWN}\n"
SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # netdevice(7)
MANY = 40
SETTINGS = {
    "ALLOWED_PRIVATE_MODEL_HOSTS": f"{KNOWN},{ONCE_KNOWN}",
    "UPSTREAM_CONNECT_TIMEOUT_SECONDS": "2",
}


async def seen(hosts: Path) -> dict[str, Any]:
    """What happens to Bob and Ada while Eve names hosts that no name server knows anything of."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/chat.db"
        async with ScriptedUpstream() as up, server_process(url, **SETTINGS) as process:
            bob, ada, eve = [await process.register() for _ in range(3)]
            await bob.set_model(f"http://{KNOWN}:{up.port}/v1", "echo")
            await asyncio.to_thread(hosts.write_text, f"{HOSTS}127.0.0.1 {ONCE_KNOWN}\n")
            await ada.set_model(f"http://{ONCE_KNOWN}:{up.port}/v1", "echo")
            await asyncio.to_thread(hosts.write_text, HOSTS)
            saving = [
                asyncio.create_task(_saved(eve, f"http://name-{number}.test/v1"))
                for number in range(MANY)
            ]
            await asyncio.sleep(1)  # all threads that Eve can have wait by now
            result: dict[str, Any] = {
                "known": await _replied(bob),
                "numeric": await _saved(bob, "http://2130706433/v1"),
                "unknown": await _replied(ada),
                "tried": await _tried(bob),
                "saved": sorted({await answer for answer in saving}),
            }
            saving = [asyncio.create_task(_saved(eve, "http://name.test/v1")) for _ in range(9)]
            await asyncio.sleep(0.5)
            began = asyncio.get_running_loop().time()
            process.kill(signal.SIGTERM)
            await process.exited()
            result["exit"] = asyncio.get_running_loop().time() - began
            await asyncio.gather(*saving, return_exceptions=True)
            return result


async def _saved(person: Person, url: str) -> str:
    body = {"model_url": url, "model_name": "m", "api_key": "k"}
    answer = await person.request("PUT", "/auth/config", json=body)
    return f"{answer.status_code} {answer.json().get('code')}"


async def _tried(person: Person) -> str:
    body = {"model_url": "http://tried.test/v1", "model_name": "m", "api_key": "k"}
    code: str = (await person.post("/auth/config/test", json=body)).json()["error"]["code"]
    return code


async def _replied(person: Person) -> list[Any]:
    answer = (await person.say(await person.conversation("T"), "hello")).json()
    reply = answer["reply"]
    return [reply["status"], reply.get("error", {}).get("code")]


def main() -> None:
    """Bring the loopback up, swallow every question, and look."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as questions:
        fcntl.ioctl(questions, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        questions.bind((SILENT, 53))
        with forks.new_pythons():  # for one server
            sys.stdout.write(json.dumps(asyncio.run(seen(Path(sys.argv[1])))) + "\n")


if __name__ == "__main__":
    main()
