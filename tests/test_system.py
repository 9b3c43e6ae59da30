"""What differs between operating systems stands in one module, which works where its calls are missing."""

from __future__ import annotations

import ast
import importlib
import os
import stat
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from forecast import system
from tests.support.paths import ROOT

pytestmark = pytest.mark.medium

PACKAGE = ROOT / "forecast"
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "msvcrt", "winreg", "nt"}
OF_OS = {
    *("fork", "forkpty", "register_at_fork", "wait", "waitpid", "killpg", "setsid", "getpgid", "nice", "getloadavg"),
    *("getuid", "geteuid", "getgid", "getegid", "chown", "lchown", "fchown", "fchmod", "lchmod", "mkfifo", "mknod", "umask", "chroot"),
    *("sched_getaffinity", "sched_setaffinity", "open", "pread", "pwrite", "statvfs", "uname", "sync", "fdatasync", "startfile"),
    *("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "O_BINARY", "O_TMPFILE"),
}
SIGNALS = {"SIGKILL", "SIGHUP", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGXFSZ", "SIGSTOP", "SIGQUIT"}
ROOTS = ("/proc", "/dev", "/tmp", "/etc", "/usr", "/var", "/bin")


def test_what_only_some_systems_have_is_called_in_one_module():
    """No module but `system` imports, calls or names what Linux, macOS and Windows do not all have."""
    found = {
        path.relative_to(PACKAGE).as_posix(): uses
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "system.py" and (uses := sorted(set(particular(ast.parse(path.read_text(encoding="utf-8"))))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("import fcntl", "fcntl"),
        ("from resource import getrlimit", "resource"),
        ("import os\nos.sched_getaffinity(0)", "os.sched_getaffinity"),
        ("import signal\nsignal.SIGKILL", "signal.SIGKILL"),
        ("Path('/proc/self')", "/proc/self"),
        ("import os\nos.open('x', os.O_RDONLY)", "os.open"),
    ],
)
def test_the_search_finds_what_it_looks_for(text, use):
    """Each kind of use is found."""
    assert use in set(particular(ast.parse(text)))


def test_a_directory_is_not_opened_on_windows(tmp_path, monkeypatch):
    """Where the system opens no directory, nothing is opened and nothing fails."""
    opened = []
    monkeypatch.setattr(system, "os", SimpleNamespace(name="nt", open=lambda *arguments: opened.append(arguments)))
    system.sync_directory(tmp_path)
    assert opened == []


def test_a_system_without_affinity_counts_its_cores(monkeypatch):
    """MacOS has no affinity: all cores count, and one where nobody knows how many there are."""
    monkeypatch.setattr(system, "os", SimpleNamespace(cpu_count=lambda: 6))
    assert system.core_count() == 6
    monkeypatch.setattr(system, "os", SimpleNamespace(cpu_count=lambda: None))
    assert system.core_count() == 1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has no affinity")
def test_a_system_with_affinity_counts_the_cores_this_process_may_use(monkeypatch):
    """Where the system binds a process to some cores, only these count."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert system.core_count() == 3


def test_flags_that_a_system_lacks_count_as_none(monkeypatch):
    """Without the flags of POSIX the module loads, and files are opened as plainly as the system can."""
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY"):
        monkeypatch.delattr(os, name, raising=False)
    try:
        plain = importlib.reload(system)
        assert (getattr(os, "O_BINARY", 0), 0) == (plain._ALWAYS, plain._REGULAR)
    finally:
        monkeypatch.undo()
        importlib.reload(system)


def test_a_junction_counts_as_a_link():
    """A Windows junction is a folder to `lstat`, and yet leads elsewhere."""
    place = SimpleNamespace(lstat=lambda: SimpleNamespace(st_mode=stat.S_IFDIR), is_junction=lambda: True)
    assert system.file_kind(place) == "link"


def test_processes_are_started_anew_where_threads_cannot_be_counted(monkeypatch, tmp_path):
    """Without Linux's list of threads nothing is copied."""
    monkeypatch.setattr(system, "Path", lambda _: tmp_path / "nowhere")
    assert system.process_start_method() == "spawn"


def particular(tree: ast.AST) -> Iterator[str]:
    """What a module uses that not every system has."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name in MODULES)
            case ast.ImportFrom(module=str(module), names=names):
                yield from [module] if module in MODULES else []
                yield from (f"os.{alias.name}" for alias in names if module == "os" and alias.name in OF_OS)
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in OF_OS:
                yield f"os.{name}"
            case ast.Attribute(value=ast.Name(id="signal"), attr=name) if name in SIGNALS:
                yield f"signal.{name}"
            case ast.Constant(value=str(text)) if text.startswith(ROOTS):
                yield text
