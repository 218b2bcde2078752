#version 420 core
// One triangle over the whole window, infinitely far.
uniform mat4 world_from_clip;
uniform vec3 eye;
out vec3 direction;

void main() {
    vec2 corner = vec2((gl_VertexID & 1) * 4 - 1, (gl_VertexID & 2) * 2 - 1);
    gl_Position = vec4(corner, 0.0, 1.0);
    vec4 near = world_from_clip * vec4(corner, 1.0, 1.0);
    direction = near.xyz / near.w - eye;
}
