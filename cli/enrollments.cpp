#include "cli/enrollments.hpp"

#include <algorithm>

#include "cli/backend.hpp"
#include "cli/pki_lines.hpp"
#include "engine/crypto/certificate_details.hpp"
#include "engine/crypto/containers.hpp"
#include "engine/crypto/token.hpp"
#include "parser/pki_names.hpp"
#include "parser/renewal.hpp"

namespace cli {
namespace {

namespace scep = engine::crypto::scep;
using engine::Bytes;
using parser::CertificateRole;
using parser::Node;

constexpr auto look_again = std::chrono::minutes(5);
/// Between attempts by itself that failed.
constexpr auto try_again = std::chrono::hours(1);
constexpr std::size_t nonce_octets = 16, max_answer_octets = 1U << 18;
/// Of the certificate that signs a request in place of the one that is asked for.
constexpr std::int64_t signer_life = std::int64_t{365} * 86400;

std::string escaped_for_url(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    out += plain ? std::string(1, c) : "%" + engine::to_hex(engine::ByteView(reinterpret_cast<const std::uint8_t*>(&c), 1));
  }
  return out;
}

std::string question(const std::string& url, const char* operation, const std::string& message) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "operation=" + operation +
         "&message=" + escaped_for_url(message);
}

kernel::http::Request operation_request(const std::string& url, const Bytes& message, bool post) {
  const std::string base = url + (url.find('?') == std::string::npos ? "?" : "&") + "operation=PKIOperation";
  if (post) return {base, message, "application/x-pki-message", max_answer_octets};
  std::string text = engine::crypto::base64_lines(message);
  text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
  return {base + "&message=" + escaped_for_url(text), {}, {}, max_answer_octets};
}

/// A new key pair and the one before it, in turns.
std::string other_label(const std::string& label) {
  return label.ends_with('#') ? label.substr(0, label.size() - 1) : label + "#";
}

std::string joined_lines(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& each : lines) out += each + "\n";
  return out;
}

}  // namespace

void ask_authority(Backend& backend, const std::string& url, const std::string& trustpoint,
                   std::function<void(engine::Result<ScepAuthority>)> then) {
  backend.fetch({question(url, "GetCACaps", trustpoint)}, [&backend, url, trustpoint, then](const kernel::Fetcher::Answer& said) {
    ScepAuthority authority;
    if (said.ok()) authority.capabilities = scep::parse_capabilities(std::string(said->begin(), said->end()));
    kernel::http::Request request{question(url, "GetCACert", trustpoint), {}, {}, max_answer_octets};
    backend.fetch(std::move(request), [authority, then](const kernel::Fetcher::Answer& answer) mutable {
      if (!answer.ok()) return then(answer.failure());
      auto certificates = scep::parse_authorities(*answer);
      if (!certificates.ok()) return then(certificates.failure());
      authority.certificates = std::move(*certificates);
      then(std::move(authority));
    });
  });
}

struct Enrollments::Enrollment {
  Order order;
  std::string url, hash;
  Bytes ca, request, signer;
  std::shared_ptr<const engine::Secret> signing_key;  // of `signer`
  bool renewal = false;
  scep::Capabilities capabilities{};
  std::vector<Bytes> authorities{};
  scep::Message sent{};
  unsigned polls_left = 0;
  engine::Duration period{};
  std::optional<engine::Time> poll{};
};

bool Enrollments::current(const Ptr& enrollment) const {
  const auto hit = under_way_.find(enrollment->order.trustpoint);
  return hit != under_way_.end() && hit->second == enrollment;
}

void Enrollments::say(unsigned severity, const std::string& text) const { backend_.log().add(backend_.now(), {severity, text}); }

void Enrollments::fail(const Ptr& enrollment, const std::string& why) {
  if (!current(enrollment)) return;
  say(3, "%PKI-3-CERTREQFAIL: Certificate enrollment failed for trustpoint " + enrollment->order.trustpoint + ". Reason: " + why);
  not_before_[enrollment->order.trustpoint] = backend_.monotonic() + try_again;
  under_way_.erase(enrollment->order.trustpoint);
}

