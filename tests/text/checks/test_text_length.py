from voiceprep.quality.check import judge
from voiceprep.text.checks.text_length import CHECK
from voiceprep.text.encode import encode


def test_the_length_is_measured_and_is_no_fault():
    assert judge(CHECK, "a", encode("Dr. Hale")).value == len("doctor hale")
    assert judge(CHECK, "a", encode("word " * 1000)).ok
    assert judge(CHECK, "a", encode("")).value == 0
