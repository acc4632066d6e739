// Netlink as the XFRM plane needs it: messages built attribute by attribute on libnl's nl_msg, requests with the
// kernel's own words when it refuses, dumps, and multicast news.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/bytes.hpp"
#include "engine/result.hpp"

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

namespace kernel {

/// A message under construction. It may hold keys: its memory is wiped when it goes.
class NetlinkMessage {
 public:
  /// `flags` as NLM_F_*, `capacity` in octets with all attributes.
  NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::size_t capacity = 4096);

  /// The family's fixed header, before any attribute. Host order and padding as the kernel's struct has them.
  template <class Header>
  void header(const Header& value) {
    append({reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  }
  void attribute(int type, engine::ByteView value);
  template <class Value>
  void attribute(int type, const Value& value) requires(!std::convertible_to<Value, engine::ByteView>) {
    attribute(type, engine::ByteView(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }

  /// All octets, netlink header first.
  engine::ByteView octets() const;
  /// False when something did not fit into the capacity: such a message cannot be sent.
  bool complete() const { return complete_; }
  nl_msg* raw() const { return message_.get(); }

 private:
  struct Wipe {
    void operator()(nl_msg* message) const;
  };
  void append(engine::ByteView value);

  std::unique_ptr<nl_msg, Wipe> message_;
  bool complete_ = true;
};

/// A message received: `payload` follows the netlink header. Views into the socket's buffer, valid during the call.
struct NetlinkReply {
  std::uint16_t type = 0;
  engine::ByteView payload;
};

/// The value of the first attribute `type` behind a family header of `header` octets; nullopt when there is none.
std::optional<engine::ByteView> find_attribute(engine::ByteView payload, std::size_t header, int type);
/// Calls `each(type, value)` for all of them.
void for_each_attribute(engine::ByteView payload, std::size_t header,
                        const std::function<void(int type, engine::ByteView value)>& each);

/// Why the kernel did not do something.
struct Refusal {
  int error = 0;    // as errno has it
  std::string why;  // its words
};

class NetlinkSocket {
 public:
  using Each = std::function<void(const NetlinkReply&)>;

  /// In the network namespace of the calling thread. `protocol` as NETLINK_*.
  static engine::Result<NetlinkSocket> open(int protocol);

  /// Sends, and waits for the kernel's acknowledgement. The failure's words are the error's and, where the kernel gave
  /// one, its extended acknowledgement's, behind `what`.
  engine::Status request(NetlinkMessage& message, std::string_view what);
  /// The same, for requests that are answered: `each` gets the answers, dumps included.
  engine::Status query(NetlinkMessage& message, std::string_view what, const Each& each);

  /// Sends all in one call, in order; `refused` gets the index of each that the kernel did not do, and why. More octets than
  /// the socket's send buffer has are refused altogether.
  void request_all(std::span<NetlinkMessage> messages, const std::function<void(std::size_t, const Refusal&)>& refused);

  /// From now on this socket gets news of `group`, and never blocks.
  engine::Status subscribe(int group);
  /// Lets only these pass of what comes by multicast: the `always` message types, and the `of_others` where somebody else than
  /// the socket `own` asked for what happened.
  engine::Status filter(std::span<const std::uint16_t> always, std::span<const std::uint16_t> of_others,
                        const NetlinkSocket& own);
  enum class News { drained, lost };
  /// Reads what has come, a bounded number of messages. `lost`: the kernel had to drop some.
  News read_news(const Each& each);

  int descriptor() const;

 private:
  struct Close {
    void operator()(nl_sock* socket) const;
  };
  explicit NetlinkSocket(nl_sock* socket);

  std::unique_ptr<nl_sock, Close> socket_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace kernel
