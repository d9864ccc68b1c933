"""Texts as strings: results, errors, pickling, threads."""

import os
import pickle
import subprocess
import sys
import threading
import time

import bodycopy
import pytest
from bodycopy import PatternError, Removal, Stripped, Stripper

from conftest import ROOT, as_in_the_ledger, of_the_ledger

AD = "The bridge reopened – on Monday.\nADVERTISEMENT\nTraffic is back.\n"
SET = """
[set]
id        = "en.{name}"
language  = "en"
summary   = "A line of a test"

[[pattern]]
id         = "line"
category   = "newsletter"
kind       = "line"
literals   = ["{phrase}"]
match      = ["{phrase}"]
no_match   = ["She wrote: {phrase} and left."]
added      = 2026-01-01
provenance = "a test"
"""


def test_all_seeds_come_out_as_by_the_binary(documents):
    stripper = Stripper()
    for document in documents:
        stripped = stripper.strip(document.text)
        assert stripped.text == document.clean, document.name
        assert list(map(as_in_the_ledger, stripped.removals)) == list(map(of_the_ledger, document.ledger)), document.name


@pytest.mark.parametrize("threads", [1, 2, 0])
def test_many_are_as_each(documents, threads):
    stripper = Stripper()
    # More than the 4 MiB of one task.
    times = 1 + (5 << 20) // sum(len(document.text) for document in documents)
    texts = [document.text for document in documents] * times
    many = stripper.strip_many([None, "", *texts], threads=threads)
    assert many[:2] == [None, Stripped("", (), ())]
    assert [stripped.text for stripped in many[2:]] == [document.clean for document in documents] * times
    assert many[2 : 2 + len(documents)] == [stripper.strip(document.text) for document in documents]


def test_ranges_lead_to_the_removed_text(documents):
    for document in documents:
        for removal in Stripper().strip(document.text).removals:
            assert document.text[slice(*removal.characters)] == removal.text
            assert document.text.encode()[slice(*removal.bytes)].decode() == removal.text
            for evidence in removal.evidence:
                assert document.text[slice(*evidence.characters)].startswith(evidence.text)


def test_a_removal_says_what_and_why():
    stripped = Stripper().strip(AD)
    assert stripped.text == AD.replace("ADVERTISEMENT\n", "")
    (removal,) = stripped.removals
    assert isinstance(removal, Removal)
    assert (removal.pattern, removal.category, removal.reason) == ("en.common.advertisement", "advertising", "line")
    # The dash has three bytes and is one character.
    assert (removal.bytes, removal.characters, removal.lines) == ((35, 49), (33, 47), (2, 2))
    assert removal.evidence[0].text == "ADVERTISEMENT"


def test_what_stays_whole_is_the_same_string():
    text = "Nothing to see here.\n"
    assert Stripper().strip(text).text is text


def test_select_and_ignore_are_those_of_the_command(documents, binary, tmp_path):
    text = "".join(document.text + "\n\n" for document in documents[:40])
    (tmp_path / "all.txt").write_bytes(text.encode())
    for select, ignore in [("donation,newsletter", ""), ("", "en.common"), ("all", "related"), ("en.common.advertisement", "")]:
        options = [f"--select={select}"] * bool(select) + [f"--ignore={ignore}"] * bool(ignore)
        command = [binary, "--no-config", *options, tmp_path / "all.txt"]
        expected = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        assert Stripper(select, ignore).strip(text).text == expected
        assert Stripper(select.split(",") if select else (), [ignore] if ignore else []).strip(text).text == expected
        assert expected != text


def test_the_publisher_may_be_known(binary, tmp_path):
    # The patterns that count only for their own publisher, by the command and here.
    text = "Prices rose.\nThe Kestrian Post needs you now\nMore rain is expected.\n"
    patterns = {"en.x/kestrian-post.toml": SET.format(name="kestrian-post", phrase="The Kestrian Post needs you now")
                .replace('summary ', 'publisher = "kestrian.example"\nsummary ').replace("[[pattern]]", '[[pattern]]', 1)
                .replace('category ', "only_own = true\ncategory ")}
    stripper = Stripper(patterns=patterns)
    assert stripper.strip(text).text == text
    whose = ["https://www.kestrian.example/a?b", "kestrian.example"]
    for place in whose:
        (removal,) = stripper.strip(text, place).removals
        assert removal.publisher == "kestrian.example"
    assert stripper.strip(text, "example.org").text == text
    many = stripper.strip_many([text] * 3, [whose[0], None, "example.org"])
    assert [len(stripped.removals) for stripped in many] == [1, 0, 0]
    with pytest.raises(ValueError, match="1 publishers for 3 texts"):
        stripper.strip_many([text] * 3, [None])


