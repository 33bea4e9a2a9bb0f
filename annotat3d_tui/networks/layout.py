"""What the parts of a dataset file are called, as Annotat3D has them and what is added.

    /data        (images, samples, X, Y, Z), grey values as they were, a chunk a sample
    /label       the same shape, label ids, gzip
    /weight      the same shape, float32 above 0, 0 where ignored; where it is missing every voxel counts 1
    /validation  (images, samples), 1 for a sample that is not trained on
    /moments     (images, 2), mean and standard deviation of each whole image
    /places      (images, samples, 3), x, y, z of a sample's first voxel in its image; -1 where not known
    /sources     (images,), JSON: the files that an image was made of, and what they held

Attributes say the rest: format, format_version, program, classes, names, unlabelled (-1: none), parameters. Only plain
types are used, text is ASCII of fixed length: HDF5 of any age and PyTables read it.
"""

from typing import Any

DATA, LABEL, WEIGHT = "data", "label", "weight"
VALIDATION, MOMENTS, PLACES, SOURCES = "validation", "moments", "places", "sources"
FORMAT, VERSION = "annotat3d dataset", 1
NOT_LABELLED = 0
"""The label id that may stand for voxels nobody has labelled."""
HIGHEST_CLASS = 65535
MOST_CLASSES = 256

MADE_BY = "annotat3d dataset create makes one"


def axes_of_file(voxels: Any) -> Any:
    """A patch (Z, Y, X) as the file has it, (X, Y, Z), or back."""
    return voxels.transpose(2, 1, 0)


def text_of(value: object) -> str:
    """An attribute that is text; "" for any other."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""
