"""Puts on a token of SoftHSM2 the objects described on standard input; run as a program of its own."""

from __future__ import annotations

import json
import sys

import pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key

order = json.load(sys.stdin)
token = pkcs11.lib(order["module"]).get_token(token_label=order["label"])
with token.open(rw=True, user_pin=order["code"]) as session:
    for one in order["objects"]:
        value = bytes.fromhex(one["value"])
        common = {Attribute.TOKEN: True, Attribute.LABEL: one["label"]}
        if one["kind"] == "key":
            shape = decode_rsa_private_key(value)
            session.create_object(shape | common | {Attribute.ID: bytes.fromhex(one["id"]), Attribute.PRIVATE: True})
        elif one["kind"] == "certificate":
            session.create_object(
                common
                | {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.ID: bytes.fromhex(one["id"]),
                    Attribute.SUBJECT: b"0",
                    Attribute.VALUE: value,
                    Attribute.PRIVATE: False,
                }
            )
        else:
            session.create_object(
                common
                | {
                    Attribute.CLASS: ObjectClass.DATA,
                    Attribute.APPLICATION: "CPS",
                    Attribute.VALUE: value,
                    Attribute.PRIVATE: one["private"],
                }
            )
