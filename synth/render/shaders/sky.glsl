// The sky's radiance along a unit direction; sky_radiance in lights.py says the same.
uniform vec3 zenith;
uniform vec3 horizon;
uniform vec3 ground;
uniform float exposure;

vec3 sky_radiance(vec3 direction) {
    float up = direction.y;
    if (up > 0.0) return mix(horizon, zenith, sqrt(up));
    return mix(horizon, ground, smoothstep(0.0, 0.1, -up));
}

// Filmic curve: K. Narkowicz, "ACES Filmic Tone Mapping Curve", 2015.
vec3 tone_mapped(vec3 radiance) {
    vec3 x = radiance * exposure * 0.85;
    return clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0);
}
