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

// Ground seen at a grazing angle blurs in its far direction long before the other one shimmers.
const float SHARPER = -0.6;

void main() {
    // gl_FragCoord.w is 1 / w of clip space, and w is z in the camera frame.
    depth = 1.0 / gl_FragCoord.w;
    surface_id = uint(id);
    vec3 n = normalize(world_normal);
    seen_normal = vec4(gl_FrontFacing ? n : -n, metallic);
    vec3 colour = tint;
    if (textured == 1) colour *= texture(picture, place, SHARPER).rgb;
    albedo = vec4(colour, roughness);
}
