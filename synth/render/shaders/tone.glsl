uniform vec3 exposure;

// Filmic curve: K. Narkowicz, "ACES Filmic Tone Mapping Curve", 2015.
vec3 tone_mapped(vec3 radiance) {
    vec3 x = radiance * exposure * 0.85;
    return clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}
