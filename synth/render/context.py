"""The process's one GL context, opened through EGL: no display, no window.

pyrender finds the devices and opens the context. Import GL from here, never
from OpenGL: PyOpenGL picks its platform when it is first imported.
"""

import ctypes
import functools
import os
from typing import Any

import numpy as np

from hmr.errors import InputError

ADVICE = "on Debian or Ubuntu: apt-get install libegl1 libgl1-mesa-dri"
ZERO_TO_ONE = 0x935F
"""glClipControl's name for depth from 0 to 1."""

os.environ["PYOPENGL_PLATFORM"] = "egl"
# pyrender 0.1.45 still uses the name that numpy 2 dropped.
np.infty = np.inf  # noqa: NPY201  # pyright: ignore[reportAttributeAccessIssue]

try:
    import OpenGL.GL
    import OpenGL.platform
    from pyrender.platforms import egl
except (ImportError, OSError, AttributeError, RuntimeError, TypeError) as error:
    raise InputError(f"rendering needs EGL, which does not load ({error}); {ADVICE}") from error

# PyOpenGL makes its names while it is imported, out of a type checker's sight.
GL: Any = OpenGL.GL
PLATFORM: Any = vars(OpenGL.platform)["PLATFORM"]


def current() -> None:
    """Make this process's context current, opening it on first use."""
    _context(os.getpid()).make_current()


def describe() -> str:
    """Name the device that renders."""
    current()
    return GL.glGetString(GL.GL_RENDERER).decode()


def check() -> None:
    """Raise if any GL call since the last check failed."""
    if (code := GL.glGetError()) != GL.GL_NO_ERROR:
        raise RuntimeError(f"OpenGL error {code:#06x}; a fault of the renderer, not of the scene")


# Keyed by process: a context does not survive a fork.
@functools.lru_cache(maxsize=1)
def _context(process: int) -> Any:
    """Open a context on the first device that gives one; EGL_DEVICE_ID picks another."""
    failures = []
    for device in _devices():
        platform = egl.EGLPlatform(1, 1, device)
        try:
            platform.init_context()
        except Exception as error:  # EGL's own errors share no base class.
            failures.append(f"{device}: {error or type(error).__name__}")
            continue
        _configure()
        return platform
    found = "; ".join(failures) or "no EGL device found"
    raise InputError(f"rendering needs a working EGL device ({found}); {ADVICE}")


def _devices() -> list[Any]:
    try:
        devices = egl.query_devices()
    except (RuntimeError, OSError):
        devices = [egl.EGLDevice(None)]
    if (chosen := os.environ.get("EGL_DEVICE_ID")) is None:
        return devices
    if not chosen.isdigit() or int(chosen) >= len(devices):
        raise InputError(f"EGL_DEVICE_ID={chosen} is no device; choose 0 to {len(devices) - 1}")
    return [devices[int(chosen)]]


def _configure() -> None:
    """Set what every pass shares: reversed depth, images top row first, tight rows."""
    # Depth n/z in floats keeps its precision at any distance and needs no far plane.
    _clip_control(GL.GL_LOWER_LEFT, ZERO_TO_ONE)
    GL.glClearDepth(0.0)
    GL.glDepthFunc(GL.GL_GREATER)
    GL.glEnable(GL.GL_DEPTH_TEST)
    GL.glDisable(GL.GL_CULL_FACE)
    # Image rows run down while GL's run up, so front faces come out clockwise.
    GL.glFrontFace(GL.GL_CW)
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
    check()


def _clip_control(origin: int, depth: int) -> None:
    """Call glClipControl, which is newer (OpenGL 4.5) than the PyOpenGL that pyrender wants."""
    address = PLATFORM.getExtensionProcedure(b"glClipControl")
    if not address:
        raise InputError(f"rendering needs OpenGL 4.5, which this device lacks; {ADVICE}")
    ctypes.CFUNCTYPE(None, ctypes.c_uint, ctypes.c_uint)(address)(origin, depth)
