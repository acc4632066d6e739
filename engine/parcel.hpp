// A message of ours as it goes over the wire: one datagram, or the fragments of RFC 7383.
#pragma once

#include "engine/wire/message.hpp"

namespace engine {

struct Parcel {
  std::vector<Bytes> datagrams;
  wire::Header header{};
  /// What is protected inside, kept as long as it may have to be sent in smaller fragments; else empty.
  wire::EncodedPayloads inner{};
  std::uint32_t limit = 0;  // octets of the largest IP packet it was cut for

  bool empty() const { return datagrams.empty(); }
  static Parcel of(Bytes datagram) {
    Parcel out;
    out.datagrams.push_back(std::move(datagram));
    return out;
  }
};

}  // namespace engine
