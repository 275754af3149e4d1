"""Speak some thirty sentences into stereo mp3s with the faults that real folders have.

    python examples/demo_recordings.py FOLDER

makes FOLDER/mp3dir and FOLDER/metadata.csv. espeak-ng speaks, ffmpeg spoils and encodes.
"""

import subprocess
import sys
from pathlib import Path

SENTENCES = (
    "The harbour was quiet when the first boats came home.",
    "She counted seventeen lanterns along the old stone wall.",
    "Nobody had told the baker that the bridge was closed.",
    "A thin blue smoke rose from every second chimney.",
    "We waited for the rain, and the rain did not come.",
    "His answer was short, polite and entirely useless.",
    "Could you hold this rope while I look for the key?",
    "The clock in the hall has been slow for eleven years.",
    "Two foxes crossed the field just before the sun went down.",
    "She keeps the honey in a blue jar behind the flour.",
    "They painted the gate green, then grey, then green again.",
    "Dr. Hale arrived at half past nine with 3 heavy boxes.",
    "What the river takes in spring, it returns in autumn.",
    "My brother keeps his letters in a biscuit tin.",
    "The road turns left at the mill and follows the water.",
    "Please leave the window open; the paint is still wet.",
    "An honest map shows the places where nobody has been.",
    "The children measured the tree and wrote down 14 feet.",
    "Every Thursday the library smells of coffee and wax.",
    "He whistled the same four notes until the kettle boiled.",
    "The ticket cost $2.50, which was all that I had.",
    "Fresh snow makes even the busiest street sound empty.",
    "I would rather walk than wait for that bus again.",
    "The orchestra tuned for so long that we applauded.",
    "Under the stairs we found a sword, a drum and a map.",
    "Sugar first, then lemon, and never the other way round!",
    "The last page of the diary had been cut out with care.",
    "From the tower you can see three counties and the sea.",
    "Her garden grew wild because she preferred it that way.",
    "It was the 2nd of May, and the cherry trees were late.",
    "Once a year the old keeper wrote a long letter to himself.",
    "Good night, said the ferryman, and mind the last step.",
)
# A moment before the speech and after it, and a room in place of espeak-ng's digital silence: two
# microphones, each with a noise of its own.
ROOM = (
    "areverse,silenceremove=start_periods=1:start_threshold=-60dB,areverse,"
    "aformat=channel_layouts=stereo,adelay=150:all=1,apad=pad_dur={tail},"
    "aeval=val(0)+0.0009*(2*random(0)-1)|val(1)+0.0009*(2*random(1)-1):c=same"
)
# Seconds after the speech, and those of recordings that went on for too long.
TAIL, TAILS = 0.2, {6: 2.5, 9: 3.5}
# What is done to a recording before it is encoded, by its number.
FAULTS = {
    3: "aeval=val(0)+0.02*sin(2*PI*50*t)|val(1)+0.02*sin(2*PI*50*t):c=same",
    12: "volume=20dB,aformat=sample_fmts=s16",
    15: "volume=-18dB",
    18: "pan=stereo|c0=c0|c1=0*c1",
    20: "aeval=val(0)+0.012*(2*random(0)-1)|val(1)+0.012*(2*random(1)-1):c=same",
    21: "pan=stereo|c0=c0|c1=-1*c1",
}
CUT_OFF, TWICE, NO_SOUND = 24, 27, "demo-33.mp3"


def speak(sentence: str, target: Path, tail: float, fault: str) -> None:
    """Speak a sentence into a stereo 44.1 kHz mp3 of 128 kbit/s."""
    spoken = subprocess.run(
        ["espeak-ng", "-v", "en-gb", "-s", "155", "--stdout", sentence],
        capture_output=True,
        check=True,
    ).stdout
    filters = ",".join(filter(None, ("aresample=44100", ROOM.format(tail=tail), fault)))
    command = ["ffmpeg", "-v", "error", "-y", "-i", "pipe:0", "-af", filters]
    subprocess.run(
        [*command, "-c:a", "libmp3lame", "-b:a", "128k", str(target)], input=spoken, check=True
    )


def make_recordings(folder: Path) -> None:
    """Make `folder`/mp3dir and `folder`/metadata.csv."""
    mp3s = folder / "mp3dir"
    mp3s.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, sentence in enumerate(SENTENCES, start=1):
        name = f"demo-{number:02d}"
        tail, fault = TAILS.get(number, TAIL), FAULTS.get(number, "")
        speak(sentence, mp3s / f"{name}.mp3", tail, fault)
        rows.append(f"{name}|{sentence}")
    whole = (mp3s / f"demo-{CUT_OFF:02d}.mp3").read_bytes()
    (mp3s / f"demo-{CUT_OFF:02d}.mp3").write_bytes(whole[: len(whole) // 2])
    twice = mp3s / f"demo-{TWICE:02d}.mp3"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(twice), str(twice.with_suffix(".flac"))],
        check=True,
    )
    (mp3s / NO_SOUND).write_text("This is a note about the recordings, not one of them.\n")
    rows.append(f"{Path(NO_SOUND).stem}|This sentence was never recorded.")
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make_recordings(Path(sys.argv[1]))
