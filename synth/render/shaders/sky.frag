#version 420 core
#include "sky.glsl"
in vec3 direction;
uniform vec3 to_sun;
uniform vec3 sun;
layout(location = 0) out vec4 seen;

void main() {
    vec3 d = normalize(direction);
    float near_sun = max(dot(d, to_sun), 0.0);
    vec3 glow = sun * (0.08 * pow(near_sun, 24.0) + 8.0 * smoothstep(0.99985, 0.99995, near_sun));
    seen = vec4(tone_mapped(sky_radiance(d) + (d.y > 0.0 ? glow : vec3(0.0))), 1.0);
}
