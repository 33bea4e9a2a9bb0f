"""Volumes, labels and slices in space: described here, drawn by one child process that owns the graphics library.

grid      how voxels lie in space
camera    from where it is seen: orbit, pan, zoom, fly, home; views kept in files
scene     what is shown
cut       the clipping plane
picking   which voxel is seen at a place of a picture
words     what is written into a picture: names of axes, scale bar, legend
renderer  the handle: starts the child, gives it volumes, asks for pictures

Vectors and places are (z, y, x), as the axes of arrays are; lengths are in the unit of the voxel size.
"""
