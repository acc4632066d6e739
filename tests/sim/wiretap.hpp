// Opens and reseals the protected messages between simulated nodes. It is told the shared secret of every key exchange
// that a node's job computed and sees every datagram in the order sent; from these it derives the keys as the nodes do.
// So tests read, print and change the contents of SK payloads while the engine knows nothing of it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "engine/crypto/prf.hpp"
#include "engine/wire/message.hpp"

namespace sim {

class Wiretap {
 public:
  /// Of a key exchange that has just been computed somewhere.
  void learn(const engine::Secret& shared);
  /// Every datagram as it is sent: nonces, SPIs and algorithms are read from it.
  void watch(engine::ByteView datagram);

  /// The chain inside the SK payload, as octets; nullopt: not protected, or not with keys that are known.
  struct Contents {
    engine::wire::Header header;
    engine::wire::PayloadType first = engine::wire::PayloadType::none;
    engine::Bytes octets;
  };
  std::optional<Contents> open(engine::ByteView datagram);
  /// The datagram that `contents.header` and `contents` make, under the keys of its SA. `change` may change the octets up to the
  /// body of SK before the checksum over them is made.
  engine::Bytes seal(const Contents& contents, const std::function<void(engine::Bytes&)>& change = nullptr);
  /// Payloads of any datagram; empty where they cannot be read or parsed.
  engine::wire::Payloads payloads(engine::ByteView datagram);
  /// "{N(REKEY_SA 1a2b3c4d) SA(9f...) Nonce TSi TSr}": what a person wants to see of a message.
  std::string describe(engine::ByteView datagram);

 private:
  struct Sa {
    engine::crypto::IkeSuite suite;
    engine::crypto::IkeKeys keys;
    engine::Bytes nonce_i, nonce_r;
    std::size_t intermediate = 0;                   // IKE_INTERMEDIATE exchanges to come, each of which makes new keys
    std::vector<engine::crypto::IkeKeys> before{};  // the keys they replaced
  };
  /// Agreed, but which of the shared secrets it is will only show with the first protected message.
  struct Agreed {
    engine::crypto::IkeSuite suite;
    engine::Bytes nonce_i, nonce_r;
    engine::IkeSpi spi_i, spi_r;
    const engine::Algorithm* old_prf = nullptr;  // null: of IKE_SA_INIT
    engine::Secret old_d;
  };
  using SpiPair = std::pair<engine::IkeSpi, engine::IkeSpi>;
  void watch_init(const engine::wire::Message& message);
  void watch_rekey(const engine::wire::Header& header, const engine::wire::Payloads& inside);
  /// With the keys of `sa`, with those before, or with those that IKE_INTERMEDIATE has made since.
  std::optional<Contents> open_with(Sa& sa, engine::ByteView datagram, const engine::wire::Message& message) const;
  std::optional<Contents> open_with(const Sa& sa, const engine::crypto::IkeKeys& keys, engine::ByteView datagram,
                                    const engine::wire::Message& message) const;
  /// `sa` is known from now on if it is its message.
  std::optional<Contents> meet(Sa sa, engine::ByteView datagram, const engine::wire::Message& message);
  /// What the secrets from the one at `first` on make of a rekey that was agreed on, if it is they.
  std::optional<Contents> open_rekeyed(const Agreed& agreed, std::size_t first, engine::ByteView datagram,
                                       const engine::wire::Message& message);

  std::deque<engine::Secret> shared_;
  std::deque<Agreed> agreed_;
  std::map<SpiPair, Sa> sas_;
  std::map<engine::IkeSpi, engine::Bytes> init_nonces_;
  struct Asked {
    engine::IkeSpi spi;
    engine::Bytes nonce;
  };
  std::map<std::tuple<engine::IkeSpi, engine::IkeSpi, bool, std::uint32_t>, Asked> rekeys_;
};

}  // namespace sim
