"""How is a PKCS#11 module spoken to without its faults becoming ours? In this process of its own, one order at a time.

Started by ``pkcs11`` with the path of the module. An order is a frame on standard input (four bytes of length,
then JSON), followed by as many bytes as its ``secret`` says: the code of the holder, never part of a text. The answer
is a frame on what was standard output: the module may print whatever it likes. Standard library and python-pkcs11 only.
What is opened is closed here: the module of the ANS keeps a card unlocked for every program of the workstation.
"""

from __future__ import annotations

import base64
import json
import os
import re
import struct
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

REINIT_NEEDED = "80000002"
"""CKR_ASIP_REINIT_NEEDED of the ANS's module: it asks to be finalised and initialised again."""
_MODULE_GONE = frozenset({"DeviceRemoved", "TokenNotPresent", "SessionHandleInvalid", "SessionClosed"})
_CODE = re.compile(r"0x([0-9a-fA-F]{1,16})")


class Refusal(Exception):
    """The order can't be carried out, by our own rule; ``name`` is what the other side knows it by."""

    def __init__(self, name: str) -> None:
        """Refuse under ``name``."""
        super().__init__(name)
        self.name = name


class _Code:
    """The code of the holder, in the shape in which the binding takes one without copying it into a text."""

    def __init__(self, code: bytearray) -> None:
        self._code = code

    def encode(self, _encoding: str) -> bytearray:
        """Return the very bytes: they are zeroed once the module has had them."""
        return self._code


class Host:
    """The module, and the session that is open on one of its tokens."""

    def __init__(self, path: str) -> None:
        """Serve the module at ``path``, loaded at the first order."""
        self._path = path
        self._library: Any = None
        self._session: Any = None
        self._serial = ""

    def serve(self, order: dict[str, Any], secret: bytearray) -> dict[str, Any]:
        """Carry out an order; return its answer, or the name of what stood in the way."""
        import pkcs11  # noqa: PLC0415 -- the process answers for its absence too

        try:
            return self._once(order, secret)
        except Refusal as refusal:
            return {"error": refusal.name}
        except pkcs11.PKCS11Error as error:
            self._drop()
            return _told(error)

    def _once(self, order: dict[str, Any], secret: bytearray) -> dict[str, Any]:
        import pkcs11  # noqa: PLC0415 -- as above

        work: Callable[[dict[str, Any], bytearray], dict[str, Any]] = getattr(self, f"do_{order['do']}")
        try:
            return work(order, secret)
        except pkcs11.PKCS11Error as error:
            # A code is never presented twice for one order: only what costs no try is done again.
            if _told(error)["code"] != REINIT_NEEDED or order["do"] == "unlock":
                raise
        self._drop()
        return work(order, secret)

    def do_about(self, _order: dict[str, Any], _secret: bytearray) -> dict[str, Any]:
        """Tell what the module says of itself (C_GetInfo)."""
        library = self._module()
        return {
            "maker": library.manufacturer_id,
            "description": library.library_description,
            "version": ".".join(str(part) for part in library.library_version),
            "standard": ".".join(str(part) for part in library.cryptoki_version),
        }

    def do_tokens(self, _order: dict[str, Any], _secret: bytearray) -> dict[str, Any]:
        """Tell the tokens that are there."""
        return {"tokens": [_described(slot, token) for slot, token in self._tokens()]}

    def do_read(self, order: dict[str, Any], _secret: bytearray) -> dict[str, Any]:
        """Tell what a token shows to anyone: certificates and public data."""
        with self._token(order["serial"])[1].open() as session:
            return {"objects": _objects(session)}

    def do_unlock(self, order: dict[str, Any], secret: bytearray) -> dict[str, Any]:
        """Present the code once, and keep the session; tell what it opens.

        Without code, the keys of the reader ask for it. After a wrong one, the token is told as it is now.
        """
        import pkcs11  # noqa: PLC0415 -- as above

        self.do_lock(order, secret)
        slot, token = self._token(order["serial"])
        if not secret and not order["pinpad"]:
            raise Refusal("code-absent")
        try:
            self._session = token.open(user_pin=_Code(secret) if secret else pkcs11.PROTECTED_AUTH)
        except pkcs11.PinIncorrect:
            self._drop()
            return {"error": "PinIncorrect", "token": _described(*self._token(order["serial"]))}
        finally:
            secret[:] = bytes(len(secret))
        self._serial = order["serial"]
        return {"objects": _objects(self._session), "token": _described(slot, slot.get_token())}

    def do_sign(self, order: dict[str, Any], _secret: bytearray) -> dict[str, Any]:
        """Sign by SHA256-RSA-PKCS, in the open session, with the private key of an identifier, else of a label."""
        import pkcs11  # noqa: PLC0415 -- as above

        if self._session is None or self._serial != order["serial"]:
            raise Refusal("not-unlocked")
        # The card may have been changed for another with the session still open: asked before each signature.
        self._token(order["serial"])
        data = base64.b64decode(order["data"])
        for wanted in ({pkcs11.Attribute.ID: base64.b64decode(order["id"])}, {pkcs11.Attribute.LABEL: order["label"]}):
            sought = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, **wanted}
            # The search is ended first: a card has one operation at a time.
            found = list(self._session.get_objects(sought))
            if found:
                signature = found[0].sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
                return {"signature": base64.b64encode(signature).decode("ascii")}
        raise Refusal("key-absent")

    def do_lock(self, _order: dict[str, Any], _secret: bytearray) -> dict[str, Any]:
        """Close the session: what the code had opened is shut."""
        session, self._session, self._serial = self._session, None, ""
        if session is not None:
            session.close()
        return {}

    def _module(self) -> Any:  # noqa: ANN401 -- the binding's own object
        if self._library is None:
            import pkcs11  # noqa: PLC0415 -- as above

            self._library = pkcs11.lib(self._path)
        elif not self._library.initialized:
            self._library.initialize()
        return self._library

    def _tokens(self) -> list[tuple[Any, Any]]:
        import pkcs11  # noqa: PLC0415 -- as above

        found = []
        for slot in self._module().get_slots(token_present=True):
            try:
                token = slot.get_token()
            except (pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised, pkcs11.DeviceRemoved):
                continue
            if pkcs11.TokenFlag.TOKEN_INITIALIZED in token.flags:
                found.append((slot, token))
        return found

    def _token(self, serial: str) -> tuple[Any, Any]:
        for slot, token in self._tokens():
            if _text(token.serial) == serial:
                return slot, token
        raise Refusal("other-card")

    def _drop(self) -> None:
        """Finalise the module: a refused code leaves a session open in the binding, and a card pulled leaves worse."""
        self._session, self._serial = None, ""
        if self._library is not None and self._library.initialized:
            import pkcs11  # noqa: PLC0415 -- as above

            try:
                self._library.finalize()
            except pkcs11.PKCS11Error:
                # What can't be finalised is not used again: this process ends, and the next order begins another.
                os._exit(1)


