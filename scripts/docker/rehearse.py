"""Run the Dockerfile's COPY and RUN lines in order, without Docker.

    python scripts/docker/rehearse.py FOLDER [NAME=VALUE ...]

FOLDER is an empty folder, in which the tools of this machine run the lines; or it holds a system,
as debootstrap makes one, and the lines run there by chroot. NAME=VALUE sets a build argument.
"""

import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2]


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile, each with the rest of its line."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", "").splitlines():
        name, _, rest = line.partition(" ")
        yield name, rest.strip()


def copy(sources: list[str], target: Path) -> None:
    """The files and folders of a COPY: a folder's content, or files into a folder."""
    for source in sources:
        if (SOURCE / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOURCE / source, target, ignore=ignored, dirs_exist_ok=True)
        else:
            shutil.copy(SOURCE / source, target)


def rehearse(root: Path, given: dict[str, str]) -> None:
    """Run the lines in order; raises CalledProcessError where one fails."""
    chroot = (root / "bin" / "sh").exists()
    here, path, values = Path("/"), "", dict[str, str]()
    for name, rest in instructions((SOURCE / "Dockerfile").read_text(encoding="utf-8")):
        start = time.monotonic()
        place = root / here.relative_to("/")
        if name == "ARG":
            key, _, default = rest.partition("=")
            values[key] = given.get(key, default)
        elif name == "ENV":
            path = re.fullmatch(r"PATH=(.+):\$PATH", rest)[1]
        elif name == "WORKDIR":
            here = here / rest
            (root / here.relative_to("/")).mkdir(parents=True, exist_ok=True)
        elif name == "COPY":
            *sources, target = shlex.split(rest)
            copy(sources, place / target)
        elif name == "RUN":
            paths = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"]
            inside = [path] * bool(path)
            if not chroot:
                inside = [str(root / folder.lstrip("/")) for folder in inside]
                paths = [str(Path(sys.executable).parent), *paths]
            exports = shlex.join(
                [f"PATH={':'.join(inside + paths)}", *(f"{k}={v}" for k, v in values.items())]
            )
            folder = here if chroot else place
            script = f"cd {shlex.quote(str(folder))} && export {exports} && {rest}"
            call = ["chroot", str(root)] if chroot else []
            subprocess.run([*call, "/bin/sh", "-c", script], check=True)
        print(f"{time.monotonic() - start:6.1f} s  {name} {rest[:100]}", flush=True)


if __name__ == "__main__":
    rehearse(Path(sys.argv[1]).resolve(), dict(argument.split("=", 1) for argument in sys.argv[2:]))
