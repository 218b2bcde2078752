#version 420 core
// Mark where shapes have edges: textures are smooth already.
layout(binding = 0) uniform sampler2D depths;

// The inverse depth bends there by this share in a pixel, or more. Over planes it does not bend at
// all, however they are tilted.
const float BENT = 4e-4;

void main() {
    vec2 pixel = 1.0 / vec2(textureSize(depths, 0));
    vec2 at = gl_FragCoord.xy * pixel;
    // Around the corner before this pixel and the one after it.
    vec4 before = 1.0 / max(textureGather(depths, at - 0.5 * pixel), 1e-9);
    vec4 after = 1.0 / max(textureGather(depths, at + 0.5 * pixel), 1e-9);
    float here = after.w;
    vec2 bent = abs(vec2(before.x + after.z, before.z + after.x) - 2.0 * here);
    if (max(bent.x, bent.y) <= BENT * here) discard;
}
