// A conversation of EAP-TLS, the same at both ends (RFC 5216, 2.1): fragments come in and go out, and whole messages are jobs.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "engine/crypto/jobs.hpp"
#include "engine/eap/settings.hpp"
#include "engine/eap/tls_fragments.hpp"

namespace engine::eap {

class TlsTalk {
 public:
  TlsTalk(std::shared_ptr<const TlsSettings> settings, std::optional<Identity> expected)
      : settings_(std::move(settings)), expected_(std::move(expected)) {}

  /// What is to be sent behind the type; work; or the end, well or with the reason. A server's good end comes when the last
  /// octets have been acknowledged, a client's with whoever tells it: proven().
  struct Over {};
  using Next = std::variant<Bytes, crypto::Job, Over, Failure>;
  /// A client's, when the server's start has come.
  Next begin();
  Next take(ByteView data);
  Next resume(crypto::TlsValues values);

  bool proven() const { return peer_ != nullptr; }
  /// Of the other end; null until it has shown who it is.
  const CertificatePtr& peer() const { return peer_; }
  Secret msk() { return std::move(msk_); }
  /// Why we have ended the handshake, as long as nobody has been told.
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  Next compute(Bytes input);

  std::shared_ptr<const TlsSettings> settings_;
  std::optional<Identity> expected_;
  TlsFragments fragments_;
  crypto::TlsSession session_;
  CertificatePtr peer_;
  Secret msk_;
  std::optional<Failure> failure_;
};

}  // namespace engine::eap
