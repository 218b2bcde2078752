#version 420 core
#include "open.glsl"
layout(location = 0) in vec3 position;
layout(location = 1) in vec3 normal;
layout(location = 2) in vec3 colour;
layout(location = 3) in vec2 uv;
uniform mat4 clip;
uniform int dense;
out vec3 world;
out vec3 world_normal;
out vec3 albedo;
out vec2 place;
out float vertex_open;

vec3 linear(vec3 srgb) {
    return mix(srgb / 12.92, pow((srgb + 0.055) / 1.055, vec3(2.4)), step(0.04045, srgb));
}

void main() {
    gl_Position = clip * vec4(position, 1.0);
    world = position;
    world_normal = normal;
    albedo = linear(colour);
    place = uv;
    // A body has vertices enough; a ground needs an answer for each pixel.
    vertex_open = dense == 1 ? sky_open(position, normal) : 1.0;
}
