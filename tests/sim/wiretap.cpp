#include "tests/sim/wiretap.hpp"

#include <utility>

#include "engine/crypto/cipher.hpp"
#include "engine/exchange/ike_followup_ke.hpp"

namespace sim {

using namespace engine;

namespace {

constexpr std::size_t remembered = 64;
constexpr std::size_t near = 4;  // secrets of one series of key exchanges are computed with at most so many steps between two

crypto::IkeSuite suite_of(const wire::Proposal& proposal) {
  crypto::IkeSuite suite;
  for (const wire::Transform& t : proposal.transforms) {
    const auto type = static_cast<TransformType>(t.type);
    const Algorithm* row = find_algorithm(type, t.id, t.key_bits);
    if (type == TransformType::encryption) suite.encryption = row;
    if (type == TransformType::integrity && t.id != no_integrity) suite.integrity = row;
    if (type == TransformType::prf) suite.prf = row;
    if (type == TransformType::key_exchange) suite.group = row;
    if (t.type >= first_additional_type && t.id != no_key_exchange)
      suite.additional.push_back(find_algorithm(TransformType::key_exchange, t.id, 0));
  }
  return suite;
}

crypto::CipherKeys cipher_keys(const crypto::IkeSuite& suite, const crypto::IkeKeys& keys, bool from_initiator) {
  return {suite.encryption, suite.integrity, from_initiator ? &keys.ei : &keys.er, from_initiator ? &keys.ai : &keys.ar};
}

IkeSpi ike_spi(const Bytes& octets) { return IkeSpi{Reader(octets).u64().value_or(0)}; }

std::string text(NotifyType type) {
  switch (type) {
    case NotifyType::rekey_sa:
      return "REKEY_SA";
    case NotifyType::temporary_failure:
      return "TEMPORARY_FAILURE";
    case NotifyType::child_sa_not_found:
      return "CHILD_SA_NOT_FOUND";
    case NotifyType::invalid_ke_payload:
      return "INVALID_KE_PAYLOAD";
    case NotifyType::no_proposal_chosen:
      return "NO_PROPOSAL_CHOSEN";
    case NotifyType::ts_unacceptable:
      return "TS_UNACCEPTABLE";
    case NotifyType::invalid_syntax:
      return "INVALID_SYNTAX";
    case NotifyType::authentication_failed:
      return "AUTHENTICATION_FAILED";
    default:
      return std::to_string(static_cast<unsigned>(type));
  }
}

std::string text(const wire::Payload& payload) {
  if (const auto* notify = std::get_if<wire::NotifyPayload>(&payload))
    return "N(" + text(notify->type) + (notify->spi.empty() ? "" : " " + to_hex(notify->spi)) + ")";
  if (const auto* sa = std::get_if<wire::SaPayload>(&payload))
    return "SA(" + (sa->proposals.empty() ? "" : to_hex(sa->proposals.front().spi)) + ")";
  if (const auto* deletes = std::get_if<wire::DeletePayload>(&payload)) {
    if (deletes->protocol == wire::Protocol::ike) return "D(IKE)";
    Writer spis;
    for (const EspSpi spi : deletes->spis) spis.u32(spi.value);
    return "D(" + to_hex(spis.view()) + ")";
  }
  const wire::PayloadType type = wire::type_of(payload);
  const std::string name(wire::name_of(type));
  return name.empty() ? std::to_string(static_cast<unsigned>(type)) : name;
}

}  // namespace

void Wiretap::learn(const Secret& shared) {
  if (shared.empty()) return;
  for (const Secret& known : shared_)
    if (known.equals(shared.expose())) return;
  shared_.push_back(shared.duplicate());
  if (shared_.size() > remembered) shared_.pop_front();
}

void Wiretap::watch(ByteView datagram) {
  const auto message = wire::parse(datagram);
  if (!message.ok()) return;
  if (message->header.exchange == wire::ExchangeType::ike_sa_init) return watch_init(*message);
  const bool makes_keys = message->header.exchange == wire::ExchangeType::ike_intermediate ||
                          message->header.exchange == wire::ExchangeType::ike_auth;
  if (!makes_keys && message->header.exchange != wire::ExchangeType::create_child_sa) return;
  const auto contents = open(datagram);
  if (makes_keys) return;
  const auto inside = contents ? wire::parse_payloads(contents->first, contents->octets) : Result<wire::Payloads>(Failure{});
  if (inside.ok()) watch_rekey(message->header, *inside);
}

void Wiretap::watch_init(const wire::Message& message) {
  const auto* nonce = wire::find<wire::NoncePayload>(message.payloads);
  const auto* sa = wire::find<wire::SaPayload>(message.payloads);
  if (!nonce || !sa || sa->proposals.empty()) return;
  if (!message.header.response) {
    init_nonces_[message.header.spi_i] = nonce->data;
    if (init_nonces_.size() > remembered) init_nonces_.erase(init_nonces_.begin());
    return;
  }
  agreed_.push_back({suite_of(sa->proposals.front()), init_nonces_[message.header.spi_i], nonce->data, message.header.spi_i,
                     message.header.spi_r, nullptr, Secret{}});
  if (agreed_.size() > remembered) agreed_.pop_front();
}

void Wiretap::watch_rekey(const wire::Header& header, const wire::Payloads& inside) {
  const auto* nonce = wire::find<wire::NoncePayload>(inside);
  const auto* sa = wire::find<wire::SaPayload>(inside);
  const auto old = sas_.find({header.spi_i, header.spi_r});
  if (!nonce || !sa || sa->proposals.empty() || sa->proposals.front().protocol != wire::Protocol::ike) return;
  const IkeSpi spi = ike_spi(sa->proposals.front().spi);
  const bool asked_by_initiator = header.initiator != header.response;
  const auto key = std::tuple{header.spi_i, header.spi_r, asked_by_initiator, header.message_id.value};
  if (!header.response) {
    rekeys_[key] = {spi, nonce->data};
    if (rekeys_.size() > remembered) rekeys_.erase(rekeys_.begin());
    return;
  }
  const auto asked = rekeys_.find(key);
  if (asked == rekeys_.end() || old == sas_.end()) return;
  agreed_.push_back({suite_of(sa->proposals.front()), asked->second.nonce, nonce->data, asked->second.spi, spi,
                     old->second.suite.prf, old->second.keys.d.duplicate()});
  if (agreed_.size() > remembered) agreed_.pop_front();
}

std::optional<Wiretap::Contents> Wiretap::open_with(Sa& sa, ByteView datagram, const wire::Message& message) const {
  if (auto contents = open_with(sa, sa.keys, datagram, message)) return contents;
  for (const crypto::IkeKeys& keys : sa.before)
    if (auto contents = open_with(sa, keys, datagram, message)) return contents;
  if (sa.intermediate == 0) return std::nullopt;
  for (const Secret& shared : shared_) {
    auto keys = crypto::derive_rekeyed_ike_keys(sa.suite, *sa.suite.prf, sa.keys.d, shared, sa.nonce_i, sa.nonce_r,
                                                message.header.spi_i, message.header.spi_r);
    auto contents = open_with(sa, keys, datagram, message);
    if (!contents) continue;
    sa.before.push_back(std::exchange(sa.keys, std::move(keys)));
    --sa.intermediate;
    return contents;
  }
  return std::nullopt;
}

std::optional<Wiretap::Contents> Wiretap::open_with(const Sa& sa, const crypto::IkeKeys& keys, ByteView datagram,
                                                    const wire::Message& message) const {
  const auto* encrypted = wire::find<wire::EncryptedPayload>(message.payloads);
  if (!encrypted || encrypted->which != wire::PayloadType::sk) return std::nullopt;
  const auto plain = crypto::open(cipher_keys(sa.suite, keys, message.header.initiator), datagram.first(encrypted->offset),
                                  datagram.subspan(encrypted->offset));
  if (!plain.ok() || plain->empty() || plain->back() + std::size_t{1} > plain->size()) return std::nullopt;
  return Contents{message.header, encrypted->first_inner, Bytes(plain->begin(), plain->end() - 1 - plain->back())};
}

std::optional<Wiretap::Contents> Wiretap::open(ByteView datagram) {
  const auto message = wire::parse(datagram);
  if (!message.ok()) return std::nullopt;
  const SpiPair pair{message->header.spi_i, message->header.spi_r};
  if (const auto known = sas_.find(pair); known != sas_.end()) return open_with(known->second, datagram, *message);
  for (const Agreed& agreed : agreed_) {
    if (agreed.spi_i != pair.first || agreed.spi_r != pair.second || !agreed.suite.encryption || !agreed.suite.prf) continue;
    for (std::size_t i = 0; i < shared_.size(); ++i) {
      if (agreed.old_prf) {
        if (auto contents = open_rekeyed(agreed, i, datagram, *message)) return contents;
        continue;
      }
      auto keys = crypto::derive_ike_keys(agreed.suite, shared_[i], agreed.nonce_i, agreed.nonce_r, pair.first, pair.second);
      if (auto contents = meet({agreed.suite, std::move(keys), agreed.nonce_i, agreed.nonce_r, agreed.suite.additional.size()},
                               datagram, *message))
        return contents;
    }
  }
  return std::nullopt;
}

std::optional<Wiretap::Contents> Wiretap::meet(Sa sa, ByteView datagram, const wire::Message& message) {
  auto contents = open_with(sa, sa.keys, datagram, message);
  if (!contents) return std::nullopt;
  if (sas_.size() > remembered) sas_.erase(sas_.begin());
  sas_.emplace(SpiPair{message.header.spi_i, message.header.spi_r}, std::move(sa));
  return contents;
}

std::optional<Wiretap::Contents> Wiretap::open_rekeyed(const Agreed& agreed, std::size_t first, ByteView datagram,
                                                       const wire::Message& message) {
  const std::size_t followups = agreed.suite.additional.size();
  std::vector<std::size_t> at(followups, 1);  // how far each is behind the one before it
  for (;;) {
    exchange::KeyExchanges series;
    std::size_t last = first;
    series.add(shared_[first].duplicate());
    for (const std::size_t step : at)
      if ((last += step) < shared_.size()) series.add(shared_[last].duplicate());
    if (last < shared_.size()) {
      auto keys = crypto::derive_rekeyed_ike_keys(agreed.suite, *agreed.old_prf, agreed.old_d, series.first, agreed.nonce_i,
                                                  agreed.nonce_r, agreed.spi_i, agreed.spi_r, series.more);
      if (auto contents = meet({agreed.suite, std::move(keys), agreed.nonce_i, agreed.nonce_r}, datagram, message))
        return contents;
    }
    std::size_t digit = 0;
    while (digit < followups && at[digit] == near) at[digit++] = 1;
    if (digit == followups) return std::nullopt;
    ++at[digit];
  }
}

Bytes Wiretap::seal(const Contents& contents, const std::function<void(Bytes&)>& change) {
  const Sa& sa = sas_.at({contents.header.spi_i, contents.header.spi_r});
  const crypto::CipherKeys keys = cipher_keys(sa.suite, sa.keys, contents.header.initiator);
  Bytes inner = contents.octets;
  const std::size_t block = sa.suite.encryption->block_octets;
  const std::size_t padding = block - 1 - inner.size() % block;
  inner.resize(inner.size() + padding, 0);
  inner.push_back(static_cast<std::uint8_t>(padding));
  const Bytes iv(sa.suite.encryption->iv_octets, 0x5a);
  Bytes datagram = wire::encode_sk_prefix(contents.header, contents.first, inner.size() + crypto::overhead(keys));
  if (change) change(datagram);
  const Bytes body = crypto::seal(keys, datagram, iv, inner);
  datagram.insert(datagram.end(), body.begin(), body.end());
  return datagram;
}

wire::Payloads Wiretap::payloads(ByteView datagram) {
  const auto message = wire::parse(datagram);
  if (!message.ok()) return {};
  if (!wire::find<wire::EncryptedPayload>(message->payloads)) return message->payloads;
  const auto contents = open(datagram);
  if (!contents) return {};
  const auto inside = wire::parse_payloads(contents->first, contents->octets);
  return inside.ok() ? *inside : wire::Payloads{};
}

std::string Wiretap::describe(ByteView datagram) {
  std::string out;
  for (const wire::Payload& payload : payloads(datagram)) out += (out.empty() ? "" : " ") + text(payload);
  return "{" + out + "}";
}

}  // namespace sim
