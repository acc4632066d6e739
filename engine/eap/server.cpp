#include "engine/eap/server.hpp"

#include <algorithm>

#include "engine/crypto/mschap.hpp"
#include "engine/eap/mschapv2.hpp"
#include "engine/x500.hpp"

namespace engine::eap {
namespace {

constexpr std::size_t longest_name = 256;

std::string quoted(const std::string& name) { return "'" + name + "'"; }

bool has_passwords(const EapServer& settings) {
  return settings.users &&
         std::any_of(settings.users->begin(), settings.users->end(), [](const auto& user) { return user.second.value != 0; });
}

}  // namespace

Step Server::refuse(Cause cause, std::string why) const {
  return Refused{encode({Code::failure, id_}), {NotifyType::authentication_failed, cause, std::move(why)}};
}

Step Server::begin(Rng& rng) {
  id_ = rng.bytes(1).front();
  if (!settings_->query_identity) return first_method(rng);
  awaits_ = Awaits::identity;
  return Send{encode(request(Type::identity, {}))};
}

Step Server::first_method(Rng& rng) { return settings_->tls && !has_passwords(*settings_) ? start_tls() : challenge(rng); }

Step Server::start_tls() {
  awaits_ = Awaits::tls;
  tls_.emplace(settings_->tls, std::nullopt);
  return Send{encode(request(Type::tls, TlsFragments::start()))};
}

/// RFC 3748, 5.3.1: once, of a method that has just been offered.
Step Server::take_nak(const Packet& packet) {
  const auto& wished = packet.data;
  const bool wants_tls = std::find(wished.begin(), wished.end(), static_cast<std::uint8_t>(Type::tls)) != wished.end();
  if (settings_->tls && wants_tls && awaits_ == Awaits::response) {
    ++id_;
    return start_tls();
  }
  std::string wanted;
  for (const std::uint8_t type : wished)
    if (wanted.size() < 100) wanted += (wanted.empty() ? "" : ", ") + std::to_string(type);
  return refuse(Cause::eap_method_refused, std::string("the peer does not take ") +
                                               (awaits_ == Awaits::tls ? "TLS (EAP type 13)" : "MSCHAPv2 (EAP type 26)") +
                                               "; it would take " + (wanted.empty() ? "nothing" : "type " + wanted));
}

/// The peer is who its certificate says; that is to be one of the users.
Step Server::admit() {
  const Certificate& peer = *tls_->peer();
  std::vector<std::string> names;
  for (const Identity& name : peer.alternative_names) names.push_back(name.to_string());
  if (const std::string name = x500_part(peer.subject_text, "cn"); !name.empty()) names.push_back(name);
  std::string all;
  for (const std::string& name : names) {
    if (settings_->users && settings_->users->contains(name)) return Passed{encode({Code::success, id_}), tls_->msk(), name};
    all += (all.empty() ? "" : ", ") + quoted(name);
  }
  return refuse(Cause::eap_unknown_user, "the peer's certificate is of " + (all.empty() ? quoted(peer.subject_text) : all) +
                                             ", and no 'username' is configured of that name");
}

Step Server::go_on(TlsTalk::Next next) {
  if (auto* failure = std::get_if<Failure>(&next)) {
    failure->notify = NotifyType::authentication_failed;
    return Refused{encode({Code::failure, id_}), std::move(*failure)};
  }
  if (auto* job = std::get_if<crypto::Job>(&next)) return Compute{std::move(*job)};
  if (std::holds_alternative<TlsTalk::Over>(next)) return admit();
  ++id_;
  return Send{encode(request(Type::tls, std::move(std::get<Bytes>(next))))};
}

Step Server::challenge(Rng& rng) {
  constexpr std::string_view our_name = "sallyport";
  awaits_ = Awaits::response;
  challenge_ = rng.bytes(crypto::mschap_challenge_octets);
  return Send{encode(
      request(Type::mschapv2, mschapv2::encode({mschapv2::OpCode::challenge, id_, challenge_, {}, std::string(our_name)})))};
}

Step Server::take(Rng& rng, ByteView message) {
  if (++messages_ > most_messages) return refuse(Cause::eap_endless, "more than 50 EAP messages");
  auto packet = parse(message);
  if (!packet.ok()) return refuse(packet.failure().cause, packet.failure().why);
  if (packet->code != Code::response)
    return refuse(Cause::eap_unexpected,
                  "an EAP message of code " + std::to_string(static_cast<int>(packet->code)) + " where a response is due");
  if (packet->id != id_)
    return refuse(Cause::eap_unexpected,
                  "an EAP response to request " + std::to_string(packet->id) + ", asked was " + std::to_string(id_));
  if (packet->type == Type::nak) return take_nak(*packet);
  const Type due = awaits_ == Awaits::identity ? Type::identity : awaits_ == Awaits::tls ? Type::tls : Type::mschapv2;
  if (packet->type != due)
    return refuse(Cause::eap_unexpected, "an EAP response of type " + std::to_string(static_cast<int>(packet->type)) +
                                             ", due is " + std::to_string(static_cast<int>(due)));
  if (awaits_ == Awaits::identity) {
    if (packet->data.size() > longest_name) return refuse(Cause::eap_malformed, "an EAP identity of absurd length");
    identity_.assign(packet->data.begin(), packet->data.end());
    ++id_;
    return first_method(rng);
  }
  return awaits_ == Awaits::tls ? go_on(tls_->take(packet->data)) : verify(*packet);
}

Step Server::verify(const Packet& packet) {
  const auto said = mschapv2::parse(packet.data);
  if (!said) return refuse(Cause::eap_malformed, "an MSCHAPv2 message whose lengths cannot be");
  if (awaits_ == Awaits::confirmation) {
    if (said->op != mschapv2::OpCode::success)
      return refuse(Cause::eap_unexpected, "the peer does not confirm MSCHAPv2's Success: our proof does not hold there");
    return Passed{encode({Code::success, id_}), std::move(msk_), user_};
  }
  if (said->op != mschapv2::OpCode::response || said->text.size() > longest_name)
    return refuse(Cause::eap_unexpected,
                  "an MSCHAPv2 message of kind " + std::to_string(static_cast<int>(said->op)) + " where the response is due");
  user_ = said->text;
  const LocalUsers nobody;
  const LocalUsers& users = settings_->users ? *settings_->users : nobody;
  auto known = users.find(user_);
  if (known == users.end()) known = users.find(mschapv2::without_domain(user_));
  if (known == users.end() || !known->second.value)
    return refuse(Cause::eap_unknown_user,
                  "no 'username " + user_ + " password ...' is configured" +
                      (identity_.empty() || identity_ == user_ ? "" : ", EAP identity " + quoted(identity_)));
  nt_response_ = said->nt_response;
  return Compute{crypto::MschapJob{known->second, mschapv2::without_domain(user_), challenge_, said->challenge}};
}

Step Server::resume(crypto::JobResult result) {
  if (auto* tls = std::get_if<crypto::TlsValues>(&result)) return go_on(tls_->resume(std::move(*tls)));
  auto* values = std::get_if<crypto::MschapValues>(&result);
  if (!values) {
    const auto* failure = std::get_if<Failure>(&result);
    return refuse(Cause::internal_error, failure ? failure->why : "MSCHAPv2 came to nothing");
  }
  if (!constant_time_equal(values->nt_response, nt_response_))
    return refuse(Cause::eap_wrong_password,
                  "user " + quoted(user_) + " has another password than 'username " + user_ + "' says");
  msk_ = std::move(values->msk);
  awaits_ = Awaits::confirmation;
  const std::uint8_t chap_id = id_++;
  return Send{encode(request(
      Type::mschapv2,
      mschapv2::encode({mschapv2::OpCode::success, chap_id, {}, {}, mschapv2::success_text(values->authenticator_response)})))};
}

}  // namespace engine::eap
