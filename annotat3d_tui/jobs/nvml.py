"""Reads the GPUs of this machine through NVML, the library of the driver; every field may be missing.

What the driver does not tell is None; what hinders the whole is one sentence in `Reading.problem`.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any, Self, TypeVar

from annotat3d_tui.jobs.gpus import Gpu, GpuProcess, Reading

T = TypeVar("T")
_ON_CPU = "the CPU does the work"
_NONE = {
    "NVML_ERROR_LIBRARY_NOT_FOUND": f"There is no driver of NVIDIA here (no libnvidia-ml.so.1): {_ON_CPU}; where there "
    "is a GPU, ask the administrator for its driver.",
    "NVML_ERROR_DRIVER_NOT_LOADED": f"The driver of NVIDIA is installed and not loaded: {_ON_CPU}; ask the "
    "administrator to load it (modprobe nvidia).",
    "NVML_ERROR_LIB_RM_VERSION_MISMATCH": f"Library and kernel module of the NVIDIA driver are of two versions: "
    f"{_ON_CPU} until the machine is started again.",
    "NVML_ERROR_NO_PERMISSION": f"The GPUs may not be read by you: {_ON_CPU}; ask the administrator for access to "
    "/dev/nvidia*.",
    "NVML_ERROR_FUNCTION_NOT_FOUND": f"The driver of NVIDIA is too old to be asked for its GPUs: {_ON_CPU}; ask the "
    "administrator for a newer one.",
}
_LOST = {
    "NVML_ERROR_GPU_IS_LOST": "lost by the driver until the machine is started again",
    "NVML_ERROR_RESET_REQUIRED": "it must be reset by the administrator",
    "NVML_ERROR_NO_PERMISSION": "it may not be read by you",
}


class Nvml:
    """The library, opened; read it again and again. Not for two threads at once."""

    def __init__(self) -> None:
        self._pynvml: ModuleType | None = None
        self._known: dict[str, Gpu] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the driver."""
        if self._pynvml is not None:
            with contextlib.suppress(self._pynvml.NVMLError):
                self._pynvml.nvmlShutdown()
            self._pynvml = None

    def read(self) -> Reading:
        """All devices as they are now; never raises for what a driver may answer."""
        import pynvml

        try:
            if self._pynvml is None:
                pynvml.nvmlInit()
                self._pynvml = pynvml
            number = pynvml.nvmlDeviceGetCount()
        except pynvml.NVMLError as error:
            self.close()
            return Reading(problem=_sentence(pynvml, error), at=time.monotonic())
        reader = _Reader(pynvml)
        gpus = tuple(self._named(reader.device(index)) for index in range(number))
        problem = "" if gpus else f"The driver of NVIDIA is here, and no GPU: {_ON_CPU}."
        return Reading(gpus, problem, reader.tell(pynvml.nvmlSystemGetDriverVersion) or "", time.monotonic())

    def _named(self, gpu: Gpu) -> Gpu:
        """A lost device keeps the name that it had."""
        if gpu.lost:
            known = self._known.get(gpu.index, gpu)
            return replace(gpu, uuid=gpu.uuid or known.uuid, name=gpu.name or known.name)
        self._known[gpu.index] = gpu
        return gpu


def read_once() -> Reading:
    """All devices as they are now."""
    with Nvml() as nvml:
        return nvml.read()