void Enrollments::begin(Order order) {
  const Node& root = backend_.running().data().root;
  const Node* block = parser::trustpoint_block(root, order.trustpoint);
  if (!block) return;
  const auto authorities = chain_certificates(root, order.trustpoint, CertificateRole::ca);
  const auto own = chain_certificates(root, order.trustpoint, CertificateRole::own);
  auto enrollment = std::make_shared<Enrollment>();
  enrollment->url = scep_url(*block);
  enrollment->hash = request_hash(*block);
  enrollment->ca = authorities.empty() ? Bytes{} : authorities.front();
  const auto* count = block->find<parser::TrustpointRetryCount>();
  const auto* period = block->find<parser::TrustpointRetryPeriod>();
  enrollment->polls_left = count ? count->times : parser::TrustpointRetryCount{}.times;
  enrollment->period = std::chrono::minutes(period ? period->minutes : parser::TrustpointRetryPeriod{}.minutes);
  // Who has a certificate of the CA that is good signs with it (RFC 8894, 3.3.1.2).
  const std::string label = parser::key_label(*block, root);
  const auto old_key = engine::crypto::is_token_uri(label) ? order.key : backend_.pki()->key(label);
  const auto details = own.empty() ? std::nullopt : engine::crypto::details_of(own.front());
  const std::int64_t now = backend_.now().unix_milliseconds / 1000;
  if (details && details->not_after > now && old_key && old_key->private_key &&
      engine::equal(old_key->public_key, details->public_key)) {
    enrollment->signer = own.front();
    enrollment->signing_key = old_key->private_key;
    enrollment->renewal = true;
  }
  enrollment->order = std::move(order);
  under_way_[enrollment->order.trustpoint] = enrollment;
  if (enrollment->ca.empty()) return fail(enrollment, "the CA is not authenticated");
  ask_authority(backend_, enrollment->url, enrollment->order.trustpoint,
                [this, enrollment](const engine::Result<ScepAuthority>& authority) {
                  if (!current(enrollment)) return;
                  if (!authority.ok()) return fail(enrollment, authority.failure().why);
                  enrollment->capabilities = authority->capabilities;
                  enrollment->authorities = scep::trusted_authorities(authority->certificates, enrollment->ca);
                  const bool renews = enrollment->renewal && enrollment->capabilities.renewal;
                  send(enrollment, renews ? scep::MessageType::renewal : scep::MessageType::request);
                });
}

void Enrollments::send(const Ptr& enrollment, scep::MessageType type) {
  const Bytes nonce = rng_.bytes(nonce_octets);
  const std::int64_t now = backend_.now().unix_milliseconds / 1000;
  backend_.in_database([this, enrollment, type, nonce, now](parser::Database&) -> std::function<void()> {
    Enrollment& e = *enrollment;
    const auto give_up = [this, enrollment](const engine::Failure& failure) -> std::function<void()> {
      return [this, enrollment, why = failure.why] { fail(enrollment, why); };
    };
    const engine::Secret& key = *e.order.key->private_key;
    if (e.request.empty()) {
      auto request = engine::crypto::make_request(e.order.wish, key, e.hash);
      if (!request.ok()) return give_up(request.failure());
      e.request = std::move(*request);
    }
    if (e.signer.empty()) {
      auto signer = engine::crypto::make_self_signed(e.order.wish, key, e.hash, 1, now - 86400, now + signer_life);
      if (!signer.ok()) return give_up(signer.failure());
      e.signer = std::move(*signer);
      e.signing_key = e.order.key->private_key;
    }
    const auto content =
        type == scep::MessageType::poll ? scep::poll_content(e.ca, e.request) : engine::Result<Bytes>(Bytes(e.request));
    if (!content.ok()) return give_up(content.failure());
    e.sent = {type, scep::transaction_of(e.order.key->public_key), nonce, *content};
    const Bytes* recipient = scep::recipient_of(e.authorities, e.ca);
    auto message = scep::make_message(e.sent, *e.signing_key, e.signer, recipient ? *recipient : e.ca, e.capabilities);
    if (!message.ok()) return give_up(message.failure());
    return [this, enrollment, request = operation_request(e.url, *message, e.capabilities.post)] {
      backend_.fetch(request, [this, enrollment](const kernel::Fetcher::Answer& answer) {
        if (!current(enrollment)) return;
        if (!answer.ok()) return fail(enrollment, answer.failure().why);
        backend_.in_database([this, enrollment, body = *answer](parser::Database&) -> std::function<void()> {
          const Enrollment& sent = *enrollment;
          auto read = scep::read_answer(body, sent.sent, *sent.signing_key, sent.signer, sent.authorities);
          return [this, enrollment, read = std::move(read)] {
            if (!current(enrollment)) return;
            read.ok() ? answered(enrollment, *read) : fail(enrollment, read.failure().why);
          };
        });
      });
    };
  });
}

