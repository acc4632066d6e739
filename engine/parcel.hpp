// A message of ours as it goes over the wire: one datagram, or the fragments of RFC 7383.
#pragma once

#include "engine/rare.hpp"
#include "engine/wire/message.hpp"

namespace engine {

struct Parcel {
  struct Contents {
    wire::Header header;
    wire::EncodedPayloads inner;
  };
  std::vector<Bytes> datagrams;
  Rare<Contents> contents{};  // kept as long as it may have to be sent in smaller fragments
  std::uint32_t limit = 0;    // octets of the largest IP packet it was cut for

  bool empty() const { return datagrams.empty(); }
  static Parcel of(Bytes datagram) {
    Parcel out;
    out.datagrams.push_back(std::move(datagram));
    return out;
  }
};

}  // namespace engine
