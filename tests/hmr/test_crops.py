import cv2
import numpy as np

from hmr.crops import crop, crop_intrinsics, place_in_image, square_around, to_crop

K = np.array([[1100.0, 0, 640], [0, 1100, 360], [0, 0, 1]])


def test_the_square_holds_the_box_and_its_margin():
    assert square_around((100.0, 50.0, 200.0, 350.0), 1.2).tolist() == [150, 200, 360]


def test_the_corners_of_the_square_are_the_corners_of_the_crop():
    square = np.array([300.0, 200, 100])
    affine = to_crop(square, 64)
    np.testing.assert_allclose(affine @ [250, 150, 1], [0, 0], atol=1e-9)
    np.testing.assert_allclose(affine @ [350, 250, 1], [64, 64], atol=1e-9)


def test_a_dot_lands_where_the_crops_intrinsics_say():
    image = np.zeros((720, 1280, 3), np.uint8)
    cv2.circle(image, (700, 300), 6, (255, 255, 255), -1)
    square = np.array([690.0, 320, 100])
    small = crop(image, square, 128).astype(float).sum(-1)
    rows, columns = np.mgrid[0.5:128, 0.5:128]
    centre = np.array([(columns * small).sum(), (rows * small).sum()]) / small.sum()
    # The centre of pixel (700, 300) is at (700.5, 300.5).
    ray = np.linalg.solve(K, [700.5, 300.5, 1])
    x, y, z = crop_intrinsics(K, square, 128) @ ray
    np.testing.assert_allclose(centre, [x / z, y / z], atol=0.05)


def test_a_strong_reduction_keeps_place_and_brightness():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    image[:512] //= 4
    small = crop(image, np.array([512.0, 512, 1024]), 32).astype(float)
    assert abs(small[:16].mean() - image[:512].mean()) < 4
    assert abs(small[16:].mean() - image[512:].mean()) < 4
    assert small[17:].std() < 15


def test_beyond_the_image_it_is_black():
    image = np.full((100, 100, 3), 255, np.uint8)
    small = crop(image, np.array([0.0, 50, 100]), 50)
    assert small[:, :24].max() == 0 and small[:, 26:].min() == 255


def test_a_centred_crop_has_no_direction():
    np.testing.assert_allclose(place_in_image(K, np.array([640.0, 360, 220])), [0, 0, 0.2])
