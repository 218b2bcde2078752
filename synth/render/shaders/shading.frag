#version 420 core
#include "tone.glsl"
#include "around.glsl"
#include "shadow.glsl"
#include "open.glsl"
layout(binding = 0) uniform sampler2D depths;
layout(binding = 1) uniform sampler2D normals;
layout(binding = 2) uniform sampler2D looks;
layout(binding = 10) uniform sampler2D photo;

uniform mat4 ray;
uniform vec3 eye;
uniform vec3 taken_from;
uniform vec3 to_light[3];
uniform vec3 light[3];
uniform int lights;
uniform vec3 haze_colour;
uniform float haze;
uniform int has_photo;

layout(location = 0) out vec4 seen;

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

float lit_by(int i, vec3 world, vec3 n, float facing) {
    if (i == 0) return sun_lit(world, n, facing);
    if (i == 1) return lit(shadow_1, shadow_clip_1, texels.y, world, n, facing);
    return lit(shadow_2, shadow_clip_2, texels.z, world, n, facing);
}

vec3 backdrop(vec3 d, ivec2 pixel) {
    if (has_photo == 1) return texelFetch(photo, pixel, 0).rgb;
    return behind(d);
}

// What a ground shows that was photographed: itself, darkened by shadows that fall on it now.
vec3 caught(vec3 world, vec3 n, ivec2 pixel) {
    vec3 around = irradiance_at(n);
    vec3 free = around;
    vec3 left = around * sky_open(world, n);
    for (int i = 0; i < lights; i++) {
        float facing = max(dot(n, to_light[i]), 0.0);
        free += light[i] * facing;
        if (facing > 0.0) left += light[i] * facing * lit_by(i, world, n, facing);
    }
    return backdrop(normalize(world - taken_from), pixel) * left / max(free, vec3(1e-6));
}

vec3 lit_surface(vec3 world, vec3 n, vec3 v, float metallic, vec4 look) {
    vec3 diffuse = look.rgb * (1.0 - metallic) / PI;
    vec3 f0 = mix(vec3(0.04), look.rgb, metallic);
    float roughness = look.a;
    float nv = max(dot(n, v), 1e-3);
    vec3 radiance = diffuse * irradiance_at(n);
    radiance += mirrored_share(f0, roughness, nv) * mirrored(reflect(-v, n), roughness);
    radiance *= sky_open(world, n);
    for (int i = 0; i < lights; i++) {
        float facing = dot(n, to_light[i]);
        if (facing <= 0.0) continue;
        float alpha = max(roughness * roughness, 0.03);
        vec3 reflected = diffuse + highlight(n, v, to_light[i], f0, alpha, nv, facing);
        radiance += reflected * light[i] * facing * lit_by(i, world, n, facing);
    }
    return radiance;
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float depth = texelFetch(depths, pixel, 0).r;
    vec3 along = (ray * vec4(gl_FragCoord.xy, 1.0, 0.0)).xyz;
    vec4 normal = depth > 0.0 ? texelFetch(normals, pixel, 0) : vec4(0.0);
    vec3 world = eye + along * depth;
    vec3 radiance;
    if (depth > 0.0 && normal.w >= 0.0) {
        vec3 n = normalize(normal.xyz);
        float far = length(along);
        radiance = lit_surface(world, n, -along / far, normal.w, texelFetch(looks, pixel, 0));
        radiance = mix(haze_colour, radiance, exp(-far * depth / haze));
        seen = vec4(tone_mapped(radiance), 1.0);
        return;
    }
    radiance = depth > 0.0 ? caught(world, normalize(normal.xyz), pixel) : backdrop(normalize(along), pixel);
    // A photo is shown as its own camera developed it.
    seen = vec4(has_photo == 1 ? radiance : tone_mapped(radiance), 1.0);
}
