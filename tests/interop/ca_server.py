#!/usr/bin/env python3
"""A CA behind HTTP for the tests: SCEP (RFC 8894), and the files of its folder (revocation lists).

Of Sallyport nothing is in it: ASN.1 and CMS are asn1crypto's, signatures and ciphers those of python3-cryptography.

usage: ca_server.py FOLDER ADDRESS PORT [PENDING]    FOLDER has ca.pem and ca.key (RSA); requests are pending PENDING times
"""

import base64
import datetime
import http.server
import os
import socket
import sys
import urllib.parse

from asn1crypto import algos, cms, core, csr, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

FOLDER, ADDRESS, PORT = sys.argv[1], sys.argv[2], int(sys.argv[3])
PENDING = int(sys.argv[4]) if len(sys.argv) > 4 else 0
CA = x509.load_pem_x509_certificate(open(f"{FOLDER}/ca.pem", "rb").read())
KEY = serialization.load_pem_private_key(open(f"{FOLDER}/ca.key", "rb").read(), None)
LIFE = datetime.timedelta(seconds=int(os.environ.get("CERTIFICATE_LIFE", 86400)))
EXTRA_URL = os.environ.get("CRL_URL", "")

ARC = "2.16.840.1.113733.1.9."
MESSAGE_TYPE, STATUS, FAIL, SENDER, RECIPIENT, TRANSACTION = (ARC + n for n in "234567")
for number, name in ((MESSAGE_TYPE, "scep_type"), (STATUS, "scep_status"), (FAIL, "scep_fail"), (TRANSACTION, "scep_transaction")):
    cms.CMSAttributeType._map[number] = name
    cms.CMSAttribute._oid_specs[name] = type("P", (core.SetOf,), {"_child_spec": core.PrintableString})
for number, name in ((SENDER, "scep_sender"), (RECIPIENT, "scep_recipient")):
    cms.CMSAttributeType._map[number] = name
    cms.CMSAttribute._oid_specs[name] = type("O", (core.SetOf,), {"_child_spec": core.OctetString})

asked = {}  # transaction: times, and the request


def attributes(signer):
    return {each["type"].native: each["values"][0].native for each in signer["signed_attrs"] if each["type"].native.startswith("scep")}


def open_envelope(octets):
    """What is in an EnvelopedData for the CA's key."""
    enveloped = cms.ContentInfo.load(octets)["content"]
    recipient = enveloped["recipient_infos"][0].chosen
    key = KEY.decrypt(recipient["encrypted_key"].native, rsa_padding.PKCS1v15())
    info = enveloped["encrypted_content_info"]
    algorithm = info["content_encryption_algorithm"]
    cipher = algorithms.AES(key) if algorithm.encryption_cipher == "aes" else algorithms.TripleDES(key)
    decryptor = Cipher(cipher, modes.CBC(algorithm.encryption_iv)).decryptor()
    padded = decryptor.update(info["encrypted_content"].native) + decryptor.finalize()
    unpadder = padding.PKCS7(cipher.block_size).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def seal(octets, certificate):
    """An EnvelopedData for the key of an asn1crypto certificate."""
    key, iv = os.urandom(16), os.urandom(16)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    text = encryptor.update(padder.update(octets) + padder.finalize()) + encryptor.finalize()
    public = serialization.load_der_public_key(certificate.public_key.dump())
    return cms.ContentInfo({"content_type": "enveloped_data", "content": {
        "version": "v0",
        "recipient_infos": [cms.RecipientInfo("ktri", {
            "version": "v0",
            "rid": cms.RecipientIdentifier("issuer_and_serial_number", {
                "issuer": certificate.issuer, "serial_number": certificate.serial_number}),
            "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
            "encrypted_key": public.encrypt(key, rsa_padding.PKCS1v15())})],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes128_cbc", "parameters": iv},
            "encrypted_content": text}}}).dump()


def degenerate(certificates):
    return cms.ContentInfo({"content_type": "signed_data", "content": {
        "version": "v1", "digest_algorithms": [], "encap_content_info": {"content_type": "data"},
        "certificates": [asn1_x509.Certificate.load(each) for each in certificates], "signer_infos": []}}).dump()


