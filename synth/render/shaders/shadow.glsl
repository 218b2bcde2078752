// Where lights reach, by the maps seen from them.
layout(binding = 6) uniform sampler2DShadow shadow_0;
layout(binding = 7) uniform sampler2DShadow shadow_1;
layout(binding = 8) uniform sampler2DShadow shadow_2;
layout(binding = 9) uniform sampler2DShadow shadow_far;
uniform mat4 shadow_clip_0;
uniform mat4 shadow_clip_1;
uniform mat4 shadow_clip_2;
uniform mat4 shadow_clip_far;
uniform vec4 texels;
uniform int has_far;

// Light that reaches a point, 0 to 1, by a map; a point outside the map is lit.
float lit(sampler2DShadow map, mat4 clip, float texel, vec3 world, vec3 n, float facing) {
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

float sun_lit(vec3 world, vec3 n, float facing) {
    vec2 p = abs((shadow_clip_0 * vec4(world, 1.0)).xy);
    if (has_far == 0 || max(p.x, p.y) < 0.98) return lit(shadow_0, shadow_clip_0, texels.x, world, n, facing);
    return lit(shadow_far, shadow_clip_far, texels.w, world, n, facing);
}
