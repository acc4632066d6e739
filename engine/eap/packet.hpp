// EAP messages as values (RFC 3748, 4): parse and encode, nothing else.
#pragma once

#include <cstdint>

#include "engine/result.hpp"

namespace engine::eap {

enum class Code : std::uint8_t { request = 1, response = 2, success = 3, failure = 4 };
enum class Type : std::uint8_t { none = 0, identity = 1, notification = 2, nak = 3, tls = 13, mschapv2 = 26 };

struct Packet {
  Code code = Code::request;
  std::uint8_t id = 0;
  Type type = Type::none;  // of requests and responses alone
  Bytes data{};            // behind the type
  friend bool operator==(const Packet&, const Packet&) = default;
};

/// The length must be the message's own, of Success and Failure 4. Fails with Cause::eap_malformed.
Result<Packet> parse(ByteView message);
Bytes encode(const Packet& packet);

}  // namespace engine::eap
