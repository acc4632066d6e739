// IKE fragmentation (RFC 7383): how a message of ours is cut, and how one of the peer is put together again.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "engine/address.hpp"
#include "engine/channel.hpp"

namespace engine {

/// `inner` sealed under `header`, to be sent from `local`: cut when the peer takes fragments (`fragments`) and the IP
/// packet would exceed `limit` octets, else whole.
Parcel seal_parcel(Channel& channel, const wire::Header& header, wire::EncodedPayloads inner, const SocketAddress& local,
                   std::uint32_t limit, bool fragments, Rng& rng);
/// The IP packet of a datagram of so many octets that arrived at `local`, or what every path takes if that is more.
std::uint32_t packet_octets(const SocketAddress& local, std::size_t datagram);
/// Seals the same message anew for the next smaller size that is usual on paths, 1280 and 576 octets (RFC 7383, 2.5.2).
/// False, and nothing changed: its packets are as small already, or the contents were not kept.
bool cut_smaller(Parcel& parcel, Channel& channel, const SocketAddress& local, Rng& rng);

/// The fragments of the peer's messages under way. Only what was authenticated is handed in; bounded in messages,
/// fragments and octets; a fragment costs the same however many there are.
class Reassembly {
 public:
  static constexpr std::size_t max_fragments = 128, max_octets = 65'535, max_messages = 8;

  /// What a message is told by. All its fragments share it.
  struct Key {
    bool response = false;
    MessageId id;
    wire::ExchangeType exchange{};
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Whole {
    wire::PayloadType first = wire::PayloadType::none;
    Bytes inner;
    Bytes digest;             // of the datagram that was fragment 1
    std::size_t largest = 0;  // octets of its largest datagram
  };

  /// Whether this fragment is of any use, before its checksum costs anything.
  Status admits(const Key& key, const wire::EncryptedPayload& fragment) const;
  /// Keeps the contents of an authenticated fragment that is admitted; the whole once none is missing. `datagram` held it.
  std::optional<Whole> add(const Key& key, const wire::EncryptedPayload& fragment, Bytes contents, ByteView datagram);
  /// Some of it is here. Not so right after add() gave nothing: the whole would have been too large, and was forgotten.
  bool under_way(const Key& key) const { return find(key) != nullptr; }
  /// The message has arrived in another way.
  void forget(const Key& key);
  bool empty() const { return messages_.empty(); }
  /// Octets kept, for tests of the bound.
  std::size_t octets() const;

 private:
  struct Partial {
    Key key;
    std::uint16_t total = 0, count = 0;
    std::bitset<max_fragments + 1> have;
    std::vector<Bytes> pieces;
    std::size_t octets = 0, largest = 0;
    wire::PayloadType first = wire::PayloadType::none;
    Bytes digest;
  };
  const Partial* find(const Key& key) const;
  std::vector<Partial> messages_;  // the oldest first
};

}  // namespace engine
