#!/bin/sh
# From a folder of mp3s to a dataset that is ready to train on, and a report on it.
#   sh examples/voice.sh DATASET      where DATASET/mp3dir and DATASET/metadata.csv are yours
set -u
cd "$1"
finished() { [ "$1" = 0 ] || [ "$1" = 3 ]; }   # 3: finished, and some clips were set aside

voiceprep prepare mp3dir; finished $? || exit
voiceprep filelist --split all-train; finished $? || exit
voiceprep mels; finished $? || exit
voiceprep report; finished $?
