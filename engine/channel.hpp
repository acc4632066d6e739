// The protected channel of an IKE SA: SK and SKF payloads sealed and opened with its keys (RFC 7296, 3.14; RFC 7383, 2.5).
#pragma once

#include "engine/crypto/prf.hpp"
#include "engine/parcel.hpp"
#include "engine/random.hpp"
#include "engine/rare.hpp"
#include "engine/view.hpp"

namespace engine {

class Channel {
 public:
  Channel(crypto::IkeSuite suite, crypto::IkeKeys keys, Role role)
      : suite_(std::move(suite)), keys_(std::move(keys)), role_(role) {}

  const crypto::IkeSuite& suite() const { return suite_; }
  const crypto::IkeKeys& keys() const { return keys_; }
  /// SK_p of ourselves (`mine`) and of the peer: what AUTH is bound to.
  const Secret& sk_p(bool mine) const { return (role_ == Role::initiator) == mine ? keys_.pi : keys_.pr; }

  /// The keys of the next additional key exchange (RFC 9370, 2.2.2).
  void replace_keys(crypto::IkeKeys keys) { keys_ = std::move(keys); }
  /// SK_d, SK_pi and SK_pr with a postquantum key mixed in (RFC 8784, 3).
  void mix(Secret d, Secret pi, Secret pr) {
    keys_.d = std::move(d);
    keys_.pi = std::move(pi);
    keys_.pr = std::move(pr);
  }
  /// SK_pi and SK_pr have served: nothing after the AUTHs is bound to them (RFC 7296, 2.15).
  void forget_sk_p() {
    keys_.pi = Secret();
    keys_.pr = Secret();
  }
  /// While set, the last message sealed and the last one opened are kept in the form that IntAuth covers.
  void keep_intermediate(bool keep) {
    if (!keep)
      kept_.reset();
    else if (!kept_)
      kept_ = Kept{};
  }
  const Bytes& kept_sealed() const { return kept_->sealed; }
  const Bytes& kept_opened() const { return kept_->opened; }

  /// A whole datagram with `payloads` inside its SK payload.
  Bytes seal(const wire::Header& header, const wire::Payloads& payloads, Rng& rng);
  Bytes seal(const wire::Header& header, const wire::EncodedPayloads& inner, Rng& rng);
  /// Size of the datagram that seal() makes of so many octets inside.
  std::size_t sealed_octets(std::size_t inner) const;
  /// The same contents in as few SKF payloads as fit into datagrams of `room` octets. A tiny `room` is exceeded rather
  /// than making fragments of next to nothing.
  std::vector<Bytes> seal_fragments(const wire::Header& header, const wire::EncodedPayloads& inner, std::size_t room, Rng& rng);

  /// The payloads inside the SK payload that `message` (parsed from `datagram`) ends in.
  /// Fails with Cause::integrity_failed, or with what is wrong inside: then `authentic` is set.
  Result<wire::Payloads> open(ByteView datagram, const wire::Message& message, bool& authentic);
  /// What an SK or SKF payload of `datagram` holds, padding removed; of an SKF a part of the chain of payloads.
  Result<Bytes> open_contents(ByteView datagram, const wire::EncryptedPayload& encrypted, bool& authentic) const;
  /// A message that was put together from authenticated fragments has been opened: IntAuth covers it as if it had come
  /// whole (RFC 9242, 3.3.2).
  void opened_in_fragments(const wire::Header& header, wire::PayloadType first, ByteView contents);

 private:
  Bytes next_iv(Rng& rng);
  Bytes padded(ByteView contents) const;
  void keep_sealed(const wire::Header& header, const wire::EncodedPayloads& inner);

  crypto::IkeSuite suite_;
  crypto::IkeKeys keys_;
  Role role_;
  struct Kept {
    Bytes sealed, opened;
  };
  Rare<Kept> kept_{};
  std::uint64_t sealed_ = 0;  // explicit IV of AEAD: a counter never repeats under one key (RFC 5282, 3.1)
};

}  // namespace engine
