"""Speech synthesis with trained models: texts to mels, mels to samples."""
