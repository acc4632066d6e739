// A message of ours as it goes over the wire: one datagram, or the fragments of RFC 7383.
#pragma once

#include <algorithm>

#include "engine/rare.hpp"
#include "engine/wire/message.hpp"

namespace engine {

/// Mostly one: further ones stand aside.
class Datagrams {
 public:
  Datagrams() = default;
  Datagrams(std::vector<Bytes> all) {
    for (Bytes& each : all) push_back(std::move(each));
  }
  void push_back(Bytes datagram) {
    if (first_.empty())
      first_ = std::move(datagram);
    else if (further_)
      further_->push_back(std::move(datagram));
    else
      further_ = std::vector<Bytes>{std::move(datagram)};
  }
  std::size_t size() const { return first_.empty() ? 0 : 1 + (further_ ? further_->size() : 0); }
  bool empty() const { return first_.empty(); }
  template <class Each>
  void each(Each each) const {
    if (!first_.empty()) each(first_);
    if (further_) std::for_each(further_->begin(), further_->end(), each);
  }

 private:
  Bytes first_;  // never without octets when there is one
  Rare<std::vector<Bytes>> further_{};
};

struct Parcel {
  struct Contents {
    wire::Header header;
    wire::EncodedPayloads inner;
  };
  Datagrams datagrams;
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
