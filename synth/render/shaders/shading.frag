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
uniform vec3 haze_colour;
uniform float haze;

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

struct Point {
    vec3 world;
    vec3 n;
    vec3 v;
    vec3 diffuse;
    vec3 f0;
    float roughness;
};

// What a point sends to the eye, and what falls on it with and without shadows.
struct Lit {
    vec3 radiance;
    vec3 falling;
    vec3 unshadowed;
};

void add(inout Lit sum, Point p, vec3 towards, vec3 colour, float lit, float facing) {
    float alpha = max(p.roughness * p.roughness, 0.03);
    float nv = max(dot(p.n, p.v), 1e-3);
    vec3 falls = colour * facing;
    sum.unshadowed += falls;
    falls *= lit;
    sum.falling += falls;
    sum.radiance += falls * (p.diffuse + highlight(p.n, p.v, towards, p.f0, alpha, nv, facing));
}

Lit lit_point(Point p) {
    Lit sum;
    vec3 around = irradiance_at(p.n);
    float open = sky_open(p.world, p.n);
    float nv = max(dot(p.n, p.v), 1e-3);
    sum.unshadowed = around;
    sum.falling = around * open;
    sum.radiance = p.diffuse * around;
    sum.radiance += mirrored_share(p.f0, p.roughness, nv) * mirrored(reflect(-p.v, p.n), p.roughness);
    sum.radiance *= open;
#if LIGHTS > 0
    float facing_0 = max(dot(p.n, to_light[0]), 0.0);
    add(sum, p, to_light[0], light[0], first_lit(p.world, p.n, facing_0), facing_0);
#endif
#if LIGHTS > 1
    float facing_1 = max(dot(p.n, to_light[1]), 0.0);
    add(sum, p, to_light[1], light[1], lit(shadow_1, shadow_clip_1, texels.y, p.world, p.n, facing_1), facing_1);
#endif
#if LIGHTS > 2
    float facing_2 = max(dot(p.n, to_light[2]), 0.0);
    add(sum, p, to_light[2], light[2], lit(shadow_2, shadow_clip_2, texels.z, p.world, p.n, facing_2), facing_2);
#endif
    return sum;
}

vec3 backdrop(vec3 d, ivec2 pixel) {
#if PHOTO
    return texelFetch(photo, pixel, 0).rgb;
#else
    return behind(d);
#endif
}

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float depth = texelFetch(depths, pixel, 0).r;
    vec3 along = (ray * vec4(gl_FragCoord.xy, 1.0, 0.0)).xyz;
    vec4 normal = texelFetch(normals, pixel, 0);
    bool catches = depth > 0.0 && normal.w < 0.0;
    vec3 world = eye + along * depth;
    vec3 colour = vec3(0.0);
    vec3 share = vec3(1.0);
    // Loops, since a device in software walks both sides of a plain condition.
    for (bool on = depth > 0.0; on; on = false) {
        vec4 look = texelFetch(looks, pixel, 0);
        float metallic = max(normal.w, 0.0);
        float far = length(along);
        Point p = Point(world, normalize(normal.xyz), -along / far, look.rgb * (1.0 - metallic) / PI, mix(vec3(0.04), look.rgb, metallic), look.a);
        Lit sum = lit_point(p);
        colour = tone_mapped(mix(haze_colour, sum.radiance, exp(-far * depth / haze)));
        // A ground that was photographed shows itself, darkened by shadows that fall on it now.
        share = sum.falling / max(sum.unshadowed, vec3(1e-6));
    }
    for (bool on = depth <= 0.0 || catches; on; on = false) {
        vec3 radiance = backdrop(normalize(catches ? world - taken_from : along), pixel);
        if (catches) radiance *= share;
        // A photo is shown as its own camera developed it.
        colour = PHOTO == 1 ? radiance : tone_mapped(radiance);
    }
    seen = vec4(colour, 1.0);
}
