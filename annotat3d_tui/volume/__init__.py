"""Files <-> arrays (Z, Y, X), one voxel type, voxel size and unit.

volume       a volume, and its size in words
files        open and save by suffix: open_volume, open_labels, save_volume, describe
place        the path of a volume: a file and, where that holds several, which of them
disk         its files: whether they are there, whether they changed
formats      the table from suffix to module: tiff, raw, npy, hdf5, zarr, sequence, nifti, mrc
header       what a file that is written says of its volume
source       what a format says of a file, and the way from its bytes to voxels, whole or block by block
types        voxel types and their names
voxel_size   lengths along z, y, x in one unit, and what of them is not in the file
description  what `info` shows
inside       which volumes a file holds that may hold several
sampling     a look at a few planes of a file: range of values, how long reading all would take
converted    what cannot be mapped, converted once into a folder of the cache; converted_files: its files there
turned       a large volume once more, so that slices across x lie together
pyramid      copies in fewer voxels, shown while the disk is slow
writing      written beside the target and renamed
finite       NaN and infinities replaced; exact range of values
convert      another voxel type, a part
"""