def issue(request):
    """The certificate for a PKCS#10, which must be signed by its own key."""
    wanted = x509.load_der_x509_csr(request)
    assert wanted.is_signature_valid
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(wanted.subject).issuer_name(CA.subject).public_key(wanted.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(minutes=5))
               .not_valid_after(now + LIFE))
    for extension in wanted.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    if EXTRA_URL:
        builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(
            [x509.UniformResourceIdentifier(EXTRA_URL)], None, None, None)]), False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer(transaction, nonce, status, content=b""):
    """A CertRep signed by the CA."""
    certificate = asn1_x509.Certificate.load(CA.public_bytes(serialization.Encoding.DER))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    attribute = lambda kind, value: cms.CMSAttribute({"type": kind, "values": [value]})
    signed = cms.CMSAttributes([
        attribute("content_type", "data"), attribute("message_digest", digest.finalize()), attribute("scep_type", "3"),
        attribute("scep_status", status), attribute("scep_transaction", transaction), attribute("scep_recipient", nonce),
        attribute("scep_sender", os.urandom(16))] + ([attribute("scep_fail", "2")] if status == "2" else []))
    signature = KEY.sign(signed.dump(), rsa_padding.PKCS1v15(), hashes.SHA256())
    return cms.ContentInfo({"content_type": "signed_data", "content": {
        "version": "v1", "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data", "content": content},
        "signer_infos": [{
            "version": "v1",
            "sid": cms.SignerIdentifier("issuer_and_serial_number", {
                "issuer": certificate.issuer, "serial_number": certificate.serial_number}),
            "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": signed,
            "signature_algorithm": {"algorithm": "rsassa_pkcs1v15"}, "signature": signature}]}}).dump()


def operation(message):
    signed = cms.ContentInfo.load(message)["content"]
    signer = signed["signer_infos"][0]
    named = attributes(signer)
    sender = next(each.chosen for each in signed["certificates"]
                  if each.chosen.serial_number == signer["sid"].chosen["serial_number"].native)
    public = serialization.load_der_public_key(sender.public_key.dump())
    public.verify(signer["signature"].native, signer["signed_attrs"].untag().dump(), rsa_padding.PKCS1v15(),
                  hashes.SHA256() if signer["digest_algorithm"]["algorithm"].native == "sha256" else hashes.SHA1())
    kind, transaction = named["scep_type"], named["scep_transaction"]
    content = open_envelope(signed["encap_content_info"]["content"].native)
    print("pkiMessage", kind, transaction, "from", sender.issuer.native.get("common_name"), flush=True)
    if kind in ("17", "19"):
        request = csr.CertificationRequest.load(content)
        password = [each["values"][0].native for each in request["certification_request_info"]["attributes"]
                    if each["type"].native == "challenge_password"]
        print("challenge", password, flush=True)
        if "wrong" in password:
            return answer(transaction, named["scep_sender"], "2")
        asked[transaction] = [PENDING, content]
    if transaction not in asked:
        return answer(transaction, named["scep_sender"], "2")
    asked[transaction][0] -= 1
    if asked[transaction][0] >= 0:
        return answer(transaction, named["scep_sender"], "3")
    certificate = issue(asked[transaction][1])
    return answer(transaction, named["scep_sender"], "0", seal(degenerate([certificate]), sender))


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments):
        super().__init__(*arguments, directory=FOLDER)

    def give(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        what = query.get("operation", [""])[0]
        if what == "GetCACaps":
            return self.give("text/plain", os.environ.get("CAPS", "POSTPKIOperation\nSHA-256\nAES\nRenewal\n").encode())
        if what == "GetCACert":
            return self.give("application/x-x509-ca-cert", CA.public_bytes(serialization.Encoding.DER))
        if what == "PKIOperation":
            return self.give("application/x-pki-message", operation(base64.b64decode(query["message"][0])))
        return super().do_GET()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.give("application/x-pki-message", operation(body))


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in ADDRESS else socket.AF_INET


Server((ADDRESS, PORT), Handler).serve_forever()
