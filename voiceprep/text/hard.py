"""Sentences on which models fail: short, long, repeated, spelled out, with every end mark."""

ENDINGS = ("", ".", ";", "!", "?")

# Sentences by the kind of difficulty.
HARD = {
    "letter": ("a", "B.", "I"),
    "word": ("No.", "Yes", "Hello there."),
    "spelled": ("A B C D E F G.", "N, V, I, D, I, A.", "x y z"),
    "repeated": (
        "no no no no no no no no",
        "Very, very, very, very, very good.",
        "the cat and the cat and the cat and the cat and the dog.",
    ),
    "digits": ("7", "Call 555 0199 before 12:30.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."),
    "twister": (
        "She sells sea shells by the sea shore.",
        "The sixth sick sheikh's sixth sheep's sick.",
    ),
    "marks": (
        "Well... yes - no, (perhaps): not now; later!",
        "Wait, wait, wait, who, what, where?",
    ),
    "long": (
        "When the last of the boats had come in and the nets were hung to dry along the wall, the "
        "old man sat down on an upturned crate, lit his pipe, and began, as he did every evening "
        "of that long summer, to tell whoever would listen how the harbour had looked before the "
        "railway came, when a letter took nine days and nobody thought that slow.",
        "It rained on Monday and it rained on Tuesday and it rained on Wednesday and it rained on "
        "Thursday and it rained on Friday and it rained on Saturday and on Sunday it snowed",
    ),
}


def hard_sentences() -> dict[str, str]:
    """The sentences of HARD by id, as in `repeated-2`."""
    return {
        f"{kind}-{number}": text
        for kind, texts in HARD.items()
        for number, text in enumerate(texts, 1)
    }


def ending_of(text: str) -> str:
    """The mark at the end of a text, one of ENDINGS."""
    last = text.rstrip()[-1:]
    return last if last in ENDINGS else ""


def end_with(text: str, ending: str) -> str:
    """The text with this mark at its end in place of its own."""
    return text.rstrip().rstrip(".;!?,:") + ending
