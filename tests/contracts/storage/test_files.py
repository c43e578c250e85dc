"""The contract of every file store."""

from collections.abc import AsyncIterator

import anyio
import pytest

from services.errors import InvalidInput, NotFound, TooMuch
from services.ports.files import FileStore, StoredFile
from tests.contracts.storage.conftest import HandClock, Kept


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(files: FileStore, file: StoredFile) -> list[bytes]:
    return [piece async for piece in await files.content("ann", file.file_id)]


async def put(files: FileStore, name: str = "sales.csv", *parts: bytes, user: str = "ann") -> StoredFile:
    return await files.put(user, name, "text/csv", chunks(*parts or (b"a,b\n", b"1,2\n")), max_bytes=100)


async def test_a_file_is_stored_as_it_streams_in(files: FileStore, clock: HandClock) -> None:
    file = await put(files)
    assert (file.name, file.media_type, file.bytes, file.created_at) == (
        "sales.csv",
        "text/csv",
        8,
        clock.now(),
    )
    assert await files.file("ann", file.file_id) == file
    assert await content(files, file) == [b"a,b\n1,2\n"]


async def test_a_name_used_again_replaces_nothing(files: FileStore) -> None:
    first, second = await put(files), await put(files, "sales.csv", b"new")
    assert await files.files("ann") == [second, first]
    assert await content(files, first) == [b"a,b\n1,2\n"]


async def test_an_empty_file_and_one_of_the_very_size_are_fine(files: FileStore) -> None:
    empty, full = await put(files, "empty", b""), await put(files, "full", b"x" * 100)
    assert (empty.bytes, full.bytes) == (0, 100)
    assert (await content(files, empty), await content(files, full)) == ([], [b"x" * 100])


async def test_a_large_file_comes_back_whole_in_pieces(files: FileStore) -> None:
    sent = [bytes([number]) * 100_001 for number in range(20)]
    file = await files.put("ann", "large", "text/csv", chunks(*sent), max_bytes=10_485_760)
    pieces = await content(files, file)
    assert b"".join(pieces) == b"".join(sent)
    assert max(map(len, pieces)) <= 262_144


async def test_a_file_that_is_too_large_leaves_nothing(files: FileStore, kept: Kept) -> None:
    with pytest.raises(InvalidInput) as refused:
        await put(files, "big", b"x" * 60, b"x" * 41)
    assert [error.field for error in refused.value.errors] == ["content"]
    assert await files.files("ann") == []
    assert await kept() == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "../etc", "a\\b", "a\nb", "a\x00", "a\x7f", "\ud800"])
async def test_a_name_that_cannot_be_used_is_refused_before_anything_is_read(
    files: FileStore, name: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await put(files, name)
    assert [error.field for error in refused.value.errors] == ["name"]
    assert await files.files("ann") == []


async def test_an_upload_that_breaks_off_leaves_nothing(files: FileStore, kept: Kept) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await files.put("ann", "half", "text/csv", broken(), max_bytes=100)
    assert await files.files("ann") == []
    assert await kept() == 0


async def test_a_cancelled_upload_leaves_nothing(files: FileStore, kept: Kept) -> None:
    started = anyio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"half"
        started.set()
        await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(files.put, "ann", "half", "text/csv", endless(), 100)
        await started.wait()
        tasks.cancel_scope.cancel()
    assert await files.files("ann") == []
    assert await kept() == 0


async def test_files_of_others_do_not_exist(files: FileStore) -> None:
    file = await put(files)
    assert await files.files("eve") == []
    for file_id in (file.file_id, "unknown", "../soledoor.db"):
        for ask in (files.file, files.content, files.delete):
            with pytest.raises(NotFound, match=r"^There is no such file\.$"):
                await ask("eve", file_id)
    assert await files.files("ann") == [file]


async def test_a_deleted_file_is_gone_with_its_content(files: FileStore, kept: Kept) -> None:
    file = await put(files)
    assert await kept() == 1
    reading = await files.content("ann", file.file_id)
    await files.delete("ann", file.file_id)
    assert await kept() == 0
    with pytest.raises(NotFound):
        await anext(reading)
    with pytest.raises(NotFound):
        await files.delete("ann", file.file_id)


async def test_a_user_keeps_so_many_files_and_no_more(files: FileStore, kept: Kept) -> None:
    first, *_ = [await put(files) for _ in range(3)]
    with pytest.raises(TooMuch) as refused:
        await put(files)
    assert refused.value.code == "too_many_files"
    await put(files, user="bob")
    await files.delete("ann", first.file_id)
    await put(files)
    assert await kept() == 4


async def test_uploads_at_once_do_not_slip_past_the_bound(files: FileStore, kept: Kept) -> None:
    refused = 0

    async def upload() -> None:
        nonlocal refused
        try:
            await put(files)
        except TooMuch:
            refused += 1

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(upload)
    assert (refused, len(await files.files("ann"))) == (5, 3)
    assert await kept() == 3
