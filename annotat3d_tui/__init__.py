"""Annotat3D for a terminal: interactive segmentation of 3D images.

The rooms, in the order in which data visits them; a room imports only rooms to its right:

    __main__ -> cli -> tui -> session | doctor | inventory -> jobs -> workflow | workspace | demo
             -> networks | classifiers | render -> features -> superpixels | labels | volume
             -> parameters | blocks | compiled | memory | content | cache | allocation | archive | holding | places
             -> processes | mapped -> errors

    errors        one family of errors, each a plain sentence
    parameters    a parameter declares default, range, unit and help once: for form, flag, JSON and cache key
    blocks        cover a volume with slabs, work on them in threads, report progress, be cancelled
    compiled      how Numba kernels are compiled and kept
    memory        how much memory may be taken
    content       a name for what an array holds
    cache         what was computed once, in a folder
    archive       named arrays and facts in one file that is safe to open
    allocation    room for volumes, in memory or in a nameless file
    places        folders of the user in which the program keeps things
    mapped        files mapped into memory, which outlive that one becomes shorter
    processes     which process it is, also when its number has gone to another
    holding       who has a folder: one process at a time
    volume        files <-> (Z, Y, X) arrays: TIFF, RAW, HDF5, OME-Zarr, slices, …
    labels        what the hand drew: label table, strokes, markers, journal; how two label volumes compare
    superpixels   image -> superpixels
    features      image, superpixels, marked voxels -> feature table
    classifiers   feature table -> labels
    networks      volumes -> dataset -> trained network -> labels
    render        arrays -> pictures: slices in cells of a terminal; scenes in space, drawn by a process of their own
    demo          the embedded volume
    workspace     the folder that keeps everything
    workflow      the river on a page: segment()
    doctor        what works on this machine, and how to get the rest
    jobs          long work in processes of its own, which outlive the screen; GPUs
    inventory     what lies in a workspace, and what is wrong with it
    session       what is open
    tui           the screen
    cli           the command line

Importing this package imports nothing else.
"""

__version__ = "0.1.0"
