"""What is done when a page of a mapped file is lost, in machine code: no Python can run in the middle of a load.

handler(signal, info, context):
    for each slot of the table:
        if slot.start <= info.address < slot.end:
            put pages of zeros from the page of the address to slot.end, and note as slot.lost how many bytes they have
            return                                  # to the load, which goes on
    have the action that was there before again, and return to the load, which fails anew
"""

import mmap
import signal
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir

PROT_READ, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE = 1, 2, 0x10, 0x20, 0x4000
ADDRESS = 16
"""Bytes from the start of `siginfo_t` to the address that was touched, on 64-bit Linux."""
WORD = 8
WORDS = 3
"""Of a slot of the table."""

_int, _long = ir.IntType(32), ir.IntType(64)


def compiled_handler(table: int, slots: int, before: int) -> tuple[Any, int]:
    """The engine that holds the code, and its address: a handler for sigaction with SA_SIGINFO.

    table: address of `slots` times three 64-bit numbers, start, end, lost. before: that of the former sigaction.
    """
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(_module(table, slots, before))), machine)
    engine.finalize_object()
    return engine, engine.get_function_address("on_bus_error")


def _module(table: int, slots: int, before: int) -> ir.Module:
    module = ir.Module("bus_error")
    module.triple = llvm.get_default_triple()
    arguments = (_int, _long, _long)
    handler = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), "on_bus_error")
    map_pages = ir.Function(module, ir.FunctionType(_long, (_long, _long, _int, _int, _int, _long)), "mmap")
    set_action = ir.Function(module, ir.FunctionType(_int, (_int, _long, _long)), "sigaction")
    entry, look, following, ours, others = (
        handler.append_basic_block(name) for name in ("entry", "look", "following", "ours", "others")
    )
    code = ir.IRBuilder(entry)
    address = _load(code, code.add(handler.args[1], _long(ADDRESS)))
    code.branch(look)

    code.position_at_end(look)
    slot = code.phi(_long)
    start, end = _load(code, slot), _load(code, code.add(slot, _long(WORD)))
    inside = code.and_(code.icmp_unsigned("<=", start, address), code.icmp_unsigned("<", address, end))
    code.cbranch(inside, ours, following)

    code.position_at_end(following)
    next_slot = code.add(slot, _long(WORD * WORDS))
    slot.add_incoming(_long(table), entry)
    slot.add_incoming(next_slot, following)
    code.cbranch(code.icmp_unsigned("<", next_slot, _long(table + WORD * WORDS * slots)), look, others)

    code.position_at_end(ours)
    page = code.and_(address, _long(-mmap.PAGESIZE))
    code.atomic_rmw("umax", _pointer(code, code.add(slot, _long(2 * WORD))), code.sub(end, page), "monotonic")
    flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE
    put = code.call(map_pages, (page, code.sub(end, page), _int(PROT_READ), _int(flags), _int(-1), _long(0)))
    with code.if_then(code.icmp_unsigned("==", put, page), likely=True):
        code.ret_void()
    code.branch(others)

    code.position_at_end(others)
    code.call(set_action, (_int(int(signal.SIGBUS)), _long(before), _long(0)))
    code.ret_void()
    return module


def _pointer(code: ir.IRBuilder, address: ir.Value) -> ir.Value:
    return code.inttoptr(address, _long.as_pointer())


def _load(code: ir.IRBuilder, address: ir.Value) -> ir.Value:
    return code.load(_pointer(code, address))
