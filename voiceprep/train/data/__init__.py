"""What a model is trained on: lists of clips, cached mels, batches, crops."""
