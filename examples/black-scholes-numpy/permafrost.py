"""A model of permafrost in Python: one file, to be copied beside the model. No dependencies; NumPy is used where a model asks for it.

    from permafrost import serve

    def simulate(parameters, rng):          # one permutation; rng: random.Random, seeded for it
        heads = sum(rng.random() < parameters["p"] for _ in range(parameters["flips"]))
        return {"heads": heads}             # or a list, in the order of the metrics; None: no value

    serve(simulate)

    from permafrost import serve_chunk

    def simulate_chunk(parameters, chunk):  # many permutations with NumPy; each array has chunk.count values
        return {"sum": chunk.random(10).sum(axis=1)}

    serve_chunk(simulate_chunk)

Both answer every form of request: lines of JSON, Arrow IPC, and one process per permutation. What a model prints goes to stderr.
A row may depend on parameters and on its own random numbers only: not on its place in a chunk, nor on what was computed before.
"""

import json
import os
import random
import struct
import sys

__all__ = ["serve", "serve_chunk", "Chunk"]


def serve(simulate, rng="random"):
    """Answers requests until there are no more. simulate(parameters, rng) -> a map or list of metrics, or a number.

    rng: "random" gives a random.Random, "numpy" a numpy.random.Generator (PCG64), "seed" the seed itself: an integer from 0 to
    2**32 - 1, or with scheme philox four of them. An exception fails its permutation, and no other.
    """
    make = {"random": _python_generator, "numpy": _numpy_generator, "seed": lambda seed: seed}[rng]

    def answer(request):
        parameters = request["parameters"]
        return [_row_of(simulate, parameters, make(seed)) for seed in request["seeds"]]

    _answer_all(answer, None)


def serve_chunk(simulate_chunk):
    """The same for whole chunks: simulate_chunk(parameters, chunk) -> a map of arrays, chunk.count values each. Needs NumPy."""
    import numpy

    _keep_memory()

    def columns(request):
        chunk = Chunk(request, numpy)
        result = simulate_chunk(request["parameters"], chunk)
        named = {name: numpy.asarray(values, dtype="<f8") for name, values in result.items()}
        for name, values in named.items():
            if values.shape != (chunk.count,):
                raise ValueError("metric %s has the shape %r; there are %d permutations" % (name, values.shape, chunk.count))
        return {name: numpy.ascontiguousarray(values) for name, values in named.items()}

    def answer(request):
        try:
            named = columns(request)
        except Exception as error:
            # The engine asks again for each permutation alone, and so finds the one that failed.
            _traceback()
            return [{"error": _text_of(error)}] * request["count"]
        return [dict(zip(named, row)) for row in zip(*(values.tolist() for values in named.values()))]

    _answer_all(answer, columns)


def _keep_memory():
    """glibc gives the memory of large arrays back after each chunk, and takes it anew for the next: half of the time of many a NumPy model."""
    try:
        import ctypes

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError, TypeError):
        return
    mallopt(-1, 1 << 30)  # M_TRIM_THRESHOLD
    mallopt(-3, 1 << 25)  # M_MMAP_THRESHOLD, the most that it takes


class Chunk:
    """Permutations first .. first + count - 1 of a cell, for a program that computes them together."""

    def __init__(self, request, numpy):
        self._numpy = numpy
        self._draws = 0
        self.cell = request["cell"]
        self.metrics = request["metrics"]
        self.first = request["first"]
        self.count = request["count"]
        self.key = request["key"]
        self.seeds = request["seeds"]

    def random(self, n):
        """(count, n) numbers from [0, 1), a row per permutation.

        NumPy's Philox counts: its key is the cell's, and each permutation has a range of the counter of its own. So its row is the same whatever the
        chunk is. The second call of a chunk draws other numbers than the first; every permutation must make the same calls.
        """
        numpy = self._numpy
        blocks = (n + 3) // 4
        # 64-bit words of the counter, lowest first: one step gives four numbers. The highest word is the number of the call.
        start = (self._draws << 192) + self.first * blocks
        self._draws += 1
        bits = numpy.random.Philox(key=self.key[0] | (self.key[1] << 32), counter=start)
        return numpy.random.Generator(bits).random((self.count, 4 * blocks))[:, :n]

    def normal(self, n):
        """(count, n) standard normal numbers, by Box and Muller: two from every two uniforms, never more and never fewer."""
        numpy = self._numpy
        half = (n + 1) // 2
        u = self.random(2 * half)
        radius = numpy.sqrt(-2.0 * numpy.log1p(-u[:, :half]))
        angle = (2.0 * numpy.pi) * u[:, half:]
        z = numpy.empty((self.count, 2 * half))
        numpy.multiply(radius, numpy.cos(angle), out=z[:, :half])
        numpy.multiply(radius, numpy.sin(angle), out=z[:, half:])
        return z[:, :n]

    def generator(self, i):
        """A numpy.random.Generator for permutation first + i, where each draws as many numbers as it happens to need."""
        return _numpy_generator(self.seeds[i])


