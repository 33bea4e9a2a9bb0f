"""The methods that make superpixels."""

from annotat3d_tui.superpixels.slic import Slic
from annotat3d_tui.superpixels.waterpixels import Waterpixels, Waterpixels3D

Method = Waterpixels3D | Waterpixels | Slic
"""Any of them: a set of parameters that, called with an image (Z, Y, X), gives int32 ids 1…n of its shape."""

METHODS = (Waterpixels3D, Waterpixels, Slic)
"""Their classes."""
