// TLS 1.2 and 1.3 without a connection, as a job (RFC 5216, 9190): octets of the other end in, octets for it out, and the state
// travels with the values.
#pragma once

#include <memory>
#include <optional>

#include "engine/config.hpp"
#include "engine/pki.hpp"
#include "engine/result.hpp"
#include "engine/secret.hpp"

namespace engine {
struct TlsSettings;  // engine/eap/settings.hpp
}

namespace engine::crypto {

class KeyStore;

/// What OpenSSL keeps of a handshake.
struct TlsState;
struct FreeTls {
  void operator()(TlsState* state) const;
};
using TlsSession = std::unique_ptr<TlsState, FreeTls>;

struct TlsJob {
  std::shared_ptr<const TlsSettings> settings;
  TlsSession session;                  // null: the handshake begins
  Bytes input{};                       // a message of the other end
  std::optional<Identity> expected{};  // whom its certificate has to speak for; read when the handshake begins
};
struct TlsValues {
  TlsSession session;
  Bytes output{};                    // for the other end; with a failure the alert, if there is one
  bool finished = false;             // both have shown who they are; a server's output has to go out still
  Secret msk{};                      // once finished: 64 octets
  CertificatePtr peer{};             // likewise: verified
  std::optional<Failure> failure{};  // the handshake is over
};

TlsValues run_tls(TlsJob job, const KeyStore& keys, WallTime now);

}  // namespace engine::crypto