def _python_generator(seed):
    if isinstance(seed, int):
        return random.Random(seed)
    return random.Random(sum(word << (32 * k) for k, word in enumerate(seed)))


def _numpy_generator(seed):
    import numpy

    return numpy.random.Generator(numpy.random.PCG64(seed))


def _row_of(simulate, parameters, rng):
    try:
        row = simulate(parameters, rng)
        return row if isinstance(row, (dict, list, tuple)) else [row]
    except Exception as error:
        _traceback()
        return {"error": _text_of(error)}


def _text_of(error):
    return "%s: %s" % (type(error).__name__, error)


def _traceback():
    import traceback

    traceback.print_exc(file=sys.stderr)


# Requests and answers


def _answer_all(answer, columns):
    # The true stdout is for answers. What the model prints, or a library that it uses, goes to stderr.
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    requests = sys.stdin.buffer
    try:
        while True:
            head = requests.read(1)
            if not head:
                return
            if head == b"{":
                _answer_line(head + requests.readline(), answer, out)
            else:
                _answer_stream(head, requests, answer, columns, out)
            out.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        # Whoever asked is gone.
        os._exit(1)


def _answer_line(line, answer, out):
    request = json.loads(line.decode("utf-8"))
    lines = [json.dumps(row, default=_number) for row in answer(request)]
    out.write(("\n".join(lines) + "\n").encode("utf-8"))


def _number(value):
    """NumPy's numbers are not Python's."""
    if hasattr(value, "item"):
        return value.item()
    raise TypeError("a %s is not a number" % type(value).__name__)


def _answer_stream(head, requests, answer, columns, out):
    request = _read_request(head, requests)
    try:
        if columns is None:
            named = _columns_of(answer(request))
        else:
            named = {name: values.data for name, values in columns(request).items()}
    except Exception as error:
        if columns is not None:
            _traceback()
        out.write(_schema([], {"error": _text_of(error) if columns is not None else str(error)}) + _END)
        return
    out.write(_stream_of(named, request["count"]))
    for values in named.values():
        out.write(values)
        out.write(bytes(-len(memoryview(values).cast("B")) % 8))
    out.write(_END)


def _columns_of(rows):
    for row in rows:
        if not isinstance(row, dict):
            raise TypeError("with form arrow a row is a map of metrics, not a list")
        if list(row) == ["error"]:
            raise ValueError(row["error"])
    return {name: _doubles([row[name] for row in rows]) for name in rows[0]}


def _doubles(values):
    return struct.pack("<%dd" % len(values), *[float("nan") if value is None else float(value) for value in values])


# The part of Arrow IPC that is needed: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format

_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"


