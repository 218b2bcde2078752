#version 420 core
layout(location = 0) out float depth;

void main() {
    // gl_FragCoord.w is 1 / w of clip space, and w is z in the camera frame.
    depth = 1.0 / gl_FragCoord.w;
}
