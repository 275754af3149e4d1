"""Flags of the original training scripts that set sizes of Tacotron 2. Loads no torch."""

FLAGS = {
    "--n-symbols": "tacotron2.symbols",
    "--symbols-embedding-dim": "tacotron2.symbol_dim",
    "--encoder-embedding-dim": "tacotron2.symbol_dim",
    "--encoder-kernel-size": "tacotron2.encoder_kernel",
    "--encoder-n-convolutions": "tacotron2.encoder_layers",
    "--n-frames-per-step": "tacotron2.frames_per_step",
    "--decoder-rnn-dim": "tacotron2.decoder_rnn_dim",
    "--prenet-dim": "tacotron2.prenet_dim",
    "--p-attention-dropout": "tacotron2.attention_dropout",
    "--p-decoder-dropout": "tacotron2.decoder_dropout",
    "--attention-rnn-dim": "tacotron2.attention_rnn_dim",
    "--attention-dim": "tacotron2.attention_dim",
    "--attention-location-n-filters": "tacotron2.location_filters",
    "--attention-location-kernel-size": "tacotron2.location_kernel",
    "--postnet-embedding-dim": "tacotron2.postnet_dim",
    "--postnet-kernel-size": "tacotron2.postnet_kernel",
    "--postnet-n-convolutions": "tacotron2.postnet_layers",
}
"""Each with the setting that it sets."""