def _told(error: Exception) -> dict[str, Any]:
    """Return the name of a failure and, for a code that the standard does not name, the code. Never its text."""
    found = _CODE.search(str(error))
    name = type(error).__name__
    return {"error": "removed" if name in _MODULE_GONE else name, "code": found[1].lower() if found else ""}


def _described(slot: Any, token: Any) -> dict[str, Any]:  # noqa: ANN401 -- the binding's own objects
    return {
        "serial": _text(token.serial),
        "label": token.label,
        "model": token.model,
        "maker": token.manufacturer_id,
        "reader": slot.slot_description,
        "flags": int(token.flags),
    }


def _objects(session: Any) -> list[dict[str, str]]:  # noqa: ANN401 -- the binding's own object
    """Return the certificates and the data objects that the session sees."""
    import pkcs11  # noqa: PLC0415 -- as above

    found = []
    for kind, wanted in (("certificate", pkcs11.ObjectClass.CERTIFICATE), ("data", pkcs11.ObjectClass.DATA)):
        for one in list(session.get_objects({pkcs11.Attribute.CLASS: wanted})):
            value = _value(one, pkcs11.Attribute.VALUE)
            name = _value(one, pkcs11.Attribute.LABEL)
            told = {"kind": kind, "label": name if isinstance(name, str) else "", "value": _base64(value)}
            if kind == "certificate":
                told["id"] = _base64(_value(one, pkcs11.Attribute.ID))
            found.append(told)
    return found


def _value(one: Any, attribute: Any) -> Any:  # noqa: ANN401 -- the binding's own objects
    """Return an attribute; nothing where the object has none, does not show it, or gives a text that is none."""
    import pkcs11  # noqa: PLC0415 -- as above

    try:
        return one[attribute]
    except (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive, pkcs11.AttributeValueInvalid, UnicodeDecodeError):
        return b""


def _base64(value: object) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else b"").decode("ascii")


def _text(serial: bytes | str) -> str:
    raw = serial if isinstance(serial, str) else serial.decode("latin-1")
    return raw.strip(" \0")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame; None at the end of the stream."""
    head = bytearray(4)
    if not fill(stream, head):
        return None
    body = bytearray(struct.unpack(">I", head)[0])
    return bytes(body) if fill(stream, body) else None


def fill(stream: IO[bytes], place: bytearray) -> bool:
    """Fill ``place`` from a stream, however little comes at a time; False where it ended before."""
    at = 0
    while at < len(place):
        part = memoryview(place)[at:]
        count: int = stream.readinto(part)  # type: ignore[attr-defined] # as every stream of bytes opened here does
        if not count:
            return False
        at += count
    return True


def frame_of(message: dict[str, Any]) -> bytes:
    """Return a message as a frame."""
    body = json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


def serve_orders(serve: Callable[[dict[str, Any], bytearray], dict[str, Any]]) -> None:
    """Answer each order by ``serve``, until the other side closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Unbuffered: the code goes from the pipe into bytes that are ours to zero, and nowhere else.
    with open(0, "rb", buffering=0, closefd=False) as orders:
        while True:
            frame = read_frame(orders)
            if frame is None:
                return
            order = json.loads(frame)
            secret = bytearray(order.get("secret", 0))
            if not fill(orders, secret):
                return
            answer = serve(order, secret)
            secret[:] = bytes(len(secret))
            answers.write(frame_of(answer))
            answers.flush()


if __name__ == "__main__":
    serve_orders(Host(sys.argv[1]).serve)
