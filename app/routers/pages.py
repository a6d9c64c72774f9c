"""`/` and `/docs`: pages that need no other host."""

import asyncio
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from app.errors import NotFound

SWAGGER_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PLAIN_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
KEPT = {"Cache-Control": "max-age=3600"}
SWAGGER_FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
SWAGGER_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chat Backend API</title>
<link rel="icon" href="{root}/docs/assets/favicon.png">
<link rel="stylesheet" href="{root}/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{root}/docs/assets/swagger-ui-bundle.js"></script>
<script src="{root}/docs/assets/start.js"></script>
</body>
</html>
"""
SWAGGER_START = """SwaggerUIBundle({
  url: new URL("../../openapi.json", document.currentScript.src).href,
  dom_id: "#swagger-ui",
  persistAuthorization: true,
});
"""
PLAIN_PAGE = """<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chat Backend</title>
</head>
<body>
<h1>Chat Backend</h1>
<p>聊天后端正在运行。接口文档：<a href="{root}/docs">/docs</a></p>
<p lang="en">The chat backend is running. API documentation: <a href="{root}/docs">/docs</a></p>
</body>
</html>
"""

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """A page that says what runs here, where the web page was not built."""
    page = PLAIN_PAGE.format(root=request.scope.get("root_path", ""))
    return HTMLResponse(page, headers={"Content-Security-Policy": PLAIN_CSP})


@router.get("/docs")
async def swagger(request: Request) -> HTMLResponse:
    """The API, to read and to try."""
    page = SWAGGER_PAGE.format(root=request.scope.get("root_path", ""))
    return HTMLResponse(page, headers={"Content-Security-Policy": SWAGGER_CSP})


@router.get("/openapi.json")
async def openapi(request: Request) -> JSONResponse:
    """The API for programs. Made on first use, in a thread: it takes a while."""
    return JSONResponse(await asyncio.to_thread(request.app.openapi))


@router.get("/docs/assets/{name}")
async def swagger_asset(name: str) -> Response:
    """Swagger UI's files, from the package that carries them."""
    if name == "start.js":
        return Response(SWAGGER_START, media_type="text/javascript", headers=KEPT)
    if name not in SWAGGER_FILES:
        raise NotFound
    path = files("fastapi_offline") / "static" / name
    return FileResponse(str(path), media_type=SWAGGER_FILES[name], headers=KEPT)
