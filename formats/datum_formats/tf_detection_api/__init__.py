"""TensorFlow's Object Detection API: TFRecord files of tf.train.Example, read without TensorFlow.

See https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/using_your_own_dataset.md.
Layout: ``<subset>.tfrecord``, or its shards ``<subset>.tfrecord-00000-of-00010``, and
``label_map.pbtxt``. Boxes are float32, corners, divided by width and height.

It keeps boxes, to the last bit by a further feature, ``image/object/bbox/pixels``: x, y, width and
height as four float64 for each object; it counts where it agrees with the corners, and other readers
skip it. With ``--save-masks`` also masks, each together with a box. It refuses broken checksums,
lists of unequal length, labels that are not in the label map, boxes of an image whose size is told
nowhere.
"""

from datum.plugins import Format, Option
from datum_formats.tf_detection_api.read import read
from datum_formats.tf_detection_api.sniff import sniff
from datum_formats.tf_detection_api.write import write

__all__ = ["TF_DETECTION_API"]

TF_DETECTION_API = Format(
    name="tf_detection_api",
    title="TensorFlow Object Detection API",
    link="https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/using_your_own_dataset.md",
    keeps=frozenset({"box"}),
    notes=(
        "`<subset>.tfrecord` and `label_map.pbtxt`; shards are united. Reads a folder, or one record "
        "file; TensorFlow is not needed. The standard features hold boxes as float32 divided by the "
        "image's size (about seven digits); the feature `image/object/bbox/pixels` holds them in "
        "full, and other readers skip it. With `--save-masks` a mask is kept with its box, the given "
        "one or its bounds. Outlines without a box become their bounding boxes. Of attributes, "
        "`is_crowd`, `difficult`, `truncated`, `occluded`, `group_of`, `pose`, `weight` and `area` "
        "are kept; an object without one that another object of the image has reads back as false, "
        "empty or 0. JPEG, PNG, GIF and BMP are stored as they are, other images as PNG."
    ),
    write_options=(
        Option(
            name="save_masks",
            type=bool,
            default=False,
            help="write masks, as PNG images, beside the boxes",
        ),
    ),
    read=read,
    write=write,
    sniff=sniff,
)
