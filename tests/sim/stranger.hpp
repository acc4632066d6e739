// An initiator that follows no rules: it knows how to protect messages, and sends whatever a test wants to one node.
#pragma once

#include <gtest/gtest.h>

#include "engine/auth.hpp"
#include "engine/crypto/cipher.hpp"
#include "engine/proposals.hpp"
#include "tests/sim/world.hpp"

namespace sim {

class Stranger {
 public:
  /// Speaks to `node` from the address of `as`, with the proposals of `as`.
  Stranger(World& world, Node& node, const Node& as)
      : world_(world), node_(node), from_{as.site.wan, 500}, as_(as), rng_(world.rng.next()) {}

  /// What the node says at once to one datagram.
  std::vector<engine::Bytes> hit(engine::Bytes datagram) {
    return hear([&] { world_.feed(node_, engine::Datagram{{node_.site.wan, 500}, from_, std::move(datagram)}); });
  }
  /// What the node says while `something` goes on; nobody else hears it.
  std::vector<engine::Bytes> hear(const std::function<void()>& something) {
    std::vector<engine::Bytes> said;
    const auto before = std::exchange(world_.drop, [&](const Flight& flight) {
      if (node_.owns(flight.from.ip) && !flight.keepalive) said.push_back(flight.payload);
      return true;
    });
    something();
    world_.drop = before;
    return said;
  }

