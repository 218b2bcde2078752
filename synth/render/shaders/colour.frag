#version 420 core
#include "sky.glsl"
#include "open.glsl"
in vec3 world;
in vec3 world_normal;
in vec3 albedo;
in vec2 place;
in float vertex_open;

uniform vec3 eye;
uniform vec3 to_sun;
uniform vec3 sun;
uniform vec3 irradiance[9];
uniform float roughness;
uniform float metallic;
uniform int textured;
uniform int dense;
uniform float haze;

layout(binding = 0) uniform sampler2D picture;
layout(binding = 1) uniform sampler2DShadow near_shadow;
layout(binding = 2) uniform sampler2DShadow far_shadow;
uniform mat4 near_clip;
uniform mat4 far_clip;
uniform float near_texel;
uniform float far_texel;
uniform int has_far;

layout(location = 0) out vec4 seen;

const float PI = 3.14159265;

// Sun that reaches a point, 0 to 1, by a map; a point outside the map is lit.
float lit(sampler2DShadow map, mat4 clip, float texel, vec3 n, float facing) {
    // Moved off the surface, more so at grazing light: no acne, and no gap at the feet.
    vec3 moved = world + n * texel * (0.6 + 2.2 * sqrt(1.0 - facing * facing));
    vec3 p = (clip * vec4(moved, 1.0)).xyz;
    // 0 is the depth of nothing; what lies beyond the last caster is compared with it.
    vec3 at = vec3(p.xy * 0.5 + 0.5, max(p.z, 0.0));
    if (any(lessThan(at.xy, vec2(0.0))) || any(greaterThan(at.xy, vec2(1.0)))) return 1.0;
    vec2 step = 0.75 / vec2(textureSize(map, 0));
    float sum = texture(map, at + vec3(-step.x, -step.y, 0.0));
    sum += texture(map, at + vec3(step.x, -step.y, 0.0));
    sum += texture(map, at + vec3(-step.x, step.y, 0.0));
    sum += texture(map, at + vec3(step.x, step.y, 0.0));
    return 0.25 * sum;
}

float sun_lit(vec3 n, float facing) {
    vec2 p = abs((near_clip * vec4(world, 1.0)).xy);
    if (max(p.x, p.y) < 0.98) return lit(near_shadow, near_clip, near_texel, n, facing);
    return has_far == 1 ? lit(far_shadow, far_clip, far_texel, n, facing) : 1.0;
}

vec3 sky_irradiance(vec3 n) {
    vec3 e = irradiance[0] * 0.282095;
    e += 0.488603 * (irradiance[1] * n.y + irradiance[2] * n.z + irradiance[3] * n.x);
    e += 1.092548 * (irradiance[4] * n.x * n.y + irradiance[5] * n.y * n.z + irradiance[7] * n.x * n.z);
    e += irradiance[6] * 0.315392 * (3.0 * n.z * n.z - 1.0);
    e += irradiance[8] * 0.546274 * (n.x * n.x - n.y * n.y);
    return max(e, 0.0);
}

// GGX with Schlick's Fresnel and Hammon's visibility: one sun's highlight.
vec3 highlight(vec3 n, vec3 v, vec3 l, vec3 f0, float alpha) {
    vec3 h = normalize(v + l);
    float nv = max(dot(n, v), 1e-3);
    float nl = max(dot(n, l), 0.0);
    float nh = max(dot(n, h), 0.0);
    float d = nh * nh * (alpha * alpha - 1.0) + 1.0;
    float distribution = alpha * alpha / (PI * d * d);
    float visibility = 0.5 / mix(2.0 * nl * nv, nl + nv, alpha);
    vec3 fresnel = f0 + (1.0 - f0) * pow(1.0 - max(dot(v, h), 0.0), 5.0);
    return distribution * visibility * fresnel;
}

void main() {
    vec3 n = normalize(gl_FrontFacing ? world_normal : -world_normal);
    vec3 to_eye = eye - world;
    float distance = length(to_eye);
    vec3 v = to_eye / distance;
    vec3 base = albedo;
    if (textured == 1) base *= texture(picture, place).rgb;
    vec3 diffuse = base * (1.0 - metallic) / PI;
    vec3 f0 = mix(vec3(0.04), base, metallic);

    float open = dense == 1 ? vertex_open : sky_open(world, n);
    vec3 radiance = diffuse * sky_irradiance(n) * open;
    // The sky's mirror image, dimmer the rougher (Karis' fit would need one more table).
    vec3 mirrored = sky_radiance(reflect(-v, n), 3.0);
    float grazing = pow(1.0 - max(dot(n, v), 0.0), 5.0);
    radiance += (f0 + max(1.0 - roughness - f0, 0.0) * grazing) * (1.0 - 0.7 * roughness) * open * mirrored;

    float facing = dot(n, to_sun);
    if (facing > 0.0) {
        vec3 reflected = diffuse + highlight(n, v, to_sun, f0, max(roughness * roughness, 0.03));
        radiance += reflected * sun * facing * sun_lit(n, facing);
    }
    radiance = mix(sky_radiance(normalize(-v * vec3(1.0, 0.0, 1.0)), 5.0), radiance, exp(-distance / haze));
    seen = vec4(tone_mapped(radiance), 1.0);
}
