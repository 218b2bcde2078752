#version 420 core
// What is behind everything: the map of light, or a photo.
#include "pixel.glsl"
#include "tone.glsl"
#include "around.glsl"
#include "backdrop.glsl"

void main() {
    seen = pixel_of(developed(backdrop(normalize(looking()))));
}
