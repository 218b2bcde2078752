#version 420 core
// Surfaces, lit from all around and by the lights.
#include "pixel.glsl"
#include "tone.glsl"
#include "around.glsl"
#include "shadow.glsl"
#include "open.glsl"
uniform vec3 haze_colour;
uniform float haze;

const float PI = 3.14159265;

// GGX with Hammon's visibility and Schlick's Fresnel: a light's highlight.
vec3 highlight(vec3 n, vec3 v, vec3 l, vec3 f0, float alpha, float nv, float nl) {
    vec3 h = normalize(v + l);
    float nh = max(dot(n, h), 0.0);
    float d = nh * nh * (alpha * alpha - 1.0) + 1.0;
    float distribution = alpha * alpha / (PI * d * d);
    float visibility = 0.5 / mix(2.0 * nl * nv, nl + nv, alpha);
    float away = 1.0 - max(dot(v, h), 0.0);
    float away2 = away * away;
    vec3 fresnel = f0 + (1.0 - f0) * away2 * away2 * away;
    return distribution * visibility * fresnel;
}

// Share of light from all around that is mirrored, by Karis' fit ("Physically Based Shading on
// Mobile", 2014) of the integral over the lobe.
vec3 mirrored_share(vec3 f0, float roughness, float nv) {
    vec4 r = roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a = min(r.x * r.x, exp2(-9.28 * nv)) * r.x + r.y;
    vec2 ab = vec2(-1.04, 1.04) * a + r.zw;
    return f0 * ab.x + ab.y;
}

struct Point {
    vec3 world;
    vec3 n;
    vec3 v;
    vec3 diffuse;
    vec3 f0;
    float roughness;
};

vec3 lit_by(int i, Point p, float facing, float reaches) {
    float alpha = max(p.roughness * p.roughness, 0.03);
    float nv = max(dot(p.n, p.v), 1e-3);
    vec3 reflected = p.diffuse + highlight(p.n, p.v, to_light[i], p.f0, alpha, nv, facing);
    return reflected * light[i] * facing * reaches;
}

vec3 radiance_of(Point p) {
    float nv = max(dot(p.n, p.v), 1e-3);
    vec3 radiance = p.diffuse * irradiance_at(p.n);
    radiance += mirrored_share(p.f0, p.roughness, nv) * mirrored(reflect(-p.v, p.n), p.roughness);
    radiance *= sky_open(p.world, p.n);
#if LIGHTS > 0
    float facing_0 = max(dot(p.n, to_light[0]), 0.0);
    radiance += lit_by(0, p, facing_0, reached_0(p.world, p.n, facing_0));
#endif
#if LIGHTS > 1
    float facing_1 = max(dot(p.n, to_light[1]), 0.0);
    radiance += lit_by(1, p, facing_1, reached_1(p.world, p.n, facing_1));
#endif
#if LIGHTS > 2
    float facing_2 = max(dot(p.n, to_light[2]), 0.0);
    radiance += lit_by(2, p, facing_2, reached_2(p.world, p.n, facing_2));
#endif
    return radiance;
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float depth = texelFetch(depths, pixel, 0).r;
    vec4 normal = texelFetch(normals, pixel, 0);
    vec4 look = texelFetch(looks, pixel, 0);
    vec3 along = looking();
    float far = length(along);
    vec3 diffuse = look.rgb * (1.0 - normal.w) / PI;
    vec3 f0 = mix(vec3(0.04), look.rgb, normal.w);
    Point p = Point(eye + along * depth, normalize(normal.xyz), -along / far, diffuse, f0, look.a);
    vec3 radiance = mix(haze_colour, radiance_of(p), exp(-far * depth / haze));
    seen = pixel_of(tone_mapped(radiance));
}