  /// The payloads of an honest first request; tests change them.
  engine::wire::Payloads first_payloads(const engine::Algorithm& group) {
    using namespace engine;
    const IkePolicy& policy = *as_.compiled.config->policies.front();
    private_key_ = Secret(rng_.bytes(crypto::private_key_octets(group)));
    auto half = crypto::run(crypto::DhJob{&group, crypto::DhStep::begin, private_key_.duplicate(), {}}, {});
    offered_ = offer_ike(policy, {});
    group_ = &group;
    nonce_i_ = rng_.bytes(32);
    return {wire::SaPayload{offered_}, wire::KePayload{group.id, std::get<crypto::DhResult>(half).public_value},
            wire::NoncePayload{nonce_i_},
            wire::NotifyPayload{wire::Protocol::none, {}, NotifyType::intermediate_exchange_supported, {}}};
  }
  /// A datagram under a fresh SPI.
  engine::Bytes first(const engine::wire::Payloads& payloads) {
    spi_i_ = engine::IkeSpi{rng_.u64() | 1};
    return message_i_ = engine::wire::encode(header(engine::wire::ExchangeType::ike_sa_init, 0), payloads);
  }
  /// Through IKE_SA_INIT in all honesty, `more` behind what is needed; a failure fails the test.
  void begin(const engine::wire::Payloads& more = {}) {
    using namespace engine;
    wire::Payloads payloads = honest_payloads();
    payloads.insert(payloads.end(), more.begin(), more.end());
    const auto answers = hit(first(payloads));
    ASSERT_EQ(answers.size(), 1u);
    agree(answers[0]);
  }
  engine::wire::Payloads honest_payloads() {
    return first_payloads(*as_.compiled.config->policies.front()->proposals.front()->groups.front());
  }
  /// Takes the answer to the first request.
  void agree(const engine::Bytes& said) {
    using namespace engine;
    const auto answer = wire::parse(said);
    ASSERT_TRUE(answer.ok());
    const auto* sa = wire::find<wire::SaPayload>(answer->payloads);
    ASSERT_NE(sa, nullptr);
    const auto suite = accept_ike_answer(*sa, offered_);
    ASSERT_TRUE(suite.ok());
    message_r_ = said;
    spi_r_ = answer->header.spi_r;
    nonce_r_ = wire::find<wire::NoncePayload>(answer->payloads)->data;
    auto rest = crypto::run(crypto::DhJob{group_, crypto::DhStep::complete, std::move(private_key_),
                                          wire::find<wire::KePayload>(answer->payloads)->data},
                            {});
    channel_.emplace(*suite,
                     crypto::derive_ike_keys(*suite, std::get<crypto::DhResult>(rest).shared, nonce_i_, nonce_r_, spi_i_, spi_r_),
                     Role::initiator);
    channel_->keep_intermediate(true);
  }
  /// A protected request, and what is inside the answer to it; nullopt: none came.
  std::optional<engine::wire::Payloads> ask(engine::wire::ExchangeType exchange, std::uint32_t id,
                                            const engine::wire::Payloads& payloads) {
    return ask(exchange, id, engine::wire::encode_payloads(payloads));
  }
  /// The same with a chain of payloads that need not be one.
  std::optional<engine::wire::Payloads> ask(engine::wire::ExchangeType exchange, std::uint32_t id,
                                            const engine::wire::EncodedPayloads& chain) {
    return open(hit(last_ = channel_->seal(header(exchange, id), chain, rng_)));
  }
  /// A protected message that is kept for later.
  engine::Bytes seal(const engine::wire::Header& head, const engine::wire::Payloads& payloads) {
    return channel_->seal(head, payloads, rng_);
  }
  /// One fragment (RFC 7383, 2.5) with whatever numbers, `outer` in clear in front of it.
  engine::Bytes fragment(const engine::wire::Header& head, std::uint16_t number, std::uint16_t total,
                         engine::wire::PayloadType first, const engine::Bytes& contents,
                         const engine::wire::Payloads& outer = {}) {
    using namespace engine;
    const crypto::IkeSuite& suite = channel_->suite();
    const crypto::CipherKeys keys{suite.encryption, suite.integrity, &channel_->keys().ei, &channel_->keys().ai};
    const std::size_t block = suite.encryption->block_octets, padding = block - 1 - contents.size() % block;
    Bytes inner = contents;
    inner.resize(inner.size() + padding);
    inner.push_back(static_cast<std::uint8_t>(padding));
    const Bytes skf = wire::encode_skf_prefix(head, first, number, total, inner.size() + crypto::overhead(keys));
    Bytes out = skf;
    if (!outer.empty()) {
      out = wire::encode(head, outer);
      std::size_t last = wire::header_octets;
      while (out[last] != 0) last += static_cast<std::size_t>(out[last + 2] << 8 | out[last + 3]);
      out[last] = static_cast<std::uint8_t>(wire::PayloadType::skf);
      out.insert(out.end(), skf.begin() + wire::header_octets, skf.end());
      const std::size_t whole = out.size() + inner.size() + crypto::overhead(keys);
      for (unsigned i = 0; i < 4; ++i) out[24 + i] = static_cast<std::uint8_t>(whole >> (24 - 8 * i));
    }
    const Bytes body = crypto::seal(keys, out, rng_.bytes(suite.encryption->iv_octets), inner);
    out.insert(out.end(), body.begin(), body.end());
    return out;
  }
  /// From now on it sends from there.
  void move_to(const engine::SocketAddress& from) { from_ = from; }
  /// What is inside of the one datagram that was said.
  std::optional<engine::wire::Payloads> open(const std::vector<engine::Bytes>& answers) {
    if (answers.size() != 1) return std::nullopt;
    const auto message = engine::wire::parse(answers[0]);
    bool authentic = false;
    auto opened = channel_->open(answers[0], *message, authentic);
    if (!opened.ok()) return std::nullopt;
    return std::move(*opened);
  }
  /// One additional key exchange in all honesty.
  void exchange_keys(std::uint32_t id) {
    using namespace engine;
    const crypto::IkeSuite suite = channel_->suite();
    const Algorithm& group = *suite.additional[done_++];
    const Secret key(rng_.bytes(crypto::private_key_octets(group)));
    auto half = crypto::run(crypto::DhJob{&group, crypto::DhStep::begin, key.duplicate(), {}}, {});
    const auto answer =
        ask(wire::ExchangeType::ike_intermediate, id, {wire::KePayload{group.id, std::get<crypto::DhResult>(half).public_value}});
    ASSERT_TRUE(answer && wire::find<wire::KePayload>(*answer));
    auto rest = crypto::run(
        crypto::DhJob{&group, crypto::DhStep::complete, key.duplicate(), wire::find<wire::KePayload>(*answer)->data}, {});
    IntermediateAuth::add(intermediate_.i, *suite.prf, channel_->keys().pi, channel_->kept_sealed());
    IntermediateAuth::add(intermediate_.r, *suite.prf, channel_->keys().pr, channel_->kept_opened());
    channel_->replace_keys(crypto::derive_rekeyed_ike_keys(
        suite, *suite.prf, channel_->keys().d, std::get<crypto::DhResult>(rest).shared, nonce_i_, nonce_r_, spi_i_, spi_r_));
  }
  engine::wire::IdPayload id() const { return {engine::wire::PayloadType::id_i, engine::Identity::of(as_.site.wan), {}}; }
  /// An AUTH that holds, with the node's key for that address or else of its first tunnel, for IKE_AUTH under message ID `id`.
  engine::Bytes auth(std::uint32_t message_id, const engine::IntermediateAuth& intermediate) {
    using namespace engine;
    const Algorithm* prf = channel_->suite().prf;
    const auto* peer = &node_.compiled.config->profiles.front()->keyring->peers.front();
    for (const auto& profile : node_.compiled.config->profiles)
      for (const auto& each : profile->keyring->peers)
        for (const Prefix& address : each.addresses)
          if (address == Prefix::host(as_.site.wan)) peer = &each;
    const KeyRef key = peer->remote_key;
    auto result = crypto::run(
        crypto::PskAuthJob{
            prf, key, signed_octets(message_i_, nonce_r_, *prf, channel_->keys().pi, id(), intermediate, MessageId{message_id})},
        *node_.compiled.keys);
    return std::get<crypto::PskAuthResult>(result).auth;
  }
  engine::Bytes auth(std::uint32_t message_id) { return auth(message_id, intermediate_); }

