"""Exports that mean harm, or are broken: the file is refused, or the one item fails, and nothing
of it stays."""

import json
import random
import re
import resource
import socket
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.child import EXPORTS, ReadExport, ReadItem, read, started
from tests.transfer.made_exports import BEGAN, chatgpt, node, talk, written, zipped

pytestmark = pytest.mark.databases("sqlite")

MEGABYTE = 1024**2
GIGABYTE = 1024**3
NAME = "conversations.json"
GOOD = json.dumps([talk("a", "Hello?", "Hello!")])
MEMORY_BYTES = 512 * MEGABYTE


def patched(
    change: Callable[[zipfile.ZipInfo], object],
    content: bytes = GOOD.encode(),
    others: Mapping[str, str] | None = None,
) -> bytes:
    """A ZIP of which one member says something else about itself."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, other in (others or {}).items():
            archive.writestr(name, other)
        archive.writestr(NAME, content)
        change(archive.getinfo(NAME))
    return made.getvalue()


def zeros(gigabytes: int) -> bytes:
    """So many zeros, as a ZIP packs them."""
    packer = zlib.compressobj(9, wbits=-15)
    part = packer.compress(bytes(64 * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return part * (gigabytes * 16) + packer.flush()


def says(size: int) -> Callable[[zipfile.ZipInfo], None]:
    """Has a member say that it is packed, and how large it is unpacked."""

    def change(info: zipfile.ZipInfo) -> None:
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, size

    return change


def link() -> bytes:
    info = zipfile.ZipInfo(NAME)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped([(info, b"/etc/passwd")])


def packed(kind: int) -> bytes:
    info = zipfile.ZipInfo(NAME)
    info.compress_type = kind
    return zipped([(info, GOOD.encode())])


def many(members: int) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(NAME, GOOD)
        for number in range(members):
            archive.writestr(f"{number}", b"")
    return made.getvalue()


def encrypt(info: zipfile.ZipInfo) -> None:
    info.flag_bits |= 1


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted": (lambda: patched(encrypt), "encrypted"),
    "a link": (link, "links"),
    "a path upwards": (lambda: zipped({f"../{NAME}": GOOD}), "paths"),
    "a path upwards inside": (lambda: zipped({NAME: GOOD, "a/../../b.png": "x"}), "paths"),
    "an absolute path": (lambda: zipped({NAME: GOOD, "/etc/passwd": "x"}), "paths"),
    "a path of Windows": (lambda: zipped({NAME: GOOD, "..\\b.png": "x"}), "paths"),
    "a drive": (lambda: zipped({NAME: GOOD, "C:\\b.png": "x"}), "paths"),
    "ten gigabytes of zeros": (lambda: patched(says(10 * GIGABYTE), zeros(10)), "too_large"),
    "zeros beside the conversations": (
        lambda: patched(says(10 * GIGABYTE), zeros(1), {"other.json": GOOD}),
        "too_large",
    ),
    "a hundred thousand members": (lambda: many(100_000), "too_many_members"),
    "a ZIP in it": (lambda: zipped({"export.zip": zipped({NAME: GOOD})}), "nested"),
    "a ZIP called otherwise": (lambda: zipped({NAME: zipped({NAME: GOOD})}), "nested"),
    "packed by LZMA": (lambda: packed(zipfile.ZIP_LZMA), "packed_otherwise"),
    "packed by bzip2": (lambda: packed(zipfile.ZIP_BZIP2), "packed_otherwise"),
    "half a ZIP": (lambda: zipped({NAME: GOOD * 50})[:200], "not_readable"),
    "the end of a ZIP": (lambda: b"PK\3\4" + zipped({NAME: GOOD})[-100:], "not_readable"),
    "an empty ZIP": (lambda: zipped({}), "not_recognised"),
    "a ZIP of pictures": (lambda: zipped({"a.png": b"\x89PNG"}), "not_recognised"),
    "only what a Mac adds": (lambda: zipped({f"__MACOSX/._{NAME}": GOOD}), "not_recognised"),
    "nothing": (lambda: b"", "not_recognised"),
    "text": (lambda: b"Dear all,\n\nhello.\n", "not_recognised"),
    "a program": (lambda: b"\x7fELF\x02\x01\x01" + bytes(2000), "not_recognised"),
    "noise": (lambda: random.Random(1).randbytes(100_000), "not_recognised"),
    "other JSON": (lambda: b'{"name": "a package", "version": "1"}', "not_recognised"),
    "a list of other JSON": (lambda: b'[{"name": 1}, 2, null]', "not_recognised"),
    "brackets without end": (lambda: b"[" * MEGABYTE, "not_recognised"),
    "objects without end": (lambda: b'{"a":' * MEGABYTE, "not_recognised"),
    "a string without end": (lambda: b'["' + b"a" * (80 * MEGABYTE), "not_recognised"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, tmp_path: Path) -> None:
    make, why = REFUSED[case]
    told, spool = told_of(tmp_path, make())
    assert (told.archive, told.items, told.refused) == (None, [], why)
    assert [*spool.iterdir()] == []


def test_a_member_larger_than_it_says_is_read_no_further(tmp_path: Path) -> None:
    told, _ = told_of(tmp_path, patched(says(1000), zeros(2)))
    assert told.refused == "not_recognised"


def test_what_a_mac_adds_is_no_second_export(tmp_path: Path) -> None:
    members = {NAME: GOOD, f"__MACOSX/._{NAME}": "\0\5\26\7" * 20}
    told, _ = told_of(tmp_path, zipped(members))
    assert results(told) == [("found", None)]


def told_of(folder: Path, content: bytes | str | Any) -> tuple[ReadExport, Path]:
    """What is told of a file, and the spool folder it was read into."""
    spool = folder / "spool"
    spool.mkdir()
    return read(written(folder, content), spool), spool


def results(told: ReadExport) -> list[tuple[str, str | None]]:
    """What came of each item, and why."""
    return [(each.item.result, each.item.why) for each in told.items]


def texts(read: ReadItem) -> list[str]:
    """What is read on the path shown."""
    return [message.content for message in read.shown]


def among_good_ones(folder: Path, item: str) -> ReadExport:
    """What is told of a list in which this JSON stands between two conversations."""
    first, last = (json.dumps(talk(id, "Hello?", "Hello!")) for id in "ab")
    told, spool = told_of(folder, f"[{first},\n{item},\n{last}]")
    assert told.has_ended
    assert [*spool.iterdir()] == []
    assert told.items[0].item.key == "a"
    assert told.items[-1].item.key == "b"
    assert results(told)[0] == results(told)[-1] == ("found", None)
    return told


def with_time(value: str) -> str:
    """A conversation whose first message was said then, whatever that may be."""
    return json.dumps(talk("x", "one", "two")).replace(str(BEGAN), value, 2)


def large(megabytes: int) -> str:
    text = "river bank " * 5_000
    return json.dumps(talk("x", *[text] * (megabytes * 20)))


FAILING: dict[str, tuple[Callable[[], str], str]] = {
    "lists in lists": (lambda: "[" * 100_000 + "]" * 100_000, "not_an_object"),
    "60 megabytes": (lambda: large(60), "too_large"),
    "one message of 60 megabytes": (lambda: large_message(60), "too_large"),
    "one message of 6 megabytes": (lambda: large_message(6), "too_large"),
    "very many empty objects": (
        lambda: '{"mapping": {"a": [' + "{}," * (2 * MEGABYTE) + "{}]}}",
        "too_large",
    ),
    "objects in objects without end": (
        lambda: '{"mapping": ' + '{"a":' * MEGABYTE + "1" + "}" * (MEGABYTE + 1),
        "too_large",
    ),
    "a number": (lambda: "1e9", "not_an_object"),
    "no mapping": (lambda: '{"mapping": []}', "no_mapping"),
}


def large_message(megabytes: int) -> str:
    return json.dumps(talk("x", "a" * (megabytes * MEGABYTE), "two"))


@pytest.mark.parametrize("case", FAILING)
def test_one_bad_item_ends_no_other(case: str, tmp_path: Path) -> None:
    make, why = FAILING[case]
    told = among_good_ones(tmp_path, make())
    assert results(told)[1:-1] == [("failed", why)]


NUMBERS = ["NaN", "-Infinity", "1e999", "-1e999", "1" * 5_000, "-" + "9" * 20, "0", "0.1", '"soon"']


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number[:12])
def test_a_time_that_is_none_is_the_conversations(number: str, tmp_path: Path) -> None:
    told = among_good_ones(tmp_path, with_time(number))
    assert texts(told.items[1]) == ["one", "two"]
    assert all(2000 <= message.said_at.year <= 2100 for message in told.items[1].messages)


SAID = {
    "a half of a character": (r"half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
    "the other half": (r"\ude00 half", "\N{REPLACEMENT CHARACTER} half"),
    "both halves": (r"\ud83d\ude00", "😀"),
    "the halves in turn": (r"\ude00\ud83d", "\N{REPLACEMENT CHARACTER}" * 2),
    "a backslash before u": (r"\\ud83d", r"\ud83d"),
    "no Unicode": (r"caf\u00e9", "café"),
    "NUL": (r"a\u0000b", "ab"),
    "controls": (r"a\u0001\u001b\tb\n", "a\tb\n"),
    "NaN in words": ("NaN, not Infinity", "NaN, not Infinity"),
    "a quote before NaN": (r"\" NaN \\", '" NaN \\'),
}


@pytest.mark.parametrize("case", SAID)
def test_what_was_said_stays_as_far_as_it_can_be_kept(case: str, tmp_path: Path) -> None:
    written, kept = SAID[case]
    item = json.dumps(talk("x", "one", "PLACE")).replace("PLACE", written)
    assert texts(among_good_ones(tmp_path, item).items[1]) == ["one", kept]


def test_bytes_that_are_no_text_do_not_end_the_file(tmp_path: Path) -> None:
    made = json.dumps([talk("a", "one \x7f", "two"), talk("b", "three", "four")]).encode()
    told, _ = told_of(tmp_path, made.replace(b"\x7f", b"\xff\xc3"))
    assert [texts(each)[-1] for each in told.items] == ["two", "four"]


def test_a_file_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    made = json.dumps([talk("a", "one", "two"), talk("b", "three", "four")])
    told, _ = told_of(tmp_path, made[:-40])
    assert results(told) == [("found", None), ("failed", "cut_off")]
    assert told.has_ended


ODD: tuple[Any, ...] = (None, True, -1, 1.5, "odd", [], [None], ["odd"], {}, {"odd": {"odd": []}})


def spoiled(value: Any) -> Iterator[Any]:
    """It with each value in it replaced by each odd one in turn."""
    yield from ODD
    if not isinstance(value, dict | list):
        return
    for place, part in value.items() if isinstance(value, dict) else enumerate(value):
        for odd in spoiled(part):
            copy = value.copy()
            copy[place] = odd
            yield copy


SPOILED = {
    "chatgpt/plain.json": 0,
    "claude/plain.json": 0,
    "openwebui/ugly.json": -1,
    "librechat/ugly.json": None,
    "chat-ui/plain.json": 0,
}


@pytest.mark.parametrize("name", SPOILED)
def test_no_type_in_any_place_brings_it_down(name: str, tmp_path: Path) -> None:
    whole, place = json.loads((EXPORTS / name).read_bytes()), SPOILED[name]
    one = whole if place is None else whole[place]
    items = [one, *spoiled(one)]
    told, spool = told_of(tmp_path, items)
    assert told.has_ended
    assert len(told.items) == len(items)
    assert {why for result, why in results(told) if result == "failed"} <= {
        "not_an_object",
        "no_mapping",
        "no_chat",
        "no_chat_messages",
        "no_messages",
    }
    assert [*spool.iterdir()] == []


@pytest.mark.parametrize("name", ["lobechat/postgres.json", "nextchat/backup.json"])
def test_no_type_in_any_place_brings_down_a_backup(name: str, tmp_path: Path) -> None:
    whole = json.loads((EXPORTS / name).read_bytes())
    chosen = random.Random(7).sample([*spoiled(whole)], 12)
    for number, each in enumerate(chosen):
        folder = tmp_path / str(number)
        folder.mkdir()
        told, _ = told_of(folder, each)
        assert told.has_ended or told.refused == "not_recognised"
        assert "unreadable" not in {why for _, why in results(told)}


def chain(length: int, roles: tuple[str, ...]) -> dict[str, Any]:
    nodes = (
        node(f"n{n}", roles[n % len(roles)], f"said {n}", f"n{n - 1}" if n else None)
        for n in range(length)
    )
    return chatgpt("x", *nodes)


LONG = 20_000
TREES: dict[str, tuple[Callable[[], dict[str, Any]], int, int]] = {
    "a chain": (lambda: chain(LONG, ("user", "assistant")), LONG, LONG),
    "one long reply": (lambda: chain(LONG, ("assistant",)), 1, 1),
    "all dropped but the last": (lambda: under_dropped(LONG), 1, 1),
    "versions of one message": (lambda: versions(LONG), LONG, 1),
    "one cycle": (lambda: cycle(LONG), LONG, LONG),
}


def under_dropped(length: int) -> dict[str, Any]:
    tools = chain(length, ("tool",))["mapping"].values()
    return chatgpt("x", *tools, node("last", "assistant", "done", f"n{length - 1}"))


def versions(count: int) -> dict[str, Any]:
    return chatgpt("x", *(node(f"n{n}", "user", f"version {n}", "gone") for n in range(count)))


def cycle(length: int) -> dict[str, Any]:
    made = chain(length, ("user", "assistant"))
    made["mapping"]["n0"]["parent"] = f"n{length - 1}"
    return made


@pytest.mark.parametrize("case", TREES)
def test_a_tree_of_any_shape_is_read(case: str, tmp_path: Path) -> None:
    make, messages, shown = TREES[case]
    told = among_good_ones(tmp_path, json.dumps(make())).items[1]
    assert (len(told.messages), len(told.shown)) == (messages, shown)


def test_no_address_in_an_export_is_called(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/pixel.png"
        plain = (EXPORTS / "openwebui" / "ugly.json").read_text()
        told, _ = told_of(tmp_path, plain.replace("https://example.com/pixel.gif", address))
        with pytest.raises(BlockingIOError):
            listener.accept()
    files = [file for each in told.items for said in each.messages for file in said.files]
    assert [(file.name, file.why) for file in files] == [("pixel.png", "missing")]


def test_the_memory_of_the_process_is_bounded(tmp_path: Path) -> None:
    with started(EXPORTS / "chatgpt" / "plain.json", tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        limits = resource.prlimit(process.pid, resource.RLIMIT_AS)
        process.kill()
    assert limits == (MEMORY_BYTES, MEMORY_BYTES)


def test_a_large_export_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    small, large = (peak_kilobytes(export_of(count), tmp_path) for count in (20, 400))
    assert large < small + 16 * 1024


def export_of(conversations: int) -> str:
    """An export with so many conversations, of 36 kB each."""
    text = "Each of these words is found again, one by one. " * 60
    talks = (talk(f"{n}", *[f"{n}: {text}"] * 12) for n in range(conversations))
    return "[" + ",".join(map(json.dumps, talks)) + "]"


def peak_kilobytes(export: str, folder: Path) -> int:
    """What the process that reads an export had in memory at most, but for its last lines."""
    peak = 0
    with started(written(folder, export), folder) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            with suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                if found := re.search(r"VmHWM:\s+(\d+)", status):
                    peak = int(found[1])
    assert process.returncode == 0
    return peak
