#version 420 core
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec3 colour;
layout(location = 3) in vec2 uv;
uniform mat4 clip;
uniform vec3 shift;
out vec3 world_normal;
out vec3 tint;
out vec2 place;

vec3 linear(vec3 srgb) {
    return mix(srgb / 12.92, pow((srgb + 0.055) / 1.055, vec3(2.4)), step(0.04045, srgb));
}

void main() {
    gl_Position = clip * vec4(position + shift, 1.0);
    world_normal = normal;
    tint = linear(colour);
    place = uv;
}
