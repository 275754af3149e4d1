"""voiceprep: from a folder of recordings to a voice that speaks."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
INIT = (HERE / "voiceprep" / "__init__.py").read_text(encoding="utf-8")
# Read, not imported: the package's dependencies are not there yet.
VERSION = re.findall(r'^__version__ = "(.+)"$', INIT, re.MULTILINE)[0]

setup(
    name="voiceprep",
    version=VERSION,
    description="From a folder of recordings to a voice that speaks, and the clips to blame "
    "where it fails to.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    keywords="text-to-speech tts speech-synthesis tacotron2 waveglow vocoder mel-spectrogram "
    "speech-dataset audio-preprocessing dataset-quality ljspeech",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Console",
        "Intended Audience :: Developers",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Multimedia :: Sound/Audio :: Speech",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Typing :: Typed",
    ],
    python_requires=">=3.11",
    packages=find_packages(include=["voiceprep", "voiceprep.*"]),
    package_data={
        "voiceprep": ["py.typed"],
        "voiceprep.presets": ["*.toml"],
        "voiceprep.text": ["*.json", "*.toml", "*.txt"],
        "voiceprep.text.frontends.english": ["*.gz", "*.txt"],
        "voiceprep.report": ["templates/*"],
    },
    entry_points={"console_scripts": ["voiceprep=voiceprep.__main__:main"]},
    install_requires=[
        "click>=8.1",
        "inflect>=7.0",
        "jinja2>=3.1",
        "matplotlib>=3.8",
        "numpy>=1.26",
        "pandas>=2.2",
        "pyloudnorm>=0.2",
        "scipy>=1.11",
        "soundfile>=0.13",
        "sox>=1.5",
        "soxr>=0.5",
        "text-unidecode>=1.3",
        "tomli-w>=1.0",
        "tqdm>=4.66",
        "webrtcvad-wheels>=2.0.14",
    ],
    extras_require={
        "train": ["safetensors>=0.4.3", "tensorboard>=2.16", "torch>=2.6"],
        "export": ["onnx>=1.16", "onnxruntime>=1.18"],
        "ja": ["jaconv>=0.3", "pyopenjtalk-plus>=0.4.1.post10"],
        "zh": ["cn2an>=0.5", "pypinyin>=0.50"],
        "dev": [
            "audioop-lts>=0.2; python_version >= '3.13'",
            "filelock>=3.13",
            "hypothesis>=6.100",
            "librosa>=0.10.2",
            "mypy>=1.11",
            "pydub>=0.25.1",
            "pytest>=8.0",
            "pytest-xdist>=3.6",
            "ruff>=0.6",
            "selenium>=4.20",
            # Its interpreter runs the kernels for GPUs on a CPU, in tests.
            "triton>=3.3; platform_system == 'Linux' and platform_machine == 'x86_64'",
        ],
    },
)
