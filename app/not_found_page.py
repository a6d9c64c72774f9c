"""What a browser is shown at an address where there is nothing."""

import base64
import hashlib

from app.errors import Language

STYLE = """
:root { color-scheme: light dark }
:root[data-theme=light] { color-scheme: light }
:root[data-theme=dark] { color-scheme: dark }
main { min-height: 100dvh; display: grid; place-content: safe center; justify-items: center;
  gap: 0.75rem; padding: 2rem; box-sizing: border-box; text-align: center }
body { margin: 0;
  background: light-dark(#faf9f6, #171613); color: light-dark(#21201c, #e9e6de);
  font: 1rem/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", "PingFang SC",
    "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif }
h1, p { margin: 0; text-wrap: balance }
h1 { font: 500 clamp(1.6rem, 1.2rem + 1.6vw, 2.1rem)/1.3 ui-serif, Georgia, "Songti SC",
  "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif }
p { color: light-dark(#65615a, #a8a398) }
a { margin-top: 0.75rem; padding: 0.6rem 1.25rem; border-radius: 2rem; text-decoration: none;
  background: light-dark(#1d6670, #74c3c9); color: light-dark(#fff, #10292c) }
a:focus-visible { outline: 2px solid light-dark(#1d6670, #74c3c9); outline-offset: 3px }
"""
"""The colours and letters of frontend/src/ui/tokens.css: here nothing of the page is loaded."""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; script-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
WORDS: dict[Language, tuple[str, str, str]] = {
    "zh": ("这里什么也没有", "链接可能已失效，或地址有误。", "回到首页"),
    "en": ("There is nothing here", "The link may be old, or the address mistyped.", "Go home"),
}
PAGE = """<!doctype html>
<html lang="{tag}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{root}/assets/icon.svg" type="image/svg+xml">
<script src="{root}/assets/theme.js"></script>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{lead}</p>
<a href="{root}/">{home}</a>
</main>
</body>
</html>
"""


def not_found_page(language: Language, root: str) -> str:
    """The page; `root` is the path under which the server is mounted, mostly none."""
    title, lead, home = WORDS[language]
    words = {"tag": TAGS[language], "title": title, "lead": lead, "home": home}
    return PAGE.format(style=STYLE, root=root, **words)
