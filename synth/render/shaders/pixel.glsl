// What all passes that fill the window know.
layout(binding = 0) uniform sampler2D depths;
layout(binding = 1) uniform sampler2D normals;
layout(binding = 2) uniform sampler2D looks;
uniform mat4 ray;
uniform vec3 eye;
uniform vec3 to_light[3];
uniform vec3 light[3];
layout(location = 0) out vec4 seen;

// A picture's pixel, with its brightness as the eye has it: about the square root of light.
vec4 pixel_of(vec3 colour) {
    return vec4(colour, sqrt(dot(colour, vec3(0.299, 0.587, 0.114))));
}

// From the eye through the pixel, 1 long along the camera's axis.
vec3 looking() {
    return (ray * vec4(gl_FragCoord.xy, 1.0, 0.0)).xyz;
}