void Enrollments::answered(const Ptr& enrollment, scep::Answer answer) {
  const std::string& name = enrollment->order.trustpoint;
  if (answer.status == scep::Status::refused) return fail(enrollment, "the CA refuses: " + answer.why);
  if (answer.status == scep::Status::pending) {
    if (enrollment->polls_left-- == 0) return fail(enrollment, "the CA has not decided");
    say(6, "%PKI-6-CERTPENDING: Certificate request for trustpoint " + name + " is pending at the Certificate Authority");
    enrollment->poll = backend_.monotonic() + enrollment->period;
    return;
  }
  for (const Bytes& der : answer.certificates) {
    const auto details = engine::crypto::details_of(der);
    if (details && engine::equal(details->public_key, enrollment->order.key->public_key)) return install(enrollment, der);
  }
  fail(enrollment, "what came is no certificate for our key");
}

void Enrollments::install(const Ptr& enrollment, const Bytes& der) {
  const std::string name = enrollment->order.trustpoint;
  const auto commit = [this, enrollment, name, der](const engine::Status& kept) {
    if (!kept.ok()) return fail(enrollment, "the key could not be stored: " + kept.failure().why);
    const auto build = [this, enrollment, name, der] {
      const parser::Configuration running = backend_.running();
      std::vector<std::string> lines;
      // Certificate and key change in one commit: one without the other would prove nothing.
      if (const auto& key = *enrollment->order.key; enrollment->order.regenerated)
        lines = {"crypto pki trustpoint " + name,
                 (key.kind == parser::PkiKeyKind::rsa ? "rsakeypair " : "eckeypair ") + key.label, "exit"};
      for (std::string& each : chain_lines(running.data().root, name, {{CertificateRole::own, der}}))
        lines.push_back(std::move(each));
      return parser::apply(running, joined_lines(lines)).configuration;
    };
    backend_.commit(build, {"", "pki", "certificate of trustpoint " + name + " received", {}},
                    [this, enrollment, name](const engine::Status& status) {
                      if (!status.ok()) return fail(enrollment, status.failure().why);
                      under_way_.erase(name);
                      not_before_.erase(name);
                      say(6, "%PKI-6-CERTRET: Certificate received from Certificate Authority for trustpoint " + name);
                      say(4,
                          "%PKI-4-NOCONFIGAUTOSAVE: Configuration was modified.  Issue \"write memory\" to save new IOS PKI "
                          "configuration");
                    });
  };
  if (!enrollment->order.regenerated) return commit(engine::Done{});
  backend_.change_pki([pair = *enrollment->order.key](const parser::PkiStore& store) { return store.with(pair); }, commit);
}

std::optional<engine::Time> Enrollments::next() const {
  engine::Time out = next_look_;
  for (const auto& [name, enrollment] : under_way_)
    if (enrollment->poll) out = std::min(out, *enrollment->poll);
  return out;
}