class _Reader:
    """Asks for one field after the other, each of which may be refused."""

    def __init__(self, pynvml: ModuleType) -> None:
        self._nvml = pynvml

    def tell(self, ask: Callable[..., T], *arguments: object) -> T | None:
        """The answer, or None when there is none; raises NVMLError when the device itself is gone."""
        try:
            return ask(*arguments)
        except self._nvml.NVMLError as error:
            if _name(self._nvml, error) in ("NVML_ERROR_GPU_IS_LOST", "NVML_ERROR_RESET_REQUIRED"):
                raise
            return None
        except UnicodeDecodeError:
            return None

    def _text(self, ask: Callable[..., str], *arguments: object) -> str:
        return printable(self.tell(ask, *arguments) or "")

    def device(self, index: int) -> Gpu:
        """A device with its instances; one that cannot be read says why."""
        uuid, name = "", ""
        try:
            handle = self._nvml.nvmlDeviceGetHandleByIndex(index)
            uuid = self._text(self._nvml.nvmlDeviceGetUUID, handle)
            name = self._text(self._nvml.nvmlDeviceGetName, handle)
            return self._whole(str(index), handle, uuid, name)
        except self._nvml.NVMLError as error:
            why = _LOST.get(_name(self._nvml, error), f"the driver says: {error}")
            return Gpu(str(index), uuid, name, lost=why)

    def _whole(self, index: str, handle: Any, uuid: str, name: str) -> Gpu:
        nvml = self._nvml
        used, total = self._memory(handle)
        rates = self.tell(nvml.nvmlDeviceGetUtilizationRates, handle)
        power = self.tell(nvml.nvmlDeviceGetPowerUsage, handle)
        limit = self.tell(nvml.nvmlDeviceGetEnforcedPowerLimit, handle)
        pci = self.tell(nvml.nvmlDeviceGetPciInfo, handle)
        mode = self.tell(nvml.nvmlDeviceGetMigMode, handle)
        is_cut = bool(mode and mode[0])
        return Gpu(
            index=index,
            uuid=uuid,
            name=short_name(name),
            used=used,
            total=total,
            busy=None if rates is None else int(rates.gpu),
            temperature=self.tell(nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
            power=None if power is None else power / 1000,
            limit=None if limit is None else limit / 1000,
            processes=self._processes(handle),
            bus=printable(_text(pci.busId)) if pci else "",
            instances=self._instances(index, handle) if is_cut else (),
            is_cut=is_cut,
        )

    def _memory(self, handle: Any) -> tuple[int | None, int | None]:
        """Bytes in use and in all. Where the driver tells them apart, what it reserves for itself is not in use."""
        nvml = self._nvml
        memory = self.tell(nvml.nvmlDeviceGetMemoryInfo, handle, nvml.nvmlMemory_v2)
        memory = memory or self.tell(nvml.nvmlDeviceGetMemoryInfo, handle)
        return (None, None) if memory is None else (int(memory.used), int(memory.total))

    def _processes(self, handle: Any) -> tuple[GpuProcess, ...] | None:
        nvml = self._nvml
        for ask in (nvml.nvmlDeviceGetComputeRunningProcesses_v3, nvml.nvmlDeviceGetComputeRunningProcesses_v2):
            found = self.tell(ask, handle)
            if found is not None:
                return tuple(_process(one) for one in found)
        return None

    def _instances(self, index: str, handle: Any) -> tuple[Gpu, ...]:
        nvml = self._nvml
        found = []
        for place in range(self.tell(nvml.nvmlDeviceGetMaxMigDeviceCount, handle) or 0):
            instance = self.tell(nvml.nvmlDeviceGetMigDeviceHandleByIndex, handle, place)
            if instance is None:
                continue
            used, total = self._memory(instance)
            uuid = self._text(nvml.nvmlDeviceGetUUID, instance)
            name = short_name(self._text(nvml.nvmlDeviceGetName, instance))
            processes = self._processes(instance)
            found.append(Gpu(f"{index}:{place}", uuid, name, used, total, processes=processes))
        return tuple(found)


def short_name(name: str) -> str:
    """A name without what all of them share.

    >>> short_name("NVIDIA A100-SXM4-80GB")
    'A100-SXM4-80GB'
    """
    return name.removeprefix("NVIDIA ").removeprefix("GeForce ")


def printable(text: str) -> str:
    """A text of somebody else's, of which nothing can move the cursor of a terminal or set its title.

    >>> printable("python\\x1b]0;mine\\a")
    'python?]0;mine?'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _process(found: Any) -> GpuProcess:
    import psutil

    user = command = line = ""
    with contextlib.suppress(psutil.Error, OSError, KeyError):  # gone, or of another container
        process = psutil.Process(found.pid)
        user, command = process.username(), process.name()
        line = " ".join(process.cmdline())
    memory = found.usedGpuMemory
    size = None if memory is None else int(memory)
    return GpuProcess(found.pid, printable(user), printable(command), printable(line), size)


def _text(value: "str | bytes") -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _name(pynvml: ModuleType, error: Any) -> str:
    """The name of the constant of an error."""
    names = (name for name in vars(pynvml) if name.startswith("NVML_ERROR_"))
    return next((name for name in names if getattr(pynvml, name) == error.value), "")


def _sentence(pynvml: ModuleType, error: Any) -> str:
    said = _NONE.get(_name(pynvml, error))
    return said or f"The driver of NVIDIA does not answer ({error}): {_ON_CPU}."
