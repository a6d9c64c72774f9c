"""What products really give away: much beside the conversations, in several shapes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.child import EXPORTS, ReadExport, ReadItem, read, started
from tests.transfer.made_exports import BEGAN, PNG, chatgpt, node, talk, written, zipped

DATA_URL = "data:image/png;base64,iVBORw0KGgo="
EARLIER, LATER = 1_700_000_000_000, 1_700_000_001_000
ISO = "2025-01-01T00:00:00Z"


def told_of(folder: Path, content: Any, skip: int = 0) -> ReadExport:
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    return read(written(folder, content), spool, skip)


def titles(export: ReadExport) -> list[str]:
    return [each.item.title for each in export.items]


def picture(id: str) -> dict[str, Any]:
    return {
        "content_type": "multimodal_text",
        "parts": [{"content_type": "image_asset_pointer", "asset_pointer": f"sediment://{id}"}],
    }


def test_an_archive_of_chatgpt_in_a_folder(tmp_path: Path) -> None:
    asked = node("u", "user", picture("file_0000aa"), None)
    drawn = node("t", "tool", picture("file_0000bb"), "u")
    said = node("a", "assistant", "", "t")
    members: dict[str, bytes | str] = {
        f"export/conversations-{n}.json": json.dumps([talk(f"{n}", "one", "two")])
        for n in (10, 2, 1)
    }
    members |= {
        "export/conversations-0.json": json.dumps([chatgpt("drawn", asked, drawn, said)]),
        "export/user-abc/file_0000aa-photo.png": PNG,
        "export/user-abc/file_0000bb-sanitized.png": PNG,
        "export/file-zz-archive.zip": zipped({"a": b"b"}),
        "export/chat.html": "<html>" + "x" * 100_000,
        "export/user.json": "{}",
        "export/message_feedback.json": "[]",
        "export/.DS_Store": b"\0\1",
    }
    export = told_of(tmp_path, zipped(members))
    assert titles(export) == ["Talk drawn", "Talk 1", "Talk 2", "Talk 10"]
    user, reply = export.items[0].messages
    assert all(message.files[0].spool for message in (user, reply))
    assert export.items[0].item.notes == {"tool": 1, "empty": 1}


def test_sources_that_chatgpt_only_points_at(tmp_path: Path) -> None:
    mark = "\ue200cite\ue202turn0search0\ue201"
    references = [
        {
            "matched_text": mark,
            "start_idx": 5,
            "end_idx": 5 + len(mark),
            "alt": "([A](https://a.b))",
        }
    ]
    metadata = {"content_references": references, "model_slug": "gpt-5"}
    first = node("u", "user", "Is it?", None)
    second = node("a", "assistant", f"Yes. {mark} And {mark}no.", "u", metadata=metadata)
    export = told_of(tmp_path, [chatgpt("x", first, second)])
    assert export.items[0].messages[1].content == "Yes. ([A](https://a.b)) And no."


def test_one_conversation_of_chatgpt_alone(tmp_path: Path) -> None:
    export = told_of(tmp_path, json.dumps(talk("a", "one", "two"), indent=2))
    assert titles(export) == ["Talk a"]


def claude(**more: Any) -> dict[str, Any]:
    return {"created_at": ISO, "content": [], "attachments": [], "files": []} | more


def test_an_archive_of_claude_with_branches(tmp_path: Path) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    messages = [
        claude(uuid="1", sender="human", text="one", parent_message_uuid=root),
        claude(uuid="2", sender="assistant", text="two", parent_message_uuid="1"),
        claude(uuid="3", sender="assistant", text="three", parent_message_uuid="1"),
    ]
    chat = {
        "uuid": "c",
        "name": "Branches",
        "chat_messages": messages,
        "current_leaf_message_uuid": "2",
    }
    members = {
        "conversations.json": json.dumps([chat]),
        "users.json": json.dumps([{"uuid": "u", "email_address": "nobody@example.invalid"}]),
        "projects.json": json.dumps([{"uuid": "p", "name": "A project", "docs": []}]),
    }
    export = told_of(tmp_path, zipped(members))
    assert [[each.content for each in item.shown] for item in export.items] == [["one", "two"]]
    assert (len(export.items[0].messages), export.items[0].item.notes) == (3, {})


def test_a_chat_of_open_webui_with_tools_and_files(tmp_path: Path) -> None:
    files = [
        {"type": "image", "url": DATA_URL},
        {"type": "file", "name": "a.pdf", "file": {"data": {"content": "what it says"}}},
        {"type": "collection", "name": "all"},
    ]
    said = (
        '<details type="tool_calls" done="true" name="s">\n<summary>Ran</summary>\n</details>\n'
        "It rains.\n<details>\n<summary>More</summary>kept</details>"
    )
    output = [{"type": "reasoning", "content": [{"type": "output_text", "text": "look outside"}]}]
    messages = {
        "u": {"role": "user", "content": "Weather?", "childrenIds": ["a"], "files": files},
        "a": {"role": "assistant", "content": said, "parentId": "u", "output": output},
    }
    chat = {"id": "w", "title": "W", "chat": {"history": {"messages": messages, "currentId": "a"}}}
    export = told_of(tmp_path, chat)
    user, reply = export.items[0].messages
    assert [(f.name, bool(f.spool), f.text) for f in user.files] == [
        ("image.png", True, None),
        ("a.pdf", False, "what it says"),
    ]
    assert reply.content == "It rains.\n<details>\n<summary>More</summary>kept</details>"
    assert (reply.reasoning, export.items[0].item.notes) == ("look outside", {"tool": 1})


def test_files_of_librechat_together(tmp_path: Path) -> None:
    def one(id: str) -> str:
        messages = [
            {"messageId": "1", "text": f"ask {id}", "isCreatedByUser": True, "createdAt": ISO},
            {"messageId": "2", "parentMessageId": "1", "text": "Bad key", "error": True},
        ]
        return json.dumps({"conversationId": id, "title": id, "messages": messages})

    members = {"b.json": one("b"), "a.json": one("a"), "notes.json": '{"mine": 1}', "c.txt": "c"}
    export = told_of(tmp_path, zipped(members))
    assert titles(export) == ["a", "b"]
    assert [(m.content, m.status) for m in export.items[0].messages] == [
        ("ask a", "complete"),
        ("", "failed"),
    ]


def test_the_archive_of_chat_ui(tmp_path: Path) -> None:
    messages = [
        {"id": str(n), "from": sender, "content": sender, "files": ["file-c-1.png"]}
        for n, sender in enumerate(["user", "assistant"])
    ]
    chat = {"_id": {"$oid": "c"}, "title": "C", "messages": messages, "createdAt": {"$date": ISO}}
    members: dict[str, bytes | str] = {"file-c-1.png": PNG, "assistants.json": "[]"}
    export = told_of(tmp_path, zipped(members | {"conversations.json": json.dumps([chat])}))
    item = export.items[0]
    assert (item.item.key, item.item.created_at) == ("c", item.messages[0].said_at)
    assert [len(message.files) for message in item.messages] == [1, 0]


def test_an_export_of_lobechat_before_2025(tmp_path: Path) -> None:
    state = {
        "sessions": [{"id": "s", "meta": {"title": "Cook"}, "config": {"systemRole": "You cook."}}],
        "topics": [{"id": "t", "title": "Soup", "sessionId": "s"}],
        "messages": [
            {
                "id": "2",
                "role": "assistant",
                "content": "Salt",
                "topicId": "t",
                "createdAt": LATER,
            },
            {"id": "1", "role": "user", "content": "Soup?", "topicId": "t", "createdAt": EARLIER},
            {"id": "3", "role": "user", "content": "Hello", "sessionId": "s", "createdAt": EARLIER},
        ],
        "settings": {"keyVaults": {"openai": {"apiKey": "sk-FAKE"}}},
    }
    export = told_of(tmp_path, {"exportType": "all", "state": state, "version": 7})
    assert titles(export) == ["Soup", "Cook"]
    assert [message.content for message in export.items[0].messages] == ["Soup?", "Salt"]
    assert {each.item.system_prompt for each in export.items} == {"You cook."}


def test_keys_beside_the_chats_are_told_nowhere(tmp_path: Path) -> None:
    backup = json.loads((EXPORTS / "nextchat/backup.json").read_text())
    turned = dict(reversed(backup.items()))
    spool = tmp_path / "spool"
    spool.mkdir()
    with started(written(tmp_path, turned), spool) as process:
        assert process.stdout is not None
        told = process.stdout.read()
    told += b"".join(path.read_bytes() for path in spool.iterdir())
    assert "今天冷吗".encode() in told
    assert b"FAKE" not in told


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig"])
def test_a_file_that_went_through_an_editor(tmp_path: Path, codec: str) -> None:
    made = json.dumps([talk("a", "一", "二")], indent=1, ensure_ascii=False)
    export = told_of(tmp_path, made.encode(codec))
    assert [message.content for message in export.items[0].messages] == ["一", "二"]


@pytest.mark.parametrize(
    "name", ["chatgpt/ugly.json", "chatgpt/split.zip", "lobechat/postgres.json", "jsonl/ugly.jsonl"]
)
def test_what_was_told_before_is_passed_over(tmp_path: Path, name: str) -> None:
    whole = read(EXPORTS / name, tmp_path)
    for skip in (1, len(whole.items) - 1, len(whole.items)):
        rest = read(EXPORTS / name, tmp_path, skip)
        assert rest.has_ended
        assert list(map(essence, rest.items)) == list(map(essence, whole.items[skip:]))


def essence(read: ReadItem) -> list[object]:
    """All but the times, which may be those of the reading."""
    keys = [(message.key, message.parent, message.shown) for message in read.messages]
    return [read.item.result, read.item.why, read.item.key, read.item.notes, keys]


def test_a_broken_end_is_told_once(tmp_path: Path) -> None:
    made = json.dumps([talk("a", "one", "two"), talk("b", "three", "four")])[:-40]
    assert [told_of(tmp_path, made, skip).items[-1:] != [] for skip in (0, 1, 2)] == [
        True,
        True,
        False,
    ]


def test_times_are_read_as_they_are_written(tmp_path: Path) -> None:
    export = told_of(tmp_path, [talk("a", "one", "two")])
    assert export.items[0].messages[0].said_at.timestamp() == BEGAN
