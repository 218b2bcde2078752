#version 420 core
// What is at a pixel, not yet how it is lit: one sample at its centre.
in vec3 world_normal;
in vec3 tint;
in vec2 place;
uniform int id;
uniform float roughness;
uniform float metallic;
uniform int textured;
layout(binding = 0) uniform sampler2D picture;
layout(location = 0) out float depth;
layout(location = 1) out uint surface_id;
layout(location = 2) out vec4 seen_normal;
layout(location = 3) out vec4 albedo;

// Seen at a grazing angle, a pixel is long and thin on the ground: two looks, half as long each.
vec3 laid_on() {
    vec2 x = dFdx(place);
    vec2 y = dFdy(place);
    vec2 side = dot(x, x) > dot(y, y) ? x : y;
    return 0.5 * (textureGrad(picture, place - 0.25 * side, 0.5 * x, 0.5 * y).rgb + textureGrad(picture, place + 0.25 * side, 0.5 * x, 0.5 * y).rgb);
}

void main() {
    // gl_FragCoord.w is 1 / w of clip space, and w is z in the camera frame.
    depth = 1.0 / gl_FragCoord.w;
    surface_id = uint(id);
    vec3 n = normalize(world_normal);
    seen_normal = vec4(gl_FrontFacing ? n : -n, metallic);
    vec3 colour = tint;
    if (textured == 1) colour *= texture(picture, place).rgb;
    for (bool on = textured == 2; on; on = false) colour *= laid_on();
    albedo = vec4(colour, roughness);
}
