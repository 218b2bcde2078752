#version 420 core
// The two moments of height; a depth map has no colour and ignores them.
in float height;
layout(location = 0) out vec2 moments;

void main() {
    moments = vec2(height, height * height);
}
