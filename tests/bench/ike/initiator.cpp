#include "tests/bench/ike/initiator.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "engine/crypto/x509.hpp"
#include "kernel/host.hpp"

namespace bench {
namespace {

using engine::TransformType;

const engine::Algorithm* ike_row(TransformType type, const std::string& word) {
  if (const auto* row = engine::find_ike_keyword(type, word)) return row;
  throw std::runtime_error("there is no algorithm " + word);
}

constexpr engine::KeyRef the_key{1}, private_key{2};

engine::Bytes file(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  if (!in) throw std::runtime_error("there is no " + name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

engine::CertificatePtr certificate(const std::string& name) {
  auto out = engine::crypto::read_certificate(file(name));
  if (!out.ok()) throw std::runtime_error(name + ": " + out.failure().why);
  return *out;
}

}  // namespace

engine::IpAddress advanced(engine::IpAddress address, std::size_t offset) {
  for (std::size_t at = address.size(); at-- > address.size() - 4;) {
    offset += address.octets[at];
    address.octets[at] = static_cast<std::uint8_t>(offset);
    offset >>= 8;
  }
  return address;
}

Plan::Plan(const Scheme& scheme) : scheme_(scheme) {
  auto proposal = std::make_shared<engine::IkeProposal>();
  proposal->name = "BENCH";
  proposal->encryption = {ike_row(TransformType::encryption, scheme.aead ? "aes-gcm-256" : "aes-cbc-256")};
  if (!scheme.aead) proposal->integrity = {ike_row(TransformType::integrity, "sha256")};
  proposal->prf = {ike_row(TransformType::prf, "sha256")};
  proposal->groups = {ike_row(TransformType::key_exchange, scheme.group)};
  auto policy = std::make_shared<engine::IkePolicy>();
  policy->name = "BENCH";
  policy->proposals = {proposal};
  policy_ = policy;
  auto keyring = std::make_shared<engine::Keyring>();
  keyring->name = "BENCH";
  keyring->peers = {{"RESPONDER", {engine::Prefix::host(scheme.responder)}, std::nullopt, the_key, the_key}};
  keyring_ = keyring;
  keys_.put(the_key, engine::Secret(engine::as_bytes(scheme.key)));
  if (!scheme.certificates.empty()) {
    authority_ = certificate(scheme.certificates + "/ca.der");
    keys_.put(private_key, engine::Secret(file(scheme.certificates + "/key.der")));
  }
  auto set = std::make_shared<engine::TransformSet>();
  set->name = "BENCH";
  set->encryption = engine::find_esp_keyword(scheme.aead ? "esp-gcm 256" : "esp-aes 256");
  if (!scheme.aead) set->integrity = engine::find_esp_keyword("esp-sha256-hmac");
  transform_set_ = set;
}

std::shared_ptr<const engine::Config> Plan::config_of(std::size_t number) const {
  const std::string name = "i" + std::to_string(number) + ".bench.example";
  auto profile = std::make_shared<engine::IkeProfile>();
  profile->name = "BENCH";
  profile->match_remote = {engine::MatchAny{}};
  profile->identity_local = engine::Identity{engine::IdType::fqdn, engine::to_bytes(engine::as_bytes(name))};
  profile->auth_local = engine::AuthMethod::pre_share;
  profile->auth_remote = engine::AuthMethod::pre_share;
  profile->keyring = keyring_;
  if (authority_) {
    auto trustpoint = std::make_shared<engine::Trustpoint>();
    trustpoint->name = "BENCH";
    trustpoint->anchors = {authority_};
    trustpoint->certificate = certificate(scheme_.certificates + "/" + std::to_string(number) + ".der");
    trustpoint->key = private_key;
    profile->auth_local = engine::method_of(trustpoint->certificate->key);
    profile->auth_remote = profile->auth_local;
    profile->sign = profile->verify = {trustpoint};
  }
  profile->dpd_interval = scheme_.liveness;
  profile->dpd_retry = std::chrono::seconds(2);
  profile->dpd_periodic = true;
  auto entry = std::make_shared<engine::CryptoMapEntry>();
  entry->map = "BENCH";
  entry->sequence = 10;
  entry->peers = {scheme_.responder};
  entry->transform_sets = {transform_set_};
  entry->profile = profile;
  entry->lifetime = std::chrono::hours(24);
  entry->acl = "BENCH";
  entry->lines = {{engine::AclAction::permit,
                   {engine::TrafficSelector::of(engine::Prefix::host(advanced(scheme_.behind, number))),
                    engine::TrafficSelector::of(scheme_.responder_network)},
                   {}}};
  auto config = std::make_shared<engine::Config>();
  config->policies = {policy_};
  config->profiles = {profile};
  config->interfaces = {{"GigabitEthernet0/0", "BENCH", "", {entry}}};
  return config;
}

Initiator::Initiator(const Plan& plan, std::size_t number, const engine::IpAddress& local, engine::Rng& rng)
    : plan_(plan), endpoint_(rng) {
  Sent nothing;
  handle({}, engine::InterfacesChanged{{{"GigabitEthernet0/0", true, {engine::Prefix::host(local)}, 1500}}}, nothing);
  handle({}, engine::ConfigChanged{plan.config_of(number)}, nothing);
}

void Initiator::start(engine::Time now, Sent& out) {
  become(State::negotiating, now);
  const auto line = endpoint_.view(now).lines.front();
  handle(now, engine::Acquire{line.id, line.selectors}, out);
}

void Initiator::stop(engine::Time now, Sent& out) {
  become(State::closing, now);
  handle(now, engine::Clear{engine::ClearWhat::ike_sas, std::nullopt}, out);
}

void Initiator::receive(engine::Time now, engine::Datagram datagram, Sent& out) { handle(now, std::move(datagram), out); }

void Initiator::tick(engine::Time now, Sent& out) {
  engine::Actions actions;
  endpoint_.tick(now, actions);
  carry_out(now, std::move(actions), out);
}

void Initiator::handle(engine::Time now, engine::Event event, Sent& out) {
  engine::Actions actions;
  endpoint_.handle(now, std::move(event), actions);
  carry_out(now, std::move(actions), out);
}

void Initiator::carry_out(engine::Time now, engine::Actions actions, Sent& out) {
  for (engine::Action& action : actions) {
    if (auto* send = std::get_if<engine::SendDatagram>(&action)) {
      out.push_back(std::move(*send));
    } else if (auto* job = std::get_if<engine::StartJob>(&action)) {
      handle(now, engine::JobDone{job->id, engine::crypto::run(std::move(job->job), plan_.keys(), kernel::wall_seconds())}, out);
    } else if (const auto* notice = std::get_if<engine::Notice>(&action)) {
      if (notice->kind == engine::NoticeKind::child_sa_up) become(State::up, now);
      if (notice->kind == engine::NoticeKind::ike_sa_down) become(State::idle, now);
      if (notice->kind == engine::NoticeKind::negotiation_failed) {
        failure_ = notice->text;
        become(State::idle, now);
      }
    }
  }
}

void Initiator::become(State state, engine::Time now) {
  state_ = state;
  since_ = now;
}

}  // namespace bench
