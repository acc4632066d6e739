// What the tests of the wire share: hexadecimal with blanks, failures in words, random messages.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "engine/wire/message.hpp"

namespace engine::wire::test {

/// Octets from hexadecimal text; blanks and line ends separate as they please.
inline Bytes hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits.push_back(c);
  auto octets = from_hex(digits);
  if (!octets) ADD_FAILURE() << "not hexadecimal: " << text;
  return octets.value_or(Bytes{});
}

template <class T>
std::string why(const Result<T>& result) {
  return result.ok() ? "parsed" : result.failure().why;
}

/// A body of `octets` as the only payload of a chain.
inline Bytes single(std::string_view body) {
  const Bytes octets = hex(body);
  Writer out;
  out.u8(0);
  out.u8(0);
  out.u16(static_cast<std::uint16_t>(4 + octets.size()));
  out.bytes(octets);
  return out.take();
}

/// A message of random valid payloads. The same seed makes the same message.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  Bytes octets(std::size_t count);
  Header header();
  Payloads payloads();

 private:
  IpAddress address(Family family);
  SaPayload sa();
  TsPayload ts(PayloadType which);
  IdPayload id(PayloadType which);
  Payload payload(PayloadType type);
  std::mt19937 engine_;
};

}  // namespace engine::wire::test
