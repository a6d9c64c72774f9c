"""An address that was pasted with too much or too little is mended before it is judged."""

import pytest

from app.services.upstream.address import mended


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1//chat//completions//", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/Chat/Completions", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/completions", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/models", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/responses", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/embeddings", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/chat", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1?", "https://api.openai.com/v1"),
        ("\u200b \u00a0<https://api.openai.com/v1>\n", "https://api.openai.com/v1"),
        ("（https://api.openai.com/v1）。", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1,", "https://api.openai.com/v1"),
        ("`https://api.openai.com/v1`", "https://api.openai.com/v1"),
        ("“https://api.openai.com/v1”", "https://api.openai.com/v1"),
        ("api.openai.com/v1", "https://api.openai.com/v1"),
        ("api.openai.com", "https://api.openai.com"),
        ("api.openai.com:8443/v1/chat/completions", "https://api.openai.com:8443/v1"),
        ("例子.测试/v1", "https://例子.测试/v1"),
        ("https:/api.openai.com/v1", "https://api.openai.com/v1"),
        ("https//api.openai.com/v1", "https://api.openai.com/v1"),
        ("HTTPS://API.OpenAI.com/v1/models", "https://API.OpenAI.com/v1"),
        ("localhost:11434", "http://localhost:11434"),
        ("localhost/v1", "http://localhost/v1"),
        ("ollama:11434/v1", "http://ollama:11434/v1"),
        ("box.local/v1", "http://box.local/v1"),
        ("192.168.1.5:8000/v1/chat/completions", "http://192.168.1.5:8000/v1"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://host/openai/chat/completions", "https://host/openai"),
        ("https：//api.openai.com/v1", "https://api.openai.com/v1"),
        ("POST https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("POST https://host/v1/chat/completions HTTP/1.1", "https://host/v1"),
        ("curl https://host/v1/chat/completions \\", "https://host/v1"),
        ('curl -s "https://host/v1/models" -H "Authorization: Bearer sk-1"', "https://host/v1"),
        ("curl --location 'https://host/v1/chat/completions' \\\n -d \"{}\"", "https://host/v1"),
        ("OPENAI_BASE_URL=https://host/v1", "https://host/v1"),
        ('export OPENAI_API_BASE="https://host/v1"', "https://host/v1"),
        ("base_url: https://host/v1", "https://host/v1"),
        ('"base_url": "https://host/v1",', "https://host/v1"),
        ("Base URL: http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("接口地址：https://host/v1", "https://host/v1"),
        ("[docs](https://host/v1)", "https://host/v1"),
        # the words stand elsewhere in these
        ("https://models.github.ai/inference", "https://models.github.ai/inference"),
        ("https://host/models/llama/v1", "https://host/models/llama/v1"),
        ("https://host/api/chat", "https://host/api/chat"),
        # judged as they are
        ("https://host/v1/models?key=x", "https://host/v1/models?key=x"),
        ("https://user:pw@host/v1", "https://user:pw@host/v1"),
        ("user:pw@host/v1", "user:pw@host/v1"),
        ("ftp://host/v1", "ftp://host/v1"),
        ("http:///v1", "http:///v1"),
        ("//host/v1", "//host/v1"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("not a URL", "not a URL"),
        ("https://host/v1 or https://other/v1", "https://host/v1 or https://other/v1"),
        ("see https://host/v1 or https://other/v1", "see https://host/v1 or https://other/v1"),
        ("https://proxy/https://host/v1", "https://proxy/https://host/v1"),
        ("${HOME}", "${HOME}"),
        ("gpt", "gpt"),
        ("", ""),
    ],
)
def test_mended(pasted: str, address: str) -> None:
    assert mended(pasted) == address
    assert mended(address) == address
