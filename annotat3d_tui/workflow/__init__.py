"""The river: image -> superpixels -> feature table -> training samples -> model -> label volume.

segmentation  the river on a page: segment()
settings      everything that decides a label volume
presets       sets of it with a name
superpixels   image -> superpixels
measuring     image, superpixels, markers -> feature table and samples; what is known already comes from the cache
learning      samples -> a trained classifier and honest scores
classifying   trained classifier, image -> label volume
applying      the same, on other images
smoothing     label volume of superpixels -> one whose borders follow the edges of the image
timing        which share of the time each step takes
run           how a label volume came about, told afterwards
evidence      probabilities and uncertainty, as volumes and as pictures of a slice
forecast      how much memory it will take
"""
