"""The Protobuf messages of a trace. The only module that imports protobuf, which is an optional package.

A subset of `reports.proto` of Apollo's usage reporting, with its field numbers. Every field has presence (proto2), so
that the index 0 of a list is written; readers of proto3 read the same bytes.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "quadrangle.ftv1"
TEXT, UINT32, UINT64, INT32, INT64 = (
    *(Field.TYPE_STRING, Field.TYPE_UINT32, Field.TYPE_UINT64, Field.TYPE_INT32, Field.TYPE_INT64),
)
MESSAGES: dict[str, dict[str, tuple[int, Any]]] = {
    "Timestamp": {"seconds": (1, INT64), "nanos": (2, INT32)},  # google.protobuf.Timestamp
    "Location": {"line": (1, UINT32), "column": (2, UINT32)},
    "Error": {"message": (1, TEXT), "location": (2, ["Location"]), "json": (4, TEXT)},
    "Node": {
        "response_name": (1, TEXT),
        "index": (2, UINT32),
        "type": (3, TEXT),
        "start_time": (8, UINT64),
        "end_time": (9, UINT64),
        "error": (11, ["Error"]),
        "child": (12, ["Node"]),
        "parent_type": (13, TEXT),
        "original_field_name": (14, TEXT),
    },
    "Trace": {
        "end_time": (3, "Timestamp"),
        "start_time": (4, "Timestamp"),
        "duration_ns": (11, UINT64),
        "root": (14, "Node"),
    },
}
"""By message and field: its number, and its scalar type, the message that it is, or a list of the one it repeats."""


def _file() -> FileDescriptorProto:
    file = FileDescriptorProto(name="ftv1.proto", package=PACKAGE, syntax="proto2")
    for message, fields in MESSAGES.items():
        described = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            repeated = isinstance(kind, list)
            label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
            field = described.field.add(name=name, number=number, label=label)
            target = kind[0] if repeated else kind
            if isinstance(target, str):
                field.type, field.type_name = Field.TYPE_MESSAGE, f".{PACKAGE}.{target}"
            else:
                field.type = target
    return file


def _message_class(name: str) -> Any:
    pool = DescriptorPool()
    pool.Add(_file())
    return GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))


Trace = _message_class("Trace")
