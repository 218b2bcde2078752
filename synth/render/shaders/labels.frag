#version 420 core
in vec3 world_normal;
uniform int id;
layout(location = 0) out float depth;
layout(location = 1) out uint surface_id;
layout(location = 2) out vec4 seen_normal;

void main() {
    // gl_FragCoord.w is 1 / w of clip space, and w is z in the camera frame.
    depth = 1.0 / gl_FragCoord.w;
    surface_id = uint(id);
    vec3 n = normalize(world_normal);
    seen_normal = vec4(gl_FrontFacing ? n : -n, 1.0);
}
