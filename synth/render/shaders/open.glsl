// How much of the sky is open above a point, by the height map from above.
layout(binding = 3) uniform sampler2D heights;
uniform mat4 above_clip;
uniform float above_texel;

// Share of what lies around that is no higher than the point, by Chebyshev's inequality
// on the height map's moments (Donnelly and Lauritzen, "Variance Shadow Maps", 2006).
float open_at(vec2 uv, float height, float radius) {
    vec2 moments = textureLod(heights, uv, round(log2(max(radius / above_texel, 1.0)))).rg;
    float above = max(moments.x - height - 0.01, 0.0);
    float variance = max(moments.y - moments.x * moments.x, 1e-4);
    return above > 0.0 ? variance / (variance + above * above) : 1.0;
}

float sky_open(vec3 world, vec3 n) {
    vec3 p = world + n * 0.1;
    vec2 uv = (above_clip * vec4(p, 1.0)).xy * 0.5 + 0.5;
    if (any(lessThan(uv, vec2(0.0))) || any(greaterThan(uv, vec2(1.0)))) return 1.0;
    float open = open_at(uv, p.y, 0.12) + open_at(uv, p.y, 0.3) + open_at(uv, p.y, 0.7);
    return mix(0.3, 1.0, open / 3.0);
}
