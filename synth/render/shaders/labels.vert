#version 420 core
// Position only, and the normal that the normal map needs.
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
uniform mat4 clip;
out vec3 world_normal;

void main() {
    gl_Position = clip * vec4(position, 1.0);
    world_normal = normal;
}
