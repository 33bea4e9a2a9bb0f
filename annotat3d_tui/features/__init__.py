"""Image, superpixels and marked voxels -> feature table; filters are made, pooled and dropped one at a time.

features     the parameters, and the door: features(image, ...) -> Table
table        what comes out
dimensions   2D or 3D, from the image itself
voxels       the same features of every voxel of a few planes
registry     the filters by name; each family of filters has a file:
             grey, gaussian (with sobel, derivatives), tensor, extrema, moments,
             gabor (with waves), membrane, median (with codes, counting, histograms), patterns
plugins      filters of other packages, by entry point; user: how a function becomes one
plan         which families are evaluated for which filters and radii
engine       slabs × filters on threads, pooled in order
pooling      values of voxels -> values of superpixels
block        the planes that one evaluation reads, and the memory that it reuses
pyramid      the image on a coarser grid, where Gaussians of 8 voxels and more are computed (coarse)
networks     sorting networks as data, for medians
lines        voxels laid out so that one loop filters every axis
"""
