"""The drawing context: programs, textures and meshes as OpenGL holds them. Works without a screen and without a GPU."""

from collections.abc import Mapping
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from scenes import shaders
from scenes.mesh import Floats, Mesh

_ATTRIBUTES = ("position", "normal", "uv", "colour", "extra")
_FULL_FORMAT = "3f 3f 2f 4f1 4f1"
_PLACE_FORMAT = "3f 28x"


class Gpu:
    """One context with the programs of the renderer; closes with it."""

    def __init__(self, *, wet: bool, lamps: bool) -> None:
        """
        Args:
            wet, lamps: what the programs can do.
        """
        self._constants = f"const bool WET = {str(wet).lower()}, LAMPS = {str(lamps).lower()};\n"
        without_screen: dict[str, Any] = {"backend": "egl"}
        try:
            self.context = moderngl.create_context(standalone=True, **without_screen)
        except Exception as error:  # moderngl raises bare Exception
            raise InputError("scenes.rendering_needs_opengl", cause=error) from error
        self.context.enable(moderngl.DEPTH_TEST)
        self._meshes: dict[Mesh, moderngl.Buffer] = {}
        self._arrays: dict[tuple[Mesh, str], moderngl.VertexArray] = {}
        self._programs = {
            "stage": self._program(shaders.VERTEX, shaders.STAGE_FRAGMENT),
            "thing": self._program(shaders.VERTEX, shaders.THING_FRAGMENT),
            "depth": self._program(shaders.DEPTH_VERTEX, shaders.DEPTH_FRAGMENT),
            "id": self._program(shaders.DEPTH_VERTEX, shaders.ID_FRAGMENT),
            "skylight": self._program(shaders.SCREEN_VERTEX, shaders.SKYLIGHT_FRAGMENT),
            "lamplight": self._program(shaders.SCREEN_VERTEX, shaders.LAMPLIGHT_FRAGMENT),
            "backdrop": self._program(shaders.SCREEN_VERTEX, shaders.BACKDROP_FRAGMENT),
            "shrink": self._program(shaders.SCREEN_VERTEX, shaders.SHRINK_FRAGMENT),
        }
        self._screen = self.context.buffer(np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32).tobytes())
        self._screens = {
            name: self.context.vertex_array(program, [(self._screen, "2f", "corner")])
            for name, program in self._programs.items()
            if "corner" in program
        }

    def _program(self, vertex: str, fragment: str) -> moderngl.Program:
        version, rest = fragment.lstrip().split("\n", 1)
        return self.context.program(vertex_shader=vertex, fragment_shader=f"{version}\n{self._constants}{rest}")

    def set(self, program: str, values: Mapping[str, Any]) -> None:
        """Sets uniforms; those that the program does not have are left out. Matrices are (4, 4) for column vectors."""
        known = self._programs[program]
        for name, value in values.items():
            if name not in known:
                continue
            uniform = known[name]
            if isinstance(value, np.ndarray):
                columns = np.swapaxes(value, -1, -2) if value.shape[-2:] == (4, 4) else value
                uniform.write(np.ascontiguousarray(columns, np.float32).tobytes())  # type: ignore[union-attr]
            else:
                uniform.value = value  # type: ignore[union-attr]

    def bind(self, program: str, textures: Mapping[str, Any]) -> None:
        """Binds textures to the samplers of those names."""
        known = self._programs[program]
        for unit, (name, texture) in enumerate(textures.items()):
            if name in known:
                texture.use(unit)
                known[name].value = unit  # type: ignore[union-attr]

    def draw(self, mesh: Mesh, program: str, model: Floats) -> None:
        """Draws a mesh, uploading it where it was not drawn before."""
        if not len(mesh.vertices):
            return
        key = (mesh, program)
        if key not in self._arrays:
            if mesh not in self._meshes:
                self._meshes[mesh] = self.context.buffer(mesh.vertices.tobytes())
            buffer = self._meshes[mesh]
            known = self._programs[program]
            content = (
                (buffer, _PLACE_FORMAT, "position")
                if program in {"depth", "id"}
                else (buffer, self._format(known), *[name for name in _ATTRIBUTES if name in known])
            )
            self._arrays[key] = self.context.vertex_array(known, [content])
        self.set(program, {"model": model})
        self._arrays[key].render(moderngl.TRIANGLES)

    @staticmethod
    def _format(program: moderngl.Program) -> str:
        parts = zip(_ATTRIBUTES, _FULL_FORMAT.split(), ("12x", "12x", "8x", "4x", "4x"), strict=True)
        return " ".join(form if name in program else gap for name, form, gap in parts)

    def fill(self, program: str) -> None:
        """Draws over the whole target, or the part of it that the scissor leaves."""
        self._screens[program].render(moderngl.TRIANGLE_STRIP)

    def colour(self, size_wh: tuple[int, int], kind: str = "f1", parts: int = 4) -> moderngl.Texture:
        """An empty texture to draw into."""
        texture = self.context.texture(size_wh, parts, dtype=kind)
        texture.repeat_x = texture.repeat_y = False
        if kind != "u2":
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        else:
            texture.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return texture

    def depth(self, size_wh: tuple[int, int], *, compares: bool = False) -> moderngl.Texture:
        """An empty depth texture; one that compares answers how much of a place is nearer than it."""
        texture = self.context.depth_texture(size_wh)
        texture.repeat_x = texture.repeat_y = False
        texture.compare_func = "<=" if compares else ""
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if compares else (moderngl.NEAREST, moderngl.NEAREST)
        return texture

    def picture(self, pixels: NDArray[np.uint8]) -> moderngl.Texture:
        """A texture of (height, width, 4) RGBA, its first row at v = 0, with smaller copies of itself."""
        height, width = pixels.shape[:2]
        texture = self.context.texture((width, height), 4, np.ascontiguousarray(pixels).tobytes())
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def pictures(self, layers: NDArray[np.uint8]) -> moderngl.TextureArray:
        """Equal textures (layers, height, width, 4) RGBA as one."""
        count, height, width = layers.shape[:3]
        texture = self.context.texture_array((width, height, count), 4, np.ascontiguousarray(layers).tobytes())
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def forget(self) -> None:
        """Lets go of all meshes."""
        for array in self._arrays.values():
            array.release()
        for buffer in self._meshes.values():
            buffer.release()
        self._arrays.clear()
        self._meshes.clear()

    def close(self) -> None:
        """Gives the context back."""
        self.forget()
        self.context.release()
