// An initiator that follows no rules: it knows how to protect messages, and sends whatever a test wants to one node.
#pragma once

#include <gtest/gtest.h>

#include "engine/auth.hpp"
#include "engine/proposals.hpp"
#include "tests/sim/world.hpp"

namespace sim {

class Stranger {
 public:
  /// Speaks to `node` from the address of `as`, with the proposals of `as`.
  Stranger(World& world, Node& node, const Node& as)
      : world_(world), node_(node), from_{as.site.wan, 500}, as_(as), rng_(world.rng.next()) {}

  /// What the node says to one datagram; its jobs run at once.
  std::vector<engine::Bytes> hit(engine::Bytes datagram) {
    engine::Actions out;
    std::vector<engine::Bytes> answers;
    node_.endpoint->handle(world_.now(), engine::Datagram{{node_.site.wan, 500}, from_, std::move(datagram)}, out);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (auto* job = std::get_if<engine::StartJob>(&out[i])) {
        const engine::JobId id = job->id;
        engine::Event done = engine::JobDone{id, engine::crypto::run(std::move(job->job), *node_.compiled.keys)};
        node_.endpoint->handle(world_.now(), std::move(done), out);
      } else if (auto* send = std::get_if<engine::SendDatagram>(&out[i])) {
        answers.push_back(std::move(send->payload));
      }
    }
    node_.endpoint->check_invariants();
    return answers;
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
  /// Through IKE_SA_INIT in all honesty; a failure fails the test.
  void begin() {
    using namespace engine;
    const auto answers = hit(first(first_payloads(*as_.compiled.config->policies.front()->proposals.front()->groups.front())));
    ASSERT_EQ(answers.size(), 1u);
    const auto answer = wire::parse(answers[0]);
    ASSERT_TRUE(answer.ok());
    const auto* sa = wire::find<wire::SaPayload>(answer->payloads);
    ASSERT_NE(sa, nullptr);
    const auto suite = accept_ike_answer(*sa, offered_);
    ASSERT_TRUE(suite.ok());
    message_r_ = answers[0];
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
    const auto answers = hit(last_ = channel_->seal(header(exchange, id), payloads, rng_));
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
  engine::wire::IdPayload id() const { return {engine::wire::PayloadType::id_i, engine::Identity::of(from_.ip), {}}; }
  /// An AUTH that holds, with the key of the node's first tunnel, for IKE_AUTH under message ID `id`.
  engine::Bytes auth(std::uint32_t message_id, const engine::IntermediateAuth& intermediate) {
    using namespace engine;
    const Algorithm* prf = channel_->suite().prf;
    const KeyRef key = node_.compiled.config->profiles.front()->keyring->peers.front().remote_key;
    auto result = crypto::run(
        crypto::PskAuthJob{
            prf, key, signed_octets(message_i_, nonce_r_, *prf, channel_->keys().pi, id(), intermediate, MessageId{message_id})},
        *node_.compiled.keys);
    return std::get<crypto::PskAuthResult>(result).auth;
  }
  engine::Bytes auth(std::uint32_t message_id) { return auth(message_id, intermediate_); }

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
