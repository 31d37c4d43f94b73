"""Libraries in C that the benchmark preloads into programs."""

import pathlib
import subprocess

from processes import BenchError

HERE = pathlib.Path(__file__).parent


def compile_preload(name: str, scratch: str) -> pathlib.Path:
    """Compiles bench/NAME.c into a shared library in a folder that passes."""
    library = pathlib.Path(scratch) / f"{name}.so"
    done = subprocess.run(
        ["cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", str(library),
         str(HERE / f"{name}.c")], capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"cannot compile {name}.c: {done.stderr}")
    return library
