#!/bin/sh
# Gathers in .gpu what gpu.py needs on a bare machine with a GPU and no network: wheels of what is
# missing there, the original's modules, and mels to train on; then tells what to run there.
#
#     sh benchmarks/gpu_carry.sh --original FOLDER [--megabytes 42] [--python 3.12]
#
# FOLDER is PyTorch/SpeechSynthesis/Tacotron2 of NVIDIA's DeepLearningExamples, as it is there. The
# machine has Linux on x86-64, Python, torch, triton, numpy, scipy, click, jinja2, matplotlib, pandas,
# tensorboard, safetensors, pytest and hypothesis. espeak-ng must be installed here.
set -eu

cd "$(dirname "$0")/.."
carried=.gpu
most=60
original= megabytes=42 python=3.12
while [ $# -gt 0 ]; do
    case $1 in
        --original) original=$2 ;;
        --megabytes) megabytes=$2 ;;
        --python) python=$2 ;;
        *) echo "no option $1" >&2; exit 2 ;;
    esac
    shift 2
done
if [ ! -f "$original/tacotron2/model.py" ]; then
    echo "--original: no tacotron2/model.py in '$original'" >&2
    exit 2
fi
here=.venv/bin/python
[ -x $here ] || here=python3

rm -rf $carried
mkdir -p $carried/original
for package in tacotron2 tacotron2_common waveglow; do
    (cd "$original" && tar c $(find $package -name '*.py')) | tar x -C $carried/original
done

for name in cffi inflect more-itertools pycparser soundfile soxr text_unidecode tomli_w typeguard; do
    grep -i "^$(echo $name | tr _ -)==" constraints.txt || echo $name
done > $carried/wheels.txt
platforms=
for number in 2_28 2_27 2_24 2_17 2_12 2_5; do
    platforms="$platforms --platform manylinux_${number}_x86_64"
done
$here -m pip download -q --no-deps --only-binary=:all: --python-version $python \
    --implementation cp $platforms --platform manylinux2014_x86_64 --platform manylinux1_x86_64 \
    -d $carried/wheels -r $carried/wheels.txt

PYTHONPATH=. $here benchmarks/gpu_mels.py $carried/mels.npz --megabytes "$megabytes"

size=$(du -sk $carried | cut -f1)
echo "$carried: $((size / 1024)) MiB of at most $most"
du -sh $carried/*
if [ "$size" -gt $((most * 1024)) ]; then
    echo "$carried is over $most MiB: take fewer --megabytes" >&2
    exit 1
fi

cat <<'END'

Copy this checkout there, with .gpu, and run in its root, in at most nine minutes:

python3 -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade \
--target /tmp/site .gpu/wheels/*.whl && \
PYTHONUNBUFFERED=1 PYTHONWARNINGS=ignore PYTHONPATH=/tmp/site:. timeout 540 \
python3 benchmarks/gpu.py --out "${OUT:-/tmp/out}"
END
