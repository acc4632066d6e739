// Certificates that are asked for by SCEP (RFC 8894): by an operator, and by themselves as `auto-enroll` says. What a CA decides
// later is asked for again and again; nothing here waits.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/crypto/enrollment.hpp"
#include "engine/crypto/scep.hpp"
#include "engine/ids.hpp"
#include "kernel/fetcher.hpp"
#include "parser/configuration.hpp"
#include "parser/pki_store.hpp"

namespace cli {

class Backend;

/// What a CA says of itself.
struct ScepAuthority {
  engine::crypto::scep::Capabilities capabilities;
  std::vector<engine::Bytes> certificates;
};
/// Asks for capabilities and certificates; without an answer to the first question the CA has none.
void ask_authority(Backend& backend, const std::string& url, const std::string& trustpoint,
                   std::function<void(engine::Result<ScepAuthority>)> then);

class Enrollments {
 public:
  /// `rng` must outlive it.
  Enrollments(Backend& backend, engine::Rng& rng) : backend_(backend), rng_(rng) {}

  struct Order {
    std::string trustpoint;
    parser::PkiStore::Pair key;
    engine::crypto::SubjectWish wish;
    bool regenerated = false;  // the key is a new one: it is kept, and the trustpoint has it, together with the certificate
  };
  /// What becomes of it is logged, and a certificate goes into the configuration. One a trustpoint at a time: a later one takes
  /// its place.
  void begin(Order order);
  /// What is being asked for or decided.
  bool pending(const std::string& trustpoint) const { return under_way_.count(trustpoint) != 0; }

  std::optional<engine::Time> next() const;
  void tick(engine::Time now);

 private:
  struct Enrollment;
  using Ptr = std::shared_ptr<Enrollment>;
  bool current(const Ptr& enrollment) const;
  void send(const Ptr& enrollment, engine::crypto::scep::MessageType type);
  void answered(const Ptr& enrollment, engine::crypto::scep::Answer answer);
  void install(const Ptr& enrollment, const engine::Bytes& der);
  void fail(const Ptr& enrollment, const std::string& why);
  void say(unsigned severity, const std::string& text) const;
  void renew_what_is_due();
  void renew(const std::string& trustpoint, const parser::TrustpointAutoEnroll& line, bool has_certificate);
  void renew_in_token(const std::string& trustpoint, const std::string& label);

  Backend& backend_;
  engine::Rng& rng_;
  std::map<std::string, Ptr> under_way_;            // by trustpoint
  std::map<std::string, engine::Time> not_before_;  // of a trustpoint's next attempt by itself
  engine::Time next_look_{};
};

}  // namespace cli
