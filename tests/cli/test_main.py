import json
import os
import signal
import subprocess
import sys

import pytest

from tests.conftest import HERE
from tests.forked import run_code
from tests.signals import sweep, tone, write, write_mp3
from voiceprep import __version__
from voiceprep.cli.main import _exit_code, _show
from voiceprep.cli.table import COMMANDS
from voiceprep.commands.train.result import TrainResult

# Each of these takes a second or so to load.
SLOW = ("torch", "pandas", "librosa", "pyloudnorm", "inflect", "matplotlib")


def test_the_users_calls_work_just_as_typed(voiceprep, dataset):
    assert voiceprep("convert", "mp3dir").returncode == 0
    assert voiceprep("filelist", "--split", "all-train").returncode == 0
    assert voiceprep("mels").returncode == 0
    assert len(list((dataset / "mels").glob("*.npy"))) == 3


def test_a_summary_goes_to_stdout_and_nothing_to_stderr(voiceprep):
    told = voiceprep("convert", "mp3dir")
    assert told.stderr == ""
    assert told.stdout == (
        "3 clips, 3.8 s → wavs\n\n  done             3\n\n  seconds: 3.8 in = 3.8 kept\n"
    )


def test_a_process_that_does_not_lead_prints_nothing(capsys, tmp_path):
    for as_json in (False, True):
        given = {"as_json": as_json, "quiet": False, "verbose": True}
        _show(TrainResult("finished", tmp_path, 2, 2, leads=False), given)
    assert capsys.readouterr().out == ""


def test_json_lines_end_in_the_summary(voiceprep, dataset):
    (dataset / "mp3dir" / "note.mp3").write_text("no sound")
    told = voiceprep("convert", "mp3dir", "--json")
    *rows, last = map(json.loads, told.stdout.splitlines())
    assert [row["status"] for row in rows] == ["done", "done", "done", "failed"]
    assert last["summary"]["clips"] == {
        "in": 4,
        "done": 3,
        "skipped": 0,
        "quarantined": 0,
        "failed": 1,
    }
    assert told.returncode == 3


def test_quiet_prints_nothing_and_verbose_every_clip(voiceprep):
    assert voiceprep("convert", "mp3dir", "-q").stdout == ""
    assert voiceprep("convert", "mp3dir", "-v").stdout.startswith("skipped     a\nskipped     b\n")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["convrt"], "there is no command 'convrt': did you mean 'convert'?"),
        (["convert"], "'SOURCE'"),
        (["convert", "mp3s"], "mp3s: "),
        (["convert", "mp3dir", "."], ".: it and mp3dir"),
        (["convert", "mp3dir", "--rat", "5"], "--rate"),
        (["convert", "mp3dir", "--rate", "x"], "'x'"),
        (["convert", "mp3dir", "-j", "-2"], "jobs = -2: "),
        (["convert", "mp3dir", "--rate", "5"], "rate = 5: "),
        (["convert", "mp3dir", "--set", "convert.rat=1"], "'rate'"),
        (["convert", "mp3dir", "--set", "mell.rate=1"], "'mel'"),
        (["convert", "mp3dir", "--set", "rate"], "--set rate: "),
        (["mels", "--set", "mel.hop_length=x"], "mel.hop_length = 'x': "),
        (["convert", "mp3dir", "--preset", "finetune"], "'fine-tune'"),
        (["convert", "mp3dir", "--preset", "gone.toml"], "gone.toml: "),
        (["filelist", "--split", "half"], "split = 'half': "),
        (["text", "x", "--cleaner", "french"], "'french'"),
        (["mels"], "wavs: "),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(voiceprep, words, named):
    told = voiceprep(*words)
    assert told.returncode == 2
    assert named in told.stderr
    assert told.stderr.startswith("voiceprep: ")
    assert told.stderr.count("\n") == 1
    assert told.stdout == ""


def test_settings_come_from_preset_dataset_and_command_line_in_turn(voiceprep, dataset):
    (dataset / "own.toml").write_text("[convert]\nrate = 16000\nbits = 24\nchannel = 'left'\n")
    (dataset / "voiceprep.toml").write_text("[convert]\nrate = 24000\n[mel]\nrate = 24000\n")
    told = voiceprep("convert", "mp3dir", "--preset", "own.toml", "--channel", "right")
    assert told.returncode == 0
    ran = (dataset / "wavs" / "settings.toml").read_text()
    assert 'rate = 24000\nbits = 24\nchannel = "right"' in ran


