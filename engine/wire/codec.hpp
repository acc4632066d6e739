// The codecs of single payload bodies, shared by the files of this folder only.
#pragma once

#include "engine/wire/message.hpp"

namespace engine::wire {

/// A payload that cannot be right: INVALID_SYNTAX (RFC 7296, 3.10.1) and the reason in words.
inline Failure malformed(std::string why) { return {NotifyType::invalid_syntax, Cause::malformed_payload, std::move(why)}; }

/// Each takes what follows the generic payload header and reads all of it, or fails as malformed().
Result<SaPayload> parse_sa(ByteView body);
Result<KePayload> parse_ke(ByteView body);
Result<IdPayload> parse_id(PayloadType which, ByteView body);
Result<CertPayload> parse_cert(PayloadType which, ByteView body);
Result<AuthPayload> parse_auth(ByteView body);
Result<NoncePayload> parse_nonce(ByteView body);
Result<NotifyPayload> parse_notify(ByteView body);
Result<DeletePayload> parse_delete(ByteView body);
Result<TsPayload> parse_ts(PayloadType which, ByteView body);
Result<CpPayload> parse_cp(ByteView body);

/// Each appends the body alone.
void encode_body(const SaPayload& payload, Writer& out);
void encode_body(const KePayload& payload, Writer& out);
void encode_body(const IdPayload& payload, Writer& out);
void encode_body(const CertPayload& payload, Writer& out);
void encode_body(const AuthPayload& payload, Writer& out);
void encode_body(const NoncePayload& payload, Writer& out);
void encode_body(const NotifyPayload& payload, Writer& out);
void encode_body(const DeletePayload& payload, Writer& out);
void encode_body(const TsPayload& payload, Writer& out);
void encode_body(const CpPayload& payload, Writer& out);
void encode_body(const EapPayload& payload, Writer& out);
void encode_body(const OpaquePayload& payload, Writer& out);

/// The fixed header with `next` in place of header.next_payload and `length` in place of header.length.
void encode_header(const Header& header, PayloadType next, std::size_t length, Writer& out);

}  // namespace engine::wire
