"""The renderer: a scene and a camera in; picture, ids, depth and silhouettes out.

``scene`` says what is rendered and needs no graphics library; ``renderer``
draws it and opens the process's one GL context. Nothing else is needed from
outside:

    scene = Scene(surfaces, sun, sky)
    passes = Renderer(1280, 720).render(scene, camera)
"""
