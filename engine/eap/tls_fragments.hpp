// How messages of TLS travel behind EAP type 13 (RFC 5216, 2.1.5, 3.1): cut into fragments, each of which is acknowledged by
// an empty one.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |L|M|S| reserved|      TLS Message Length, with L alone ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | ...           |  TLS Data ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
#pragma once

#include <optional>

#include "engine/result.hpp"

namespace engine::eap {

class TlsFragments {
 public:
  static constexpr std::size_t longest_message = 65'536, longest_fragment = 1200;

  /// What a message of the other end was: nothing but an acknowledgement, a part of more, or the end of a whole message.
  enum class Got { acknowledgement, part, whole };
  /// Fails with Cause::eap_malformed where lengths and flags contradict each other, or the message would be too long.
  Result<Got> take(ByteView data);
  /// After Got::whole.
  Bytes message() { return std::exchange(incoming_, {}); }

  /// To be sent by next(), once the last message has gone.
  void send(Bytes message);
  bool more() const { return sent_ < outgoing_.size(); }
  /// The next fragment; an acknowledgement where nothing is left.
  Bytes next();

  /// The authenticator's first request, and whether it is one.
  static Bytes start();
  static bool is_start(ByteView data);

 private:
  Bytes incoming_, outgoing_;
  std::optional<std::size_t> total_;  // of a message of which a part has come
  std::size_t sent_ = 0;
};

}  // namespace engine::eap