def _read_request(head, file):
    """One stream: a schema whose metadata hold the request, and one batch of perm_index and seeds, 32-bit words."""
    schema, _ = _read_message(head + _exactly(file, 7), file)
    request = json.loads(_metadata_of(schema)["permafrost"])
    batch, body = _read_message(_exactly(file, 8), file)
    if _exactly(file, 8) != _END:
        raise ValueError("a request is one record batch")
    table = _Table(batch, _u32(batch, 0)).table(2)
    count = request["count"]
    buffers = table.pairs(2)
    words = [struct.unpack_from("<%dI" % count, body, buffers[2 * column + 1][0]) for column in range(1, len(buffers) // 2)]
    request["seeds"] = list(words[0]) if len(words) == 1 else [list(seed) for seed in zip(*words)]
    return request


def _read_message(prefix, file):
    continuation, length = struct.unpack("<Ii", prefix)
    if continuation != 0xFFFFFFFF or length <= 0:
        raise ValueError("neither a line of JSON nor an Arrow IPC stream")
    metadata = _exactly(file, length)
    return metadata, _exactly(file, _Table(metadata, _u32(metadata, 0)).int64(3))


def _exactly(file, length):
    data = file.read(length)
    if len(data) != length:
        # The engine is gone.
        os._exit(1)
    return data


def _u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


class _Table:
    """A table of a flatbuffer."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def field(self, slot):
        vtable = self.at - struct.unpack_from("<i", self.data, self.at)[0]
        if 4 + 2 * slot >= struct.unpack_from("<H", self.data, vtable)[0]:
            return 0
        offset = struct.unpack_from("<H", self.data, vtable + 4 + 2 * slot)[0]
        return self.at + offset if offset else 0

    def follow(self, slot):
        at = self.field(slot)
        return at + _u32(self.data, at)

    def table(self, slot):
        return _Table(self.data, self.follow(slot))

    def int64(self, slot):
        at = self.field(slot)
        return struct.unpack_from("<q", self.data, at)[0] if at else 0

    def text(self, slot):
        at = self.follow(slot)
        return self.data[at + 4 : at + 4 + _u32(self.data, at)].decode("utf-8")

    def tables(self, slot):
        at = self.follow(slot)
        places = [at + 4 + 4 * k for k in range(_u32(self.data, at))]
        return [_Table(self.data, place + _u32(self.data, place)) for place in places]

    def pairs(self, slot):
        at = self.follow(slot)
        return [struct.unpack_from("<qq", self.data, at + 4 + 16 * k) for k in range(_u32(self.data, at))]


def _metadata_of(message):
    # Message.header is a Schema, whose custom_metadata are pairs of texts.
    schema = _Table(message, _u32(message, 0)).table(2)
    return {pair.text(0): pair.text(1) for pair in schema.tables(2)}


def _stream_of(named, count):
    """Schema and the head of a record batch: columns of doubles that are all there."""
    size = 8 * count
    nodes = [(count, 0)] * len(named)
    buffers = []
    for k in range(len(named)):
        buffers += [(k * size, 0), (k * size, size)]
    fields = [(0, ("i64", count)), (1, ("pairs", nodes)), (2, ("pairs", buffers))]
    return _schema(named, {}) + _message(3, ("table", fields), size * len(named))


def _schema(names, metadata):
    # Schema: fields, custom_metadata.
    pairs = [[(0, ("text", key)), (1, ("text", value))] for key, value in metadata.items()]
    return _message(1, ("table", [(1, ("tables", [_field(name) for name in names])), (2, ("tables", pairs))]), 0)


def _field(name):
    # Field: name, type_type FloatingPoint (3), type { precision: DOUBLE (2) }, children.
    return [(0, ("text", name)), (2, ("u8", 3)), (3, ("table", [(0, ("i16", 2))])), (5, ("tables", []))]


def _message(header_type, header, body):
    # Message: version V5 (4), header_type, header, bodyLength.
    flat = _flatbuffer([(0, ("i16", 4)), (1, ("u8", header_type)), (2, header), (3, ("i64", body))])
    return struct.pack("<Ii", 0xFFFFFFFF, len(flat)) + flat


def _flatbuffer(fields):
    """Written from the front: what a field points to comes after it, since offsets only go forwards."""
    out = bytearray(4)
    _write_table(out, fields, 0)
    out += bytes(-len(out) % 8)
    return bytes(out)


_SIZES = {"i64": ("<q", 8), "i16": ("<h", 2), "u8": ("<B", 1)}


def _write_table(out, fields, pointer):
    slots = 1 + max((slot for slot, _ in fields), default=-1)
    vtable = len(out) + -len(out) % 8
    out += bytes(vtable - len(out))
    # The vtable, then the table, each field at a multiple of its size.
    start = vtable + 4 + 2 * slots
    start += -start % 8
    at, places = start + 4, {}
    for slot, (kind, _) in fields:
        size = _SIZES.get(kind, ("", 4))[1]
        at += -at % size
        places[slot] = at
        at += size
    out += bytes(at - len(out))
    struct.pack_into("<HH", out, vtable, 4 + 2 * slots, at - start)
    for slot, place in places.items():
        struct.pack_into("<H", out, vtable + 4 + 2 * slot, place - start)
    struct.pack_into("<i", out, start, start - vtable)
    struct.pack_into("<I", out, pointer, start - pointer)
    for slot, (kind, value) in fields:
        _write_value(out, kind, value, places[slot])


def _write_value(out, kind, value, place):
    if kind in _SIZES:
        struct.pack_into(_SIZES[kind][0], out, place, value)
    elif kind == "table":
        _write_table(out, value, place)
    else:
        # The length of a vector is a multiple of 4, and the pairs after it are of 8.
        out += bytes((4 if kind == "pairs" else 0) + -len(out) % 8)
        at = len(out)
        struct.pack_into("<I", out, place, at - place)
        if kind == "text":
            text = value.encode("utf-8")
            out += struct.pack("<I", len(text)) + text + b"\0"
        elif kind == "pairs":
            out += struct.pack("<I", len(value)) + b"".join(struct.pack("<qq", *pair) for pair in value)
        else:
            out += struct.pack("<I", len(value)) + bytes(4 * len(value))
            for k, fields in enumerate(value):
                _write_table(out, fields, at + 4 + 4 * k)
