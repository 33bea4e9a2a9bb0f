"""Labels to networks and networks to labels: datasets of small samples, training, inference.

pairs         images with their labels and weights, checked (scanning, classes)
sampling      where patches are drawn (census, regions, holding_out)
making        pairs -> dataset file, as a recipe says; forecast: what it takes
dataset       a dataset file, read one sample at a time
layout        what its parts are called; storing: how they are written
recorded      what files of this program say; foreign: what the samples of others tell
statistics    mean, deviation, extremes, labels of many voxels
normalization grey values to mean 0 and deviation 1
"""
