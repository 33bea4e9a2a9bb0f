"""Labels to networks and networks to labels: datasets of small samples, training, inference.

pairs         images with their labels and weights, checked (scanning, classes)
sampling      where patches are drawn (census, regions, holding_out)
making        pairs -> dataset file, as a recipe says; forecast: what it takes
dataset       a dataset file, read one sample at a time
dataset_listing  those of a folder, and what there is to say of one
layout        what its parts are called; storing: how they are written
recorded      what files of this program say; foreign: what the samples of others tell
statistics    mean, deviation, extremes, labels of many voxels
normalization grey values to mean 0 and deviation 1
augmentation  samples changed at random; elastic: bent
batches       samples of one step
architectures what the networks are made of, without Keras; models: made with it
quiet         TensorFlow and Keras, imported without a word; devices: what they may use
settings      everything that decides the weights; rates: the learning rate over the steps
network       the folder of a network; history, checkpoint: files in it; weights_file: what weights may hold
exported      a network in one file, read safely; export: written, also as ONNX, and imported
tiles         a volume covered by patches; inference: patch by patch to a label volume; applying: of the files of images
listing       the networks in a folder, and what there is to say of one
fitting       whether a training fits dataset and memory, what it takes, which batch would
beginning     the folder of a new network
training      dataset -> weights; transfer: from the weights of another network
"""