  /// Through IKE_AUTH in all honesty, `more` behind IDi and AUTH.
  void authenticate(const engine::wire::Payloads& more = {}) {
    engine::wire::Payloads payloads{id(), engine::wire::AuthPayload{2, auth(1)}};
    payloads.insert(payloads.end(), more.begin(), more.end());
    const auto answer = ask(engine::wire::ExchangeType::ike_auth, 1, payloads);
    ASSERT_TRUE(answer && engine::wire::find<engine::wire::AuthPayload>(*answer)) << node_.diagnoses();
  }
  /// What asks for a Child SA under that SPI for the first line of the site it stands for: SA, TSi, TSr.
  engine::wire::Payloads child(std::uint32_t spi) const {
    using namespace engine;
    const CryptoMapEntry& entry = *as_.compiled.config->interfaces.front().entries.front();
    const SelectorPair& pair = entry.lines.front().selectors;
    return {wire::SaPayload{offer_child(entry, EspSpi{spi}, nullptr)}, wire::TsPayload{wire::PayloadType::ts_i, {pair.local}},
            wire::TsPayload{wire::PayloadType::ts_r, {pair.remote}}};
  }
  engine::wire::NoncePayload nonce() { return {rng_.bytes(32)}; }

  engine::wire::Header header(engine::wire::ExchangeType exchange, std::uint32_t id) const {
    return {spi_i_, spi_r_, engine::wire::PayloadType::none, exchange, true, false, engine::MessageId{id}, 0};
  }
  const engine::Bytes& last() const { return last_; }
  const engine::IntermediateAuth& intermediate() const { return intermediate_; }

 private:
  World& world_;
  Node& node_;
  engine::SocketAddress from_;
  const Node& as_;
  SeededRng rng_;
  const engine::Algorithm* group_ = nullptr;
  engine::Secret private_key_;
  std::vector<engine::wire::Proposal> offered_;
  engine::Bytes nonce_i_, nonce_r_, message_i_, message_r_, last_;
  engine::IkeSpi spi_i_, spi_r_;
  std::optional<engine::Channel> channel_;
  engine::IntermediateAuth intermediate_;
  std::size_t done_ = 0;
};

}  // namespace sim
