"""What the screen of a new dataset says: the keys of its last line, its help."""

KeyOf = tuple[str, str, str, int]
KEYS: tuple[KeyOf, ...] = (
    ("making.accept", "make it", "accept", 0),
    ("new_dataset.part", "other part", "part", 1),
    ("new_dataset.take", "what is open", "take_open", 3),
    ("making.cluster", "Slurm", "cluster", 4),
    ("making.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
"""Of the last line: id of a binding, word, action, how early it is left out."""
KEYS_OF_FIELDS: tuple[KeyOf, ...] = ()
KEYS_OF_LISTS: tuple[KeyOf, ...] = (("volumes.add", "add", "add", 1), ("volumes.remove", "take out", "remove", 2))
KEYS_OF_CHANGES: tuple[KeyOf, ...] = (
    ("augmentation.next", "next sample", "sample(1)", 2),
    ("augmentation.again", "other numbers", "again", 3),
    ("augmentation.alone", "one or all", "alone", 2),
)
HELP = """\
Row 1 of Label belongs to row 1 of Data, and so on; each file is checked when it is added, and what is wrong with it \
stands beside it, and whole at the foot while its row is bright. In Weight, which may stay empty, higher values make \
errors count more where they are; all must be above 0. From each image as many samples are drawn as Sampling says, \
each as large as the patch, which should be larger than the smallest object that is to be seen. {new_dataset.take} \
adds the image that is open with its label. {making.accept} starts a job that makes the dataset; what was begun here \
stays while other tabs are shown."""
HELP_CHANGES = """\
Networks learn more from few labels when they never see a sample twice the same: image, label and weight are flipped, \
turned and bent alike, grey values get another contrast, brightness, blur and noise. Turn off what cannot occur in \
your images, such as an upside-down flip of what has a top. The pictures show the change in focus alone, or with \
{augmentation.alone} all that are on; {augmentation.next} goes to another sample, {augmentation.again} makes the \
changes with other random numbers. While a network is trained each sample is changed anew each time; a dataset of \
changed samples is for other programs."""
WRITE = "write a second dataset of changed samples, for other programs"
KEYS_OF_AUGMENT: tuple[KeyOf, ...] = (
    ("making.accept", "write it", "accept", 0),
    *KEYS_OF_CHANGES,
    ("making.cluster", "Slurm", "cluster", 4),
    ("making.back", "back", "back", 0),
    ("app.help", "help", "app.help", 0),
    ("app.palette", "palette", "app.command_palette", 5),
)
HELP_AUGMENT = """\
The samples of this dataset before and after changes. {making.accept} starts a job that writes them changed at random \
to another dataset, as many as there are, those for validation as they are; another seed makes other changes. Networks \
of this program need no such file: they change each sample anew while they are trained."""
