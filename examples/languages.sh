#!/bin/sh
# Thirty sentences each in Japanese, Mandarin, Korean and Russian, spoken by espeak-ng, become four
# small voices, and how often each fails is counted. A voice that has learnt for minutes speaks by
# the rhythm of words, and hardly in words yet.
#   sh examples/languages.sh FOLDER [STEPS [LANGUAGE...]]      makes FOLDER/ja, zh, ko and ru
set -eu
sentences=$(cd "$(dirname "$0")" && pwd)/sentences
folder=$1
steps=${2:-300}
[ $# -lt 2 ] && shift 1 || shift 2

# The voice of espeak-ng and the front end of a language.
voice() { case $1 in zh) echo cmn-latn-pinyin ;; *) echo "$1" ;; esac; }
frontend() { case $1 in ru) echo characters ;; *) echo "$1" ;; esac; }

# Run a command; 3 says that it finished, and some clips were set aside.
run() { echo "\$ voiceprep $*"; voiceprep "$@" || [ $? = 3 ]; }

# Speak LANGUAGE's sentences into recordings/; what follows | is what espeak-ng can read.
speak() {
    number=0
    mkdir -p recordings
    while IFS='|' read -r text spoken; do
        number=$((number + 1))
        id=$(printf '%s-%02d' "$1" "$number")
        espeak-ng -v "$(voice "$1")" -s 150 -w "recordings/$id.wav" "${spoken:-$text}"
        echo "$id|$text"
    done <"$sentences/$1.txt" >metadata.csv
    printf '[text]\nfrontend = "%s"\n' "$(frontend "$1")" >voiceprep.toml
    head -n 2 metadata.csv >phrases.txt
}

for language in ${@:-ja zh ko ru}; do
    mkdir -p "$folder/$language"
    (
        cd "$folder/$language"
        speak "$language"
        run prepare recordings
        run filelist --split all-train
        run train tacotron2 --preset tiny --steps "$steps"
        run infer -i phrases.txt
        run infer-stats -i phrases.txt --seeds 3 --max-steps 200 --vocode-worst 0
    )
done
