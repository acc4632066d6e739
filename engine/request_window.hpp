// The two windows of message IDs of an IKE SA (RFC 7296, 2.1 to 2.3): our requests that wait for an answer, and the
// peer's requests with the answers they were given. Nothing of keys, exchanges or sending here.
#pragma once

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <vector>

#include "engine/address.hpp"
#include "engine/parcel.hpp"

namespace engine {

/// What IOS announces at most.
inline constexpr std::uint32_t max_window = 200;
/// Message IDs never wrap (2.2): a new IKE SA is asked for long before the last one.
inline constexpr MessageId last_message_id{0xffffffff};
inline constexpr MessageId rekey_message_id{0xffff0000};

/// A request of ours that is sent again until it is answered.
struct Outstanding {
  MessageId id;
  wire::ExchangeType exchange;
  Parcel parcel;
  unsigned sent = 1;
  Time next;            // when it is sent again
  Duration pause;       // until then; grows
  bool spread = false;  // was sent between other addresses than the path's, too
};

class OwnRequests {
 public:
  std::uint32_t window = 1;  // how many the peer takes at once

  MessageId next() const { return MessageId{static_cast<std::uint32_t>(next_)}; }
  /// The next request is `id`: IKE_SA_INIT keeps zero however often it starts again (2.6).
  void restart_at(MessageId id) { next_ = id.value; }
  bool none() const { return open_.empty(); }
  /// One more may be sent, beside those open and `reserved` whose message ID will be drawn later. The last ID is kept
  /// for the Delete of the IKE SA.
  bool has_room(std::size_t reserved) const;
  bool used_up() const { return next_ >= last_message_id.value; }
  /// Draws the next message ID.
  void add(Outstanding request);
  Outstanding* find(MessageId id);
  Outstanding* find(MessageId id, wire::ExchangeType exchange);
  void close(MessageId id);
  void close_all() { open_.clear(); }
  /// In the order of their message IDs.
  std::vector<Outstanding>& open() { return open_; }
  const std::vector<Outstanding>& open() const { return open_; }

 private:
  std::uint64_t next_ = 0;  // one more than the last ID there is, when that was used
  std::vector<Outstanding> open_;
};

/// The answer to a request of the peer; no datagram: still being computed.
struct Answer {
  MessageId id;
  std::array<std::uint8_t, 16> digest;  // half of SHA-256 of the request, or of its first fragment (RFC 7383, 2.6.1)
  SocketAddress local, remote;          // where the request went and came from: answers go back there (2.11)
  Parcel parcel;
  unsigned repeated = 0;
};

class PeerRequests {
 public:
  /// `first`: the ID of the peer's first request.
  explicit PeerRequests(MessageId first = MessageId{0}) : lowest_(first.value) {}

  std::uint32_t window = 1;  // how many we take at once

  /// The lowest message ID not yet seen.
  MessageId lowest() const {
    return MessageId{static_cast<std::uint32_t>(std::min<std::uint64_t>(lowest_, last_message_id.value))};
  }
  /// A new request may have this ID: inside our window and not seen before (2.3).
  bool expects(MessageId id) const;
  /// From the moment a request is authenticated: its answer, to be filled in. Drops those the peer cannot ask for any
  /// more, since it would not have sent this request before they were answered.
  Answer& begin(MessageId id, ByteView digest, const SocketAddress& local, const SocketAddress& remote);
  /// The answer kept for `id`, or null.
  Answer* find(MessageId id);
  /// An address of ours is gone: answers that are still being computed go another way.
  void leave(const IpAddress& gone, const SocketAddress& local, const SocketAddress& remote);

 private:
  std::uint64_t lowest_;
  std::list<Answer> answers_;  // in the order of their message IDs; as many as the window for ever: no room for more
};

}  // namespace engine
