"""The process of the local model: llama.cpp's own OpenAI-compatible server, on loopback only.

Started by `app.local_model`. One line of JSON on standard input says what to serve; the end of
standard input ends the process, so that it never outlives its parent, however that one ends.
One line on standard output says `ready` or why it failed.
"""

import json
import os
import signal
import sys
import threading
from typing import Any

import xllamacpp  # type: ignore[import-not-found, import-untyped, unused-ignore]

CONTEXT_TOKENS = 8192
"""What SmolLM2 was trained on; its key-value cache takes 23 kB a token."""
REPLY_MAX_TOKENS = 2048
"""A model this small may repeat itself for ever."""
SLOTS = 2
"""A title does not wait for a reply; both share one context."""


def parameters(spec: dict[str, Any]) -> Any:
    """llama.cpp's parameters for `spec`: model, name, port, api_key, threads, debug."""
    params = xllamacpp.CommonParams()
    params.model.path = spec["model"]
    params.model_alias = {spec["name"]}
    params.hostnames = ["127.0.0.1"]
    params.port = spec["port"]
    params.reuse_port = True  # the parent holds the port, without listening, across restarts
    params.api_keys = [spec["api_key"]]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    params.n_ctx = CONTEXT_TOKENS
    params.n_predict = REPLY_MAX_TOKENS
    params.n_parallel = SLOTS
    params.kv_unified = True
    params.cache_ram_mib = 64  # 8 GB unless told otherwise
    params.cpuparams.n_threads = spec["threads"]
    params.cpuparams_batch.n_threads = spec["threads"]
    params.sampling.temp, params.sampling.top_p = 0.2, 0.9  # as the model's card recommends
    params.sampling.penalty_repeat = 1.1  # without it a small model repeats itself
    params.verbosity = 3 if spec["debug"] else -1
    return params


def _exit_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    # A service manager may signal the whole group; the replies that the parent still drains
    # need the model until the parent is gone.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the library prints is log
    spec = json.loads(sys.stdin.readline())
    watch = threading.Thread(target=_exit_with_parent)
    watch.start()
    try:
        server = xllamacpp.Server(parameters(spec))
    except RuntimeError as error:
        print(error, file=report, flush=True)
        os._exit(1)
    print("ready", file=report, flush=True)
    watch.join()
    del server


if __name__ == "__main__":
    main()
