#include "engine/crypto/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <string_view>

#include "engine/crypto/jobs.hpp"
#include "engine/crypto/path.hpp"
#include "engine/crypto/x509_openssl.hpp"
#include "engine/eap/settings.hpp"

namespace engine::crypto {

using TlsContext = Owner<SSL_CTX, SSL_CTX_free>;
using TlsConnection = Owner<SSL, SSL_free>;

struct TlsState {
  std::shared_ptr<const TlsSettings> settings;
  std::optional<Identity> expected;
  WallTime now = 0;
  std::optional<Failure> refused{};  // why the peer's certificate was
  CertificatePtr peer{};
  std::string alert{};  // of the other end
  TlsContext context{};
  TlsConnection connection{};  // goes before the context
};

void FreeTls::operator()(TlsState* state) const { delete state; }

namespace {

constexpr std::size_t msk_octets = 64;
constexpr int tls_security_level = 2;
constexpr long longest_certificate_list = 65'536;
constexpr std::uint8_t eap_tls_type = 13, commitment = 0;

Failure tls_failed(std::string why) { return {NotifyType::authentication_failed, Cause::eap_tls_failed, std::move(why)}; }

/// What a purpose is that the certificate names, if it names any (RFC 5216, 5.3).
bool for_this_end(X509* certificate, bool of_server) {
  const std::uint32_t purposes = X509_get_extended_key_usage(certificate);
  return purposes == UINT32_MAX || (purposes & ((of_server ? XKU_SSL_SERVER : XKU_SSL_CLIENT) | XKU_ANYEKU));
}

Status judge(TlsState& state, X509* end, STACK_OF(X509) * sent) {
  std::vector<Bytes> presented{der_of(end, i2d_X509)};
  for (int i = 0; i < sk_X509_num(sent); ++i)
    if (X509_cmp(sk_X509_value(sent, i), end) != 0) presented.push_back(der_of(sk_X509_value(sent, i), i2d_X509));
  Inquiry nothing_fetched;  // within a job nobody waits for a fetch
  const auto path = validate_path(presented, state.settings->verify, state.now, nothing_fetched);
  if (!path.ok()) return path.failure();
  state.peer = path->peer.certificate;
  if (!for_this_end(end, !state.settings->server))
    return Failure{NotifyType::authentication_failed, Cause::certificate_usage,
                   state.peer->subject_text + ": its extended key usage is not that of a TLS " +
                       (state.settings->server ? "client" : "server")};
  if (state.expected && !names(*state.peer, *state.expected))
    return Failure{NotifyType::authentication_failed, Cause::certificate_identity,
                   "the peer calls itself " + state.expected->to_string() + ", its certificate is of " + speaks_for(*state.peer)};
  return Done{};
}

/// OpenSSL's callback.
int judge_peer(X509_STORE_CTX* context, void* given) {
  auto& state = *static_cast<TlsState*>(given);
  const Status verdict = judge(state, X509_STORE_CTX_get0_cert(context), X509_STORE_CTX_get0_untrusted(context));
  if (verdict.ok()) return 1;
  state.refused = verdict.failure();
  const Cause cause = verdict.failure().cause;
  X509_STORE_CTX_set_error(context, cause == Cause::certificate_expired   ? X509_V_ERR_CERT_HAS_EXPIRED
                                    : cause == Cause::certificate_revoked ? X509_V_ERR_CERT_REVOKED
                                    : cause == Cause::unknown_authority   ? X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
                                                                          : X509_V_ERR_CERT_REJECTED);
  return 0;
}

void note_alert(const SSL* connection, int where, int value) {
  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
    static_cast<TlsState*>(SSL_get_app_data(connection))->alert = SSL_alert_desc_string_long(value);
}

/// False: there is no certificate or key of ours.
bool show_own(SSL* connection, const Trustpoint& own, const KeyStore& keys) {
  const auto pkcs8 = keys.shared(own.key);
  const X509Owner certificate = own.certificate ? parse_x509(own.certificate->der) : X509Owner();
  const Key key = pkcs8 ? parse_private(*pkcs8) : Key();
  if (!certificate || !key || SSL_use_certificate(connection, certificate.get()) != 1 ||
      SSL_use_PrivateKey(connection, key.get()) != 1)
    return false;
  for (const CertificatePtr& each : own.chain)
    if (const X509Owner parsed = parse_x509(each->der)) SSL_add1_chain_cert(connection, parsed.get());
  return true;
}

void set_tls_rules(SSL_CTX* context, TlsState& state) {
  const TlsSettings& settings = *state.settings;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, settings.newest == TlsVersion::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_security_level(context, tls_security_level);
  // Nobody renegotiates here, so that a server that knows nothing of RFC 5746 does no harm.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_max_cert_list(context, longest_certificate_list);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, judge_peer, &state);
  SSL_CTX_set_info_callback(context, note_alert);
  if (!settings.server) return;
  for (const auto& trustpoint : settings.verify)
    for (const CertificatePtr& anchor : trustpoint->anchors)
      if (const X509Owner parsed = parse_x509(anchor->der)) SSL_CTX_add_client_CA(context, parsed.get());
}

/// Null: there is nothing to begin with.
TlsSession begin_tls(const TlsJob& job, const KeyStore& keys) {
  TlsSession state(new TlsState{job.settings, job.expected});
  state->context.reset(SSL_CTX_new(job.settings->server ? TLS_server_method() : TLS_client_method()));
  require(state->context != nullptr);
  set_tls_rules(state->context.get(), *state);
  state->connection.reset(SSL_new(state->context.get()));
  require(state->connection != nullptr);
  SSL* connection = state->connection.get();
  SSL_set_app_data(connection, state.get());
  SSL_set_bio(connection, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  job.settings->server ? SSL_set_accept_state(connection) : SSL_set_connect_state(connection);
  if (!job.settings->own || !show_own(connection, *job.settings->own, keys)) return nullptr;
  return state;
}

/// RFC 5216, 2.3; RFC 9190, 2.3.
Secret msk_of(SSL* connection) {
  const bool newer = SSL_version(connection) == TLS1_3_VERSION;
  const std::string_view label = newer ? "EXPORTER_EAP_TLS_Key_Material" : "client EAP encryption";
  const std::array<std::uint8_t, 1> context{eap_tls_type};
  Bytes material(2 * msk_octets);
  require(SSL_export_keying_material(connection, material.data(), material.size(), label.data(), label.size(), context.data(),
                                     newer ? context.size() : 0, newer ? 1 : 0) == 1);
  Secret whole(std::move(material));
  return Secret(whole.expose().first(msk_octets));
}

/// With TLS 1.3 the server says that it will send nothing more of the handshake (RFC 9190, 2.1.1); nullopt: not yet.
std::optional<Status> commit(SSL* connection, bool server) {
  if (SSL_version(connection) != TLS1_3_VERSION) return Status(Done{});
  std::uint8_t octet = commitment;
  if (server) return SSL_write(connection, &octet, 1) == 1 ? Status(Done{}) : Status(tls_failed("TLS does not go on"));
  const int got = SSL_read(connection, &octet, 1);
  if (got == 1)
    return octet == commitment ? Status(Done{}) : Status(tls_failed("the server sends data where its commitment is due"));
  if (SSL_get_error(connection, got) == SSL_ERROR_WANT_READ) return std::nullopt;
  return Status(tls_failed("the server ends TLS before its commitment"));
}

Failure why_not(const TlsState& state) {
  if (state.refused) return *state.refused;
  if (!state.alert.empty()) return tls_failed("the other end of TLS says: " + state.alert);
  if (const auto error = ERR_peek_last_error()) {
    const char* reason = ERR_reason_error_string(error);
    return tls_failed("TLS: " + std::string(reason ? reason : "it failed"));
  }
  return tls_failed("TLS breaks off");
}

Bytes taken_from(BIO* out) {
  Bytes octets(static_cast<std::size_t>(BIO_ctrl_pending(out)));
  if (!octets.empty()) BIO_read(out, octets.data(), static_cast<int>(octets.size()));
  return octets;
}

void go_on_with(TlsState& state, TlsValues& out) {
  SSL* connection = state.connection.get();
  const int done = SSL_is_init_finished(connection) ? 1 : SSL_do_handshake(connection);
  if (done != 1) {
    if (SSL_get_error(connection, done) != SSL_ERROR_WANT_READ) out.failure = why_not(state);
    return;
  }
  const auto committed = commit(connection, state.settings->server);
  if (!committed) return;
  if (!committed->ok()) {
    out.failure = committed->failure();
    return;
  }
  out.finished = true;
  out.msk = msk_of(connection);
  out.peer = state.peer;
}

}  // namespace

TlsValues run_tls(TlsJob job, const KeyStore& keys, WallTime now) {
  forget_errors();
  TlsValues out{job.session ? std::move(job.session) : begin_tls(job, keys)};
  if (!out.session) {
    out.failure = Failure{NotifyType::authentication_failed, Cause::no_certificate,
                          "no certificate of ours with its private key stands behind EAP-TLS"};
    return out;
  }
  TlsState& state = *out.session;
  state.now = now;
  BIO_write(SSL_get_rbio(state.connection.get()), job.input.data(), static_cast<int>(job.input.size()));
  go_on_with(state, out);
  out.output = taken_from(SSL_get_wbio(state.connection.get()));
  forget_errors();
  return out;
}

}  // namespace engine::crypto
