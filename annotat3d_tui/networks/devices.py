"""The devices that this process may use, as its environment says (CUDA_VISIBLE_DEVICES)."""

from typing import Any

from annotat3d_tui.networks.fitting import check_shared
from annotat3d_tui.networks.quiet import tensorflow
from annotat3d_tui.networks.workers import ALONE, Workers, joined


def gpu_count() -> int:
    """How many GPUs there are for TensorFlow."""
    return len(tensorflow().config.list_logical_devices("GPU"))


def strategy_for(batch: int, devices: tuple[str, ...] = (), workers: Workers = ALONE) -> Any:
    """How a batch is spread: over all GPUs, or over these devices of TensorFlow; on one, or the processors, not at all.

    workers: over those of all these processes, or over their processors. Raises InvalidParameter when the batch cannot
    be shared equally.
    """
    if workers.count > 1:
        strategy = joined()
        check_shared(batch, strategy.num_replicas_in_sync)
        return strategy
    distribute = tensorflow().distribute
    count = len(devices) or gpu_count()
    if count < 2:
        return distribute.get_strategy()
    check_shared(batch, count)
    return distribute.MirroredStrategy(list(devices) or None)


def gpu_memory() -> dict[str, float]:
    """Bytes that this process holds on all its GPUs, as `gpu_memory`; nothing without one."""
    experimental = tensorflow().config.experimental
    if not (count := gpu_count()):
        return {}
    return {"gpu_memory": float(sum(experimental.get_memory_info(f"GPU:{i}")["current"] for i in range(count)))}
