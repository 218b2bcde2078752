"""GLSL programs: compiling them and handing them their values."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from synth.render.context import GL

SHADERS = Path(__file__).parent / "shaders"


class Program:
    """A vertex and a fragment shader, linked."""

    def __init__(self, vertex: str, fragment: str, **defined: int):
        self._name = GL.glCreateProgram()
        stages = {vertex: GL.GL_VERTEX_SHADER, fragment: GL.GL_FRAGMENT_SHADER}
        for file, stage in stages.items():
            GL.glAttachShader(self._name, compiled(file, stage, defined))
        GL.glLinkProgram(self._name)
        if not GL.glGetProgramiv(self._name, GL.GL_LINK_STATUS):
            raise RuntimeError(f"{vertex} + {fragment}: {GL.glGetProgramInfoLog(self._name)}")
        self._locations: dict[str, int] = {}

    def use(self, **values: int | float | np.ndarray) -> None:
        """Make it the program in use and set uniforms by name."""
        GL.glUseProgram(self._name)
        self.set(**values)

    def set(self, **values: int | float | np.ndarray) -> None:
        """Set uniforms of the program in use: numbers, vectors, arrays of vectors, matrices."""
        for name, value in values.items():
            self._set(self._location(name), value)

    def _location(self, name: str) -> int:
        if name not in self._locations:
            self._locations[name] = GL.glGetUniformLocation(self._name, name)
        return self._locations[name]

    @staticmethod
    def _set(location: int, value: int | float | np.ndarray) -> None:
        if isinstance(value, int):
            GL.glUniform1i(location, value)
        elif isinstance(value, float):
            GL.glUniform1f(location, value)
        else:
            array = np.ascontiguousarray(value, dtype=np.float32)
            if array.shape == (4, 4):
                GL.glUniformMatrix4fv(location, 1, GL.GL_TRUE, array)
            elif array.shape == (4,):
                GL.glUniform4fv(location, 1, array)
            else:
                GL.glUniform3fv(location, array.size // 3, array)


def compiled(file: str, stage: int, defined: Mapping[str, int]) -> int:
    """Compile one shader; ``#include "name"`` lines are replaced by that file."""
    shader = GL.glCreateShader(stage)
    version, rest = source(file).split("\n", 1)
    names = "".join(f"#define {name} {value}\n" for name, value in defined.items())
    GL.glShaderSource(shader, f"{version}\n{names}{rest}")
    GL.glCompileShader(shader)
    if not GL.glGetShaderiv(shader, GL.GL_COMPILE_STATUS):
        raise RuntimeError(f"{file}: {GL.glGetShaderInfoLog(shader)}")
    return shader


def source(file: str) -> str:
    """Read a shader with what it includes."""
    lines = (SHADERS / file).read_text(encoding="utf-8").splitlines()
    return "\n".join(
        source(line.split('"')[1]) if line.startswith("#include") else line for line in lines
    )


def bind_texture(unit: int, texture: int) -> None:
    """Put a 2D texture where shaders look for ``binding = unit``."""
    GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
