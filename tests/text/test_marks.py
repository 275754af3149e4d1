from voiceprep.text.marks import EXCLAMATIONS, FULL_STOPS, QUESTIONS, STOPS


def test_marks_that_need_no_space_are_marks_that_end_a_sentence():
    assert {*FULL_STOPS} <= {*QUESTIONS, *EXCLAMATIONS, *STOPS}
    assert not {*FULL_STOPS} & {*".?!"}
