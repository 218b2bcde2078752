#version 420 core
// Smooth edges of a finished picture.
// Timothy Lottes, "FXAA" (NVIDIA white paper, 2009), as of version 3.11.
layout(binding = 0) uniform sampler2D picture;
layout(location = 0) out vec4 seen;

const int FARTHEST = 10;

float light_at(vec2 at) {
    return textureLod(picture, at, 0.0).a;
}

vec3 smoothed(vec2 at, vec2 pixel) {
    float m = light_at(at);
    float n = light_at(at - vec2(0.0, pixel.y));
    float s = light_at(at + vec2(0.0, pixel.y));
    float e = light_at(at + vec2(pixel.x, 0.0));
    float w = light_at(at - vec2(pixel.x, 0.0));
    float range = max(max(max(n, s), max(e, w)), m) - min(min(min(n, s), min(e, w)), m);
    if (range < 0.02) return textureLod(picture, at, 0.0).rgb;
    float nw = light_at(at + pixel * vec2(-1, -1));
    float ne = light_at(at + pixel * vec2(1, -1));
    float sw = light_at(at + pixel * vec2(-1, 1));
    float se = light_at(at + pixel * vec2(1, 1));
    float across = abs(nw + ne - 2.0 * n) + 2.0 * abs(w + e - 2.0 * m) + abs(sw + se - 2.0 * s);
    float along = abs(nw + sw - 2.0 * w) + 2.0 * abs(n + s - 2.0 * m) + abs(ne + se - 2.0 * e);
    // Whether the edge runs from left to right.
    bool level = along >= across;
    float before = level ? n : w;
    float after = level ? s : e;
    bool first = abs(before - m) >= abs(after - m);
    float steepest = max(abs(before - m), abs(after - m));
    float mean = 0.5 * (m + (first ? before : after));
    vec2 to_side = level ? vec2(0.0, pixel.y) : vec2(pixel.x, 0.0);
    to_side = first ? -to_side : to_side;
    vec2 step = level ? vec2(pixel.x, 0.0) : vec2(0.0, pixel.y);
    // Walk both ways along the edge to its ends.
    vec2 a = at + 0.5 * to_side;
    vec2 b = a;
    float at_a = 0.0;
    float at_b = 0.0;
    bool ended_a = false;
    bool ended_b = false;
    for (int i = 0; i < FARTHEST && !(ended_a && ended_b); i++) {
        if (!ended_a) { a -= step; at_a = light_at(a) - mean; ended_a = abs(at_a) >= 0.25 * steepest; }
        if (!ended_b) { b += step; at_b = light_at(b) - mean; ended_b = abs(at_b) >= 0.25 * steepest; }
    }
    float to_a = level ? at.x - a.x : at.y - a.y;
    float to_b = level ? b.x - at.x : b.y - at.y;
    float at_nearer = to_a < to_b ? at_a : at_b;
    float shift = (at_nearer < 0.0) != (m < mean) ? 0.5 - min(to_a, to_b) / (to_a + to_b) : 0.0;
    // What is thinner than a pixel is blurred a little.
    float around = (2.0 * (n + s + e + w) + nw + ne + sw + se) / 12.0;
    float thin = clamp(abs(around - m) / range, 0.0, 1.0);
    thin = thin * thin * (3.0 - 2.0 * thin);
    shift = max(shift, 0.6 * thin * thin);
    return textureLod(picture, at + to_side * shift, 0.0).rgb;
}

void main() {
    vec2 pixel = 1.0 / vec2(textureSize(picture, 0));
    seen = vec4(smoothed(gl_FragCoord.xy * pixel, pixel), 1.0);
}
