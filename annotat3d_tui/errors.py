"""One family of errors. Each message is one sentence: who, what must be, what was received, what to do.

    Annotat3DError
    ├── MissingFile      (FileNotFoundError)  an input that is not there
    ├── InvalidFile      (ValueError)         damaged, empty, of the wrong length, or of a kind that is not read
    ├── OutputExists     (FileExistsError)    an output that would be overwritten
    ├── CannotWrite      (OSError)            folder not writable, disk full
    ├── InvalidParameter (ValueError)         a parameter outside its range
    ├── ShapeMismatch    (ValueError)         two volumes that must have one shape
    ├── UnknownType      (TypeError)          a voxel type that is not read
    ├── InvalidMarkers   (ValueError)         no markers, one class only, a stroke that cannot be read
    ├── OverBudget       (MemoryError)        needs more memory than allowed
    ├── MissingLibrary   (ImportError)        a library that is not installed, with the package that brings it
    ├── BrokenFilter     (RuntimeError)       a filter of another package that cannot be loaded or does not do its work
    ├── TrainingDiverged (ArithmeticError)    the loss of a training is no longer a number
    ├── DrawingFailed    (RuntimeError)       the process that draws in 3D is lost, or cannot draw what it is asked
    ├── WorkspaceInUse   (RuntimeError)       another process has the workspace open
    ├── ReadOnly         (PermissionError)    a workspace that was opened only to be looked at
    └── Cancelled        (RuntimeError)       stopped on request; nothing was changed

A caller catches the family, or the builtin that a child also is.
"""


class Annotat3DError(Exception):
    """What a person did or the machine lacks; its text is shown as it is, without a traceback."""


class MissingFile(Annotat3DError, FileNotFoundError):
    """An input that is not there."""


class InvalidFile(Annotat3DError, ValueError):
    """A file that is damaged, empty, of the wrong length or of a kind that is not read."""


class OutputExists(Annotat3DError, FileExistsError):
    """An output that would be overwritten."""


class CannotWrite(Annotat3DError, OSError):
    """A folder that is not writable or a disk that is full."""


class InvalidParameter(Annotat3DError, ValueError):
    """A parameter outside its range."""


class ShapeMismatch(Annotat3DError, ValueError):
    """Two volumes that must have one shape."""


class UnknownType(Annotat3DError, TypeError):
    """A voxel type that is not read."""


class InvalidMarkers(Annotat3DError, ValueError):
    """No markers, one class only, or a stroke that cannot be read."""


class OverBudget(Annotat3DError, MemoryError):
    """Needs more memory than is allowed."""


class MissingLibrary(Annotat3DError, ImportError):
    """A library that is not installed; the text names the package that brings it."""


class BrokenFilter(Annotat3DError, RuntimeError):
    """A filter of another package that cannot be loaded, or does not do its work."""


class ClusterFailed(Annotat3DError, RuntimeError):
    """Workers on other machines that cannot be had, or were lost."""


class TrainingDiverged(Annotat3DError, ArithmeticError):
    """The loss of a training is no longer a number."""


class DrawingFailed(Annotat3DError, RuntimeError):
    """The process that draws in 3D is lost, or cannot draw what it is asked."""


class WorkspaceInUse(Annotat3DError, RuntimeError):
    """Another process has the workspace open."""


class ReadOnly(Annotat3DError, PermissionError):
    """A workspace that was opened only to be looked at."""


class Cancelled(Annotat3DError, RuntimeError):
    """Stopped on request; nothing was changed."""

    def __init__(self, message: str = "Cancelled; nothing was changed.") -> None:
        super().__init__(message)
