// The radiance that comes from a unit direction; lights.py says how maps are laid out.
layout(binding = 4) uniform sampler2D surroundings;
uniform float exposure;

vec3 sky_radiance(vec3 d, float level) {
    vec2 at = vec2(atan(d.x, -d.z) / 6.28318531 + 0.5, 0.5 - asin(clamp(d.y, -1.0, 1.0)) / 3.14159265);
    return textureLod(surroundings, at, level).rgb;
}

// Filmic curve: K. Narkowicz, "ACES Filmic Tone Mapping Curve", 2015.
vec3 tone_mapped(vec3 radiance) {
    vec3 x = radiance * exposure * 0.85;
    return clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}
