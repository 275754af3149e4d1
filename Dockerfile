# The command voiceprep, with what it needs to train and to speak; scripts/docker builds and starts it.
FROM python:3.11-slim-bookworm

# cpu or cuda: which build of torch. PyTorch's own index has the one without CUDA; PyPI's brings
# CUDA with it, so that the host needs NVIDIA's driver and container toolkit, and the image no more.
ARG TORCH=cpu
# Another index to take torch from, for an older CUDA: https://download.pytorch.org/whl/cu126
ARG TORCH_INDEX=
# The extras of setup.py; with dev the tests can be run, too.
ARG EXTRAS=train,export

WORKDIR /opt/voiceprep
COPY setup.py setup.sh constraints.txt pyproject.toml README.md LICENSE ./
COPY voiceprep voiceprep
RUN if [ -z "$TORCH_INDEX" ] && [ "$TORCH" = cpu ]; then TORCH_INDEX=https://download.pytorch.org/whl/cpu; fi; \
    PIP_EXTRA_INDEX_URL=$TORCH_INDEX PIP_NO_CACHE_DIR=1 EXTRAS=$EXTRAS sh setup.sh && \
    rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/voiceprep/.venv/bin:$PATH
RUN for tool in sox ffmpeg espeak-ng voiceprep; do command -v $tool || exit 1; done; voiceprep --version

WORKDIR /workspace
CMD ["bash"]
