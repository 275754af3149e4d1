"""Sound: read, convert, measure, and the mel spectrogram."""
