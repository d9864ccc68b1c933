"""The command that comes with the package."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import bodycopy
import pytest

from conftest import ROOT

COMMAND = Path(sysconfig.get_path("scripts")) / "bodycopy"
SEED = ROOT / "seeds" / "article.txt"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["clean", "--help"],
        [SEED],
        ["--check", SEED],
        ["--count", SEED, "nowhere.txt"],
        ["explain", "--json", SEED],
        ["--select", "donations", SEED],
        ["--quiet", "patterns", "list"],
        ["patterns", "show", "en.common.advertisement"],
        ["completions", "bash"],
    ],
    ids=lambda arguments: " ".join(getattr(argument, "name", argument) for argument in arguments),
)
def test_it_is_the_same_program(binary, arguments):
    def run(program):
        return subprocess.run([*program, *arguments], capture_output=True, stdin=subprocess.DEVNULL, cwd=ROOT / "seeds")

    expected = run([binary])
    for program in ([COMMAND], [sys.executable, "-m", "bodycopy"]):
        ours = run(program)
        assert (ours.returncode, ours.stdout, ours.stderr) == (expected.returncode, expected.stdout, expected.stderr)


def test_its_version_is_that_of_the_package():
    shown = subprocess.run([COMMAND, "--version"], check=True, capture_output=True, text=True).stdout
    assert shown == f"bodycopy {bodycopy.__version__}\n"


def test_it_filters_a_pipe_as_it_comes():
    with subprocess.Popen([COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(b"The bridge reopened on Monday, said the mayor.\n\n")
        process.stdin.flush()
        # It comes out although the input goes on.
        assert process.stdout.readline() == b"The bridge reopened on Monday, said the mayor.\n"
        process.stdin.write(b"ADVERTISEMENT\nTraffic is back.\n")
        process.stdin.close()
        assert process.stdout.read() == b"\nTraffic is back.\n"
    assert process.returncode == 0


def test_a_closed_pipe_is_success(tmp_path):
    (tmp_path / "long.txt").write_bytes(b"The mayor was there, and so were the dogs.\n" * 50_000)
    with subprocess.Popen([COMMAND, tmp_path / "long.txt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_it_at_once():
    with subprocess.Popen([COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(b"A line.\n\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        process.wait(10)
        assert time.monotonic() - start < 5
        assert process.returncode == -signal.SIGINT
        assert process.stderr.read() == b""


def test_names_of_files_need_not_be_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"A line.\nADVERTISEMENT\n")
    run = subprocess.run([COMMAND, path], check=True, capture_output=True)
    assert run.stdout == b"A line.\n"
    assert not re.search(rb"rror", run.stderr)
