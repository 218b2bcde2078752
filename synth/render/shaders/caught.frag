#version 420 core
// A ground that was photographed: it shows itself, darkened by shadows that fall on it now.
#include "pixel.glsl"
#include "tone.glsl"
#include "around.glsl"
#include "backdrop.glsl"
#include "shadow.glsl"
#include "open.glsl"
uniform vec3 taken_from;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec3 world = eye + looking() * texelFetch(depths, pixel, 0).r;
    vec3 n = normalize(texelFetch(normals, pixel, 0).xyz);
    vec3 without = irradiance_at(n);
    vec3 with = without * sky_open(world, n);
#if LIGHTS > 0
    float facing_0 = max(dot(n, to_light[0]), 0.0);
    without += light[0] * facing_0;
    with += light[0] * facing_0 * reached_0(world, n, facing_0);
#endif
#if LIGHTS > 1
    float facing_1 = max(dot(n, to_light[1]), 0.0);
    without += light[1] * facing_1;
    with += light[1] * facing_1 * reached_1(world, n, facing_1);
#endif
#if LIGHTS > 2
    float facing_2 = max(dot(n, to_light[2]), 0.0);
    without += light[2] * facing_2;
    with += light[2] * facing_2 * reached_2(world, n, facing_2);
#endif
    vec3 left = with / max(without, vec3(1e-6));
    seen = pixel_of(developed(backdrop(normalize(world - taken_from)) * left));
}
