"""Feature table and markers -> labels: samples, classifiers, honest scores, label volumes.

training      markers -> samples (with groups: what a fair test keeps together)
training_data samples with what they are, across images; training_store: in a file
model         what a classifier is to the rest; choice: all of them
forest        random forest and extra trees; ensemble: of several ranges of scales
              trees are grown (growing, random_splits), are arrays (trees), and label codes of one byte (codes, sieve)
boosting      trees that correct each other (growing_steps, steps)
linear        flat borders (borders, margins)
selection     which features are dropped
scores        how well it does on what it has not seen
store         a classifier in a file
paint         labels of superpixels -> label volume
voxels        image -> label of every voxel
smoothing     probabilities that follow the edges of the image (boxes, guiding)
"""
