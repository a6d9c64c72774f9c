"""The whole way, from registering to a resumed reply, in both languages and on both widths."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.chatting import choose_profile
from tests.page.conftest import DESKTOP, PHONE, OpenPage, Site
from tests.support.server import PASSWORD
from tests.support.upstream import ScriptedUpstream

pytestmark = pytest.mark.anyio
ON_A_PHONE = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
WORDS: dict[str, dict[str, str]] = {
    "en-US": {
        "name": "Chat",
        "register": "Create an account",
        "username": "User name",
        "email": "E-mail",
        "password": "Password",
        "address": "Address",
        "list": "List models",
        "model": "Model",
        "test": "Test connection",
        "works": "It works. The model answered after",
        "save": "Save and start",
        "message": "Your message",
        "send": "Send",
        "sidebar": "Show sidebar",
        "settings": "Settings",
        "devices": "Devices",
        "log out": "Log out",
        "log in": "Log in",
        "question": "Why is the sky blue, and the sunset red?",
    },
    "zh-CN": {
        "name": "对话",
        "register": "注册账号",
        "username": "用户名",
        "email": "邮箱",
        "password": "密码",
        "address": "接口地址",
        "list": "列出模型",
        "model": "模型",
        "test": "测试连接",
        "works": "连接正常，模型在",
        "save": "保存并开始",
        "message": "消息",
        "send": "发送",
        "sidebar": "展开侧栏",
        "settings": "设置",
        "devices": "设备",
        "log out": "退出登录",
        "log in": "登录",
        "question": "天空为什么是蓝色的，晚霞为什么是红色的？",
    },
}


@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("options", [{"viewport": DESKTOP}, ON_A_PHONE], ids=["desktop", "phone"])
async def test_from_registering_to_a_resumed_reply(
    site: Site,
    open_page: OpenPage,
    upstream: ScriptedUpstream,
    locale: str,
    options: dict[str, Any],
) -> None:
    upstream.title = "A title"
    words, phone = WORDS[locale], options is ON_A_PHONE
    page = await open_page(locale=locale, **options)
    await _register(page, words, f"{locale[:2]}-{'phone' if phone else 'desktop'}")
    await _connect(page, words, upstream.url)

    question = words["question"]
    await page.get_by_label(words["message"], exact=True).fill(question)
    if phone:
        await page.get_by_role("button", name=words["send"], exact=True).tap()
    else:
        await page.keyboard.press("Enter")
    reply = page.locator(".reply .prose")
    await expect(reply).to_have_text(question[: len(question) // 2])
    await page.reload()
    await expect(reply).to_have_text(question[: len(question) // 2])
    upstream.release()
    await expect(reply).to_have_text(question)
    await expect(page).to_have_title(f"A title · {words['name']}")

    if phone:
        await page.get_by_role("button", name=words["sidebar"]).click()
    await choose_profile(page, words["settings"])
    await page.get_by_role("link", name=words["devices"]).click()
    await expect(page.get_by_role("heading", name=words["devices"]).last).to_be_visible()
    await page.keyboard.press("Escape")
    if phone:
        await page.get_by_role("button", name=words["sidebar"]).click()
    await choose_profile(page, words["log out"])
    await expect(page.get_by_role("button", name=words["log in"])).to_be_visible()


async def _register(page: Page, words: dict[str, str], name: str) -> None:
    await page.get_by_role("link", name=words["register"]).click()
    await page.get_by_label(words["username"], exact=True).fill(name)
    await page.get_by_label(words["email"], exact=True).fill(f"{name}@example.com")
    await page.get_by_label(words["password"], exact=True).fill(PASSWORD)
    await page.get_by_role("button", name=words["register"]).click()


async def _connect(page: Page, words: dict[str, str], url: str) -> None:
    await page.get_by_label(words["address"], exact=True).fill(url)
    await page.get_by_role("button", name=words["list"]).click()
    await expect(page.get_by_role("option", name="reasoning")).to_be_visible()
    await page.get_by_label(words["model"], exact=True).fill("recite_half")
    await page.get_by_role("button", name=words["test"]).click()
    await expect(page.get_by_text(words["works"])).to_be_visible()
    await page.get_by_role("button", name=words["save"]).click()
