layout(binding = 10) uniform sampler2D photo;

vec3 backdrop(vec3 direction) {
#if PHOTO
    return texelFetch(photo, ivec2(gl_FragCoord.xy), 0).rgb;
#else
    return behind(direction);
#endif
}

// A photo is shown as its own camera developed it.
vec3 developed(vec3 radiance) {
#if PHOTO
    return clamp(radiance, 0.0, 1.0);
#else
    return tone_mapped(radiance);
#endif
}
