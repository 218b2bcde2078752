#version 420 core
#include "sky.glsl"
in vec3 direction;
layout(location = 0) out vec4 seen;

void main() {
    vec3 d = normalize(direction);
    seen = vec4(tone_mapped(sky_radiance(d, 0.0)), 1.0);
}