class TestPatterns:
    def test_of_a_folder_are_used_and_pickled(self, tmp_path):
        folder = tmp_path / "own"
        folder.mkdir()
        (folder / "gazette.toml").write_text(SET.format(name="gazette", phrase="Wind up your watch now"))
        stripper = Stripper(patterns=folder)
        text = "Rain fell.\nWind up your watch now\nThe sun shone.\n"
        assert stripper.strip(text).text == "Rain fell.\nThe sun shone.\n"
        pickled = pickle.dumps(stripper)
        (folder / "gazette.toml").unlink()
        again = pickle.loads(pickled)
        assert again == stripper and hash(again) == hash(stripper)
        assert again.strip(text) == stripper.strip(text)
        assert Stripper().strip(text).text == text

    def test_come_as_texts_too_and_the_last_counts(self):
        first = {"a/gazette.toml": SET.format(name="gazette", phrase="Wind up your watch now")}
        second = {"b/gazette.toml": SET.format(name="gazette", phrase="Wind up your clock now")}
        text = "Rain fell.\nWind up your watch now\nWind up your clock now\nThe sun shone.\n"
        assert Stripper(patterns=[first, second]).strip(text).text == text.replace("Wind up your clock now\n", "")
        assert Stripper(patterns=[second, first]).strip(text).text == text.replace("Wind up your watch now\n", "")

    def test_that_are_broken_are_named_with_file_and_line(self, tmp_path, binary):
        (tmp_path / "one.toml").write_text(SET.format(name="one", phrase="x y z").replace("category ", "categori "))
        (tmp_path / "two.toml").write_text(SET.format(name="three", phrase="x y z"))
        with pytest.raises(PatternError) as caught:
            Stripper(patterns=tmp_path)
        assert [(path.rsplit("/")[-1], line) for path, line, _ in caught.value.errors] == [("one.toml", 9), ("two.toml", 3)]
        command = [binary, "--no-config", "--patterns", tmp_path, os.devnull]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.stderr == f"bodycopy: error: {caught.value}\n"
        assert isinstance(caught.value, ValueError)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (str(again), again.errors) == (str(caught.value), caught.value.errors)

    def test_that_are_not_there(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="cannot read the pattern files"):
            Stripper(patterns=tmp_path / "nowhere")
        with pytest.raises(ValueError, match="no pattern files here"):
            Stripper(patterns=tmp_path)

    def test_names_that_mean_nothing(self):
        with pytest.raises(ValueError, match="donations.*donation"):
            Stripper(select="donations")
        with pytest.raises(ValueError, match="en.comon"):
            Stripper(ignore=["en.comon"])


class TestWhatIsNoText:
    @pytest.mark.parametrize("value", [None, b"bytes", 3, ["x"]])
    def test_of_other_types(self, value):
        with pytest.raises(TypeError, match="str"):
            Stripper().strip(value)

    def test_with_a_lone_surrogate(self):
        with pytest.raises(ValueError, match="lone surrogate at character 3.*surrogatepass"):
            Stripper().strip("abc\udce9")
        with pytest.raises(ValueError, match=r"texts\[2\] has a lone surrogate at character 1"):
            Stripper().strip_many(["a", None, "b\ud800"])
        broken = "b\ud800\n"
        repaired = broken.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        assert Stripper().strip(repaired).text == repaired

    def test_in_a_list(self):
        with pytest.raises(TypeError, match=r"texts\[1\] is of the type int, not str"):
            Stripper().strip_many(["a", 1])
        with pytest.raises(ValueError, match="-1 threads"):
            Stripper().strip_many(["a"], threads=-1)


def test_long_rows_pass_unjudged_lines_and_keep_order():
    long = "x" * ((1 << 20) + 1)
    text = f"First.\n{long}\nADVERTISEMENT\nLast.\n"
    stripped = Stripper().strip(text)
    assert stripped.text == f"First.\n{long}\nLast.\n"
    assert stripped.unjudged == (2,)
    huge = "The bridge reopened on Monday, and the mayor was there.\n" * 100_000
    assert Stripper().strip(huge).text == huge


def test_the_result_can_be_pickled():
    stripped = Stripper().strip(AD)
    assert pickle.loads(pickle.dumps(stripped)) == stripped


def test_the_lock_is_released():
    stripper = Stripper()
    text = AD * 20_000
    stripper.strip(AD)
    ticks = 0
    done = threading.Event()

    def work():
        stripper.strip(text)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.wait(0.001):
        ticks += 1
    thread.join()
    # With the lock held, this thread would not have come to its turn.
    assert ticks > 5


def test_import_is_fast_and_brings_nothing_heavy():
    code = "import sys, time; t = time.perf_counter(); import bodycopy; print(time.perf_counter() - t); " \
        "print([name for name in ('pyarrow', 'pyspark', 'ray', 'datatrove', 'numpy', 'dataclasses') if name in sys.modules])"
    outputs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout for _ in range(5)]
    seconds = min(float(output.split()[0]) for output in outputs)
    assert outputs[0].split(maxsplit=1)[1].strip() == "[]"
    assert seconds < 0.05, f"{seconds * 1000:.0f} ms"


def test_the_documentation_holds():
    import doctest

    assert doctest.testmod(bodycopy).failed == 0
    readme = ROOT / "python" / "README.md"
    assert doctest.testfile(str(readme), module_relative=False).failed == 0