def test_a_mistake_in_the_datasets_settings_names_the_file(voiceprep, dataset):
    (dataset / "voiceprep.toml").write_text("[convert]\nrte = 16000\n")
    told = voiceprep("convert", "mp3dir")
    assert told.returncode == 2
    assert told.stderr.startswith("voiceprep: voiceprep.toml: ")
    assert "convert.rte" in told.stderr


def test_one_bad_file_never_stops_the_rest(voiceprep, dataset):
    (dataset / "mp3dir" / "aa.mp3").write_text("no sound")
    told = voiceprep("convert", "mp3dir")
    assert told.returncode == 3
    assert "failed\n  aa  " in told.stdout
    assert len(list((dataset / "wavs").glob("*.wav"))) == 3


def test_the_decoders_own_lines_stay_away(voiceprep, dataset):
    path = write_mp3(dataset / "mp3dir" / "d.mp3", sweep(4.0, 44100), 44100, "-b:a", "128k")
    data = bytearray(path.read_bytes())
    data[20000:23000] = bytes(3000)
    path.write_bytes(data)
    told = voiceprep("convert", "mp3dir")
    assert told.returncode == 3
    assert told.stderr == ""


@pytest.mark.parametrize(("names", "code"), [(("a",), 0), (("a", "gone"), 3)])
def test_a_reader_that_leaves_makes_no_traceback_and_no_other_exit_code(dataset, names, code):
    for name in {"b", "c"} - set(names):
        (dataset / "mp3dir" / f"{name}.wav").unlink()
    if "gone" in names:
        (dataset / "mp3dir" / "gone.mp3").write_text("no sound")
    call = f"{sys.executable} -m voiceprep convert mp3dir --json | true; exit ${{PIPESTATUS[0]}}"
    told = subprocess.run(
        ["bash", "-c", call],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.stderr, told.returncode) == ("", code)


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_closed_streams_do_not_matter(dataset, closed):
    call = f"{sys.executable} -m voiceprep convert mp3dir {closed}"
    told = subprocess.run(
        ["bash", "-c", call],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in told.stderr
    assert ("3 clips" in told.stdout) == (closed == "2>&-")
    assert len(list((dataset / "wavs").glob("*.wav"))) == 3


def test_a_crash_is_reported_by_faulthandler(dataset):
    code = """
import signal, sys
from voiceprep.commands import convert
convert.convert_file = lambda *_: signal.raise_signal(signal.SIGSEGV)
sys.argv = ["voiceprep", "convert", "mp3dir", "-j1"]
from voiceprep.cli.main import main
main()
"""
    told = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", code],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGSEGV
    assert "Fatal Python error: Segmentation fault" in told.stderr


def test_what_mpg123_says_of_a_damaged_mp3_is_hidden(voiceprep, dataset):
    path = write_mp3(dataset / "mp3dir" / "damaged.mp3", sweep(3.0))
    data = bytearray(path.read_bytes())
    for place in range(2000, len(data) - 100, 3000):
        data[place : place + 100] = bytes(range(100))
    data[100:1000] = b""  # without the header frame, which promises a length
    path.write_bytes(data)
    told = voiceprep("convert", "mp3dir", "-v")
    assert "damaged at " in told.stdout
    assert told.stderr == ""


LOCALES = [
    {"LC_ALL": "C", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "", "LANG": "", "PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
]


@pytest.mark.parametrize("environment", LOCALES)
def test_names_and_texts_are_utf8_whatever_the_locale(voiceprep, dataset, environment):
    write_mp3(dataset / "mp3dir" / "süß-日本.mp3", sweep(1.0))
    (dataset / "metadata.csv").write_text("süß-日本|Grüße, 日本!\n", encoding="utf-8")
    given = {"env": environment, "encoding": "utf-8"}
    assert '"id": "süß-日本"' in voiceprep("convert", "mp3dir", "--json", **given).stdout
    told = voiceprep("filelist", "--split", "all-train", "--json", **given)
    assert told.stderr == ""
    lines = (dataset / "filelists" / "train.txt").read_text(encoding="utf-8").splitlines()
    assert "wavs/süß-日本.wav|Grüße, 日本!" in lines
    assert "süß-日本" in (dataset / "wavs" / "outcomes.jsonl").read_text(encoding="utf-8")
    wrong = voiceprep("convert", "fehlt-ä", **given)
    assert wrong.stderr.startswith("voiceprep: fehlt-ä: ")


def test_a_terminal_of_plain_ascii_is_enough(voiceprep, dataset):
    write(dataset / "mp3dir" / "x.wav", tone()).rename(dataset / "mp3dir" / "ünï.wav")
    told = voiceprep("convert", "mp3dir", "-v", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert told.returncode == 0
    assert told.stderr == ""


def test_help_and_version(voiceprep):
    told = voiceprep("--help")
    for name in ("convert", "filelist", "mels", "text"):
        assert f"\n  {name} " in told.stdout
    assert voiceprep().stdout == told.stdout
    assert voiceprep("--version").stdout == f"voiceprep {__version__}\n"


def test_the_help_of_all_train_gives_its_reason(voiceprep):
    words = " ".join(voiceprep("filelist", "--help").stdout.split())
    assert "drifts" in words


@pytest.mark.parametrize("words", [["--help"], ["convert", "mp3dir"]])
def test_slow_libraries_are_not_loaded_for_what_needs_none(dataset, words):
    code = f"""
import sys
sys.argv = ["voiceprep", *{words!r}]
from voiceprep.cli.main import main
assert not main()
print("LOADED", [name for name in {SLOW!r} if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.endswith("LOADED []\n")


def test_no_help_needs_torch():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from voiceprep.cli.main import load_command\n"
        "from voiceprep.cli.table import COMMANDS\n"
        "print(*(load_command(name).get_short_help_str() for name in COMMANDS), sep='\\n')"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert len(shown.stdout.splitlines()) == len(COMMANDS)


def test_the_help_of_train_takes_less_than_half_a_second():
    code = (
        "import time\nfrom voiceprep.cli.main import load_command\n"
        "load_command('train').get_help\nprint(time.process_time())"
    )
    call = [sys.executable, "-c", code]
    runs = [subprocess.run(call, capture_output=True, text=True, check=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) < 0.5


def test_an_interrupt_is_one_line(dataset):
    code = """
import os, signal, sys
from voiceprep.cli import main
main.call_command = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
sys.argv = ["voiceprep", "text", "Hello."]
sys.exit(main.main())
"""
    told = run_code(code, dataset)
    assert (told.returncode, len(told.stderr.splitlines())) == (130, 1)


def test_memory_that_runs_out_is_no_bug(capsys):
    def full():
        raise MemoryError("Unable to allocate 8 EiB")

    assert _exit_code(full) == 2
    assert "8 EiB" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "spins"),
    [({}, "2000"), ({"OMP_WAIT_POLICY": "active"}, None), ({"GOMP_SPINCOUNT": "9"}, "9")],
)
def test_threads_spin_briefly_while_they_wait_unless_told_otherwise(tmp_path, typed, spins):
    code = (
        "import os, sys; sys.argv = ['voiceprep', '--version']\n"
        "for name in ('OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'): os.environ.pop(name, None)\n"
        f"os.environ |= {typed}\n"
        "from voiceprep.cli.main import main\n"
        "main()\nprint(os.environ.get('GOMP_SPINCOUNT'))"
    )
    assert run_code(code, tmp_path).stdout.split()[-1] == str(spins)


def test_a_command_that_loads_a_compiler_leaves_nothing_among_temporary_files(tmp_path):
    code = (
        "import sys; from voiceprep.cli.main import main; sys.argv = ['voiceprep', '--version']; "
        "main(); import onnxruntime, torch._dynamo"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    for name in ("TORCHINDUCTOR_CACHE_DIR", "ORT_DISABLE_TELEMETRY"):
        environment.pop(name, None)
    subprocess.run([sys.executable, "-c", code], cwd=HERE, env=environment, check=True)
    assert list(tmp_path.iterdir()) == []
