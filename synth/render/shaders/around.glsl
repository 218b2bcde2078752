// The light from all around; lights.py says how maps are laid out.
layout(binding = 4) uniform sampler2D background;
layout(binding = 5) uniform sampler2D mirror;
uniform vec3 irradiance[9];
uniform float mirror_levels;

vec2 place_of(vec3 d) {
    float down = asin(clamp(d.y, -1.0, 1.0)) / 3.14159265;
    return vec2(atan(d.x, -d.z) / 6.28318531 + 0.5, 0.5 - down);
}

// Maps are far coarser than pictures: cubic B-splines (Sigg and Hadwiger, "Fast Third-Order
// Texture Filtering", GPU Gems 2, 2005) magnify them without the lattice that straight lines leave.
vec3 behind(vec3 d) {
    vec2 size = vec2(textureSize(background, 0));
    vec2 at = place_of(d) * size - 0.5;
    vec2 f = fract(at);
    vec2 corner = at - f;
    vec2 g = 1.0 - f;
    vec2 w0 = g * g * g / 6.0;
    vec2 w1 = (4.0 - 6.0 * f * f + 3.0 * f * f * f) / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 low = w0 + w1;
    vec2 high = 1.0 - low;
    vec2 a = (corner - 0.5 + w1 / low) / size;
    vec2 b = (corner + 1.5 + w3 / high) / size;
    vec3 upper = mix(textureLod(background, b, 0.0).rgb, textureLod(background, vec2(a.x, b.y), 0.0).rgb, low.x);
    vec3 lower = mix(textureLod(background, vec2(b.x, a.y), 0.0).rgb, textureLod(background, a, 0.0).rgb, low.x);
    return mix(upper, lower, low.y);
}

vec3 irradiance_at(vec3 n) {
    vec3 e = irradiance[0] * 0.282095;
    e += 0.488603 * (irradiance[1] * n.y + irradiance[2] * n.z + irradiance[3] * n.x);
    e += 1.092548 * (irradiance[4] * n.x * n.y + irradiance[5] * n.y * n.z + irradiance[7] * n.x * n.z);
    e += irradiance[6] * 0.315392 * (3.0 * n.z * n.z - 1.0);
    e += irradiance[8] * 0.546274 * (n.x * n.x - n.y * n.y);
    return max(e, 0.0);
}

// The surroundings mirrored by a rough surface. Where it is very rough, all that is left is
// what the irradiance knows.
vec3 mirrored(vec3 r, float roughness) {
    vec3 broad = irradiance_at(r) / 3.14159265;
    vec3 sharp = textureLod(mirror, place_of(r), roughness * (mirror_levels - 1.0) / 0.5).rgb;
    return mix(sharp, broad, smoothstep(0.35, 0.5, roughness));
}