void Enrollments::tick(engine::Time now) {
  std::vector<Ptr> due;
  for (const auto& [name, enrollment] : under_way_)
    if (enrollment->poll && *enrollment->poll <= now) due.push_back(enrollment);
  for (const Ptr& enrollment : due) {
    enrollment->poll.reset();
    send(enrollment, scep::MessageType::poll);
  }
  if (now < next_look_) return;
  next_look_ = now + look_again;
  renew_what_is_due();
}

void Enrollments::renew_what_is_due() {
  const parser::Configuration running = backend_.running();  // a renewal changes it
  const Node& root = running.data().root;
  const std::int64_t now = backend_.now().unix_milliseconds / 1000;
  root.each<parser::Trustpoint>([&](const parser::Trustpoint& trustpoint, const Node& block) {
    const auto* line = block.find<parser::TrustpointAutoEnroll>();
    const auto later = not_before_.find(trustpoint.name);
    if (!line || pending(trustpoint.name) || scep_url(block).empty()) return;
    if (later != not_before_.end() && later->second > backend_.monotonic()) return;
    if (chain_certificates(root, trustpoint.name, CertificateRole::ca).empty()) return;
    const auto own = chain_certificates(root, trustpoint.name, CertificateRole::own);
    const auto details = own.empty() ? std::nullopt : engine::crypto::details_of(own.front());
    if (details && parser::renewal_time(*line, details->not_before, details->not_after) > now) return;
    renew(trustpoint.name, *line, details.has_value());
  });
}

void Enrollments::renew(const std::string& name, const parser::TrustpointAutoEnroll& line, bool has_certificate) {
  const Node& root = backend_.running().data().root;
  const Node* block = parser::trustpoint_block(root, name);
  const std::string label = parser::key_label(*block, root);
  if (engine::crypto::is_token_uri(label)) return renew_in_token(name, label);
  const auto pair = backend_.pki()->key(label);
  if (!pair || !pair->private_key) {
    not_before_[name] = backend_.monotonic() + try_again;
    return say(3, "%PKI-3-CERTREQFAIL: Certificate enrollment failed for trustpoint " + name + ". Reason: key " + label +
                      " is not available");
  }
  say(6, std::string("%PKI-6-CERTRENEWAUTO: ") + (has_certificate ? "Renewing the router certificate" : "Enrolling") +
             " for trustpoint " + name);
  const auto wish = subject_wish(*block, root);
  if (!line.regenerate || !has_certificate) return begin({name, pair, wish});
  backend_.in_database([this, name, pair, wish,
                        made_at = backend_.now().unix_milliseconds / 1000](parser::Database&) -> std::function<void()> {
    auto fresh = pair->kind == parser::PkiKeyKind::rsa ? engine::crypto::generate_rsa(pair->bits)
                                                       : engine::crypto::generate_ec(pair->bits);
    auto made =
        fresh.ok() ? parser::key_pair_of(other_label(pair->label), std::move(*fresh), pair->exportable, made_at) : std::nullopt;
    const auto key = made ? std::make_shared<const parser::KeyPair>(std::move(*made)) : nullptr;
    return [this, name, wish, key] {
      if (key) return begin({name, key, wish, true});
      say(3, "%PKI-3-CERTREQFAIL: Certificate enrollment failed for trustpoint " + name + ". Reason: no new key could be made");
    };
  });
}

void Enrollments::renew_in_token(const std::string& name, const std::string& label) {
  not_before_[name] = backend_.monotonic() + try_again;
  const auto wish = subject_wish(*parser::trustpoint_block(backend_.running().data().root, name), backend_.running().data().root);
  backend_.in_database([this, name, label, wish](parser::Database&) -> std::function<void()> {
    auto pair = parser::key_pair_of(label, engine::Secret(engine::as_bytes(label)), false, 0);
    const auto key = pair ? std::make_shared<const parser::KeyPair>(std::move(*pair)) : nullptr;
    return [this, name, wish, key] {
      if (key) return begin({name, key, wish});
      say(3, "%PKI-3-CERTREQFAIL: Certificate enrollment failed for trustpoint " + name + ". Reason: no key in the token");
    };
  });
}

}  // namespace cli
