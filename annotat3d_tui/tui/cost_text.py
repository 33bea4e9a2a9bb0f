"""What a set of parameters costs on an image: features, voxels, memory, and what has to be computed again."""

from typing import TYPE_CHECKING

from annotat3d_tui.memory import bytes_text

if TYPE_CHECKING:
    from annotat3d_tui.session import Session
    from annotat3d_tui.workflow.settings import Segmentation


def cost_text(session: "Session", parameters: "Segmentation") -> str:
    """One line for the foot of the form; shorter before it is known whether features are 2D or 3D."""
    from annotat3d_tui.workflow.forecast import memory_needed

    features, image = parameters.features, session.image.data
    pools = 1 if parameters.by_voxel else len(features.pooling)
    columns = len(features.names) * pools
    parts = [f"{len(features.filters)} filters, {len(features.radii)} radii: {columns} features"]
    parts.append(f"{count_text(image.size)} voxels")
    used = session.settled_if_known(parameters)
    if used is not None:
        labels = max(len(session.annotation.markers.counts()), 2)
        parts.append(f"about {bytes_text(memory_needed(image, used, labels=labels))} of memory")
        parts.append(f"computes {again(session, used)}")
    return " · ".join(parts)


def again(session: "Session", used: "Segmentation") -> str:
    """What settled parameters let be computed, since nothing of it is known from the run before.

    What was measured at other times may be known, too; then it is quicker than said.
    """
    before = session.settled_if_known(session.parameters)
    changed = before is None or before.superpixels != used.superpixels or session.superpixels is None
    if changed and not used.by_voxel:
        return "superpixels, features and training"
    known = session.run is not None and session.run.used.features == used.features
    return "training only" if known else "features and training"


def count_text(count: int) -> str:
    """A number of voxels as people say it.

    >>> count_text(8_388_608), count_text(2_500), count_text(1_073_741_824)
    ('8.4 million', '2500', '1.07 billion')
    """
    if count >= 10**9:
        return f"{count / 1e9:.2f} billion"
    return f"{count / 1e6:.1f} million" if count >= 10**6 else str(count)
