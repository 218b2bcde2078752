// Where lights reach, by the maps seen from them. The first light's map has two tiles: what is
// near the people, and beside it everything.
layout(binding = 6) uniform sampler2DShadow shadow_0;
layout(binding = 7) uniform sampler2DShadow shadow_1;
layout(binding = 8) uniform sampler2DShadow shadow_2;
uniform mat4 shadow_clip_0;
uniform mat4 shadow_clip_1;
uniform mat4 shadow_clip_2;
uniform mat4 shadow_clip_far;
uniform vec4 texels;

// Light that reaches a point, 0 to 1, by a tile of a map; a point outside the tile is lit.
float reached(sampler2DShadow map, mat4 clip, float texel, vec3 world, vec3 n, float facing, vec2 tile) {
    // Moved off the surface, more so at grazing light: no acne, and no gap at the feet.
    vec3 moved = world + n * texel * (0.6 + 2.2 * sqrt(1.0 - facing * facing));
    vec3 p = (clip * vec4(moved, 1.0)).xyz;
    vec2 at = p.xy * 0.5 + 0.5;
    bool outside = any(lessThan(at, vec2(0.0))) || any(greaterThan(at, vec2(1.0)));
    vec2 step = 0.75 / vec2(textureSize(map, 0));
    // 0 is the depth of nothing; what lies beyond the last caster is compared with it.
    vec3 in_map = vec3(at.x * tile.y + tile.x, at.y, max(p.z, 0.0));
    float sum = texture(map, in_map + vec3(-step.x, -step.y, 0.0));
    sum += texture(map, in_map + vec3(step.x, -step.y, 0.0));
    sum += texture(map, in_map + vec3(-step.x, step.y, 0.0));
    sum += texture(map, in_map + vec3(step.x, step.y, 0.0));
    return outside ? 1.0 : 0.25 * sum;
}

float reached_0(vec3 world, vec3 n, float facing) {
    vec2 p = abs((shadow_clip_0 * vec4(world, 1.0)).xy);
    bool near = max(p.x, p.y) < 0.98;
    mat4 clip = near ? shadow_clip_0 : shadow_clip_far;
    vec2 tile = near ? vec2(0.0, 0.5) : vec2(0.5, 0.5);
    return reached(shadow_0, clip, near ? texels.x : texels.w, world, n, facing, tile);
}

float reached_1(vec3 world, vec3 n, float facing) {
    return reached(shadow_1, shadow_clip_1, texels.y, world, n, facing, vec2(0.0, 1.0));
}

float reached_2(vec3 world, vec3 n, float facing) {
    return reached(shadow_2, shadow_clip_2, texels.z, world, n, facing, vec2(0.0, 1.0));
}
